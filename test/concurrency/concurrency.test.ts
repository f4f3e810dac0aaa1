/** Short, by count and not by clock; `npm run campaign:concurrency` runs it for a minute with eight processes. */
import { expect, it } from 'vitest';
import { runConcurrently } from './campaign.ts';

it('three processes on five targets: nothing is carried out twice, lost or left locked, and the ledger verifies', {
  timeout: 240_000,
}, async () => {
  const { problems, succeeded, writes, proposed } = await runConcurrently({
    processes: 3,
    rounds: 3,
    seed: 20_261_128,
  });
  expect(problems).toEqual([]);
  expect(proposed).toBeGreaterThan(0);
  expect(succeeded).toBeGreaterThan(0);
  expect(writes).toBe(succeeded);
});
