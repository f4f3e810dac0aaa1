/** A ledger whose answer to a commit is lost: what was recorded may be there, and it is told and treated so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordDurably } from '../../src/core/durable.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const unanswered = () =>
  new CountersignError('LEDGER_OUTCOME_UNKNOWN', 'It is not known whether it was recorded.', 'Look.');
const kindsOf = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);

/** The answer to the first commit with an event of this kind is lost. @param isDone it was carried out. */
function losing(kind: string, isDone: boolean): (home: string) => OpenLedger {
  let isLost = false;
  return (home) => {
    const ledger = openLedger(home);
    async function lost<T>(run: () => Promise<T>): Promise<T> {
      isLost = true;
      if (isDone) await run();
      throw unanswered();
    }
    return {
      ...ledger,
      append: (event) => (event.kind === kind && !isLost ? lost(() => ledger.append(event)) : ledger.append(event)),
      async transact(decide) {
        let isMet = false;
        const run = () =>
          ledger.transact((tx) =>
            decide({
              ...tx,
              append(event) {
                isMet ||= event.kind === kind;
                return tx.append(event);
              },
            }),
          );
        if (isLost) return run();
        if (isDone) {
          const result = await run();
          if (!isMet) return result;
          isLost = true;
          throw unanswered();
        }
        return ledger.transact(async (tx) => {
          const result = await decide({
            ...tx,
            append(event) {
              isMet ||= event.kind === kind;
              return tx.append(event);
            },
          });
          if (!isMet) return result;
          isLost = true;
          throw unanswered();
        });
      },
    };
  };
}

describe.each([true, false])('an answer that is lost, of what was carried out: %s', (isDone) => {
  it('is recorded once, however often it is tried', async () => {
    const app = await world.another({ openLedger: losing('change.progress', isDone) });
    const event = { kind: 'change.progress' as const, changeId: 'chg_a', body: { text: 'half' } };
    await recordDurably({ ledger: app.ledger, onProgress: () => undefined }, event);
    expect(await kindsOf('chg_a')).toEqual(['change.progress']);
    await recordDurably({ ledger: app.ledger, onProgress: () => undefined }, event);
    expect(await kindsOf('chg_a')).toHaveLength(2);
  });

  it.each(['call.returned', 'change.progress', 'change.finished'])(
    'lets a change end as it ended, with each event once, when it was the answer to %s',
    async (kind) => {
      const id = await signedByAll(world, world.app, await proposeFix(world));
      const app = await world.another({ openLedger: losing(kind, isDone) });
      expect((await app.executor.run(id)).state).toBe('succeeded');
      const kinds = await kindsOf(id);
      for (const one of ['change.executing', 'call.intended', 'call.returned', 'change.finished'])
        expect(kinds.filter((other) => other === one)).toEqual([one]);
      expect(await verifyLedger(world.home)).toMatchObject({ ok: true });
    },
  );

  it('is not told as a change that was left approved, when it was the answer to its lock', async () => {
    const id = await signedByAll(world, world.app, await proposeFix(world));
    const app = await world.another({ openLedger: losing('change.executing', isDone) });
    const error = await app.executor.run(id).catch((thrown: unknown) => thrown as CountersignError);
    expect(error).toMatchObject({ code: 'LEDGER_OUTCOME_UNKNOWN' });
    expect((error as CountersignError).remedyForPeople).not.toContain('stays approved');
    expect(world.writes()).toEqual([]);
    if (!isDone) return expect((await world.execute(id)).state).toBe('succeeded');
    world.age(17);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
    expect(world.writes()).toEqual([]);
  });
});
