/** Of entries of types, by their type, in their order. */
export function byType<T>(entries: Iterable<readonly [type: string, entry: T]>): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const [type, entry] of entries) {
    const before = found.get(type);
    if (before) before.push(entry);
    else found.set(type, [entry]);
  }
  return found;
}
