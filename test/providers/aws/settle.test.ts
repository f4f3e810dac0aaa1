/** How the end of what a call of EC2 began is waited for. */
import { StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Call } from '../../../src/core/call.ts';
import { settle as settleTelling } from '../../../src/providers/aws/waits.ts';
import { addFault, type FaultRequest } from '../../../src/sandbox/faults.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const settle = (client: typeof world.ec2, call: Call, output: Record<string, unknown>) =>
  settleTelling(client, call, output, () => undefined);
const fault = (request: FaultRequest) => world.store.transact((inside) => addFault(inside, request));
const callOf = (operation: string, input: Record<string, unknown>) =>
  ({ provider: 'aws', service: 'ec2', operation, input, account: '1', region: 'eu-west-1' }) as unknown as Call;
const looks = (operation: string) => world.operations().filter((name) => name === operation).length;
const batch = () => ({ InstanceIds: [world.instance('batch').id] });

it.each(['denied', 'expired_credentials'] as const)(
  'a look that is %s ends the wait: another one would be too',
  async (kind) => {
    fault({ kind, operation: 'Describe*', times: 'always' });
    for (const [operation, input, output] of [
      ['CreateSnapshot', {}, { SnapshotId: 'snap-0123456789abcdef0' }],
      ['StartInstances', batch(), {}],
      ['StopInstances', batch(), {}],
      ['TerminateInstances', batch(), {}],
    ] as const) {
      looks('');
      expect(await settle(world.ec2, callOf(operation, input), output)).toMatchObject({
        kind: 'unknown',
        reason: expect.stringMatching(new RegExp(`^${operation} was accepted.* could not be checked: AWS`)),
      });
      expect(looks(operation === 'CreateSnapshot' ? 'DescribeSnapshots' : 'DescribeInstances')).toBe(1);
    }
  },
);

it.each(['throttled', 'server_error', 'drop_before'] as const)(
  'a look that meets %s is no outcome: it looks again',
  async (kind) => {
    await world.ec2.send(new StopInstancesCommand(batch()));
    fault({ kind, operation: 'DescribeInstances', times: 3 });
    expect(await settle(world.ec2, callOf('StopInstances', batch()), {})).toMatchObject({ kind: 'done' });
  },
);

it('an instance that starts when it is to be terminated has not failed to end', async () => {
  await world.ec2.send(new StopInstancesCommand(batch()));
  await settle(world.ec2, callOf('StopInstances', batch()), {});
  world.store.setPace(1_000);
  await world.ec2.send(new StartInstancesCommand(batch()));
  expect(world.instance('batch').state).toBe('pending');
  const before = world.store.calls().length;
  const ended = settle(world.ec2, callOf('TerminateInstances', batch()), {});
  const isLookedAt = () =>
    world.store
      .calls()
      .slice(before)
      .some(({ operation }) => operation === 'DescribeInstances');
  await vi.waitUntil(isLookedAt, { timeout: 10_000 });
  world.store.setPace(0);
  await world.ec2.send(new TerminateInstancesCommand(batch()));
  expect(await ended).toMatchObject({ kind: 'done' });
});

it('an instance that was terminated meanwhile will neither run nor stop', async () => {
  await world.ec2.send(new TerminateInstancesCommand(batch()));
  for (const operation of ['StartInstances', 'StopInstances'])
    expect(await settle(world.ec2, callOf(operation, batch()), {})).toMatchObject({
      kind: 'refused',
      code: 'AWS_FAILED',
    });
});
