/** When two values are one to CloudFormation. */

/** `512` and `"512"` are one value to CloudFormation, and the order of keys is none (from memory, not from a page). */
export function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? sorted(inner)
      : typeof inner === 'number' || typeof inner === 'boolean'
        ? String(inner)
        : inner,
  );
}
export const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
