/** The same effect has the same verdict inline, as a resource of its own, by reference, in another spelling, and by a tool. */
import { describe, expect, it } from 'vitest';
import { type ChangesWorld, openChangesWorld, type Template, type Verdict } from './changes-world.ts';
import { DOORS } from './doors.ts';

/** The same template by `set`: whole parts are added, replaced and removed. */
async function alsoBySet(
  world: ChangesWorld,
  { stack, before, after, planned }: { stack: string; before: Template; after: Template; planned: Verdict },
): Promise<void> {
  const set = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((section) => {
    const [was, is] = [before, after].map((template) => (template[section] ?? {}) as Template);
    return [...new Set([...Object.keys(was!), ...Object.keys(is!)])].flatMap((name) => {
      const path = `${section}.${name}`;
      if (JSON.stringify(was![name]) === JSON.stringify(is![name])) return [];
      return [is![name] === undefined ? { path, remove: true } : { path, value: is![name] }];
    });
  });
  const { needs, heldBy, told } = await world.plan({ stack, set });
  expect({ needs, heldBy, by: told }, `${stack} by set`).toEqual({
    needs: planned.needs,
    heldBy: planned.heldBy,
    by: told,
  });
}

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
          if (before && after) await alsoBySet(world, { stack, before, after, planned });
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
