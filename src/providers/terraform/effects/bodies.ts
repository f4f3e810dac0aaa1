/**
 * Finds the body of a block as it is written, in the parsed files of all modules.
 *
 * INVARIANT: a block that is written more than once (an override) has no body here: which part of which counts is for
 * Terraform to say. A module that is not called by a literal path within the copy has none either.
 */
import { posix } from 'node:path';
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';

type Body = Record<string, unknown>;
/** The bodies of the files of each module, by its folder; the root of the copy is `.` or empty. */
export type ModuleBodies = ReadonlyMap<string, readonly Body[]>;

/** Modules that call each other, and those of many instances, end here. */
const MAX_CALLS = 1_000;

export function bodiesIn(modules: ModuleBodies, root: string): (blockAddress: string) => Json | undefined {
  const found = new Map<string, Json | null>();
  const waiting = [{ folder: root === '.' ? '' : root, prefix: '' }];
  for (let count = 0; waiting.length > 0 && count < MAX_CALLS; count += 1) {
    const { folder, prefix } = waiting.shift()!;
    for (const file of modules.get(folder) ?? []) {
      for (const [kind, before] of [
        ['resource', ''],
        ['data', 'data.'],
      ] as const)
        for (const [type, named] of membersOf(file[kind]))
          for (const [name, body] of membersOf(named)) {
            const address = `${prefix}${before}${type}.${name}`;
            const written = only(body);
            found.set(address, found.has(address) || written === undefined ? null : written);
          }
      for (const [name, body] of membersOf(file.module)) {
        const { source } = (only(body) ?? {}) as { source?: unknown };
        if (typeof source === 'string' && /^\.\.?(?:\/|$)/.test(source) && !/[$%]\{/.test(source))
          waiting.push({ folder: folderOf(folder, source), prefix: `${prefix}module.${name}.` });
      }
    }
  }
  return (address) => found.get(address) ?? undefined;
}

const folderOf = (folder: string, source: string): string => {
  const path = posix.normalize(posix.join(folder, source)).replace(/\/$/, '');
  return path === '.' ? '' : path;
};

/** Of HCL a list of one; of JSON it may stand alone, or be a list of several levels. */
function only(value: unknown): Json | undefined {
  const body: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isMembers(body as Json) ? (body as Json) : undefined;
}

function membersOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(membersOf);
  return isMembers(value as Json) ? Object.entries(value as Body) : [];
}
