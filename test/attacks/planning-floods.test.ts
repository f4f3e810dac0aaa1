/** Plans cost too: an agent that only plans is stopped before it leaves an account full of dry runs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const queue = 'Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n';
const creating = () =>
  world.another({ policy: world.policyText.replaceAll('execute: by_command', 'create: true, execute: by_command') });
const create = async (app: ReturnType<typeof creating>, stack: string, template = queue) => {
  const answer = await app.pipeline('plan_stack_create', { stack, template });
  return answer.ok ? String(answer.content.decision) : answer.error.code;
};
const madeChangeSets = () => world.store.calls().filter(({ operation }) => operation === 'CreateChangeSet').length;

describe('planning alone', () => {
  it('leaves at most five empty stacks, whichever process plans, and uses one of them again', async () => {
    const apps = [creating(), creating()];
    for (let number = 0; number < 5; number += 1)
      expect(await create(apps[number % 2]!, `new-${number}-dev`)).toBe('pass');
    const before = madeChangeSets();
    for (const app of apps) expect(await create(app, 'one-more-dev')).toBe('GUARD_PLAN_BUDGET');
    expect(madeChangeSets()).toBe(before);
    expect(await create(apps[0]!, 'new-3-dev')).toBe('pass');
  });
  it('counts no stack that was made of its plan, and none that AWS refused before it began', async () => {
    const app = creating();
    const templates = [queue, 'Resources:\n  X:\n    Type: AWS::SQS::Queu\n'];
    for (let number = 0; number < 6; number += 1) await create(app, `bad-${number}-dev`, templates[1]);
    const plan = await app.pipeline('plan_stack_create', { stack: 'made-dev', template: queue });
    const plan_id = plan.ok ? plan.content.plan_id : undefined;
    const change = await app.pipeline('propose_change', { plan_id, goal: 'deploy', reason: 'new' });
    await world.execute(change.ok ? String(change.content.change_id) : '', app);
    for (let number = 0; number < 5; number += 1) expect(await create(app, `new-${number}-dev`)).toBe('pass');
    expect(await create(app, 'one-more-dev')).toBe('GUARD_PLAN_BUDGET');
  });
  it('takes as many plans as the policy says, and asks the cloud for none beyond', async () => {
    const app = world.another({ policy: `${world.policyText}guards: { plan-budget: { plans_per_hour: 3 } }\n` });
    const update = async (value: number) => {
      const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }];
      const answer = await app.pipeline('plan_stack_update', { stack: 'cost-explorer-dev', set });
      return answer.ok ? 'made' : answer.error.code;
    };
    expect([await update(600), await update(601), await update(602)]).toEqual(['made', 'made', 'made']);
    const before = madeChangeSets();
    expect(await update(603)).toBe('GUARD_PLAN_BUDGET');
    expect(madeChangeSets()).toBe(before);
  });
});
