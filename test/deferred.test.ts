/** A deferred schema is zod's own, made later: nothing that is parsed may tell them apart. */

import { expect, it } from 'vitest';
import * as zod from 'zod';
import { EVENT_BODIES } from '../src/core/events.ts';
import { planSchema } from '../src/core/plan.ts';
import { later, real } from '../src/deferred.ts';

const isMaker = (value: unknown): value is (...given: never[]) => object => typeof value === 'function';
const late = Object.fromEntries(
  [
    'array',
    'boolean',
    'discriminatedUnion',
    'enum',
    'int',
    'json',
    'literal',
    'number',
    'object',
    'record',
    'strictObject',
    'string',
    'union',
    'unknown',
  ].map((name) => {
    const make = (zod as unknown as Record<string, unknown>)[name];
    if (!isMaker(make)) throw new Error(name);
    return [name, later(name, make)];
  }),
) as unknown as typeof zod;

/** The same shapes, made by zod and made later. */
const shapes = (z: typeof zod) => {
  const size = z.strictObject({ width: z.int().min(1), unit: z.enum(['mm', 'inch']).default('mm') });
  const base = z.object({
    name: z
      .string()
      .regex(/^[a-z]+$/, 'lower case')
      .meta({ names: 'plan' }),
    size,
  });
  const tree = z.object({
    unit: size,
    get inner() {
      return z.array(tree).optional();
    },
  });
  return {
    tree,
    nested: base.extend({ tags: z.record(z.string(), z.string().max(3)).default({}) }).strip(),
    strict: base.strict(),
    part: base.pick({ name: true }),
    unit: z.strictObject(size.shape),
    list: z.array(z.union([z.literal('all'), size])).max(2),
    told: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), one: z.boolean() }),
      z.strictObject({ kind: z.literal('b'), other: z.json().optional() }),
    ]),
    refined: z
      .string()
      .refine((text) => text !== 'no', 'not no')
      .transform((text) => text.length),
    nullish: z.number().nullable().optional(),
  };
};
const GIVEN = [
  {
    unit: { width: 1 },
    inner: [
      { unit: { width: 2 }, inner: [{ unit: { width: 0 } }] },
      { unit: { width: 3 }, more: 1 },
    ],
  },
  { unit: { width: 1 }, inner: [{ unit: { width: 2 }, inner: [] }] },
  undefined,
  null,
  1,
  'no',
  'yes',
  'all',
  [],
  ['all'],
  ['all', { width: 0 }, 'x'],
  {},
  { name: 'ab', size: { width: 2 } },
  { name: 'AB', size: { width: 0, unit: 'mile', more: 1 }, tags: { a: 'long' }, beside: true },
  { width: 3, unit: 'inch' },
  { kind: 'a', one: true },
  { kind: 'b', other: [1, { two: null }] },
  { kind: 'c' },
];
type Shape = keyof ReturnType<typeof shapes>;

it.each(Object.keys(shapes(zod)) as Shape[])('%s takes, refuses and tells what zod’s own does', (name) => {
  const [own, deferred] = [shapes(zod)[name], shapes(late)[name]];
  for (const given of GIVEN) {
    const [theirs, ours] = [own.safeParse(given), deferred.safeParse(given)];
    expect({ ...ours, error: ours.error?.issues }).toEqual({ ...theirs, error: theirs.error?.issues });
  }
  const form = { io: 'input', unrepresentable: 'any' } as const;
  expect(zod.toJSONSchema(real(deferred), form)).toEqual(zod.toJSONSchema(own, form));
});

it('a schema is made when it is first used, with those below it and no others', () => {
  const made: string[] = [];
  const telling = (name: string, make: (...given: never[]) => object) =>
    later(name, (...given: never[]) => {
      made.push(name);
      return make(...given);
    });
  const z = {
    ...late,
    string: telling('string', zod.string as never),
    strictObject: telling('strictObject', zod.strictObject as never),
    int: telling('int', zod.int as never),
  } as unknown as typeof zod;
  const one = z.strictObject({ name: z.string().optional() });
  const other = z.strictObject({ ...one.shape, count: z.int() });
  expect(made).toEqual([]);
  expect(one.safeParse({ name: 'x' }).success).toBe(true);
  expect(made).toEqual(['string', 'strictObject']);
  expect(one instanceof zod.ZodObject).toBe(true);
  expect(other.safeParse({ count: 1.5 }).success).toBe(false);
  expect(made).toEqual(['string', 'strictObject', 'int', 'strictObject']);
});

it('what a schema is asked of what it is made with is no deferred one', () => {
  const made = real(late.strictObject({ list: late.array(late.string()) }));
  expect(made).toBeInstanceOf(zod.ZodObject);
  expect(made.shape.list).toBe(real(made.shape.list));
  expect(real(EVENT_BODIES['change.proposed'])).toBe(EVENT_BODIES['change.proposed']);
  expect(real({ plan: planSchema })).toEqual({ plan: planSchema });
});
