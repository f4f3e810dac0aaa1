/** Plans of stacks through the whole pipeline, against the sandbox. */
import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const client = () => new CloudFormationClient(pastCountersign(world));
const templateOf = async (stack = STACK) =>
  String((await world.call('describe_stack', { stack, include: ['template'] })).template);
/** As cdk, sam and the AWS CLI prepare it: without executing. */
const prepare = async (over: object = {}, stack = STACK) =>
  client().send(
    new CreateChangeSetCommand({
      StackName: stack,
      ChangeSetName: 'cdk-deploy-change-set',
      TemplateBody: (await templateOf()).replace('MemorySize: 512', 'MemorySize: 1024'),
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: 'environment', Value: 'production' }],
      ...over,
    }),
  );
const queue = (extra = '') => `Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n${extra}`;

describe('plan_stack_update', () => {
  it('keeps what is not named: template, parameters and tags', async () => {
    const plan = await world.call('plan_stack_update', { stack: STACK, tags: { team: 'costs' } });
    expect(plan).toMatchObject({ decision: 'needs_approval', effects: { worst: 'reversible' } });
    expect(JSON.stringify(plan.effects)).toContain('Tags.team: – → costs');
    expect(JSON.stringify(plan.effects)).not.toContain('environment');
  });

  it('says so when nothing would change', async () => {
    expect(await world.call('plan_stack_update', { stack: STACK })).toMatchObject({ decision: 'no_change' });
  });

  it('adopts a change set that another tool prepared, and executes exactly that one', async () => {
    const { Id } = await prepare();
    const plan = await world.call('plan_stack_update', { stack: STACK, change_set: 'cdk-deploy-change-set' });
    expect(plan).toMatchObject({ decision: 'needs_approval', effects: { counts: { update: 1 } } });
    expect((await world.app.changes.plan(String(plan.plan_id))).plan.calls).toMatchObject([
      { input: { ChangeSetName: Id } },
    ]);
  });

  it.each([
    [{ OnStackFailure: 'DO_NOTHING' }, 'OnStackFailure: DO_NOTHING'],
    [{ DeploymentConfig: { Mode: 'EXPRESS' } }, 'DeploymentConfig.Mode: EXPRESS'],
    [{ DeploymentConfig: { DisableRollback: true } }, 'DeploymentConfig.DisableRollback'],
  ])('refuses to adopt what would take over resources or weaken rollback: %j', async (over, told) => {
    await prepare(over);
    const plan = await world.call('plan_stack_update', { stack: STACK, change_set: 'cdk-deploy-change-set' });
    expect(plan).toMatchObject({ decision: 'denied' });
    expect(JSON.stringify(plan.verdicts)).toContain(told);
  });

  it('tells that the role of a change set of another tool is not told', async () => {
    await prepare({ RoleARN: 'arn:aws:iam::123456789012:role/Admin' });
    const plan = await world.call('plan_stack_update', { stack: STACK, change_set: 'cdk-deploy-change-set' });
    expect(plan).toMatchObject({ decision: 'needs_approval' });
    expect(plan.verdicts).toContainEqual(
      expect.objectContaining({
        code: 'GUARD_CHANGE_SET_ONLY',
        message: expect.stringContaining('AWS does not report its role'),
      }),
    );
  });

  it('does not adopt under the name of its own change sets', async () => {
    const { Id } = await prepare({ ChangeSetName: 'countersign-0123456789abcdef' });
    for (const change_set of ['countersign-0123456789abcdef', Id])
      expect(await world.call('plan_stack_update', { stack: STACK, change_set })).toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringContaining('prefix'),
      });
  });

  it('refuses a change set of another stack', async () => {
    const { Id } = await prepare({}, 'cost-explorer-dev');
    expect(await world.call('plan_stack_update', { stack: STACK, change_set: Id })).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it.each([
    [
      'a local asset',
      'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: { Code: ./src }\n',
      /cloudformation package /,
    ],
    [
      'a local asset of cdk',
      'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Metadata: { aws:cdk:path: S/F }\n    Properties: { Code: ./src }\n',
      /cdk publish-assets /,
    ],
    [
      'a local asset of sam',
      'Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: { CodeUri: ./src }\n',
      /cloudformation package .*aws-sam/,
    ],
    [
      'a template that is too large',
      queue(`    Metadata: { x: "${'y'.repeat(52_000)}" }\n`),
      /create-change-set .*UsePreviousValue/,
    ],
    ['a macro that would run at once', `Transform: MyMacro\n${queue()}`, /create-change-set /],
    [
      'a macro inside',
      queue('    Properties:\n      Fn::Transform: { Name: Sneaky, Parameters: {} }\n'),
      /create-change-set /,
    ],
  ])('asks for packaging for %s, with a command that can delete nothing', async (_what, template, command) => {
    const answer = await world.call('plan_stack_update', { stack: STACK, template });
    expect(answer).toMatchObject({ code: 'INPUT_NEEDS_PACKAGING', remedy: expect.stringMatching(command) });
    // These delete stacks and change sets, make stacks of their own, or send empty tags.
    expect(answer.remedy).not.toMatch(/cdk deploy|cdk diff|sam deploy|osls|cloudformation deploy|--resolve-s3/);
    expect(world.store.calls().map(({ operation }) => operation)).not.toContain('CreateChangeSet');
  });

  it('refuses masks, which would overwrite what they hide', async () => {
    expect(await world.call('plan_stack_update', { stack: STACK, parameters: { P: '****' } })).toMatchObject({
      code: 'INPUT_MASKED_VALUE',
    });
    const template = queue('    Properties: { QueueName: "****" }\n');
    expect(await world.call('plan_stack_update', { stack: STACK, template })).toMatchObject({
      code: 'INPUT_MASKED_VALUE',
    });
  });

  it('removes the change sets of plans that nothing will execute any more', async () => {
    const edit = (value: number) => ({
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }],
    });
    await world.call('plan_stack_update', edit(1024));
    const later = await world.another({ now: () => new Date(Date.now() + 16 * 60_000) });
    await later.pipeline('plan_stack_update', edit(2048));
    expect(world.store.calls().filter(({ operation }) => operation === 'DeleteChangeSet')).toHaveLength(1);
  });
});

