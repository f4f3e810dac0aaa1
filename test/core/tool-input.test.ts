import { describe, expect, it } from 'vitest';
import { parseInput } from '../../src/core/tool-input.ts';
import { tools } from '../../tools/index.ts';

const parse = (name: string, input: unknown) => parseInput(tools.find((tool) => tool.name === name)!, input);
/** A value for each required field, so that what is asked about stands alone. */
const REQUIRED: Record<string, unknown> = {
  stack: 'web',
  workspace: 'network',
  instance_ids: ['i-0123456789abcdef0'],
  action: 'stop',
  instance_id: 'i-0123456789abcdef0',
  instance_type: 't3.large',
  group_id: 'sg-0123456789abcdef0',
  volume_id: 'vol-0123456789abcdef0',
  resource_ids: ['i-0123456789abcdef0'],
  plan_id: 'plan_1',
  change_id: 'chg_1',
  goal: 'fix',
  reason: 'more memory',
};
const isOptional = (field: { safeParse(value: unknown): { success: boolean } }) => field.safeParse(undefined).success;
const least = (tool: (typeof tools)[number]) =>
  Object.fromEntries(
    Object.entries(tool.input.shape)
      .filter(([, field]) => !isOptional(field as never))
      .map(([name]) => [name, REQUIRED[name]]),
  );

describe('null is absent', () => {
  it.each(tools.map((tool) => [tool.name, tool] as const))('in every optional field of %s', (name, tool) => {
    const nulls = Object.fromEntries(Object.keys(tool.input.shape).map((field) => [field, null]));
    expect(parse(name, { ...nulls, ...least(tool) })).toEqual(parse(name, least(tool)));
  });
  it('in the fields of a list’s items', () => {
    const edits = (more: object) => ({ stack: 'web', set: [{ path: 'Resources.A', ...more }] });
    expect(parse('plan_stack_update', edits({ value: 1, remove: null }))).toMatchObject(edits({ value: 1 }));
    expect(parse('plan_stack_update', edits({ value: null, remove: true }))).toMatchObject(edits({ remove: true }));
  });
  it('and not where a value is required, or a name is the caller’s own', () => {
    expect(() => parse('plan_stack_update', { stack: null })).toThrow(/stack: /);
    expect(() => parse('plan_stack_update', { stack: 'web', parameters: { Size: null } })).toThrow(/parameters.Size: /);
  });
});

describe('what is empty gets an answer that says what to do', () => {
  const optional = tools.flatMap((tool) =>
    Object.entries(tool.input.shape)
      .filter(
        ([, field]) =>
          isOptional(field as never) &&
          (field as never as { safeParse(v: unknown): { success: boolean } }).safeParse('x').success,
      )
      .map(([field]) => [tool.name, field, tool] as const),
  );
  it.each(optional)('%s: an empty %s is to be left out', (name, field, tool) => {
    expect(() => parse(name, { ...least(tool), [field]: '' })).toThrow(
      `${field}: must not be empty; leave it out or give a value`,
    );
  });
  it.each([
    ['describe_instances', { instance_ids: [] }, 'instance_ids: must not be empty; leave it out'],
    ['plan_stack_update', { stack: 'web', set: [] }, 'set: must not be empty; leave it out'],
  ])('%s %j', (name, input, message) => {
    expect(() => parse(name, input)).toThrow(message);
  });
  it('where an empty list means none, it is taken', () => {
    expect(parse('plan_tags', { resource_ids: REQUIRED.resource_ids, set: { a: 'b' }, remove: [] })).toMatchObject({
      remove: [],
    });
    expect(parse('describe_stack', { stack: 'web', include: [] })).toMatchObject({ include: [] });
  });
});

describe('names that no tool has', () => {
  it('wait_for_previous, which Gemini CLI adds to every tool, is dropped', () => {
    expect(parse('describe_stack', { stack: 'web', wait_for_previous: true })).toEqual(
      parse('describe_stack', { stack: 'web' }),
    );
  });
  it.each(['wait_for_next', 'Wait_for_previous', '__proto__', 'constructor', 'security_risk'])(
    '%s is refused',
    (name) => {
      expect(() => parse('describe_stack', JSON.parse(`{"stack":"web","${name}":true}`))).toThrow(/input: /);
    },
  );
  it('nor is it taken deeper in an input', () => {
    const set = [{ path: 'Resources.A', value: 1, wait_for_previous: true }];
    expect(() => parse('plan_stack_update', { stack: 'web', set })).toThrow(/set.0: /);
  });
});

it.each([
  ['a string', '{"stack":"web"}'],
  ['a list', [{ stack: 'web' }]],
  ['a number', 1],
])('%s is no input', (_what, input) => {
  expect(() => parse('describe_stack', input)).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID', remedy: expect.stringContaining('takes: stack') }),
  );
});
