import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const path = 'Resources.QueryFunction.Properties.Tags';
const tags = (...others: [string, string][]) => [
  ...Array.from({ length: 20 }, (_, index) => ({ Key: `a-key-with-a-long-name-${index}`, Value: 'and-a-value' })),
  ...others.map(([Key, Value]) => ({ Key, Value })),
];
const planned = async (value: unknown) => {
  const answer = await world.call('plan_stack_update', { stack: STACK, set: [{ path, value }] });
  const { plan } = await world.app.changes.plan(String(answer.plan_id));
  return { answer, properties: plan.effects.flatMap(({ properties }) => properties) };
};

describe('tags of a resource in a template', () => {
  it('are told by key, so that many of them hide no deciding one and refuse no other', async () => {
    const ordinary = await planned(tags(['team', 'costs']));
    expect(ordinary.answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
    expect(ordinary.properties).toContainEqual({ path: 'Properties.Tags.team', after: 'costs', replaces: 'never' });
    const deciding = await planned(tags(['environment', 'development']));
    expect(deciding.answer).toMatchObject({
      decision: 'denied',
      verdicts: expect.arrayContaining([expect.objectContaining({ code: 'GUARD_LABELS' })]),
    });
  });
});
