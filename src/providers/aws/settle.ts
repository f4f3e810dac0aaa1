/** What a call of EC2 left behind: found again when its answer was lost, looked at when its end was not recorded. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Call } from '../../core/call.ts';
import type { Seen } from '../../core/ports.ts';
import { PLAN_TAG } from './planners/ec2-call.ts';
import { ENDS_IN, instancesOf, type Output, planTagIn } from './waits.ts';

const sdk = () => import('@aws-sdk/client-ec2');

/** Of all EC2 calls only CreateSnapshot makes something new; the tag in its input names what this very call made. */
export async function findTraceOf(client: EC2Client, call: Call): Promise<Output | undefined> {
  const value = planTagIn(call);
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
  const wanted = operation === 'ModifyInstanceAttribute' ? wantedType : ENDS_IN[operation];
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
