/** What is signed can be read: whatever differs between two plans differs in what people are shown of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/digest.ts';
import { EFFECT_KINDS, type Effect, REVERSIBILITIES } from '../../src/core/effect.ts';
import { MARK_KINDS } from '../../src/core/mark.ts';
import type { Plan } from '../../src/core/plan.ts';
import { changePage } from '../../src/render/change-page.ts';
import { layOut } from '../../src/render/layout.ts';
import { call } from '../guards/builders.ts';
import { subjectOf } from './builders.ts';

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.stringMatching(/^[a-zA-Z. :/"→–-]{1,60}$/),
  fc.constantFrom('–', 'none', ' ', '  ', '"', '\\n', '\n', '→', 'a → b', '(nothing)'),
  fc
    .tuple(fc.stringMatching(/^[a-z ]{150,400}$/), fc.string({ maxLength: 4 }), fc.stringMatching(/^[a-z ]{50,200}$/))
    .map((parts) => parts.join('')),
);
const name = fc.stringMatching(/^[A-Z][a-zA-Z0-9]{0,12}$/);
const path = fc
  .tuple(fc.constantFrom('Properties.', 'Metadata.', 'Tags.', 'Properties.Tags.', ''), name)
  .map((parts) => parts.join(''));
const property = fc.record(
  { path, before: text, after: text, replaces: fc.constantFrom('never', 'always', 'conditional', 'unknown') },
  { requiredKeys: ['path', 'replaces'] },
);
const mark = fc.record(
  {
    kind: fc.constantFrom(...MARK_KINDS),
    path,
    text: text.map((one) => one.trim().replaceAll(/\s+/g, ' ')),
    bound: fc.constantFrom('own_stack', 'unbounded', 'direct_api'),
    principal: text,
    target: fc.record({ id: text, stack: fc.option(text) }, { requiredKeys: ['id'] }),
    reads: fc.constantFrom('code', 'value'),
    network: fc.record({ range: text, protocol: text, fromPort: fc.nat(9), toPort: fc.nat(9) }),
  },
  { requiredKeys: ['kind', 'path', 'text'] },
);
const effect = fc.record(
  {
    kind: fc.constantFrom(...EFFECT_KINDS),
    type: name.map((one) => `AWS::${one}`),
    logicalId: name,
    physicalId: name,
    owner: fc.record({ kind: fc.constantFrom('stack', 'auto_scaling_group'), name }),
    holds: fc.constantFrom('data', 'identity', 'nothing', 'unknown'),
    interrupts: fc.constantFrom('no', 'yes', 'unknown'),
    reversibility: fc.constantFrom(...REVERSIBILITIES),
    retention: fc.record({
      attribute: fc.constantFrom('DeletionPolicy', 'none'),
      effective: fc.constantFrom('Delete', 'Retain'),
    }),
    revision: fc.boolean(),
    properties: fc.array(property, { maxLength: 3 }),
    marks: fc.array(mark, { maxLength: 2 }),
    size: text,
    why: text.map((one) => one.trim().replaceAll(/\s+/g, ' ')),
  },
  {
    requiredKeys: [
      'kind',
      'type',
      'logicalId',
      'holds',
      'interrupts',
      'reversibility',
      'revision',
      'properties',
      'marks',
      'why',
    ],
  },
) as unknown as fc.Arbitrary<Effect>;
const calls = fc.array(
  fc
    .tuple(name, fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }))
    .map(([operation, input]) => call(operation, input as never)),
  { minLength: 1, maxLength: 2 },
);
type Signed = Pick<Plan, 'calls' | 'effects'>;
const signed: fc.Arbitrary<Signed> = fc.record({ calls, effects: fc.array(effect, { minLength: 1, maxLength: 4 }) });

/** Every place in a value: where one thing can be made another. */
function placesIn(value: Json, at: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [at];
  return Object.entries(value).flatMap(([key, inner]) =>
    placesIn(inner as Json, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}
function otherAt(value: unknown, [key, ...rest]: (string | number)[]): unknown {
  if (key === undefined)
    return typeof value === 'number'
      ? value + 1
      : typeof value === 'boolean'
        ? !value
        : value === null
          ? 'x'
          : `${value}~`;
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  (copy as Record<string | number, unknown>)[key] = otherAt((value as Record<string | number, unknown>)[key], rest);
  return copy;
}
const shown = (plan: Signed, width: number) =>
  layOut(changePage(subjectOf({ ...plan, observed: { identity: { account: '1', arn: 'a' } } })), width).join('\n');

describe('two plans that differ', () => {
  it.each([80, 200])('in one value anywhere in calls or effects are shown differently at %i columns', (width) => {
    fc.assert(
      fc.property(signed, fc.nat(), (plan, which) => {
        const places = placesIn(plan as unknown as Json);
        const place = places[which % places.length]!;
        const other = otherAt(plan, place) as Signed;
        expect(shown(other, width), place.join('.')).not.toBe(shown(plan, width));
      }),
      { numRuns: 400 },
    );
  });

  it('in one part that is there or not are shown differently', () => {
    fc.assert(
      fc.property(signed, fc.nat(), fc.nat(), (plan, first, second) => {
        const effects = plan.effects.map((one) => structuredClone(one));
        const changed = effects[first % effects.length]! as unknown as Record<string, unknown>;
        const present = ['properties', 'marks', 'physicalId', 'owner', 'retention', 'size'].filter((key) =>
          Array.isArray(changed[key]) ? changed[key].length > 0 : changed[key] !== undefined,
        );
        if (present.length === 0) return;
        const key = present[second % present.length]!;
        if (Array.isArray(changed[key])) changed[key] = changed[key].slice(1);
        else delete changed[key];
        expect(shown({ ...plan, effects }, 80), key).not.toBe(shown(plan, 80));
        expect(shown({ ...plan, effects: plan.effects.slice(1) }, 80)).not.toBe(shown(plan, 80));
      }),
      { numRuns: 200 },
    );
  });
});

it('no line is longer than the width, and none that goes on stands where lines begin', () => {
  fc.assert(
    fc.property(signed, fc.integer({ min: 40, max: 200 }), text, (plan, width, reason) => {
      const subject = subjectOf(plan, undefined, null, { reason });
      for (const line of layOut(changePage(subject), width))
        expect([...line].length, line).toBeLessThanOrEqual(width + 1);
    }),
    { numRuns: 150 },
  );
});
