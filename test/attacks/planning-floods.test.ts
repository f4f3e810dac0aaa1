/** Plans cost too: an agent that only plans is stopped before it leaves an account full of dry runs. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
const create = async (app: Awaited<ReturnType<typeof creating>>, stack: string, template = queue) => {
  const answer = await app.pipeline('plan_stack_create', { stack, template });
  return answer.ok ? String(answer.content.decision) : answer.error.code;
};
const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
/** Everything that a process of its own prints. */
const ran = (args: string[]) =>
  new Promise<string>((resolve) => {
    const env = { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' };
    const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    child.on('close', () => resolve(output));
  });
const madeChangeSets = () => world.store.calls().filter(({ operation }) => operation === 'CreateChangeSet').length;

describe('planning alone', () => {
  it('leaves at most five empty stacks, whichever process plans, and uses one of them again', async () => {
    const apps = [await creating(), await creating()];
    for (let number = 0; number < 5; number += 1)
      expect(await create(apps[number % 2]!, `new-${number}-dev`)).toBe('pass');
    const before = madeChangeSets();
    for (const app of apps) expect(await create(app, 'one-more-dev')).toBe('GUARD_PLAN_BUDGET');
    expect(madeChangeSets()).toBe(before);
    expect(await create(apps[0]!, 'new-3-dev')).toBe('pass');
  });
  it('counts no stack that was made of its plan, and none that AWS refused before it began', async () => {
    const app = await creating();
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
    const app = await world.another({ policy: `${world.policyText}guards: { plan-budget: { plans_per_hour: 3 } }\n` });
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
  it('begins no more than that in one moment, whichever handle of the ledger is asked', async () => {
    const apps = [await creating(), await creating(), await creating()];
    const stacks = Array.from({ length: 12 }, (_, number) => `at-once-${number}-dev`);
    const answers = await Promise.all(stacks.map((stack, index) => create(apps[index % 3]!, stack)));
    expect(answers.filter((answer) => answer === 'pass')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 'GUARD_PLAN_BUDGET')).toHaveLength(7);
    expect(madeChangeSets()).toBe(5);
  });
  it('begins no more than that in one moment, whichever process is asked', { timeout: 60_000 }, async () => {
    const policy = `${world.policyText}guards: { plan-budget: { plans_per_hour: 2 } }\n`;
    await world.another({ policy });
    const input = join(world.home, 'input.json');
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 640 }];
    writeFileSync(input, JSON.stringify({ stack: 'cost-explorer-dev', set }));
    const args = ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
    const outputs = await Promise.all(
      Array.from({ length: 5 }, () => ran([...args, 'tool', 'plan_stack_update', '--input', input])),
    );
    expect(
      outputs.filter((output) => output.includes('plan_id')),
      outputs.join('\n'),
    ).toHaveLength(2);
    expect(
      outputs.filter((output) => output.includes('GUARD_PLAN_BUDGET')),
      outputs.join('\n'),
    ).toHaveLength(3);
    expect(madeChangeSets()).toBe(2);
  });
});
