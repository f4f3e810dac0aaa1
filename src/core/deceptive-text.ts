/**
 * Text that shows a person something other than what is there.
 *
 * Scripts: those that are written beside Latin in ordinary names of one language, after the "highly restrictive" level
 * of Unicode TR 39 (from memory). Does not cover: a whole word in a look-alike script.
 */
import type { Effect } from './effect.ts';
import { hidesSomething, withoutStyle } from './render-safe.ts';

const MADE_VISIBLE = /\\u\{([0-9a-f]{1,6})\}/gi;
const PLACEHOLDER = /\{\{resolve:|\$\{|\u{27e6}/u;
const BESIDE_LATIN =
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Common}\p{Script=Inherited}]*$/u;
const SUSPICIOUS = /[^\x20-\x7e]|\\u\{|\{\{|\$\{/;

/** Cheap, and never wrong in the other direction: text that is not suspicious deceives nobody. */
export const isSuspicious = (text: string): boolean => SUSPICIOUS.test(text);

/** What was made visible on the way (`\u{202e}`) was meant to hide, and counts. */
export function deceives(told: string): string | undefined {
  const text = withoutStyle(told);
  const made = text.includes('\\u{')
    ? [...text.matchAll(MADE_VISIBLE)].map(([, hex]) => Number.parseInt(hex!, 16))
    : [];
  const wasHidden = made.some((code) => code <= 0x10ffff && hidesSomething(String.fromCodePoint(code)));
  return wasHidden || hidesSomething(text) ? 'has characters that a person cannot see' : undefined;
}

/** Of identifiers: a name that is another name's double, or none yet. */
export function misnames(text: string): string | undefined {
  if (PLACEHOLDER.test(text)) return 'contains an unresolved placeholder';
  return /\p{Script=Latin}/u.test(text) && !BESIDE_LATIN.test(text) ? 'mixes scripts that look alike' : undefined;
}

const WORD = /[^\s"'`,;=(){}[\]<>|]+/gu;
const BESIDE_NONE =
  /(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}])(?!\p{Script=Latin})\p{L}/gu;

/** SECURITY: letters of another script in a word of Latin ones become `\u{…}`: such a word is another word's double. */
export const withDoublesVisible = (text: string): string =>
  isSuspicious(text)
    ? text.replaceAll(WORD, (word) =>
        misnames(word.replaceAll(/\{\{|\$\{/g, '')) === undefined
          ? word
          : word.replaceAll(BESIDE_NONE, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`),
      )
    : text;
/**
 * All texts of an effect but those that the effect before it has in the same place: much of a large plan repeats
 * itself.
 */
export function textsBesides(before: Effect | undefined, effect: Effect): string {
  const { logicalId, physicalId, owner, type, why, size, properties, marks } = effect;
  let texts = `${logicalId} ${physicalId}`;
  const add = (text: string | undefined, known: string | undefined) => {
    if (text !== known) texts += ` ${text}`;
  };
  add(owner?.name, before?.owner?.name);
  add(type, before?.type);
  add(why, before?.why);
  add(size, before?.size);
  for (const [at, property] of properties.entries()) {
    const known = before?.properties[at];
    add(property.path, known?.path);
    add(property.before, known?.before);
    add(property.after, known?.after);
  }
  for (const [at, mark] of marks.entries()) {
    const known = before?.marks[at];
    add(mark.text, known?.text);
    add(mark.principal, known?.principal);
    add(mark.target?.id, known?.target?.id);
  }
  return texts;
}
