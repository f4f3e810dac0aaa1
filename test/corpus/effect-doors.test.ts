/** The same effect has the same verdict inline, as a resource of its own, by reference, in another spelling, and by a tool. */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/core/digest.ts';
import { type ChangesWorld, openChangesWorld, type Template, type Verdict } from './changes-world.ts';
import { DOORS } from './doors.ts';

interface Change {
  stack: string;
  before: Template;
  after: Template;
  planned: Verdict;
  another(): Promise<ChangesWorld>;
}

/** The same template from a file. */
async function alsoFromAFile(world: ChangesWorld, { stack, after, planned }: Change): Promise<void> {
  const found = await world.plan({ stack, template_file: world.file(after) });
  expect(found, `${stack} from a file`).toEqual(planned);
}

/** The same change as a change set that another tool prepared, of which AWS tells less: `change-set-only` says so. */
async function alsoPrepared(world: ChangesWorld, { stack, after, planned }: Change): Promise<void> {
  const { needs, heldBy, told } = await world.plan({ stack, change_set: await world.prepare(stack, after) });
  const others = heldBy.filter((guard) => guard !== 'CHANGE_SET_ONLY');
  expect({ heldBy: others, by: told }, `${stack} prepared`).toEqual({ heldBy: planned.heldBy, by: told });
  expect(needs === 'denied' ? 'denied' : Math.max(Number(needs), Number(planned.needs)), told).toBe(needs);
}

/** The same change inside a nested stack, whose template is named by its content, as tools that package templates do. */
async function alsoNested(_world: ChangesWorld, { stack, before, after, planned, another }: Change): Promise<void> {
  // In a world of its own: names that the template gives are taken where it is deployed already.
  const world = await another();
  const parentOf = (child: Template) => {
    const url = `https://bucket.s3.amazonaws.com/${sha256Hex(JSON.stringify(child))}.template`;
    world.serve(url, child);
    return { Resources: { Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } } } };
  };
  try {
    await world.deploy(`${stack}-parent`, parentOf(before));
    const found = await world.plan({ stack: `${stack}-parent`, template: JSON.stringify(parentOf(after)) });
    expect({ needs: found.needs, heldBy: found.heldBy, by: found.told }, `${stack} nested`).toEqual({
      needs: planned.needs,
      heldBy: planned.heldBy,
      by: found.told,
    });
  } finally {
    world.close();
  }
}

/** The same template by `set`: whole parts are added, replaced and removed. */
async function alsoBySet(world: ChangesWorld, { stack, before, after, planned }: Change): Promise<void> {
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
      const another = () => openChangesWorld(environment, seed);
      const world = await another();
      try {
        for (const [index, [door, { before, after, tool, input = {} }]] of Object.entries(doors).entries()) {
          const stack = `shop-door-${index}`;
          if (before) await world.deploy(stack, before);
          const planned = tool
            ? await world.plan(input, tool)
            : await world.plan({ stack, template: JSON.stringify(after) });
          if (before && after)
            for (const also of [alsoBySet, alsoFromAFile, alsoPrepared, alsoNested])
              await also(world, { stack, before, after, planned, another });
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
