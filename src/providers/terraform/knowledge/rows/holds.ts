/** What types hold, as lines of words: one form for every provider that has rows of its own. */
import type { Judged } from '../judgement.ts';

export interface HoldsRow {
  holds: 'data' | 'identity' | 'nothing';
  /** Nothing but keeping the object keeps what it holds. */
  noBackup: boolean;
  /** Where it is from: what was looked up, or `from memory`. */
  source: string;
  /** Without the provider's prefix. */
  types: string;
}

/** A type stands in one of the rows. */
export function judgedTypes(prefix: string, rows: readonly HoldsRow[]): ReadonlyMap<string, Judged> {
  return new Map(
    rows.flatMap(({ holds, noBackup, types }) =>
      types
        .trim()
        .split(/\s+/)
        .map((name) => [`${prefix}_${name}`, { holds, noBackup, revision: false }] as const),
    ),
  );
}
