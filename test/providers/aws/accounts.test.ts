/** Several accounts by alias, each with its planner's way in. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Observed } from '../../../src/providers/aws/observed.ts';
import { openTestWorld, STACK, type TestWorld } from '../../world.ts';

const DEV_ACCOUNT = '222222222222';
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const withTwoAccounts = (more = '') =>
  world.another({
    policy: world.policyText
      .replace(
        /accounts:\n.*\n/,
        `accounts:
  prod: { id: "123456789012", regions: [eu-west-1] }
  dev: { id: "${DEV_ACCOUNT}", regions: [eu-west-1], planner_role: teams/countersign-planner${more} }
`,
      )
      .replaceAll('account: main', 'account: prod')
      .replace(
        'people:',
        '  - { account: dev, stacks: ["*"], environment: development, create: true, execute: by_command }\npeople:',
      ),
  });
const queue = 'Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n';

it('plans in each account as who the policy says', async () => {
  const app = await withTwoAccounts();
  const plan = await app.pipeline('plan_stack_create', { account: 'dev', stack: 'inbox', template: queue });
  expect(plan).toMatchObject({ ok: true, content: { decision: 'pass', target: `inbox (${DEV_ACCOUNT}, eu-west-1)` } });
  const { plan: made } = await app.changes.plan(plan.ok ? String(plan.content.plan_id) : '');
  expect(made.actor.name).toContain('assumed-role/countersign-planner/');
  expect(made.actor.role).toBe('countersign-planner');
  const stacks = await app.pipeline('describe_stacks', { account: 'prod' });
  expect(JSON.stringify(stacks)).toContain(STACK);
  expect(JSON.stringify(await app.pipeline('describe_stacks', { account: 'dev' }))).not.toContain(STACK);
  expect(world.store.calls().filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(1);
});

it('refuses an alias that the policy does not name', async () => {
  const answer = await (await withTwoAccounts()).pipeline('describe_stacks', { account: 'staging' });
  expect(answer).toMatchObject({
    error: { code: 'INPUT_ACCOUNT_UNKNOWN', remedy: expect.stringContaining('prod, dev') },
  });
});

it('refuses credentials of another account than the one that was named', async () => {
  const app = (await withTwoAccounts()).config.policyPath!;
  writeFileSync(app, world.policyText.replace('"123456789012"', '"333333333333"'));
  const wrong = await world.another();
  expect(await wrong.pipeline('describe_stacks', { account: 'main' })).toMatchObject({
    error: {
      code: 'GUARD_IDENTITY',
      message: expect.stringContaining('Expected account 333333333333 (main), got 123456789012'),
    },
  });
});

it('executes nothing with credentials of another account than the one that was signed', async () => {
  const app = await withTwoAccounts();
  const plan = await app.pipeline('plan_stack_create', { account: 'dev', stack: 'inbox', template: queue });
  const change = await app.pipeline('propose_change', {
    plan_id: plan.ok ? plan.content.plan_id : '',
    goal: 'deploy',
    reason: 'an inbox',
  });
  const id = change.ok ? String(change.content.change_id) : '';
  // The planner's role leads into the account; the executor's own credentials are the other one's.
  await expect(world.execute(id, app)).rejects.toMatchObject({
    code: 'GUARD_IDENTITY',
    message: expect.stringContaining('Expected account'),
  });
  expect((await app.changes.find(id)).state).toBe('approved');
  expect(world.writes()).toEqual([]);
});

it('lets no scope reach into a management account', async () => {
  await expect(withTwoAccounts(', management: true')).rejects.toThrow(
    /dev is a management account and cannot be in a scope/,
  );
});

it('gives CloudFormation the service role of the account, signed with the plan', async () => {
  const app = await world.another({
    policy: world.policyText
      .replace('regions: [eu-west-1] }', 'regions: [eu-west-1], service_role: countersign-cloudformation }')
      .replace('environment: development,', 'environment: development, create: true,'),
  });
  const plan = await app.pipeline('plan_stack_create', { stack: 'inbox-dev', template: queue });
  expect(plan).toMatchObject({ ok: true });
  const { plan: made } = await app.changes.plan(plan.ok ? String(plan.content.plan_id) : '');
  expect((made.observed as unknown as Observed).stack?.roleArn).toBe(
    'arn:aws:iam::123456789012:role/countersign-cloudformation',
  );
});

it('tells that a stack gets another role, and keeps it', async () => {
  const app = await world.another({
    policy: world.policyText.replace(
      'regions: [eu-west-1] }',
      'regions: [eu-west-1], service_role: countersign-cloudformation }',
    ),
  });
  const answer = await app.pipeline('plan_stack_update', {
    stack: 'cost-explorer-dev',
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  });
  const { effects } = (await app.changes.plan(answer.ok ? String(answer.content.plan_id) : '')).plan;
  expect(effects.flatMap(({ properties }) => properties)).toContainEqual({
    path: 'RoleARN',
    after: 'arn:aws:iam::123456789012:role/countersign-cloudformation',
    replaces: 'never',
  });
});

it('gives CloudFormation the service role of the scope, where it has one, and elsewhere that of the account', async () => {
  const app = await world.another({
    policy: world.policyText
      .replace('regions: [eu-west-1] }', 'regions: [eu-west-1], service_role: of-the-account }')
      .replace('environment: development,', 'environment: development, create: true, service_role: of-development,'),
  });
  const roleOf = async (tool: string, input: object) => {
    const plan = await app.pipeline(tool, input);
    const { plan: made } = await app.changes.plan(plan.ok ? String(plan.content.plan_id) : JSON.stringify(plan));
    const { stack } = made.observed as unknown as Observed;
    const set = made.effects.flatMap(({ properties }) => properties).find(({ path }) => path === 'RoleARN');
    return set?.after ?? stack?.roleArn;
  };
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
  const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  expect(await roleOf('plan_stack_create', { stack: 'inbox-dev', template: queue })).toBe(arn('of-development'));
  expect(await roleOf('plan_stack_update', { stack: 'cost-explorer-dev', set })).toBe(arn('of-development'));
  expect(await roleOf('plan_stack_update', { stack: 'cost-explorer-prod', set })).toBe(arn('of-the-account'));
});
