/** Plans for EC2 instances: EC2 has no preview, so the effects are derived from the observed state. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { compareWorstFirst } from '../../../core/effect.ts';
import { CountersignError } from '../../../core/errors.ts';
import { effectOfInstance } from '../effects-ec2.ts';
import {
  askingEc2,
  type LiveInstance,
  observeInstances,
  type ProtectionAttribute,
  readNewestSnapshots,
  type SnapshotPoint,
} from '../observe/ec2.ts';
import { observeOwnedVolumes } from '../observe/ec2-resources.ts';
import type { AwsDraft, ObservedInstance } from '../observed.ts';
import { INSTANCE_ACTIONS, type InstanceAction } from '../ports.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { ec2Call, givesUpAddress, NO_PREVIEW, NOTHING_CHANGES, namesOf, snapshotCall } from './ec2-call.ts';

interface Action {
  operation: string;
  /** States in which it does something; in `already` it does nothing; in all others EC2 refuses. */
  from: readonly string[];
  already: readonly string[];
  protection?: ProtectionAttribute;
}
const ACTIONS: Record<InstanceAction, Action> = {
  start: { operation: 'StartInstances', from: ['stopped'], already: ['pending', 'running'] },
  stop: {
    operation: 'StopInstances',
    from: ['pending', 'running'],
    already: ['stopping', 'stopped'],
    protection: 'disableApiStop',
  },
  reboot: { operation: 'RebootInstances', from: ['running'], already: [] },
  terminate: {
    operation: 'TerminateInstances',
    from: ['pending', 'running', 'stopping', 'stopped'],
    already: ['shutting-down', 'terminated'],
    protection: 'disableApiTermination',
  },
};
const NAMES_TOLD = 4;
const RECOVERY_POINT_MILLISECONDS = 24 * 3_600_000;

/** What a plan decided when it was made, and holds to when it is computed again. */
export interface InstanceActionRecipe {
  instanceIds: string[];
  action: InstanceAction;
  /** Names this plan's snapshots. */
  token: string;
  /** By volume: the snapshot of at most 24 h ago that the plan stands on. Newer ones do not change the plan. */
  recoveryPoints: Record<string, SnapshotPoint>;
}

export async function planInstanceAction(
  context: PlannerContext,
  instanceIds: string[],
  action: InstanceAction,
): Promise<AwsDraft> {
  const token = randomBytes(8).toString('hex');
  return draft(context, { instanceIds: [...new Set(instanceIds)].sort(), action, token });
}

function draft(
  context: PlannerContext,
  made: Omit<InstanceActionRecipe, 'recoveryPoints'> & Partial<InstanceActionRecipe>,
): Promise<AwsDraft> {
  const { instanceIds: ids, action, token } = made;
  const { operation, from, already, protection } = ACTIONS[action];
  const recoveryPoints: Record<string, SnapshotPoint> = {};
  const snapshots = async (volumeIds: string[]) => {
    const oldestUseful = new Date(context.now().getTime() - RECOVERY_POINT_MILLISECONDS).toISOString();
    const relied = made.recoveryPoints;
    const found = relied ? await stillThere(context, relied) : await readNewestSnapshots(context, volumeIds);
    for (const [volume, point] of found) if (point.completedAt >= oldestUseful) recoveryPoints[volume] = point;
    return new Map(Object.entries(recoveryPoints));
  };
  return askingEc2(context, async () => {
    const live = await observeInstances(context, ids, {
      ...(protection ? { protection } : {}),
      ...(action === 'terminate' ? { snapshots } : {}),
    });
    for (const instance of live) refuseState(instance, action, [...from, ...already]);
    const affected = live.filter(({ observed: { state } }) => from.includes(state));
    const affectedIds = affected.map(({ observed: { id } }) => id);
    const doomed = affected.flatMap(({ observed: { volumes } }) => volumes.filter((one) => one.deleteOnTermination));
    const resources =
      action === 'terminate'
        ? await observeOwnedVolumes(
            context,
            doomed.map(({ id }) => id),
          )
        : [];
    const act = ec2Call(context, 'act', operation, { InstanceIds: affectedIds });
    const calls: Call[] =
      affected.length === 0
        ? []
        : [
            ...(action === 'terminate'
              ? snapshotCalls(
                  context,
                  affected.map(({ observed: o }) => o),
                  token,
                )
              : []),
            act,
          ];
    return {
      action,
      target: resourcesTarget(context, ids),
      calls,
      effects: affected
        .map(({ observed: instance, raw }) => effectOfInstance(instance, action, givesUpAddress(raw)))
        .sort(compareWorstFirst),
      observed: observed(context, {
        instances: live.map(({ observed: instance }) => instance),
        ...(resources.length > 0 ? { resources } : {}),
      }),
      dryRun: { kind: affected.length === 0 ? 'no_change' : 'synthesised', succeeded: true },
      recipe: { planner: 'instance_action', input: { instanceIds: ids, action, token, recoveryPoints } as never },
      notes: [
        ...namesOf(live.map(({ raw }) => raw)).slice(0, NAMES_TOLD),
        affected.length === 0 ? NOTHING_CHANGES : NO_PREVIEW,
      ],
    };
  });
}

/** A snapshot that a plan stands on and that is gone is missing from the answer: the plan is another then. */
async function stillThere(
  context: PlannerContext,
  relied: Record<string, SnapshotPoint>,
): Promise<Map<string, SnapshotPoint>> {
  const ids = Object.values(relied).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const { DescribeSnapshotsCommand } = await import('@aws-sdk/client-ec2');
  const { Snapshots = [] } = await context.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: 'snapshot-id', Values: ids }] }),
  );
  const there = new Set(Snapshots.filter(({ State }) => State === 'completed').map(({ SnapshotId }) => SnapshotId));
  return new Map(Object.entries(relied).filter(([, { id }]) => there.has(id)));
}

const snapshotCalls = (context: PlannerContext, instances: readonly ObservedInstance[], token: string): Call[] =>
  instances
    .flatMap(({ volumes }) => volumes)
    .filter(({ deleteOnTermination, newestSnapshot }) => deleteOnTermination && newestSnapshot === null)
    .map(({ id }, index) =>
      snapshotCall(context, `snapshot${index + 1}`, id, 'Made by countersign before a termination', token),
    );

function refuseState({ raw, observed: { id, state } }: LiveInstance, action: InstanceAction, fine: string[]): void {
  if (action === 'stop' && raw.RootDeviceType === 'instance-store')
    throw new CountersignError(
      'INPUT_INVALID',
      `${id} has an instance-store root: it can only be rebooted or terminated, not stopped.`,
      'Leave it out.',
    );
  if (fine.includes(state)) return;
  throw new CountersignError(
    'INPUT_INVALID',
    `${id} is ${state}: EC2 would refuse to ${action} it.`,
    `Leave it out, or plan again when it is ${fine.join(' or ')}.`,
  );
}

export const instanceAction = definePlanner({
  name: 'instance_action',
  input: z.strictObject({ instanceIds: z.array(z.string()).min(1), action: z.enum(INSTANCE_ACTIONS) }),
  plan: (context, { instanceIds, action }) => planInstanceAction(context, instanceIds, action),
  recipe: 'instance_action',
  replan: (context, recipe: InstanceActionRecipe) => draft(context, recipe),
});
