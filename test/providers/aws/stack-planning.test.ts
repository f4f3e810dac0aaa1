/** What a stack plan says: nested stacks, drift, secrets, ways back, live facts. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/providers/aws/observed.ts';
import { driftResource } from '../../../src/sandbox/cloudformation/drift.ts';
import { putTemplateObject } from '../../../src/sandbox/facts.ts';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const client = () => new CloudFormationClient(pastCountersign(world));
const create = (StackName: string, TemplateBody: string, more = {}) =>
  client().send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'], ...more }));
const planOf = async (tool: string, input: object) => {
  const answer = await world.call(tool, input);
  if (answer.plan_id === undefined) throw new Error(JSON.stringify(answer));
  return { answer, plan: (await world.app.changes.plan(String(answer.plan_id))).plan };
};

it('says that another Default changes nothing: the deployed value stays', async () => {
  const text = (size: string) =>
    `Parameters:\n  Size: { Type: String, Default: ${size} }\nResources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties: { Type: String, Value: !Ref Size }\n`;
  await create('sized-prod', text('small'));
  const plan = (template: string, parameters = {}) =>
    world.call('plan_stack_update', { stack: 'sized-prod', template, parameters });
  const kept = await plan(text('large'));
  expect(kept).toMatchObject({ decision: 'no_change', notes: [expect.stringContaining('Size')] });
  expect(await plan(text('small'))).not.toHaveProperty('notes');
  expect(await plan(text('large'), { Size: 'small' })).not.toHaveProperty('notes');
});

describe('nested stacks', () => {
  const URL_OF_CHILD = 'https://bucket.s3.amazonaws.com/child.yaml';
  const parent = (extra = '') =>
    `Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: "${URL_OF_CHILD}" }\n${extra}`;
  const child = (seconds: number) =>
    `Resources:\n  Costs:\n    Type: AWS::DynamoDB::Table\n    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: d, AttributeType: S }], KeySchema: [{ AttributeName: d, KeyType: HASH }] }\n  Inbox:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${seconds} }\n`;
  const store = (body: string) => world.store.transact((inside) => putTemplateObject(inside, URL_OF_CHILD, body));
  const QUEUE = '  Other:\n    Type: AWS::SQS::Queue\n';

  beforeEach(async () => {
    store(child(30));
    await create('nest-prod', parent(QUEUE));
    // The sandbox goes on when it is asked: the child is made of the template that is there now.
    await world.call('describe_stack', { stack: 'nest-prod' });
  });

  it('shows what changes inside, under the path of logical ids', async () => {
    store(child(60));
    const { plan } = await planOf('plan_stack_update', { stack: 'nest-prod', template: parent(QUEUE) });
    expect(plan.effects).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'update', logicalId: 'Child/Inbox' })]),
    );
  });

  it('expands a nested stack that is removed: its table is a loss', async () => {
    const { answer, plan } = await planOf('plan_stack_update', {
      stack: 'nest-prod',
      template: `Resources:\n${QUEUE}`,
    });
    expect(plan.effects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'delete', logicalId: 'Child/Costs', reversibility: 'irreversible' }),
      ]),
    );
    expect(answer).toMatchObject({ decision: 'denied' });
  });

  it('expands it in a deletion too', async () => {
    const { plan } = await planOf('plan_stack_delete', { stack: 'nest-prod' });
    expect(plan.effects.map(({ logicalId }) => logicalId)).toContain('Child/Costs');
  });

  it('sends a plan on the nested stack itself to its owner', async () => {
    const { resources } = (await world.call('describe_stack', { stack: 'nest-prod' })) as {
      resources: { logical_id: string; physical_id: string }[];
    };
    const id = resources.find(({ logical_id }) => logical_id === 'Child')!.physical_id;
    const answer = await world.call('plan_stack_update', {
      stack: id,
      set: [{ path: 'Resources.Inbox.Properties.VisibilityTimeout', value: 90 }],
    });
    expect(JSON.stringify(answer)).toMatch(/CHANGE_SET_ONLY|GUARD_SCOPE/);
    expect(answer).not.toMatchObject({ decision: 'needs_approval' });
  });
});

it('marks live values that the update would erase, and holds for them', async () => {
  const stackId = String((await world.call('describe_stack', { stack: STACK })).stack_id);
  world.store.transact((inside) => driftResource(inside, stackId, 'QueryFunction', 'MemorySize', 3008));
  await client().send(new DetectStackDriftCommand({ StackName: STACK }));
  const { answer, plan } = await planOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }],
  });
  expect(plan.effects[0]?.marks).toMatchObject([{ kind: 'overwrite', path: 'Properties.MemorySize' }]);
  expect(JSON.stringify(answer.verdicts)).toContain('GUARD_LOST_UPDATE');
  expect(await world.call('describe_stack', { stack: STACK, include: ['drift'] })).toMatchObject({
    drift: { status: 'DRIFTED', age_minutes: 0 },
  });
});

describe('NoEcho parameters', () => {
  const secret = `Parameters:
  Password: { Type: String, NoEcho: true }
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/r
      Code: { ZipFile: 'exports.handler = async () => 1' }
      Environment: { Variables: { WORD: !Ref Password } }
`;
  beforeEach(async () => {
    await create('secret-prod', secret, { Parameters: [{ ParameterKey: 'Password', ParameterValue: 'hunter2-old' }] });
  });

  it('are kept when they are not named, and never told', async () => {
    const { plan } = await planOf('plan_stack_update', { stack: 'secret-prod', tags: { team: 'x' } });
    expect((plan.observed as unknown as Observed).stack?.parameters.Password).toMatch(/^hmac:/);
    expect(
      JSON.stringify([plan, await world.call('describe_stack', { stack: 'secret-prod', include: ['parameters'] })]),
    ).not.toContain('hunter2');
  });

  it('are never told when they are set either', async () => {
    const { answer, plan } = await planOf('plan_stack_update', {
      stack: 'secret-prod',
      parameters: { Password: 'hunter2-new' },
    });
    expect(JSON.stringify([answer, plan])).not.toContain('hunter2');
    expect(plan.effects).toHaveLength(1);
  });
});

describe('a stack that is stuck', () => {
  const template = (timeout: number, broken = '') => `Resources:
  Inbox:
    Type: AWS::SQS::Queue
    Metadata: { CountersignSandbox: { fail_rollback: stuck } }
    Properties: { VisibilityTimeout: ${timeout} }
  Outbox:
    Type: AWS::SQS::Queue
    DependsOn: Inbox
    ${broken}
    Properties: { VisibilityTimeout: ${timeout} }
`;

  it('is continued with one seat', async () => {
    await create('stuck-prod', template(30));
    const { plan } = await planOf('plan_stack_update', {
      stack: 'stuck-prod',
      template: template(60, 'Metadata: { CountersignSandbox: { fail: broken } }'),
    });
    await client().send(new ExecuteChangeSetCommand({ ChangeSetName: String(plan.calls[0]?.input.ChangeSetName) }));
    expect(await world.call('describe_stack', { stack: 'stuck-prod' })).toMatchObject({
      status: 'UPDATE_ROLLBACK_FAILED',
    });
    const { answer } = await planOf('plan_stack_rollback', { stack: 'stuck-prod' });
    expect(answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
  });

  it('that is not says so', async () => {
    expect(await world.call('plan_stack_rollback', { stack: STACK })).toMatchObject({
      code: 'STATE_NOTHING_TO_ROLL_BACK',
    });
  });
});

it('decides a conditional replacement by the live instance: the type of an EBS-backed one changes in place', async () => {
  const { answer, plan } = await planOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.Worker.Properties.InstanceType', value: 't3.large' }],
  });
  expect(plan.effects).toMatchObject([{ kind: 'update', interrupts: 'yes', size: 't3.large' }]);
  expect(answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
});

it('sees a deletion and recreation under one name', async () => {
  await create('named-prod', 'Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: alerts }\n');
  const { answer } = await planOf('plan_stack_update', {
    stack: 'named-prod',
    template: 'Resources:\n  B:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: alerts }\n',
  });
  expect(answer).toMatchObject({ decision: 'denied' });
  expect(JSON.stringify(answer.verdicts)).toContain('GUARD_RECREATE');
});
