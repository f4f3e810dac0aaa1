/** The same effect has the same verdict inline, as a resource of its own, by reference, in another spelling, and by a tool. */
import { describe, expect, it } from 'vitest';
import { openChangesWorld } from './changes-world.ts';
import { DOORS } from './doors.ts';

describe('the doors of one effect', () => {
  it.each(DOORS)('$effect', async ({ seed, needs, heldBy, doors, inDevelopment = 1 }) => {
    const found: Record<string, unknown> = {};
    for (const environment of ['production', 'development'] as const) {
      const world = await openChangesWorld(environment, seed);
      try {
        for (const [index, [door, { before, after, tool, input = {} }]] of Object.entries(doors).entries()) {
          const stack = `shop-door-${index}`;
          if (before) await world.deploy(stack, before);
          const planned = tool
            ? await world.plan(input, tool)
            : await world.plan({ stack, template: JSON.stringify(after) });
          const named = planned.heldBy.filter((guard) => heldBy.includes(guard));
          found[`${door} in ${environment}`] = { needs: planned.needs, heldBy: named };
        }
      } finally {
        world.close();
      }
    }
    const expected = Object.keys(doors).flatMap((door) => [
      [`${door} in production`, { needs, heldBy }],
      [`${door} in development`, { needs: inDevelopment, heldBy }],
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
  });
});
