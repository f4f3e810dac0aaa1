/** Attempts of a stranger who read the source: on the executor, the approvals and what a change set carries. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { executeChange } from '../../src/execute/executor.ts';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = (id: string, person = 'bob') =>
  approve(world.app, id, { decision: 'approve', key: world.keyOf(person), as: person });
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
      expect(await world.execute(id, world.another({ sponsor }))).toMatchObject({ state: 'succeeded' });
    }
  });

  it('may be one of those who signed: nobody is missing then', async () => {
    const policy = world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );
    const app = world.another({ policy });
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
    expect(await world.execute(id, world.another({ sponsor: undefined, actsAs: ['bob'] }))).toMatchObject({
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
    await expect(world.execute(id, world.another({ policy: without, sponsor: 'dave' }))).rejects.toEqual(
      refused('STATE_STALE'),
    );
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

  it('that tells of them is judged by what is in them', async () => {
    const stack = 'parent-dev';
    const told = { template: parent('?versionId=2'), IncludeNestedStacks: true };
    const plan = await attacked.call('plan_stack_update', {
      stack,
      change_set: await attacked.prepare({ stack, ...told }),
    });
    expect(plan).toMatchObject({ effects: { counts: { delete: 1, update: 1 }, worst: 'irreversible' } });
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
        await approve(attacked.app, id, { decision: 'approve', key: attacked.keyOf(person), as: person });
      const halting = {
        ...attacked.app,
        people: attacked.app.policyFile?.people ?? [],
        now: () => new Date(),
        onProgress: () => void attacked.app.ledger.append({ kind: 'halted', body: {} }),
      };
      expect(await executeChange(halting, id)).toMatchObject({
        state: 'failed',
        outcome: { detail: 'Halted by a person before ec2:ModifyInstanceAttribute left.' },
      });
      expect(attacked.writes().map(({ operation }) => operation)).toEqual(['StopInstances']);
    } finally {
      attacked.close();
    }
  });
});
