/**
 * Guarantees: people read the real text of a plan: no text contains control, bidirectional or zero-width characters
 * (even if they were made visible before), and no identifier mixes scripts or contains an unresolved placeholder.
 * Does not cover: a whole name in a script that looks alike; misleading words.
 */
import { z } from 'zod';
import { deceives, isSuspicious, misnames, textsBesides } from '../src/core/deceptive-text.ts';
import type { Effect } from '../src/core/effect.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { makeVisibleLine } from '../src/core/render-safe.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const render: GuardDefinition<z.infer<typeof options>> = {
  name: 'render',
  rule: 'Text that a person will read may contain no control characters (except a newline) and no bidirectional or zero-width characters; identifiers may not mix scripts or contain unresolved placeholders.',
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
            `Write ${field} in plain characters of one script, and without placeholders.`,
          );
      }
      return pass('render');
    },
  }),
};

type Field = [name: string, text: string, isIdentifier: boolean];

function* fieldsOf({ target, effects, notes }: Plan): Generator<Field> {
  yield ['the target', target.name, true];
  for (const id of target.ids) yield ['an id of the target', id, true];
  for (const note of notes) yield ['a note', note, false];
  // Nearly every effect is plain text: one look at all of it, and the fields only of the others.
  for (const [at, effect] of effects.entries())
    if (isSuspicious(textsBesides(effects[at - 1], effect))) yield* fieldsOfEffect(effect);
}

function* fieldsOfEffect(effect: Effect): Generator<Field> {
  const { kind, logicalId = '', physicalId = '', owner, type, why, size = '', properties, marks } = effect;
  const of = makeVisibleLine(logicalId || physicalId || type, 80);
  yield ['the logical id', logicalId, true];
  // The name of what does not exist yet may still be made of names that the provider gives.
  const name = kind === 'create' ? physicalId.replaceAll(/\u{27e6}[^\u{27e7}]*\u{27e7}/gu, '') : physicalId;
  yield [`the physical id of ${of}`, name, true];
  yield [`the owner of ${of}`, owner?.name ?? '', true];
  yield [`the type of ${of}`, type, true];
  yield [`the explanation of ${of}`, why, false];
  yield [`the size of ${of}`, size, false];
  for (const { path, before = '', after = '' } of properties) {
    yield [`a property path of ${of}`, path.replace(/^Tags\./, ''), true];
    yield [`${path} of ${of} before`, before, false];
    yield [`${path} of ${of} after`, after, false];
  }
  for (const { kind: does, text, principal = '', target } of marks) {
    yield [`the note on ${of} (${does})`, text, false];
    yield [`the principal of ${of}`, principal, false];
    yield [`the target that ${of} reaches`, target?.id ?? '', false];
  }
}
