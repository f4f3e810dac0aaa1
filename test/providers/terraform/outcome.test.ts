/** What became of an apply, by the lines and the state that a killed or slow run may leave. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/providers/terraform/copy.ts';
import type { PlannedChange } from '../../../src/providers/terraform/draft.ts';
import { type Facts, outcomeOf } from '../../../src/providers/terraform/outcome.ts';
import { readState } from '../../../src/providers/terraform/state.ts';

interface Instance {
  id: string;
  deposed?: string;
  tainted?: boolean;
}
const stateOf = (instances: readonly Instance[], serial = 2) =>
  readState(
    JSON.stringify({
      version: 4,
      lineage: 'l',
      serial,
      resources: [
        {
          mode: 'managed',
          type: 'acme_disk',
          name: 'a',
          instances: instances.map(({ id, deposed, tainted }) => ({
            attributes: { id, name: 'n' },
            ...(deposed ? { deposed } : {}),
            ...(tainted ? { status: 'tainted' } : {}),
          })),
        },
      ],
    }),
  );
const A = 'acme_disk.a';
const line = (type: 'start' | 'complete' | 'errored', action: string, id?: string): Message => ({
  type: `apply_${type}`,
  hook: { resource: { addr: A }, action, ...(id === undefined ? {} : { id_key: 'id', id_value: id }) },
});
const told = (
  does: PlannedChange['does'],
  messages: readonly Message[],
  now: readonly Instance[],
  more: readonly PlannedChange[] = [],
) => {
  const signed = stateOf([{ id: 'old' }], 1);
  const { state, detail } = outcomeOf({
    changes: [{ address: A, does }, ...more],
    messages,
    errors: '',
    hasFailed: false,
    signed,
    now: stateOf(now),
    hasUnsaved: false,
    linesMayBeLost: false,
  });
  return `${state}: ${detail}`;
};

describe('a replacement', () => {
  const destroyed = [line('start', 'delete', 'old'), line('complete', 'delete')];
  const made = [line('start', 'create'), line('complete', 'create', 'new')];
  it('is done when both halves are, and the state has the new object', () => {
    expect(told('make', [...destroyed, ...made], [{ id: 'new' }])).toMatch(/^succeeded: Applied: acme_disk\.a\./);
    expect(told('make', [...made, ...destroyed], [{ id: 'new' }])).toMatch(/^succeeded/);
  });
  it('is not known when it was killed while the new object was made', () => {
    expect(told('make', [...destroyed, line('start', 'create')], [])).toMatch(/^unknown: Begun, with an unknown end/);
  });
  it('is not known when it was killed while the old object was removed', () => {
    const lines = [...made, line('start', 'delete', 'old')];
    expect(told('make', lines, [{ id: 'new' }, { id: 'old', deposed: 'd1' }])).toMatch(/^unknown: Begun/);
    expect(told('make', lines, [{ id: 'new' }])).toMatch(/^unknown: Begun/);
  });
  it('is a half of it when the old object is left in the state', () => {
    expect(told('make', made, [{ id: 'new' }, { id: 'old', deposed: 'd1' }])).toMatch(
      /^failed: Applied, with the old object left behind: acme_disk\.a\./,
    );
  });
  it('is in no state when the state has the old object still, though it was written meanwhile', () => {
    expect(told('make', [...destroyed, ...made], [{ id: 'old' }])).toMatch(/^unknown: Applied, but not in the state/);
  });
});

it('a creation is in no state when the state has another object under its address', () => {
  const lines = [line('start', 'create'), line('complete', 'create', 'new')];
  expect(told('make', lines, [{ id: 'new' }])).toMatch(/^succeeded/);
  expect(told('make', lines, [{ id: 'other' }])).toMatch(/^unknown: Applied, but not in the state/);
  expect(told('make', lines, [{ id: 'new', tainted: true }])).toMatch(/^unknown/);
});

it('an object that is left of an earlier run is told apart from the one that is changed', () => {
  const left: PlannedChange = { address: `${A} (deposed d1)`, does: 'remove' };
  const updated = [line('start', 'update'), line('complete', 'update', 'old')];
  expect(
    told('update', [...updated, line('start', 'delete')], [{ id: 'old' }, { id: 'x', deposed: 'd1' }], [left]),
  ).toBe('unknown: Applied: acme_disk.a. Begun, with an unknown end: acme_disk.a (deposed d1).');
  expect(
    told(
      'update',
      [line('start', 'update'), line('start', 'delete'), line('complete', 'delete')],
      [{ id: 'old' }],
      [left],
    ),
  ).toBe('unknown: Applied: acme_disk.a (deposed d1). Begun, with an unknown end: acme_disk.a.');
});

describe('of what the lines and the state say together', () => {
  const B = 'acme_disk.b';
  const STATE = { version: 4, lineage: 'l', serial: 1, resources: [] };
  const state = (over: object = {}) => readState(JSON.stringify({ ...STATE, ...over }));
  const resource = (name: string, attributes: object = { id: name }, more: object = {}) => ({
    mode: 'managed',
    type: 'acme_disk',
    name,
    instances: [{ attributes, ...more }],
  });
  const [signed, wrote] = [state(), state({ serial: 2 })];
  const facts = (over: Partial<Facts>): Facts => ({
    changes: [],
    messages: [],
    errors: '',
    hasFailed: false,
    signed,
    now: wrote,
    hasUnsaved: false,
    linesMayBeLost: false,
    ...over,
  });
  const b = (type: 'start' | 'complete' | 'errored', action: string, more: object = {}): Message => ({
    type: `apply_${type}`,
    hook: { resource: { addr: B }, action, ...more },
  });
  const change = (does: PlannedChange['does'], address = B): PlannedChange => ({ address, does });
  const BEGUN = [b('start', 'update')];
  const FACTS: [name: string, Partial<Facts>, state: string, acted: boolean, detail: string][] = [
    [
      'no line and no other state: nothing',
      { changes: [change('update')], now: signed },
      'failed',
      false,
      'Nothing was applied.',
    ],
    [
      'with why',
      { changes: [change('update')], now: signed, errors: 'no login. ' },
      'failed',
      false,
      'Nothing was applied. no login.',
    ],
    [
      'a machine that was restarted may have lost lines',
      { changes: [change('update')], now: signed, linesMayBeLost: true },
      'unknown',
      true,
      'Begun, with an unknown end: acme_disk.b.',
    ],
    [
      'and there, nothing to change says nothing',
      { changes: [], now: signed, linesMayBeLost: true },
      'unknown',
      true,
      'The machine was restarted, and the lines of the apply may be lost.',
    ],
    [
      'outputs alone',
      { now: signed, messages: [{ type: 'change_summary', changes: { operation: 'apply' } }] },
      'succeeded',
      true,
      ' The state has serial 1.',
    ],
    [
      'the summary of a plan is none of an apply',
      { now: signed, messages: [{ type: 'change_summary', changes: { operation: 'plan' } }] },
      'failed',
      false,
      'Nothing was applied.',
    ],
    [
      'all done, and a condition does not hold',
      { changes: [change('remove')], hasFailed: true, errors: 'a condition' },
      'failed',
      true,
      'Applied: acme_disk.b. a condition.',
    ],
    [
      'what leaves the state needs no line',
      { changes: [change('remove')] },
      'succeeded',
      true,
      'Applied: acme_disk.b. The state has serial 2.',
    ],
    [
      'what is renamed neither',
      { changes: [change('move')], now: state({ serial: 2, resources: [resource('b')] }) },
      'succeeded',
      true,
      'Applied: acme_disk.b. The state has serial 2.',
    ],
    [
      'a new name that is not there is not begun',
      { changes: [change('move')] },
      'failed',
      true,
      'Not begun: acme_disk.b.',
    ],
    [
      'an update needs one',
      { changes: [change('update')], now: state({ serial: 2, resources: [resource('b')] }) },
      'failed',
      true,
      'Not begun: acme_disk.b.',
    ],
    [
      'a removal that was begun, and is gone',
      { changes: [change('remove')], messages: [b('start', 'delete')] },
      'succeeded',
      true,
      'Applied: acme_disk.b. The state has serial 2.',
    ],
    [
      'a removal that was begun, in a state that nobody wrote',
      { changes: [change('remove')], messages: [b('start', 'delete')], now: signed },
      'unknown',
      true,
      'Begun, with an unknown end: acme_disk.b.',
    ],
    [
      'an error of one, and one that was not begun',
      {
        changes: [change('update'), change('update', 'acme_disk.c')],
        messages: [b('start', 'update'), b('errored', 'update')],
        errors: 'why',
      },
      'failed',
      true,
      'Failed: acme_disk.b. Not begun: acme_disk.c. why.',
    ],
    [
      'a line of another address counts for that one',
      { changes: [change('update', 'acme_disk.c')], messages: [b('start', 'update')] },
      'failed',
      true,
      'Not begun: acme_disk.c.',
    ],
    [
      'the cloud says that it is done',
      { changes: [change('update')], messages: BEGUN, inCloud: new Map([[B, 'done']]) },
      'succeeded',
      true,
      'Applied: acme_disk.b. (The cloud was asked, too.) The state has serial 2.',
    ],
    [
      'the cloud says that it is not',
      { changes: [change('update')], messages: BEGUN, inCloud: new Map([[B, 'failed']]) },
      'failed',
      true,
      'Failed: acme_disk.b. (The cloud was asked, too.)',
    ],
    [
      'the cloud is not asked of what the lines say',
      {
        changes: [change('remove')],
        messages: [b('start', 'delete'), b('complete', 'delete')],
        inCloud: new Map([[B, 'failed']]),
      },
      'succeeded',
      true,
      'Applied: acme_disk.b. (The cloud was asked, too.) The state has serial 2.',
    ],
  ];
  it.each(FACTS)('%s', (_name, over, is, acted, detail) => {
    expect(outcomeOf(facts(over))).toMatchObject({ state: is, acted, detail });
  });

  it('another lineage, and a state that lies beside, are unknown whatever the lines say', () => {
    const done = { changes: [change('remove')], messages: [b('start', 'delete'), b('complete', 'delete')] };
    expect(outcomeOf(facts({ ...done, now: state({ lineage: 'other' }) }))).toMatchObject({
      state: 'unknown',
      acted: true,
    });
    expect(outcomeOf(facts({ ...done, hasUnsaved: true }))).toMatchObject({ state: 'unknown', acted: true });
    const first = { ...done, signed: readState('') };
    expect(outcomeOf(facts({ ...first, now: state({ lineage: 'new' }) }))).toMatchObject({ state: 'succeeded' });
  });

  it('only what was begun without an end is left open for the cloud, and nothing while the state lies beside', () => {
    const over = { changes: [change('update'), change('remove', 'acme_disk.c')], messages: BEGUN };
    expect(outcomeOf(facts(over)).open.map(({ address }) => address)).toEqual([B]);
    expect(outcomeOf(facts({ ...over, hasUnsaved: true })).open).toEqual([]);
    expect(outcomeOf(facts({ changes: [change('remove')] })).open).toEqual([]);
  });

  it.each<[string, object, object, string]>([
    ['by its name', { id_key: 'name', id_value: 'new' }, { name: 'old' }, 'unknown'],
    ['by its name, as it is', { id_key: 'name', id_value: 'new' }, { name: 'new' }, 'succeeded'],
    ['by what is not kept', { id_key: 'tags.Name', id_value: 'new' }, { id: 'x', name: 'y' }, 'succeeded'],
    ['by an id that the state does not have', { id_key: 'id', id_value: 'new' }, {}, 'succeeded'],
  ])('the object that was made is known again %s', (_name, told, attributes, is) => {
    const messages = [b('start', 'create'), b('complete', 'create', told)];
    const now = state({ serial: 2, resources: [resource('b', attributes)] });
    expect(outcomeOf(facts({ changes: [change('make')], messages, now }))).toMatchObject({ state: is });
  });

  it('the old object of a replacement is left, and not one that has a change of its own, or another address', () => {
    const messages = [b('start', 'create'), b('complete', 'create')];
    const left = {
      mode: 'managed',
      type: 'acme_disk',
      name: 'b',
      instances: [{ attributes: {} }, { attributes: {}, deposed: 'd1' }],
    };
    const now = state({ serial: 2, resources: [left] });
    expect(outcomeOf(facts({ changes: [change('make')], messages, now })).detail).toMatch(/old object left behind/);
    const own = change('remove', `${B} (deposed d1)`);
    expect(outcomeOf(facts({ changes: [change('make'), own], messages, now })).detail).toMatch(
      /^Applied: acme_disk\.b\. Not begun/,
    );
    const other = state({ serial: 2, resources: [resource('b'), { ...left, name: 'c' }] });
    expect(outcomeOf(facts({ changes: [change('make')], messages, now: other })).state).toBe('succeeded');
    // In place, nothing is left of it.
    const updated = [b('start', 'update'), b('complete', 'update')];
    expect(outcomeOf(facts({ changes: [change('update')], messages: updated, now })).state).toBe('succeeded');
  });
});
