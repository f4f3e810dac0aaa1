/** What became of an apply, by the lines and the state that a killed or slow run may leave. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/providers/terraform/copy.ts';
import type { PlannedChange } from '../../../src/providers/terraform/draft.ts';
import { outcomeOf } from '../../../src/providers/terraform/outcome.ts';
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
