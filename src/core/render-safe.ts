/** Text from outside, made safe to show: nothing invisible, nothing that moves the cursor or turns the line. */

// Control characters (newline and tab apart), bidirectional controls, zero-width and other invisible characters.
const INVISIBLE =
  /\u034f|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** SECURITY: every such character becomes `\u{…}`, so that what is read is what is there. */
export function makeVisible(text: string, maxCharacters = 2_000): string {
  const visible = text
    .toWellFormed()
    .replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return visible.length > maxCharacters
    ? `${visible.slice(0, maxCharacters)}… (${visible.length} characters)`
    : visible;
}

/** On one line: for summaries, tables and anything signed. */
export function makeVisibleLine(text: string, maxCharacters = 500): string {
  return makeVisible(text.replaceAll(/\s+/g, ' ').trim(), maxCharacters);
}

/** Does this text hide something from its reader? */
export function hidesSomething(text: string): boolean {
  return text.search(INVISIBLE) >= 0;
}

/** Every text in an answer, and every name of a field: whatever was read from outside on the way hides nothing. */
export function makeAllVisible<T>(value: T): T {
  if (typeof value === 'string')
    return (hidesSomething(value) ? makeVisible(value, Number.POSITIVE_INFINITY) : value) as T;
  if (Array.isArray(value)) return value.map(makeAllVisible) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [makeAllVisible(key), makeAllVisible(inner)]),
  ) as T;
}
