/**
 * Ways around `protection`: lowering what protects, and losing something by it. Of the pages that
 * some name, that of DeletionPolicy was read in excerpts; the rest is from memory of them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

const KEPT = `Transform: AWS::LanguageExtensions
Parameters:
  Keep: { Type: String, Default: Retain }
  Guard: { Type: String, Default: 'true' }
  With: { Type: String, Default: 'yes' }
Conditions:
  Has: !Equals [!Ref With, 'yes']
Resources:
  Data:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: !Ref Guard
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  ByParameter:
    Type: AWS::S3::Bucket
    DeletionPolicy: !Ref Keep
    UpdateReplacePolicy: Retain
  Database:
    Type: AWS::RDS::DBInstance
    UpdateReplacePolicy: Snapshot
    Properties: { DBInstanceClass: db.t3.micro, Engine: postgres, AllocatedStorage: '20', DeletionProtection: true }
  Inbox:
    Type: AWS::SQS::Queue
  Outbox:
    Type: AWS::SQS::Queue
    Condition: Has
  Disk:
    Type: AWS::EC2::Volume
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties: { AvailabilityZone: eu-west-1a, Size: 10 }
  Machine:
    Type: AWS::EC2::Instance
    Properties: { ImageId: ami-0123456789abcdef0, InstanceType: t3.micro, DisableApiTermination: true }
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties: { S3BucketName: logs, IsLogging: true, EnableLogFileValidation: true }
`;
const CHILD = `Resources:
  Notes:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
  Bell:
    Type: AWS::SNS::Topic
`;
const without = (logicalId: string, template = KEPT) =>
  template.replace(new RegExp(`^  ${logicalId}:\n(?:    .*\n)+`, 'm'), '');

let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [
      { name: 'kept-prod', template: KEPT },
      { name: 'locked-prod', template: CHILD, termination_protection: true },
    ],
  });
});
afterEach(() => world.close());

const update = (more: object) => ({ stack: 'kept-prod', ...more });
const set = (...changes: [path: string, value: unknown][]) =>
  update({ set: changes.map(([path, value]) => ({ path: `Resources.${path}`, value })) });

describe('lowering a protection is seen, and waits for two people', () => {
  const attempts: [string, object][] = [
    ['DeletionPolicy', set(['Data.DeletionPolicy', 'Delete'])],
    ['UpdateReplacePolicy', set(['Data.UpdateReplacePolicy', 'Delete'])],
    ['DeletionPolicy by a parameter', update({ parameters: { Keep: 'Delete' } })],
    ['DeletionPolicy left out', update({ template: KEPT.replace('    DeletionPolicy: Retain\n', '') })],
    // aws-attribute-deletionpolicy: without one a database that stands alone has Snapshot, one of a cluster Delete.
    ['the default Snapshot of a database', set(['Database.DeletionPolicy', 'Delete'])],
    ['Snapshot, of a volume', set(['Disk.DeletionPolicy', 'Delete'])],
    ['a flag by a parameter', update({ parameters: { Guard: 'false' } })],
    ['termination protection of an instance', set(['Machine.Properties.DisableApiTermination', false])],
    ['validation of a trail', set(['Trail.Properties.EnableLogFileValidation', false])],
    ['deletion protection, by leaving it out', update({ template: KEPT.replace(', DeletionProtection: true', '') })],
    ['the trail itself', update({ template: without('Trail') })],
  ];
  it.each(attempts)('%s', async (_what, input) => {
    expect(await world.verdict('protection', 'plan_stack_update', input)).toMatchObject({ outcome: 'hold' });
    expect(world.writes()).toEqual([]);
  });

  it('but Retain to RetainExceptOnCreate is none: for what exists it is Retain', async () => {
    // aws-attribute-deletionpolicy: it differs for the operation that creates the resource only.
    const input = set(['Data.DeletionPolicy', 'RetainExceptOnCreate']);
    expect(await world.verdict('protection', 'plan_stack_update', input)).toMatchObject({ outcome: 'pass' });
  });
});

describe('a protection is not lowered together with a loss', () => {
  const attempts: [string, object][] = [
    [
      'of the same resource',
      update({ template: without('Inbox').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete') }),
    ],
    [
      'of a resource that a condition removes',
      { ...set(['Data.DeletionPolicy', 'Delete']), parameters: { With: 'no' } },
    ],
    ['both by parameters', update({ parameters: { Keep: 'Delete', With: 'no' } })],
    [
      'of what is removed and made again under another name',
      update({
        template: KEPT.replace('  Inbox:', '  Letters:').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete'),
      }),
    ],
    ['of what is replaced', set(['Data.DeletionPolicy', 'Delete'], ['Inbox.Properties.QueueName', 'other'])],
    ['the protecting resource, and another', update({ template: without('Inbox', without('Trail')) })],
  ];
  it.each(attempts)('%s', (_what, input) => expectRefused(world, 'protection', 'plan_stack_update', input));

  it('Snapshot instead of Retain, where there are no snapshots', async () => {
    const template = KEPT.replace('DeletionPolicy: Retain', 'DeletionPolicy: Snapshot');
    const verdict = await world.verdict(
      'protection',
      'plan_stack_update',
      update({ template: without('Inbox', template) }),
    );
    expect(['deny', 'AWS_VALIDATION', 'INPUT_TEMPLATE_INVALID']).toContain(verdict.outcome);
    expect(world.writes()).toEqual([]);
  });

  it('by a change set of another tool', async () => {
    const template = without('Inbox').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete');
    const change_set = await world.prepare({ stack: 'kept-prod', template });
    await expectRefused(world, 'protection', 'plan_stack_update', update({ change_set }));
  });

  it('nor is a stack deleted that is under termination protection', async () => {
    const plan = await world.call('plan_stack_delete', { stack: 'locked-prod' });
    expect(plan).toMatchObject({ decision: 'denied' });
    expect(world.writes()).toEqual([]);
  });
});

describe('nor within 24 hours before a loss', () => {
  const lowering = set(['Data.DeletionPolicy', 'Delete']);
  const losing = update({ template: without('Inbox') });

  async function propose(input: object, app: App = world.app, tool = 'plan_stack_update', goal = 'clean_up') {
    const plan = await app.pipeline(tool, input);
    const answer = await app.pipeline('propose_change', {
      plan_id: plan.ok ? plan.content.plan_id : '',
      goal,
      reason: 'in two steps',
    });
    return answer.ok ? answer.content : { ...answer.error };
  }
  async function sign(id: string) {
    for (const person of ['bob', 'carol'])
      if ((await world.app.changes.find(id)).state === 'pending')
        await approve(world.app, id, {
          decision: 'approve',
          key: world.keyOf(person),
          as: person,
          confirm: 'kept-prod',
        });
  }
  async function lower() {
    const { change_id } = await propose(lowering);
    await sign(String(change_id));
    return world.execute(String(change_id));
  }
  const isDenied = expect.objectContaining({ code: 'GUARD_PROTECTION', outcome: 'deny' });
  const later = (hours: number, sponsor = 'alice') =>
    world.another({ sponsor, now: () => new Date(Date.now() + hours * 3_600_000) });

  it('in two changes, of one sponsor or of two', async () => {
    expect(await lower()).toMatchObject({ state: 'succeeded' });
    const after = world.writes().length;
    const again = update({ template: without('Inbox').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete') });
    for (const app of [world.app, later(23), later(23, 'bob')])
      expect(await propose(again, app)).toMatchObject({
        state: 'denied',
        verdicts: expect.arrayContaining([isDenied]),
      });
    expect(await propose({ stack: 'kept-prod' }, world.app, 'plan_stack_delete')).toMatchObject({ state: 'denied' });
    const nextDay = await propose(again, later(25));
    expect(JSON.stringify(nextDay)).not.toContain('GUARD_PROTECTION');
    expect(world.writes()).toHaveLength(after);
  });

  it('by the ARN of the stack instead of its name', async () => {
    await lower();
    const { stack_id } = await world.call('describe_stack', { stack: 'kept-prod' });
    const template = without('Inbox').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete');
    expect(await propose({ stack: stack_id, template })).toMatchObject({
      verdicts: expect.arrayContaining([isDenied]),
    });
  });

  it('approved before, executed after', async () => {
    const { change_id } = await propose(losing);
    await sign(String(change_id));
    await lower();
    const writes = world.writes().length;
    await expect(world.execute(String(change_id))).rejects.toMatchObject({ code: 'STATE_STALE' });
    expect(world.writes()).toHaveLength(writes);
  });

  it('also where it is not known whether the lowering took place', async () => {
    world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet', times: 1 }));
    expect(await lower()).toMatchObject({ state: 'unknown' });
    const template = without('Inbox').replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete');
    expect(await propose(update({ template }))).toMatchObject({ verdicts: expect.arrayContaining([isDenied]) });
  });

  it('and a lowering that CloudFormation refused at once is none', async () => {
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'ExecuteChangeSet', times: 1 }));
    expect(await lower()).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(await propose(losing))).not.toContain('GUARD_PROTECTION');
  });
});

describe('protections that no template has', () => {
  it('a stack policy comes with no plan', async () => {
    const input = update({ stack_policy: '{}' });
    expect(await world.call('plan_stack_update', input)).toMatchObject({ code: 'INPUT_INVALID' });
  });
});
