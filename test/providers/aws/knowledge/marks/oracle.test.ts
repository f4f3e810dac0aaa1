import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compare, pairs } from './policy-pairs.ts';

it('is never narrower than another implementation of IAM, on generated pairs of policies', async () => {
  const outcome = await compare(fc.sample(pairs, { numRuns: 300, seed: 6 }));
  expect(outcome.newlyAllowed).toBeGreaterThan(30);
  expect(outcome.missed).toEqual([]);
  expect(outcome.untold).toEqual([]);
});
