import { describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../../../../src/providers/aws/knowledge/index.ts';
import { DEPUTIES, DIRECT, UNBOUNDED } from '../../../../../src/providers/aws/knowledge/marks/deputies-table.ts';
import { EXPOSURE, OPEN_BY_DEFAULT } from '../../../../../src/providers/aws/knowledge/marks/exposure-table.ts';
import { MOVING, PINS } from '../../../../../src/providers/aws/knowledge/marks/pins-table.ts';
import { PROTECTION, PROTECTS } from '../../../../../src/providers/aws/knowledge/marks/protection-table.ts';
import { ACCOUNT_WIDE, REACH } from '../../../../../src/providers/aws/knowledge/marks/reach-table.ts';
import { rowsByType } from '../../../../../src/providers/aws/knowledge/marks/rows.ts';
import { REMOVAL, SLOW_LOSS } from '../../../../../src/providers/aws/knowledge/marks/slow-loss-table.ts';

const knowledge = await loadKnowledge();

const pairs = (table: string) => [...rowsByType(table).values()].flat().map(({ type, path }) => [type, path] as const);
const properties: Record<string, (readonly [type: string, path: string])[]> = {
  'slow loss': pairs(SLOW_LOSS),
  protection: pairs(PROTECTION),
  exposure: [...pairs(EXPOSURE), ...OPEN_BY_DEFAULT.map(({ type, path }) => [type, path] as const)],
  deputies: [...DEPUTIES].flatMap(([type, { runs, roles, targets }]) =>
    [...runs, ...roles, ...targets].map((path) => [type, path] as const),
  ),
  reach: [...REACH].flatMap(([type, rows]) => rows.map(({ property }) => [type, property] as const)),
  pins: [...PINS, ...MOVING].map(({ type, path }) => [type, path] as const),
};
const types = [...REMOVAL.keys(), ...PROTECTS, ...ACCOUNT_WIDE, ...DIRECT.keys(), ...UNBOUNDED.keys()];

describe('the tables of marks', () => {
  it.each(Object.entries(properties))('%s: name only properties that the type has', (_table, rows) => {
    const unknown = rows.filter(([type, path]) => {
      const top = path.split('.')[0]!;
      return top === '*' ? !knowledge.isKnownType(type) : !knowledge.hasProperty(type, top);
    });
    expect(unknown.map(([type, path]) => `${type}.${path}`)).toEqual([]);
  });
  it('name only types that exist', () => {
    expect(types.filter((type) => !knowledge.isKnownType(type))).toEqual([]);
  });
});
