/** What somebody who mistyped a name may have meant. */

/** Longer names are no slips of the fingers; comparing them costs their product. */
const LONGEST = 64;

/** ` Did you mean a or b?`, to stand after a sentence; empty: nothing is near. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const near = nearest(typed, known);
  return near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
}

/** `; did you mean a or b?`, to stand after a clause; empty: nothing is near. */
export const orMeant = (typed: string, known: Iterable<string>): string =>
  didYouMean(typed, known).replace(/^ D/, '; d');

/** The nearest of them, at most three that are as near. @param most letters that may differ. */
export function nearest(
  typed: string,
  known: Iterable<string>,
  most = Math.max(1, Math.floor(typed.length * 0.4)),
): string[] {
  if (typed.length > LONGEST) return [];
  let best = most;
  let found: string[] = [];
  for (const name of new Set(known)) {
    if (name.length > LONGEST || Math.abs(name.length - typed.length) > best) continue;
    const steps = stepsBetween(typed.toLowerCase(), name.toLowerCase());
    // A word that shares no letter is as far as it can be.
    if (steps > best || steps >= Math.max(typed.length, name.length)) continue;
    found = steps < best ? [name] : [...found, name];
    best = steps;
  }
  return found.sort().slice(0, 3);
}

/** Letters put in, left out, replaced, or swapped with their neighbour. */
function stepsBetween(one: string, other: string): number {
  let [earlier, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= one.length; at += 1) {
    const row = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const isSame = one[at - 1] === other[to - 1];
      const swapped = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      row[to] = Math.min(
        last[to]! + 1,
        row[to - 1]! + 1,
        last[to - 1]! + (isSame ? 0 : 1),
        swapped ? earlier[to - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [earlier, last] = [last, row];
  }
  return last[other.length]!;
}
