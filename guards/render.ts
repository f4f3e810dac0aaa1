/**
 * Guarantees: what a person reads of a plan is what is there: no control, bidirectional or zero-width characters in
 * any text, no identifier that mixes scripts, no identifier that still stands for another.
 * Does not cover: a whole name in a look-alike script; words that mislead. Texts that were made visible on the way
 * here (`\u{202e}`) are found as well: what had to be made visible was meant to hide.
 */
import { z } from 'zod';
import type { Effect } from '../src/core/effect.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { hidesSomething, makeVisibleLine } from '../src/core/render-safe.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const MADE_VISIBLE = /\\u\{([0-9a-f]{1,6})\}/gi;
const PLACEHOLDER = /\{\{resolve:|\$\{|\u{27e6}/u;
/** Written beside Latin in ordinary names of one language. */
const BESIDE_LATIN =
  /[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Common}\p{Script=Inherited}]/u;

export const render: GuardDefinition<z.infer<typeof options>> = {
  name: 'render',
  rule: 'No control (newline apart), bidirectional or zero-width characters in what a person will read; no mixed-script identifiers; no unresolved aliases.',
  normally: 'deny',
  told: 'the field',
  options,
  create: () => ({
    name: 'render',
    judge(plan) {
      for (const [field, text, isIdentifier] of fieldsOf(plan)) {
        const why = deceives(text) ?? (isIdentifier ? misnames(text) : undefined);
        if (why)
          return deny(
            'render',
            `${field} ${why}: ${makeVisibleLine(text, 120)}.`,
            `Write ${field} in plain characters of one script, and name the thing itself.`,
          );
      }
      return pass('render');
    },
  }),
};

function deceives(text: string): string | undefined {
  const made = text.includes('\\u{')
    ? [...text.matchAll(MADE_VISIBLE)].map(([, hex]) => Number.parseInt(hex!, 16))
    : [];
  const hides =
    hidesSomething(text) || made.some((code) => code <= 0x10ffff && hidesSomething(String.fromCodePoint(code)));
  return hides ? 'has characters that a person cannot see' : undefined;
}

// Most identifiers are ASCII: one look is enough for them.
const ASCII = /^[\x20-\x7e]*$/;

function misnames(text: string): string | undefined {
  if (PLACEHOLDER.test(text)) return 'still stands for something else';
  if (ASCII.test(text) || !/\p{Script=Latin}/u.test(text)) return undefined;
  return [...text].every((character) => BESIDE_LATIN.test(character)) ? undefined : 'mixes scripts that look alike';
}

type Field = [name: string, text: string, isIdentifier: boolean];

function* fieldsOf({ target, effects, notes }: Plan): Generator<Field> {
  yield ['the target', target.name, true];
  for (const id of target.ids) yield ['an id of the target', id, true];
  for (const note of notes) yield ['a note', note, false];
  for (const effect of effects) yield* fieldsOfEffect(effect);
}

function* fieldsOfEffect({
  logicalId,
  physicalId,
  owner,
  type,
  why,
  size,
  properties,
  marks,
}: Effect): Generator<Field> {
  const of = makeVisibleLine(logicalId ?? physicalId ?? type, 80);
  if (logicalId) yield ['the logical id', logicalId, true];
  if (physicalId) yield [`the physical id of ${of}`, physicalId, true];
  if (owner) yield [`the owner of ${of}`, owner.name, true];
  yield [`the type of ${of}`, type, true];
  yield [`the explanation of ${of}`, why, false];
  if (size) yield [`the size of ${of}`, size, false];
  for (const { path, before, after } of properties) {
    yield [`a property path of ${of}`, path.replace(/^Tags\./, ''), true];
    if (before) yield [`${path} of ${of} before`, before, false];
    if (after) yield [`${path} of ${of} after`, after, false];
  }
  for (const { kind, text, principal, target } of marks) {
    yield [`what is said of ${of} (${kind})`, text, false];
    if (principal) yield [`the principal of ${of}`, principal, false];
    if (target) yield [`what ${of} reaches`, target.id, false];
  }
}
