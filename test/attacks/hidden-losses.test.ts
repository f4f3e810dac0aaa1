/** Losses that a change set of another tool does not tell, and that the way back of a failed update brings. */
import { ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesOffTemplates } from '../../src/providers/aws/effects/silent.ts';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

const refused = (code: string) => expect.objectContaining({ code });
const inbox = 'Resources:\n  Inbox: { Type: AWS::SQS::Queue }\n';
const table = `${inbox}  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`;

describe('a change set of another tool', () => {
  const url = (version = '') => `https://templates.s3.eu-west-1.amazonaws.com/child.yaml${version}`;
  const parent = (version = '') =>
    `Resources: { Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: '${url(version)}' } } }`;
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
      isSecret: () => false,
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
      const template = `${table}  Broken:
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
