import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { bodyOf, EVENT_BODIES, type EventKind, eventsOf, type LedgerEvent } from '../../src/core/events.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const event = (kind: string, body: unknown): LedgerEvent => ({ seq: 7, at: '2026-11-24T00:00:00.000Z', kind, body });
const viewOf = (...events: LedgerEvent[]) => ({ events: async () => events });

it('everything that a change writes on its road is in the vocabulary, with every key of it', async () => {
  const id = await proposeFix(world);
  await approve(world.app, id, {
    decision: 'approve',
    key: world.keyOf('bob'),
    as: 'bob',
    confirm: (await world.app.changes.find(id)).target.name,
  });
  await world.execute(id);
  await world.call('describe_stack', { stack: 7 });
  const other = await proposeFix(world, 2048);
  await world.call('withdraw_change', { change_id: other });
  const events = await world.app.ledger.events();
  expect(new Set(events.map(({ kind }) => kind)).size).toBeGreaterThan(10);
  for (const written of events) {
    expect(Object.keys(EVENT_BODIES)).toContain(written.kind);
    expect(bodyOf(written.kind as EventKind, written)).toEqual(written.body);
  }
});

describe('an event of another version', () => {
  it('of a kind that only a newer one knows is passed over', async () => {
    const events = await eventsOf(viewOf(event('change.teleported', { to: 'mars' }), event('halted', { by: ['a'] })), [
      'halted',
    ]);
    expect(events).toMatchObject([{ kind: 'halted', body: { by: ['a'] } }]);
  });

  it('with keys that only a newer one knows is read without them, however deep they stand', async () => {
    await proposeFix(world);
    const [proposed] = await world.app.ledger.events({ kinds: ['change.proposed'] });
    const body = structuredClone(proposed!.body) as Record<string, Record<string, unknown>>;
    const newer = {
      ...body,
      extra: 1,
      target: { ...body.target, extra: 1 },
      sums: { ...body.sums, extra: 1 },
      judgement: {
        ...body.judgement,
        extra: 1,
        verdicts: (body.judgement!.verdicts as object[]).map((verdict) => ({ ...verdict, extra: 1 })),
      },
    };
    expect(bodyOf('change.proposed', event('change.proposed', newer))).toEqual(body);
  });

  it('without the keys that an older one did not write is read', async () => {
    await proposeFix(world);
    const [made] = await world.app.ledger.events({ kinds: ['plan.made'] });
    const { excluded: _, changeSet: __, expiresAt: ___, ...older } = made!.body as Record<string, unknown>;
    expect(bodyOf('plan.made', event('plan.made', older))).toMatchObject({
      excluded: [],
      changeSet: null,
      expiresAt: '',
      target: { name: STACK },
    });
    expect(bodyOf('halted', event('halted', {}))).toEqual({ by: [] });
  });

  it('whose body is none of its kind is refused, with its number', () => {
    expect(() => bodyOf('change.executing', event('change.executing', { target: 'all' }))).toThrow(
      expect.objectContaining({ code: 'LEDGER_TAMPERED', message: expect.stringContaining('Event 7') }),
    );
  });
});
