/**
 * Which values of an event name a document that is kept beside it, by digest: told by the schemas themselves, so that
 * whoever checks a ledger forgets none.
 */
import { z } from 'zod';

/** What stands in a document tells which documents it names in turn. */
export type DocumentKind = 'plan' | 'picture' | 'policy text' | 'sealed text';

/** The digest of a stored document. */
export const documentDigest = (names: DocumentKind) => z.string().meta({ names });

export interface Named {
  names: DocumentKind;
  /** Members on the way to it; `*`: each item of a list. */
  path: readonly string[];
}

/** Every place below a schema that names a document. */
export function namesIn(schema: unknown): Named[] {
  const { def, shape } = schema as { def: { type: string; innerType?: unknown; element?: unknown }; shape?: object };
  const below = (inner: unknown, key: string) =>
    namesIn(inner).map(({ names, path }) => ({ names, path: [key, ...path] }));
  const names = (schema as z.ZodType).meta()?.names as DocumentKind | undefined;
  if (names !== undefined) return [{ names, path: [] }];
  if (def.innerType !== undefined) return namesIn(def.innerType);
  if (def.type === 'array') return below(def.element, '*');
  return Object.entries(shape ?? {}).flatMap(([key, inner]) => below(inner, key));
}

/** The digests that stand at a place; none where it is empty. */
export function digestsAt(value: unknown, [key, ...rest]: readonly string[]): string[] {
  if (key === undefined) return typeof value === 'string' ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return key === '*' ? value.flatMap((item) => digestsAt(item, rest)) : [];
  return Object.hasOwn(value, key) ? digestsAt((value as Record<string, unknown>)[key], rest) : [];
}
