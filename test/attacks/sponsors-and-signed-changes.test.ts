/** Attempts of a stranger who read the source: on the executor, the approvals and what a change set carries. */
import { CloudFormationClient, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { changesOffTemplates } from '../../src/providers/aws/effects/silent.ts';
import { createWritingDoor } from '../../src/providers/aws/writing-door.ts';
import { createSandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld, withCloud } from '../world.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = async (id: string, person = 'bob') =>
  approve(world.app, id, {
    decision: 'approve',
    key: world.keyOf(person),
    as: person,
    confirm: (await world.app.changes.find(id)).target.name,
  });
type Answer = Record<string, unknown>;
const refused = (code: string) => expect.objectContaining({ code });

describe('whoever executes', () => {
  it('decides nothing: a change of alice is judged as hers by an executor of another person, or of nobody', async () => {
    for (const [memory, sponsor] of [
      [1024, undefined],
      [1536, 'bob'],
      [2048, 'mallory'],
    ] as const) {
      const id = await proposeFix(world, memory);
      await sign(id);
      expect(await world.execute(id, await world.another({ sponsor }))).toMatchObject({ state: 'succeeded' });
    }
  });

  it('may be one of those who signed: nobody is missing then', async () => {
    const policy = world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );
    const app = await world.another({ policy });
    const plan = await app.pipeline('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const change = await app.pipeline('propose_change', {
      plan_id: (plan as { content: Answer }).content.plan_id,
      goal: 'fix',
      reason: 'more memory',
    });
    const id = String((change as { content: Answer }).content.change_id);
    await sign(id, 'bob');
    await sign(id, 'carol');
    expect(await world.execute(id, await world.another({ sponsor: undefined, actsAs: ['bob'] }))).toMatchObject({
      state: 'succeeded',
    });
  });

  it('does not stand in for a sponsor who has left the policy', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const without = world.policyText.replace(
      / {2}alice: .*\n/,
      '  dave: { signs_in_as: [dave], roles: [dev], keys: [] }\n',
    );
    await expect(world.execute(id, await world.another({ policy: without, sponsor: 'dave' }))).rejects.toEqual(
      refused('STATE_STALE'),
    );
    expect(world.writes()).toEqual([]);
  });
});

describe('whose it is', () => {
  const fix = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };

  it('is not blurred by having another propose the plan: neither sponsor signs it', async () => {
    const plan = await world.call('plan_stack_update', fix);
    const answer = await (await world.another({ sponsor: 'carol' })).pipeline('propose_change', {
      plan_id: plan.plan_id,
      goal: 'fix',
      reason: 'for alice',
    });
    const id = String((answer as { content: Answer }).content.change_id);
    for (const person of ['alice', 'carol'])
      await expect(sign(id, person)).rejects.toEqual(refused('APPROVAL_SPONSOR_EXCLUDED'));
    expect(await sign(id)).toMatchObject({ state: 'approved', sponsor: 'carol' });
  });

  it('is nobody’s who is written almost the same', async () => {
    for (const sponsor of ['Alice', 'alice ', 'ALICE', 'аlice']) {
      const answer = await (await world.another({ sponsor })).pipeline('plan_stack_update', fix);
      expect(answer).toMatchObject({ ok: true, content: { decision: 'plan_only' } });
    }
  });

  it('decides who withdraws it', async () => {
    const change_id = await proposeFix(world);
    for (const sponsor of ['bob', undefined]) {
      const answer = await (await world.another({ sponsor })).pipeline('withdraw_change', { change_id });
      expect(answer).toMatchObject({ ok: false, error: { code: 'SPONSOR_UNKNOWN' } });
    }
    expect(await world.call('withdraw_change', { change_id })).toMatchObject({ state: 'withdrawn' });
    await expect(sign(change_id)).rejects.toEqual(refused('STATE_CHANGE_NOT_PENDING'));
  });
});

describe('a policy that is edited after the proposal', () => {
  const seats = (count: number) =>
    world.policyText.replace(
      'people:',
      `seats: { production: { reversible: ${count}, recoverable: 2, irreversible: 2 } }\npeople:`,
    );

  it('to be milder does not lower what was proposed', async () => {
    const id = await proposeFix(world);
    const mild = await world.another({ policy: seats(0) });
    expect((await mild.changes.find(id)).state).toBe('pending');
    await expect(world.execute(id, mild)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    expect(world.writes()).toEqual([]);
  });

  it('to be stricter ends what was signed', async () => {
    const id = await proposeFix(world);
    await sign(id);
    await expect(world.execute(id, await world.another({ policy: seats(2) }))).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });

  it('takes no exception from what holds the road together, nor only observes it', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    for (const part of [
      `exceptions: [{ guard: approval, stack: ${STACK}, resource: QueryFunction, until: ${until}, owner: bob, reason: no }]\n`,
      'guards: { approval: { mode: observe } }\n',
      'guards: { stale: { mode: observe } }\n',
    ])
      await expect(world.another({ policy: world.policyText + part })).rejects.toThrow(
        /CONFIG_POLICY_INVALID|not valid/,
      );
  });

  it('gives one key to no two people', async () => {
    const key = /bob: .*keys: \["([^"]+)"/.exec(world.policyText)![1];
    const twice = `${world.policyText}  dave: { signs_in_as: [dave], roles: [sre], keys: ["${key}"] }\n`;
    await expect(world.another({ policy: twice })).rejects.toThrow(/belongs to bob already/);
  });
});

