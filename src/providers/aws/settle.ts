/** What a call of EC2 begins and does not end: waited for, and found again when its answer was lost. */
import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import type { Call } from '../../core/call.ts';
import type { Seen, Sent } from '../../core/ports.ts';
import { asCountersignError } from './errors.ts';
import { PLAN_TAG } from './planners/ec2-call.ts';

export type Output = Record<string, unknown>;

const HOUR_MILLISECONDS = 3_600_000;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const sdk = () => import('@aws-sdk/client-ec2');

interface Wait {
  ends: string;
  /** A state that shows that the end cannot come any more. The state from before is none: a look can be behind. */
  lost?: RegExp;
  hours: number;
}
/**
 * By operation. What is in no row has ended when it was answered. Not the SDK's waiters: denied or with expired
 * credentials they ask on for hours, and a look that is behind is a failure to them
 * (findings/aws-sdk-waiters-wait-when-denied.sh).
 */
const WAITS: Record<string, Wait> = {
  CreateSnapshot: { ends: 'completed', lost: /^error$/, hours: 12 },
  StartInstances: { ends: 'running', lost: /^(?:shutting-down|terminated)$/, hours: 1 },
  StopInstances: { ends: 'stopped', lost: /^(?:shutting-down|terminated)$/, hours: 1 },
  TerminateInstances: { ends: 'terminated', hours: 1 },
};

/** Errors of a look that another look would meet too. Others pass: throttling, a broken line, a new id not known yet. */
const LASTING = /^AWS_(?:ACCESS_DENIED|CREDENTIALS_|CLOCK_SKEWED)/;

/** `refused`: AWS showed that it ended otherwise. `unknown`: it has not ended in time, or could not be looked at. */
export async function settle(client: EC2Client, call: Call, output: Output): Promise<Sent> {
  const wait = call.service === 'ec2' ? WAITS[call.operation] : undefined;
  if (!wait) return { kind: 'done', output };
  const accepted = `${call.operation} was accepted, and the operation that it started`;
  let waited = 0;
  for (let pause = 1_000; ; pause = Math.min(LONGEST_PAUSE_MILLISECONDS, pause * 2)) {
    try {
      const states = await statesNow(client, call, output);
      if (states.some((state) => wait.lost?.test(state)))
        return { kind: 'refused', code: 'AWS_FAILED', reason: `${accepted} has failed.` };
      if (states.length > 0 && states.every((state) => state === wait.ends)) return { kind: 'done', output };
    } catch (error) {
      const { code, message } = asCountersignError(error);
      if (LASTING.test(code)) return { kind: 'unknown', reason: `${accepted} could not be checked: ${message}` };
    }
    if (waited >= wait.hours * HOUR_MILLISECONDS)
      return { kind: 'unknown', reason: `${accepted} did not finish in time.` };
    await new Promise((resolve) => setTimeout(resolve, pause));
    waited += pause;
  }
}

/** Of the snapshot that it made, or of all instances that it names; none while AWS does not tell them all. */
async function statesNow(client: EC2Client, { operation, input }: Call, { SnapshotId }: Output): Promise<string[]> {
  if (operation === 'CreateSnapshot') {
    const { DescribeSnapshotsCommand } = await sdk();
    const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [String(SnapshotId)] }));
    return Snapshots.map(({ State = '' }) => State);
  }
  const ids = input.InstanceIds as string[];
  const instances = await instancesOf(client, ids);
  return instances.length < ids.length ? [] : instances.map(({ State }) => State?.Name ?? '');
}

async function instancesOf(client: EC2Client, ids: string[]): Promise<Instance[]> {
  const { DescribeInstancesCommand } = await sdk();
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds: ids }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
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
  const wanted = operation === 'ModifyInstanceAttribute' ? wantedType : WAITS[operation]?.ends;
  if (wanted === undefined) return { detail: 'such a call leaves no trace of its own' };
  const ids = (input.InstanceIds as string[] | undefined) ?? [String(input.InstanceId)];
  const now = (await instancesOf(client, ids)).map(({ InstanceId, State, InstanceType }) => ({
    id: InstanceId,
    is: operation === 'ModifyInstanceAttribute' ? InstanceType : State?.Name,
  }));
  const detail = now.map(({ id, is }) => `${id} is ${is}`).join(', ');
  const isDone = now.length === ids.length && now.every(({ is }) => is === wanted);
  return isDone ? { detail, ended: CARRIED_OUT } : { detail };
}