describe('plan_stack_create', () => {
  const create = { stack: 'inbox-dev', template: queue() };

  it('is refused where the scope does not say create, before anything is asked of the cloud', async () => {
    expect(await world.call('plan_stack_create', create)).toMatchObject({ code: 'GUARD_SCOPE' });
  });

  it('creates what was signed', async () => {
    const app = await world.another({
      policy: world.policyText.replace('environment: development,', 'environment: development, create: true,'),
    });
    const plan = await app.pipeline('plan_stack_create', create);
    expect(plan).toMatchObject({ ok: true, content: { decision: 'pass', effects: { counts: { create: 1 } } } });
    const change = await app.pipeline('propose_change', {
      plan_id: plan.ok ? plan.content.plan_id : '',
      goal: 'deploy',
      reason: 'an inbox',
    });
    expect(change).toMatchObject({ ok: true, content: { state: 'approved' } });
    const id = change.ok ? String(change.content.change_id) : '';
    expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
    expect(await world.call('describe_stack', { stack: 'inbox-dev' })).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  it('sends an agent to the update when the stack exists', async () => {
    const app = await world.another({
      policy: world.policyText.replace('environment: development,', 'environment: development, create: true,'),
    });
    expect(await app.pipeline('plan_stack_create', { ...create, stack: 'cost-explorer-dev' })).toMatchObject({
      error: { code: 'STATE_STACK_EXISTS' },
    });
  });
});

describe('describe_stack', () => {
  it('masks user data, passwords and secret defaults in templates, and nothing else', async () => {
    const template = `Parameters:
  Password: { Type: String, NoEcho: true, Default: hunter2 }
Resources:
  # the box
  Box:
    Type: AWS::EC2::Instance
    Properties: { ImageId: ami-1, UserData: !Base64 "curl secret" }
  Db:
    Type: AWS::RDS::DBInstance
    Properties: { DBInstanceClass: db.t3.micro, MasterUserPassword: !Ref Password, MasterUsername: admin }
`;
    const { maskTemplate } = await import('../../../src/providers/aws/template/secrets.ts');
    const masked = maskTemplate(template);
    expect(masked).not.toMatch(/hunter2|curl secret/);
    expect(masked).toMatch(/# the box/);
    expect(masked).toMatch(/MasterUserPassword: !Ref Password, MasterUsername: admin/);
  });

  it('asks AWS no more than the asked parts need', async () => {
    const before = world.store.calls().length;
    await world.call('describe_stack', { stack: STACK, include: [] });
    await world.call('describe_stack', { stack: STACK, include: ['resources'] });
    const made = world.store
      .calls()
      .slice(before)
      .map(({ operation }) => operation);
    expect(made.filter((operation) => operation !== 'GetCallerIdentity')).toEqual([
      'DescribeStacks',
      'DescribeStacks',
      'ListStackResources',
    ]);
  });
});
