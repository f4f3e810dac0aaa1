/** What a call of EC2 begins and does not end: waited for, and found again when its answer was lost. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Call } from '../../core/call.ts';
import type { Seen, Sent } from '../../core/ports.ts';
import { asCountersignError } from './errors.ts';
import { PLAN_TAG } from './planners/ec2-call.ts';

export type Output = Record<string, unknown>;
type Wait = (client: EC2Client, call: Call, output: Output) => Promise<{ state: string; reason?: unknown }>;

const HOUR_SECONDS = 3_600;
const pace = (client: EC2Client, maxWaitTime: number) => ({ client, minDelay: 1, maxDelay: 15, maxWaitTime });
const idsOf = ({ input }: Call) => ({ InstanceIds: input.InstanceIds as string[] });
const sdk = () => import('@aws-sdk/client-ec2');

/** By operation. What is in no row has ended when it was answered. */
const WAITS: Record<string, Wait> = {
  CreateSnapshot: async (client, _call, { SnapshotId }) =>
    (await sdk()).waitForSnapshotCompleted(pace(client, 12 * HOUR_SECONDS), { SnapshotIds: [String(SnapshotId)] }),
  StartInstances: async (client, call) => (await sdk()).waitForInstanceRunning(pace(client, HOUR_SECONDS), idsOf(call)),
  StopInstances: async (client, call) => (await sdk()).waitForInstanceStopped(pace(client, HOUR_SECONDS), idsOf(call)),
  TerminateInstances: async (client, call) =>
    (await sdk()).waitForInstanceTerminated(pace(client, HOUR_SECONDS), idsOf(call)),
};

/** `refused`: AWS showed that it ended otherwise. `unknown`: it has not ended in time, or could not be looked at. */
export async function settle(client: EC2Client, call: Call, output: Output): Promise<Sent> {
  const wait = call.service === 'ec2' ? WAITS[call.operation] : undefined;
  if (!wait) return { kind: 'done', output };
  const accepted = `${call.operation} was accepted, and the operation that it started`;
  try {
    // The functions that do not throw: their state tells a failure that was seen from one that was not.
    const { state } = await wait(client, call, output);
    if (state === 'SUCCESS') return { kind: 'done', output };
    if (state === 'FAILURE') return { kind: 'refused', code: 'AWS_FAILED', reason: `${accepted} has failed.` };
    return { kind: 'unknown', reason: `${accepted} did not finish in time.` };
  } catch (error) {
    return { kind: 'unknown', reason: `${accepted} could not be checked: ${asCountersignError(error).message}` };
  }
}

type Tagged = { TagSpecifications?: { Tags?: { Key?: string; Value?: string }[] }[] };

/** Of all EC2 calls only CreateSnapshot makes something new; the tag in its input names what this very call made. */
export async function findTraceOf(client: EC2Client, call: Call): Promise<Output | undefined> {
  const tags = (call.input as Tagged).TagSpecifications?.flatMap(({ Tags = [] }) => Tags) ?? [];
  const value = tags.find(({ Key }) => Key === PLAN_TAG)?.Value;
  if (call.operation !== 'CreateSnapshot' || value === undefined) return undefined;
  const { DescribeSnapshotsCommand } = await sdk();
  const { Snapshots: [found] = [] } = await client.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: `tag:${PLAN_TAG}`, Values: [value] }] }),
  );
  return found ? { ...found } : undefined;
}

/** By operation: the state that what it began ends in, and in which its target was not when it was begun. */
const ENDS_IN: Record<string, string> = {
  StartInstances: 'running',
  StopInstances: 'stopped',
  TerminateInstances: 'terminated',
};
const CARRIED_OUT = { call: 'done', state: 'succeeded' } as const;

/** One look at what this call was for. The state from before tells nothing: it may still be on its way. */
export async function lookBackAtEc2(client: EC2Client, call: Call): Promise<Seen> {
  const { operation, input } = call;
  if (operation === 'CreateSnapshot') {
    const found = await findTraceOf(client, call);
    if (!found) return { detail: 'no snapshot carries its tag' };
    const detail = `${found.SnapshotId} is ${found.State}`;
    if (found.State === 'completed') return { detail, ended: CARRIED_OUT };
    return found.State === 'error' ? { detail, ended: { call: 'done', state: 'failed' } } : { detail };
  }
  const wantedType = (input.InstanceType as { Value?: string } | undefined)?.Value;
  const wanted = operation === 'ModifyInstanceAttribute' ? wantedType : ENDS_IN[operation];
  if (wanted === undefined) return { detail: 'such a call leaves no trace of its own' };
  const ids = (input.InstanceIds as string[] | undefined) ?? [String(input.InstanceId)];
  const { DescribeInstancesCommand } = await sdk();
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds: ids }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const now = instances.map(({ InstanceId, State, InstanceType }) => ({
    id: InstanceId,
    is: operation === 'ModifyInstanceAttribute' ? InstanceType : State?.Name,
  }));
  const detail = now.map(({ id, is }) => `${id} is ${is}`).join(', ');
  const isDone = now.length === ids.length && now.every(({ is }) => is === wanted);
  return isDone ? { detail, ended: CARRIED_OUT } : { detail };
}
