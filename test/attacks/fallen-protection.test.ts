/** Protection that fell outside of this ledger, by hand or by another tool, before a loss: seen live, and since earlier looks. */
import {
  DeleteChangeSetCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import { driftResource } from '../../src/sandbox/cloudformation/drift.ts';
import type { Stack } from '../../src/sandbox/cloudformation/model.ts';
import { type AttackedWorld, openAttackedWorld, signAs } from './attempts.ts';

const DATABASE = `
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      Engine: postgres
      DBInstanceClass: db.t3.micro
      AllocatedStorage: "20"
      BackupRetentionPeriod: 30
      DeletionProtection: true
      MasterUsername: app
      ManageMasterUserPassword: true`;
const TEMPLATE = `Resources:
  Bell: { Type: AWS::SNS::Topic }
  Ledger:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      BillingMode: PAY_PER_REQUEST
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }${DATABASE}
`;
const without = (template: string) => template.replace(/\n {2}Database:[\s\S]*$/, '\n');

let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [
      { name: 'kept-prod', template: TEMPLATE, termination_protection: true },
      { name: 'plain-prod', template: TEMPLATE },
    ],
  });
});
afterEach(() => world.close());

const stack = 'plain-prod';
const look = (name = stack) =>
  world.call('plan_stack_update', {
    stack: name,
    set: [{ path: 'Resources.Bell.Properties.DisplayName', value: 'x' }],
  });
const byHand = (TemplateBody: string) =>
  world.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody }));
const losing = (template = TEMPLATE, app?: App) =>
  world.verdict('protection', 'plan_stack_update', { stack, template: without(template) }, app);
const later = (hours: number) => world.another({ now: () => new Date(Date.now() + hours * 3_600_000) });

describe('a protection that another tool lowered, since this ledger last looked', () => {
  const lowered: [string, string, string][] = [
    ['a deletion policy', 'DeletionPolicy: Retain', 'DeletionPolicy: Delete'],
    ['a deletion policy, left out', '    DeletionPolicy: Retain\n', ''],
    ['deletion protection', 'DeletionProtection: true', 'DeletionProtection: false'],
    ['backups kept shorter', 'BackupRetentionPeriod: 30', 'BackupRetentionPeriod: 1'],
    ['point-in-time recovery', 'PointInTimeRecoveryEnabled: true', 'PointInTimeRecoveryEnabled: false'],
  ];
  it.each(lowered)('%s', async (_what, from, to) => {
    await look();
    const template = TEMPLATE.replace(from, to);
    await byHand(template);
    const { outcome, message } = await losing(template);
    expect([outcome, message]).toEqual(['deny', expect.stringMatching(/fell|lowered/)]);
    expect(await world.verdict('protection', 'plan_stack_delete', { stack })).toMatchObject({ outcome: 'deny' });
  });

  it('of the stack itself', async () => {
    await look('kept-prod');
    const off = { StackName: 'kept-prod', EnableTerminationProtection: false };
    await world.cloudFormation.send(new UpdateTerminationProtectionCommand(off));
    const found = await world.verdict('protection', 'plan_stack_delete', { stack: 'kept-prod' });
    expect(found).toMatchObject({ outcome: 'deny', message: expect.stringContaining('termination protection') });
  });

  it('is remembered for 24 hours, whoever looked', async () => {
    await look();
    const template = TEMPLATE.replace('BackupRetentionPeriod: 30', 'BackupRetentionPeriod: 1');
    await byHand(template);
    expect(await losing(template, await world.another({ sponsor: 'bob' }))).toMatchObject({ outcome: 'deny' });
    expect(await losing(template, await later(23))).toMatchObject({ outcome: 'deny' });
    expect((await losing(template, await later(25))).outcome).not.toBe('deny');
  });

  it('but what was raised, kept, or removed with its resource lowers nothing', async () => {
    await look();
    await byHand(TEMPLATE.replace('BackupRetentionPeriod: 30', 'BackupRetentionPeriod: 35'));
    expect((await losing()).outcome).not.toBe('deny');
  });
});

describe('a protection that is lowered in place, outside CloudFormation', () => {
  it('is seen before the resource is lost', async () => {
    world.store.transact((inside) => {
      const [found] = inside.list<Stack>('stack').filter(({ name }) => name === stack);
      driftResource(inside, found!.id, 'Database', 'DeletionProtection', false);
    });
    for (const [tool, input] of [
      ['plan_stack_update', { stack, template: without(TEMPLATE) }],
      ['plan_stack_delete', { stack }],
    ] as const) {
      const found = await world.verdict('protection', tool, input);
      expect(found).toMatchObject({ outcome: 'deny', message: expect.stringContaining('outside CloudFormation') });
    }
  });
});

describe('a change set that somebody else deleted', () => {
  it('is told by the next plan on its stack', async () => {
    const { plan_id } = await look();
    const { change_id } = await world.call('propose_change', { plan_id, goal: 'configure', reason: 'a name' });
    await signAs(world, String(change_id));
    const [call] = (await world.app.changes.plan(String(plan_id))).plan.calls;
    const ChangeSetName = String(call!.input.ChangeSetName);
    await world.cloudFormation.send(new DeleteChangeSetCommand({ ChangeSetName }));
    const told = JSON.stringify(await look());
    expect(told).toContain(String(change_id));
    expect(told).toMatch(/change set is gone/);
  });
});