describe('a signed change', () => {
  it('is not executed on another endpoint', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const elsewhere = withCloud(world.app, { endpoint: async () => 'aws' });
    await expect(world.execute(id, elsewhere)).rejects.toEqual(refused('CONFIG_INVALID'));
    // The shell's mistake costs nobody their signature.
    expect((await world.app.changes.find(id)).state).toBe('approved');
    expect(world.writes()).toEqual([]);
  });

  it('without seats is executed once by many executors', async () => {
    const id = await proposeFix(world, 512, 'cost-explorer-dev');
    const ends = await Promise.allSettled([1, 2, 3].map(async () => world.execute(id, await world.another())));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.writes()).toHaveLength(1);
  });

  it('is not executed once its change set is gone', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const { calls } = (await world.app.changes.plan((await world.app.changes.find(id)).planId)).plan;
    world.store.transact((all) => all.remove('change_set', String(calls[0]?.input.ChangeSetName)));
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });
});

describe('a change set of another tool', () => {
  const url = (version = '') => `https://templates.s3.eu-west-1.amazonaws.com/child.yaml${version}`;
  const parent = (version = '') =>
    `Resources: { Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: '${url(version)}' } } }`;
  const inbox = 'Resources:\n  Inbox: { Type: AWS::SQS::Queue }\n';
  const table = `${inbox}  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`;
  let attacked: AttackedWorld;
  beforeEach(async () => {
    attacked = await openAttackedWorld();
    attacked.store.transact((all) => {
      putTemplateObject(all, url(), table);
      putTemplateObject(all, url('?versionId=2'), inbox);
      seedWorld(all, {
        stacks: [
          { name: 'parent-prod', template: parent() },
          { name: 'parent-dev', template: parent() },
        ],
      });
    });
  });
  afterEach(() => attacked.close());

  it('does not hide the loss of a table by telling nothing of the nested stacks', async () => {
    for (const stack of ['parent-prod', 'parent-dev']) {
      const change_set = await attacked.prepare({ stack, template: parent('?versionId=2') });
      await expectRefused(attacked, 'stack-deletion', 'plan_stack_update', { stack, change_set });
    }
  });

  it('does not send the events of a stack elsewhere unseen', async () => {
    const template = parent().replace(/ }$/, `, Bell: { Type: 'AWS::SNS::Topic' } }`);
    const topic = 'arn:aws:sns:eu-west-1:999999999999:elsewhere';
    for (const [stack, seats] of [
      ['parent-prod', 2],
      ['parent-dev', 1],
    ] as const) {
      const change_set = await attacked.prepare({
        stack,
        template,
        IncludeNestedStacks: true,
        NotificationARNs: [topic],
      });
      const plan = await attacked.call('plan_stack_update', { stack, change_set });
      expect(JSON.stringify(plan.effects)).toContain(topic);
      const { outcome, message } = await attacked.verdict('exposure', 'plan_stack_update', { stack, change_set });
      expect([outcome, message]).toEqual(['hold', expect.stringContaining(topic)]);
      expect(plan).toMatchObject({ seats: { needed: expect.toSatisfy((needed: number) => needed >= seats) } });
    }
  });

  it('that tells of them is judged by what is in them', async () => {
    const stack = 'parent-dev';
    const told = { template: parent('?versionId=2'), IncludeNestedStacks: true };
    const plan = await attacked.call('plan_stack_update', {
      stack,
      change_set: await attacked.prepare({ stack, ...told }),
    });
    expect(plan).toMatchObject({ effects: { counts: { delete: 1, update: 1 }, worst: 'irreversible' } });
  });

  it('is stale once one of its nested change sets is gone', async () => {
    const stack = 'parent-dev';
    const slower = table.replace('AWS::SQS::Queue', 'AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 }');
    attacked.store.transact((all) => putTemplateObject(all, url('?versionId=3'), slower));
    const told = { template: parent('?versionId=3'), IncludeNestedStacks: true };
    const change_set = await attacked.prepare({ stack, ...told });
    const plan = await attacked.call('plan_stack_update', { stack, change_set });
    expect(plan).toMatchObject({ effects: { counts: { update: 2 } } });
    const proposal = { plan_id: plan.plan_id, goal: 'fix', reason: 'slower' };
    const id = String((await attacked.call('propose_change', proposal)).change_id);
    expect((await attacked.app.changes.find(id)).state).toBe('approved');
    attacked.store.transact((all) => {
      const sets = all.list<{ id: string; parentChangeSetId?: string }>('change_set');
      all.remove('change_set', sets.find(({ parentChangeSetId }) => parentChangeSetId === change_set)!.id);
    });
    await expect(attacked.execute(id)).rejects.toEqual(refused('STATE_STALE'));
    expect(attacked.writes()).toEqual([]);
  });

  it('of a cloud that says little does not lose a nested stack that only its own template changes', () => {
    const nested = {
      Action: 'Modify',
      LogicalResourceId: 'Child',
      ResourceType: 'AWS::CloudFormation::Stack',
    } as const;
    const same = { logicalId: 'Child', type: nested.ResourceType, properties: { TemplateURL: url() } } as never;
    const views = {
      before: { Child: same },
      after: { Child: same },
      physicalIds: {},
      account: '123456789012',
      isUnknown: () => false,
    };
    expect(changesOffTemplates([nested], views)).toEqual([nested]);
    expect(changesOffTemplates([], views)).toEqual([]);
  });

  it('nor what a new nested stack does', async () => {
    const stack = 'parent-dev';
    const change_set = await attacked.prepare({
      stack,
      template: parent().replace(
        / }$/,
        `, Second: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: '${url('?versionId=2')}' } } }`,
      ),
      IncludeNestedStacks: false,
    });
    const { effects } = await attacked.call('plan_stack_update', { stack, change_set });
    expect(effects).toMatchObject({ worst: 'unknown', counts: { create: 1 } });
  });
});

