/** What is signed can be read: whatever differs between two plans differs in what people are shown of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callSchema } from '../../src/core/call.ts';
import type { Json } from '../../src/core/digest.ts';
import { effectSchema } from '../../src/core/effect.ts';
import type { Plan } from '../../src/core/plan.ts';
import { changePage } from '../../src/render/change-page.ts';
import { layOut } from '../../src/render/layout.ts';
import { contents } from '../../src/review/change.tsx';
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
const sentence = text.map((one) => one.trim().replaceAll(/\s+/g, ' '));
/** What members are made of, where any text at all would be no plan of ours. */
const OF_ITS_KIND: Record<string, fc.Arbitrary<unknown>> = {
  'effects.type': name.map((one) => `AWS::${one}`),
  'effects.logicalId': name,
  'effects.physicalId': name,
  'effects.owner.name': name,
  'effects.why': sentence,
  'effects.retention.attribute': name,
  'effects.tagKeys': fc.array(text, { maxLength: 2 }),
  'effects.recoveryPoint.id': name,
  'effects.recoveryPoint.completedAt': fc.nat(900).map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString()),
  'effects.monthlyUsd': fc.integer({ min: -9_999, max: 9_999 }),
  'effects.properties.path': path,
  'effects.marks.path': path,
  'effects.marks.text': sentence,
  'effects.marks.network.fromPort': fc.nat(9),
  'effects.marks.network.toPort': fc.nat(9),
  'calls.input': fc.dictionary(
    name,
    fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 2 }), fc.record({ Inner: text })),
    { maxKeys: 3 },
  ),
  ...Object.fromEntries(['step', 'service', 'operation', 'account', 'region'].map((key) => [`calls.${key}`, name])),
  'calls.provider': fc.constantFrom('aws', 'toy'),
};

interface Shaped {
  def: { type: string; innerType?: Shaped; element?: Shaped; values?: unknown[] };
  shape?: Record<string, Shaped>;
  options?: unknown[];
}
/** Whatever the schema of a plan's calls and effects takes: a field that is added there is tried here. */
function anyOf(schema: Shaped, at: string): fc.Arbitrary<unknown> {
  const known = OF_ITS_KIND[at];
  const { type, innerType, element, values } = schema.def;
  if (type === 'optional') return anyOf(innerType!, at);
  if (type === 'nullable') return fc.option(anyOf(innerType!, at));
  if (known) return known;
  if (type === 'object') {
    const members = Object.entries(schema.shape!);
    return fc.record(Object.fromEntries(members.map(([key, inner]) => [key, anyOf(inner, `${at}.${key}`)])), {
      requiredKeys: members.flatMap(([key, inner]) => (inner.def.type === 'optional' ? [] : [key])),
    });
  }
  if (type === 'array') return fc.array(anyOf(element!, at), { maxLength: 3 });
  if (type === 'enum') return fc.constantFrom(...schema.options!);
  if (type === 'literal') return fc.constantFrom(...values!);
  if (type === 'boolean') return fc.boolean();
  if (type === 'string') return text;
  throw new Error(`${at} is a ${type}: say here what it is made of`);
}
type Signed = Pick<Plan, 'calls' | 'effects'>;
const signed = fc.record({
  calls: fc.array(anyOf(callSchema as never, 'calls'), { minLength: 1, maxLength: 2 }),
  effects: fc.array(anyOf(effectSchema as never, 'effects'), { minLength: 1, maxLength: 4 }),
}) as fc.Arbitrary<Signed>;

/** Every place in a value: where one thing can be made another. */
function placesIn(value: Json, at: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [at];
  return Object.entries(value).flatMap(([key, inner]) =>
    placesIn(inner as Json, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}
/** What may stand at a place, by the schema; undefined: anything of its own type. */
function optionsAt(place: readonly (string | number)[]): readonly unknown[] | undefined {
  const [part, , ...rest] = place;
  let schema = (part === 'calls' ? callSchema : effectSchema) as unknown as Shaped | undefined;
  for (const key of rest) {
    while (schema?.def.innerType) schema = schema.def.innerType;
    schema = typeof key === 'number' ? schema?.def.element : schema?.shape?.[key];
  }
  while (schema?.def.innerType) schema = schema.def.innerType;
  return schema?.def.type === 'literal' ? schema.def.values : schema?.options;
}
/** undefined: it can be nothing else. */
function another(value: unknown, options: readonly unknown[] | undefined): unknown {
  if (options) return options.find((one) => one !== value);
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  return Number.isNaN(Date.parse(String(value))) || !/^\d{4}-/.test(String(value))
    ? `${value}~`
    : new Date(Date.parse(String(value)) + 86_400_000).toISOString();
}
function otherAt(
  value: unknown,
  [key, ...rest]: (string | number)[],
  options: readonly unknown[] | undefined,
): unknown {
  if (key === undefined) return another(value, options);
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  (copy as Record<string | number, unknown>)[key] = otherAt(
    (value as Record<string | number, unknown>)[key],
    rest,
    options,
  );
  return copy;
}
/** As it stands: the builder of plans works some of an effect out by itself. */
const ofPlan = (plan: Signed, reason = 'as asked') => {
  const over = { ...plan, observed: { identity: { account: '1', arn: 'a' } } };
  const subject = subjectOf(over, undefined, null, { reason });
  return { ...subject, plan: { ...subject.plan, ...plan } };
};
const shown = (plan: Signed, width: number) => layOut(changePage(ofPlan(plan)), width).join('\n');

/** The same on the page: its text, with what stands apart kept apart. */
const onPage = (plan: Signed) => {
  const subject = ofPlan(plan);
  return [...contents(subject, changePage(subject))].map((one) => String(one).replaceAll(/<[^>]*>/g, '|')).join('');
};

describe('two plans that differ', () => {
  it('in one value anywhere in calls or effects are shown differently on the page', () => {
    fc.assert(
      fc.property(signed, fc.nat(), (plan, which) => {
        const places = placesIn(plan as unknown as Json);
        const place = places[which % places.length]!;
        const options = optionsAt(place);
        if (options?.length === 1) return;
        const other = otherAt(plan, place, options) as Signed;
        expect(onPage(other), place.join('.')).not.toBe(onPage(plan));
      }),
      { numRuns: 200 },
    );
  });

  it.each([80, 200])('in one value anywhere in calls or effects are shown differently at %i columns', (width) => {
    fc.assert(
      fc.property(signed, fc.nat(), (plan, which) => {
        const places = placesIn(plan as unknown as Json);
        const place = places[which % places.length]!;
        const options = optionsAt(place);
        if (options?.length === 1) return;
        const other = otherAt(plan, place, options) as Signed;
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
        const isOptional = (key: string) =>
          (effectSchema.shape as unknown as Record<string, Shaped>)[key]?.def.type === 'optional';
        const present = Object.keys(changed).filter((key) =>
          Array.isArray(changed[key]) ? changed[key].length > 0 : isOptional(key),
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
      const subject = ofPlan(plan, reason);
      for (const line of layOut(changePage(subject), width))
        expect([...line].length, line).toBeLessThanOrEqual(width + 1);
    }),
    { numRuns: 150 },
  );
});
