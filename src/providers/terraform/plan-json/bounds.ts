/**
 * What is refused of a plan's JSON before anybody works on it: its depth, names that an object cannot hold, and half
 * characters. Made without garbage, since a plan has hundreds of thousands of values.
 */

/** Deeper than any value of a provider; far less than what recursion needs to fail. */
const MAX_DEPTH = 100;

/** @returns what is wrong, to follow “it”; undefined: nothing. */
export function faultIn(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : 'contains half a character (a lone surrogate)';
  if (value === null || typeof value !== 'object') return undefined;
  if (depth >= MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  for (const key in value) {
    if (key === '__proto__') return 'contains the reserved name __proto__';
    if (!key.isWellFormed()) return 'contains half a character (a lone surrogate)';
    const fault = faultIn((value as Record<string, unknown>)[key], depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
