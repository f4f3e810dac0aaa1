/** The model of the road's end: it holds as built in every state that can be reached, and each seeded fault is found. */
import { expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { AS_BUILT, checkModel, FAULTS, hasSpin } from './check.ts';

const isHere = hasSpin();

for (const options of AS_BUILT)
  it(`holds as built: ${options.join(' ')}`, { timeout: 600_000 }, async (context) => {
    needs(context, 'spin', isHere);
    const { result, states } = await checkModel(options);
    expect(result).toBe('holds');
    expect(states).toBeGreaterThan(100_000);
  });

for (const [fault, means, breaks] of FAULTS)
  it(`finds what is wrong when ${means}`, { timeout: 600_000 }, async (context) => {
    needs(context, 'spin', isHere);
    expect((await checkModel([`-D${fault}`], { level: '-O0' })).result).toMatch(breaks);
  });
