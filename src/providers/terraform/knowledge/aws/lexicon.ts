/** How CloudFormation writes a name that hashicorp/aws writes with `_`: as its tables have it, type by type. */

import { protectedBy } from '../../../aws/knowledge/deletion-protection.ts';
import { DEPUTIES } from '../../../aws/knowledge/marks/deputies-table.ts';
import { DESTINATIONS } from '../../../aws/knowledge/marks/destinations-table.ts';
import { EXPOSURE, OPEN_BY_DEFAULT } from '../../../aws/knowledge/marks/exposure-table.ts';
import { PINS } from '../../../aws/knowledge/marks/pins-table.ts';
import { PROTECTION } from '../../../aws/knowledge/marks/protection-table.ts';
import { REACH } from '../../../aws/knowledge/marks/reach-table.ts';
import { SLOW_LOSS } from '../../../aws/knowledge/marks/slow-loss-table.ts';

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

function* named(): Generator<readonly [type: string, path: string]> {
  for (const table of [EXPOSURE, PROTECTION, SLOW_LOSS, DESTINATIONS])
    for (const line of table.trim().split('\n')) {
      const [type = '', path = ''] = line.split(' | ');
      yield [type.trim(), path.trim()];
    }
  for (const { type, path } of OPEN_BY_DEFAULT) yield [type, path];
  for (const { type, path, version } of PINS) for (const one of [path, version ?? '']) yield [type, one];
  for (const [type, { runs, roles, targets }] of DEPUTIES)
    for (const one of [...runs, ...roles, ...targets]) yield [type, one];
  for (const [type, rows] of REACH) for (const { property } of rows) yield [type, property];
  for (const [type, property] of protectedBy) yield [type, property];
}

const byType = new Map<string, Map<string, string>>();
for (const [type, path] of named())
  for (const part of path.split('.').filter((one) => /^[A-Z]/.test(one))) {
    const names = byType.get(type) ?? new Map<string, string>();
    byType.set(type, names.set(plain(part), part));
  }

const written = new Map<string, string>();

/** `aws_x.some_name` as a property of that type; of a list, the plural that the type has. */
export function nameIn(type: string, name: string): string {
  const names = byType.get(type);
  const key = plain(name);
  const found = names?.get(key) ?? names?.get(`${key}s`);
  if (found !== undefined) return found;
  const known = written.get(name) ?? name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  written.set(name, known);
  return known;
}
