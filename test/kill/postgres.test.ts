/** Executors on a ledger in PostgreSQL, killed at each of their ledger writes: each call at most once, and a true end. */
import { expect, it } from 'vitest';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { postgresHere } from '../postgres-here.ts';
import { run, startExecutor, type Trouble } from './harness.ts';

const server = postgresHere();

async function runOn(kind: string, trouble: Trouble | null, afterEnd?: () => Promise<void>) {
  const url = await server().database();
  await migrate(url);
  return run(kind, trouble, startExecutor(), url, afterEnd);
}

it.for(['stack update', 'instance stop'])(
  '%s ends once, and truly, whichever write its executor is killed before or after',
  { timeout: 600_000 },
  async (kind) => {
    const { writes, state, wrong } = await runOn(kind, null);
    expect([state, wrong]).toEqual(['succeeded', []]);
    expect(writes).toBeGreaterThan(3);
    const troubles = Array.from({ length: writes }, (_, index) => index + 1).flatMap((number): Trouble[] => [
      { kind: 'write', number, when: 'before' },
      { kind: 'write', number, when: 'after' },
    ]);
    for (const trouble of troubles) expect((await runOn(kind, trouble)).wrong, JSON.stringify(trouble)).toEqual([]);
  },
);

it('a change of several calls ends once, and truly, at whichever of them its executor and the database are killed', {
  timeout: 600_000,
}, async () => {
  const restarted = async () => {
    await server().kill();
    await server().start();
  };
  const { calls, state, wrong } = await runOn('instance type', null);
  expect([state, wrong]).toEqual(['succeeded', []]);
  expect(calls).toBeGreaterThan(2);
  const ends = new Set<string>();
  for (let number = 1; number <= calls; number += 1)
    for (const when of ['before', 'late', 'after'] as const) {
      const trouble: Trouble = { kind: 'call', number, when };
      const ran = await runOn('instance type', trouble, restarted);
      expect(ran.wrong, JSON.stringify(trouble)).toEqual([]);
      ends.add(ran.state);
    }
  expect(ends.size).toBeGreaterThan(1);
});
