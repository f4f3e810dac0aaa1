import {
  CreateSnapshotCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, pastCountersign, type TestWorld } from '../world.ts';

let world: TestWorld;
let client: EC2Client;
beforeEach(async () => {
  world = await openTestWorld();
  client = new EC2Client(pastCountersign(world));
});
afterEach(() => world.close());

const named = async (name: string) => {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Name', Values: [name] }] }),
  );
  return Reservations[0]!.Instances![0]!.InstanceId!;
};

describe('the sandbox EC2', () => {
  it('refuses to terminate a protected instance, with a typed exception', async () => {
    await expect(
      client.send(new TerminateInstancesCommand({ InstanceIds: [await named('bastion')] })),
    ).rejects.toMatchObject({
      name: 'OperationNotPermitted',
    });
  });
  it.each([{ DisableApiTermination: { Value: true } }, { Attribute: 'disableApiTermination' as const, Value: 'true' }])(
    'sets protection by either spelling: %o',
    async (spelling) => {
      const InstanceId = await named('batch');
      await client.send(new ModifyInstanceAttributeCommand({ InstanceId, ...spelling }));
      const { DisableApiTermination } = await client.send(
        new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'disableApiTermination' }),
      );
      expect(DisableApiTermination?.Value).toBe(true);
    },
  );
  it('answers a dry run without effect', async () => {
    const InstanceIds = [await named('batch')];
    await expect(client.send(new StopInstancesCommand({ InstanceIds, DryRun: true }))).rejects.toMatchObject({
      name: 'DryRunOperation',
    });
    const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds }));
    expect(Reservations[0]?.Instances?.[0]?.State?.Name).toBe('running');
  });
  it('refuses a filter that it does not know, instead of matching nothing', async () => {
    await expect(
      client.send(new DescribeVolumesCommand({ Filters: [{ Name: 'vpc-id', Values: ['x'] }] })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
  it('refuses a snapshot of a volume that is not there', async () => {
    await expect(client.send(new CreateSnapshotCommand({ VolumeId: 'vol-00000000000000000' }))).rejects.toMatchObject({
      name: 'InvalidVolume.NotFound',
    });
  });
});

describe('instance plans, end to end', () => {
  it('denies what a stack owns, what is protected, and holds a termination for two after snapshots', async () => {
    const { Reservations = [] } = await client.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: 'tag:aws:cloudformation:stack-name', Values: ['cost-explorer-prod'] }],
      }),
    );
    const owned = Reservations[0]!.Instances![0]!.InstanceId!;
    const codes = (answer: Record<string, unknown>) => (answer.verdicts as { code: string }[]).map(({ code }) => code);
    expect(codes(await world.call('plan_instance_action', { instance_ids: [owned], action: 'stop' }))).toContain(
      'GUARD_OWNERSHIP',
    );
    expect(
      codes(await world.call('plan_instance_action', { instance_ids: [await named('bastion')], action: 'terminate' })),
    ).toContain('GUARD_PROTECTION');
    const plan = await world.call('plan_instance_action', {
      instance_ids: [await named('batch')],
      action: 'terminate',
    });
    expect(plan).toMatchObject({ decision: 'needs_approval', seats: { needed: 2 }, effects: { worst: 'recoverable' } });
    expect(world.writes()).toEqual([]);
  });
});
