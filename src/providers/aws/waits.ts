/**
 * Waits for the end of what a call of EC2 began, one look after the other.
 *
 * Not the SDK's waiters: denied or with expired credentials they ask on for hours, and a look that is behind is a
 * failure to them (findings/aws-sdk-waiters-wait-when-denied.sh).
 *
 * INVARIANT: a wait sends reads only. It ends with a fact that a look showed (`ended`, `failed`), or without one when
 * the time is up or looking stays impossible; the state from before the call is no fact.
 */
import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import type { Call } from '../../core/call.ts';
import type { Sent } from '../../core/ports.ts';
import { asCountersignError, isLasting } from './errors.ts';
import { tagsOf } from './observe/ownership.ts';
import { PLAN_TAG } from './planners/ec2-call.ts';

export type Output = Record<string, unknown>;
/** What a look showed of one thing: `i-… is stopping`. */
interface Look {
  text: string;
  isDone: boolean;
  /** Why it will not come to its end any more. */
  failure?: string;
}
interface Wait {
  patienceMilliseconds: number;
  look(client: EC2Client, call: Call, output: Output): Promise<Look[]>;
}
export interface Pace {
  firstPauseMilliseconds: number;
  longestPauseMilliseconds: number;
  /** In place of the wait's own. */
  patienceMilliseconds?: number;
}
const USUAL: Pace = { firstPauseMilliseconds: 250, longestPauseMilliseconds: 15_000 };
const HOUR_MILLISECONDS = 3_600_000;

const sdk = () => import('@aws-sdk/client-ec2');

async function snapshotNow(client: EC2Client, call: Call, { SnapshotId }: Output): Promise<Look[]> {
  const { DescribeSnapshotsCommand } = await sdk();
  const { Snapshots: [found] = [] } = await client.send(
    new DescribeSnapshotsCommand({ SnapshotIds: [String(SnapshotId)] }),
  );
  const { State = 'unknown', Progress = '', StateMessage = '', Tags } = found ?? {};
  const text = `${SnapshotId} is ${State}${State === 'pending' && Progress ? ` (${Progress})` : ''}`;
  if (State === 'error') return [{ text, isDone: false, failure: `${text}${StateMessage && `: ${StateMessage}`}` }];
  const wanted = planTagIn(call);
  const isTagged = wanted === undefined || tagsOf(Tags)[PLAN_TAG] === wanted;
  if (State === 'completed' && !isTagged)
    return [{ text, isDone: false, failure: `${text}, but does not carry the tag of this plan` }];
  return [{ text, isDone: State === 'completed' }];
}

type Tagged = { TagSpecifications?: { Tags?: { Key?: string; Value?: string }[] }[] };
/** By which what this very call makes is known. */
export function planTagIn({ input }: Pick<Call, 'input'>): string | undefined {
  const tags = (input as Tagged).TagSpecifications?.flatMap(({ Tags = [] }) => Tags) ?? [];
  return tags.find(({ Key }) => Key === PLAN_TAG)?.Value;
}

/** @param never states from which the wanted one is never reached; `after`: only once another state was seen. */
function instancesReach(wanted: string, never: readonly string[], after: readonly string[] = []): Wait {
  const moved = new WeakMap<Call, Set<string>>();
  return {
    patienceMilliseconds: HOUR_MILLISECONDS,
    async look(client, call) {
      const ids = call.input.InstanceIds as string[];
      const found = new Map((await instancesOf(client, ids)).map((one) => [one.InstanceId, one]));
      const seen = moved.get(call) ?? new Set();
      moved.set(call, seen);
      return ids.map((id) => {
        const state = found.get(id)?.State?.Name ?? 'not listed';
        const text = `${id} is ${state}`;
        const isStuck = never.includes(state) || (after.includes(state) && seen.has(id));
        if (found.has(id) && !after.includes(state)) seen.add(id);
        const why = found.get(id)?.StateReason?.Message;
        return { text, isDone: state === wanted, ...(isStuck ? { failure: why ? `${text} (${why})` : text } : {}) };
      });
    },
  };
}

export async function instancesOf(client: EC2Client, ids: string[]): Promise<Instance[]> {
  const { DescribeInstancesCommand } = await sdk();
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds: ids }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

/** By operation: the state that it ends in, and in which its target was not when it was begun. */
export const ENDS_IN: Readonly<Record<string, string>> = {
  StartInstances: 'running',
  StopInstances: 'stopped',
  TerminateInstances: 'terminated',
};
const GONE = ['shutting-down', 'terminated'];
/** By operation. What is in no row has ended when it was answered. */
const WAITS: Record<string, Wait> = {
  CreateSnapshot: { patienceMilliseconds: 12 * HOUR_MILLISECONDS, look: snapshotNow },
  // One that cannot start (no capacity, a volume that cannot be decrypted) is stopped again after it was pending.
  StartInstances: instancesReach('running', GONE, ['stopped', 'stopping']),
  StopInstances: instancesReach('stopped', GONE),
  TerminateInstances: instancesReach('terminated', []),
};

/**
 * `refused`: AWS showed that it ended otherwise. `unknown`: it has not ended in time, or could not be looked at.
 *
 * @param tell is told of each state that a look finds, once.
 */
export async function settle(
  client: EC2Client,
  call: Call,
  output: Output,
  tell: (text: string) => void,
  pace: Pace = USUAL,
): Promise<Sent> {
  const wait = call.service === 'ec2' ? WAITS[call.operation] : undefined;
  if (!wait) return { kind: 'done', output };
  const begun = `${call.operation} was accepted, and the operation that it started`;
  const patience = pace.patienceMilliseconds ?? wait.patienceMilliseconds;
  const told = new Set<string>();
  let [waited, newest] = [0, ''];
  for (let pause = pace.firstPauseMilliseconds; ; pause = Math.min(pace.longestPauseMilliseconds, pause * 1.5)) {
    try {
      const looks = await wait.look(client, call, output);
      newest = looks.map(({ text }) => text).join(', ');
      if (!told.has(newest)) tell(newest);
      told.add(newest);
      const failures = looks.flatMap(({ failure }) => failure ?? []);
      if (failures.length > 0)
        return { kind: 'refused', code: 'AWS_FAILED', reason: `${begun} has failed: ${failures.join(', ')}` };
      if (looks.length > 0 && looks.every(({ isDone }) => isDone)) return { kind: 'done', output };
    } catch (error) {
      if (isLasting(error))
        return { kind: 'unknown', reason: `${begun} could not be checked: ${asCountersignError(error).message}` };
    }
    if (waited >= patience)
      return { kind: 'unknown', reason: `${begun} did not finish in time${newest && `: ${newest}`}` };
    await new Promise((resolve) => setTimeout(resolve, pause));
    waited += pause;
  }
}