describe('the way back of a failed update', () => {
  it('does not delete what the update made as if nothing were lost', async () => {
    const attacked = await openAttackedWorld();
    try {
      const inbox = 'Resources:\n  Inbox: { Type: AWS::SQS::Queue }\n';
      const template = `${inbox}  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Broken:
    Type: AWS::SQS::Queue
    DependsOn: Orders
    Metadata: { CountersignSandbox: { fail: broken } }
`;
      attacked.store.transact((all) => seedWorld(all, { stacks: [{ name: 'half-prod', template: inbox }] }));
      const ChangeSetName = await attacked.prepare({ stack: 'half-prod', template });
      await attacked.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName, DisableRollback: true }));
      const [stack, goal] = ['half-prod', 'recover'];
      const plan = await attacked.call('plan_stack_rollback', { stack });
      expect(JSON.stringify(plan.effects)).toContain('delete Orders (AWS::DynamoDB::Table) · irreversible');
      expect(JSON.stringify(plan.effects)).not.toContain('Inbox');
      expect(await attacked.call('propose_change', { plan_id: plan.plan_id, goal, reason: 'back' })).toMatchObject({
        decision: 'denied',
      });
    } finally {
      attacked.close();
    }
  });
});

describe('a halt', () => {
  it('stops what is executing before its next call leaves', async () => {
    const attacked = await openAttackedWorld({ instances: [{ name: 'alone', security_groups: [] }] });
    try {
      const [instance] = (await attacked.call('describe_instances', { tag: 'Name=alone' })).instances as Answer[];
      const plan = await attacked.call('plan_instance_type', {
        instance_id: instance?.instance_id,
        instance_type: 'm5.large',
      });
      const change = await attacked.call('propose_change', { plan_id: plan.plan_id, goal: 'scale', reason: 'larger' });
      const id = String(change.change_id);
      for (const person of ['bob', 'carol'].slice(0, (change.seats as { needed: number }).needed))
        await approve(attacked.app, id, {
          decision: 'approve',
          key: attacked.keyOf(person),
          as: person,
          confirm: (await attacked.app.changes.find(id)).target.name,
        });
      const halt = async () => void (await attacked.app.ledger.append({ kind: 'halted', body: {} }));
      expect(await attacked.execute(id, attacked.app, halt)).toMatchObject({
        state: 'failed',
        outcome: { detail: 'A person halted changes before ec2:ModifyInstanceAttribute was sent.' },
      });
      expect(attacked.writes().map(({ operation }) => operation)).toEqual(['StopInstances']);
    } finally {
      attacked.close();
    }
  });
});

describe('an outcome', () => {
  it('is not the state that the stack had before', async () => {
    const plan = await world.call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const signed = (await world.app.changes.plan(String(plan.plan_id))).plan;
    const { calls } = signed;
    const input = calls[0]?.input as { ChangeSetName: string; ClientRequestToken: string };
    const inner = sandboxRequestHandler(createSandbox(world.store));
    const client = (requestHandler: unknown) =>
      new CloudFormationClient({
        region: 'eu-west-1',
        endpoint: 'http://sandbox.invalid',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        requestHandler: requestHandler as never,
      });
    // The cloud begins only after it was looked at twice.
    let looks = 0;
    const late = {
      handle: async (request: { body: unknown }) => {
        const answer = await inner.handle(request as never);
        if (String(request.body).includes('DescribeStackEvents') && ++looks === 2)
          await client(inner).send(new ExecuteChangeSetCommand(input));
        return answer;
      },
    };
    const reader = async () => ({ cloudFormation: client(late) }) as never;
    const door = createWritingDoor(
      () => ({ region: 'eu-west-1' }),
      async () => undefined,
      reader,
    );
    const events: string[] = [];
    await door.follow(signed, (text) => events.push(text));
    expect(events.join()).toContain(`UPDATE_COMPLETE ${STACK}`);
  });
});
