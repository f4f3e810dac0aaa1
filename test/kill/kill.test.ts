/** A slice of `npm run campaign:kill`: real processes, killed where most is at stake. Its numbers are in docs/results/kill.md. */
import { expect, it } from 'vitest';
import { ANSWERS } from './answers.ts';
import { run, type Trouble } from './harness.ts';

const TROUBLES: [string, Trouble, string][] = [
  // The first write is the lock with the intent of the first call.
  ['stack update', { kind: 'write', number: 1, when: 'after' }, 'failed'],
  ['stack update', { kind: 'call', number: 1, when: 'late' }, 'succeeded'],
  ['instance stop', { kind: 'call', number: 2, when: 'after' }, 'succeeded'],
  ['tags', { kind: 'answer', number: 2, when: 'after', answer: ANSWERS[0]!.answer }, 'closed'],
];

it.each(TROUBLES)('%s, with %j: it ends once, and truly', { timeout: 180_000 }, async (kind, trouble, end) => {
  const { state, wrong } = await run(kind, trouble);
  expect(wrong).toEqual([]);
  expect(state).toBe(end);
});
