/** Text from outside, made safe to show: nothing invisible, nothing that moves the cursor or turns the line. */

// Control characters (newline and tab apart), bidirectional controls, and whatever Unicode says may be ignored when it is
// drawn (zero-width characters, fillers, variation selectors, tags).
const HIDDEN =
  '[\\p{Cc}\\p{Bidi_Control}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\ufff9-\\ufffb\\ufff0-\\ufff8]';
/** Blanks that are no space: they pad a line, or look like one that is not there. Ordinary in some scripts. */
const BLANK = '[\\u2800\\p{Zs}]';
const SEEN = '[ \\n\\t]';
const INVISIBLE = new RegExp(`(?!${SEEN})(?:${HIDDEN}|${BLANK})`, 'gu');
/** How an emoji is drawn: ordinary after one, hidden text anywhere else. */
const EMOJI_STYLE = /(?<=\p{Extended_Pictographic}|[\d#*])(?:[\ufe0e\ufe0f]|\\u\{fe0[ef]\})/gu;
const HIDING = new RegExp(`(?!${SEEN})(?:${HIDDEN}|\\u2800)`, 'u');

/** SECURITY: every such character becomes `\u{…}`, so that what is read is what is there. */
export function makeVisible(text: string, maxCharacters = 2_000): string {
  const visible = text
    .toWellFormed()
    .replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return visible.length > maxCharacters
    ? `${visible.slice(0, maxCharacters)}… (${visible.length} characters)`
    : visible;
}

/** The same of JSON text, in JSON's own escapes: it reads back as it was. */
export function escapeInvisible(json: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(INVISIBLE, (character) =>
    [...Array(character.length).keys()].map((at) => escaped(character[at]!)).join(''),
  );
}

/** On one line: for summaries, tables and anything signed. */
export function makeVisibleLine(text: string, maxCharacters = 500): string {
  return makeVisible(
    makeVisible(text, Number.POSITIVE_INFINITY)
      .replaceAll(/[ \n\t]+/g, ' ')
      .trim(),
    maxCharacters,
  );
}

/** Does this text hide something from its reader? */
export function hidesSomething(text: string): boolean {
  return HIDING.test(withoutStyle(text));
}

/** The same text without the marks that say how an emoji is drawn, also where they were made visible. */
export const withoutStyle = (text: string): string => text.replaceAll(EMOJI_STYLE, '');

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
