/**
 * Finds the body of a block as it is written, in the parsed files of all modules.
 *
 * INVARIANT: a block that is written more than once (an override) has no body here: which part of which counts is for
 * Terraform to say.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';

type Body = Record<string, unknown>;
/** The bodies of the files of each module, by the names of its calls (`NAME.NAME`); the root's is empty. */
export type ModuleBodies = ReadonlyMap<string, readonly Body[]>;

export function bodiesIn(modules: ModuleBodies): (blockAddress: string) => Json | undefined {
  const found = new Map<string, Json | null>();
  for (const [key, files] of modules) {
    const prefix = key === '' ? '' : `module.${key.replaceAll('.', '.module.')}.`;
    for (const file of files)
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
  }
  return (address) => found.get(address) ?? undefined;
}

/** Of HCL a list of one; of JSON it may stand alone, or be a list of several levels. */
function only(value: unknown): Json | undefined {
  const body: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isMembers(body as Json) ? (body as Json) : undefined;
}

function membersOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(membersOf);
  return isMembers(value as Json) ? Object.entries(value as Body) : [];
}
