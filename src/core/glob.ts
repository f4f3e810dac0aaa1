/**
 * Wildcards: `*` is any text, `?` one character, everything else itself; anchored at both ends.
 *
 * INVARIANT: no regular expression is made of a pattern. A match takes at most pattern × text steps, so that no text of
 * an agent or of the cloud can hold the process.
 */

/** AWS's own bound for an ARN. */
export const MAX_PATTERN_CHARACTERS = 2_048;

export interface MatchOptions {
  /** May `?` stand for this character? Default: for any. */
  isOne?: (character: string) => boolean;
  /** Counts the comparisons, for whoever watches the cost. */
  steps?: { count: number };
}

const any = () => true;

/** A pattern over `MAX_PATTERN_CHARACTERS` matches nothing but itself. Characters are UTF-16 code units. */
export function matchesGlob(pattern: string, text: string, { isOne = any, steps }: MatchOptions = {}): boolean {
  if (pattern === text) return true;
  if (pattern.length > MAX_PATTERN_CHARACTERS) return false;
  let at = 0;
  let inText = 0;
  /** Where to go on when what follows the last star does not fit: only that star is ever widened. */
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    if (steps) steps.count += 1;
    const wanted = pattern[at];
    const character = text[inText]!;
    if (wanted === '*') {
      star = at;
      starText = inText;
      at += 1;
    } else if (wanted === '?' ? isOne(character) : wanted === character) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      at = star + 1;
      starText += 1;
      inText = starText;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
