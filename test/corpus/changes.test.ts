/**
 * Everyday changes of real teams, planned only: what each needs in production and in development, exactly. With the
 * replays in everyday/, 150 changes. Without `production` and `development`: one approval, and none.
 */

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChangesWorld,
  domains,
  type Environment,
  openChangesWorld,
  readDomain,
  withSet,
} from './changes-world.ts';

const ENVIRONMENTS: readonly Environment[] = ['production', 'development'];

describe('everyday changes', () => {
  it('are 150, with those that are replayed', () => {
    const replayed = readdirSync(new URL('everyday', import.meta.url)).length;
    const planned = domains().flatMap((name) => readDomain(name).changes.map(({ change }) => `${name}: ${change}`));
    expect(new Set(planned).size).toBe(planned.length);
    expect(replayed + planned.length).toBeGreaterThanOrEqual(150);
  });
  it('say why they need more than one approval', () => {
    const silent = domains()
      .flatMap((name) => readDomain(name).changes)
      .filter(({ production = 1, development = 0, why }) => (production !== 1 || development !== 0) && !why);
    expect(silent).toEqual([]);
  });
});

const cases = domains().flatMap((domain) => ENVIRONMENTS.map((environment) => [domain, environment] as const));
describe.each(cases)('%s in %s', (domain, environment) => {
  const { changes, stacks, elsewhere = {} } = readDomain(domain);
  let world: ChangesWorld;
  beforeAll(async () => {
    world = await openChangesWorld(environment);
    for (const [name, template] of Object.entries(elsewhere)) await world.deploy(`shop-${name}`, template);
    for (const [name, template] of Object.entries(stacks)) await world.deploy(`shop-${name}`, template);
  }, 60_000);
  afterAll(() => world.close());

  it.each(changes)(
    '$change',
    async ({ of, set = {}, parameters, goal = 'deploy', production = 1, development = 0, ...held }) => {
      const template = parameters ? {} : { template: JSON.stringify(withSet(stacks[of]!, set)) };
      const { needs, heldBy, goals, told } = await world.plan({
        stack: `shop-${of}`,
        ...template,
        ...(parameters ? { parameters } : {}),
      });
      const guards = environment === 'production' ? held.held_by : held.held_in_development_by;
      const expected = {
        needs: environment === 'production' ? production : development,
        heldBy: [...(guards ?? [])].sort(),
      };
      expect({ needs, heldBy, told }).toEqual({ ...expected, told });
      if (needs !== 'denied') expect(goals).toContain(goal);
    },
  );
});
