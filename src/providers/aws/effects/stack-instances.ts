/**
 * The disks of a stack's instances: the same loss by the stack as by the instance's own tool.
 *
 * Guarantees: an instance that is deleted or replaced takes its volumes with DeleteOnTermination along, and its
 * instance-store disks; one that is stopped for a change loses the latter. It is recoverable only where every volume has
 * a completed snapshot. What could not be read counts as lost.
 */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Effect } from '../../../core/effect.ts';
import { hasInstanceStore, readInstanceTypes, readNewestSnapshots } from '../observe/ec2.ts';
import { itemsOf } from '../paging.ts';
import type { PlannerContext } from '../planners/context.ts';
import { HOLDS_NOTHING } from './loss.ts';

const INSTANCE = 'AWS::EC2::Instance';
const isLost = ({ kind, retention }: Effect) =>
  (kind === 'delete' || kind === 'replace' || kind === 'unknown') && retention?.effective !== 'Retain';
const mayStop = ({ kind, interrupts }: Effect) => kind === 'update' && interrupts !== 'no';

export async function withDisks(context: PlannerContext, effects: readonly Effect[]): Promise<Effect[]> {
  const about = effects.filter(
    (effect) => effect.type === INSTANCE && effect.physicalId !== undefined && (isLost(effect) || mayStop(effect)),
  );
  if (about.length === 0) return [...effects];
  const ids = about.map(({ physicalId = '' }) => physicalId);
  const disks = await context.elsewhere.orUnread(`The disks of ${ids.join(', ')}`, readDisks(context, ids), undefined);
  return effects.map((effect) => (about.includes(effect) ? withItsDisks(effect, disks) : effect));
}

interface Disks {
  /** By instance. An id that is not in it is gone. */
  volumes: ReadonlyMap<string, readonly string[]>;
  instanceStore: ReadonlySet<string>;
  snapshots: Awaited<ReturnType<typeof readNewestSnapshots>>;
}

async function readDisks(context: PlannerContext, ids: string[]): Promise<Disks> {
  const { paginateDescribeInstances } = await import('@aws-sdk/client-ec2');
  // A filter, not InstanceIds: one id that is gone must not hide the others.
  const query = { Filters: [{ Name: 'instance-id', Values: ids }] };
  const instances: Instance[] = await itemsOf(
    paginateDescribeInstances({ client: context.ec2 }, query),
    ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances),
  );
  const types = instances.length === 0 ? new Map() : await readInstanceTypes(context, instances.map(typeOf));
  const volumes = new Map(instances.map((one) => [one.InstanceId ?? '', lostVolumes(one)]));
  return {
    volumes,
    instanceStore: new Set(
      instances.filter((one) => hasInstanceStore(one, types)).map(({ InstanceId = '' }) => InstanceId),
    ),
    snapshots: await readNewestSnapshots(context, [...volumes.values()].flat()),
  };
}

const typeOf = ({ InstanceType }: Instance) => String(InstanceType);
const lostVolumes = ({ BlockDeviceMappings = [] }: Instance) =>
  BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.VolumeId && Ebs.DeleteOnTermination !== false ? [Ebs.VolumeId] : []));

function withItsDisks(effect: Effect, disks: Disks | undefined): Effect {
  const id = effect.physicalId ?? '';
  const lost = (names: readonly string[], said: string): Effect => ({
    ...effect,
    disks: [...names],
    reversibility: 'irreversible',
    why: `${effect.why.replace(HOLDS_NOTHING, '').trim()} ${said}`.trim(),
  });
  if (!disks) return isLost(effect) ? lost(['unknown'], 'Its disks could not be read.') : effect;
  if (disks.instanceStore.has(id)) {
    const when = isLost(effect) ? '' : ' when it stops';
    return {
      ...lost(['instance store'], `The data on its instance-store disks would be lost${when}.`),
      ...(isLost(effect) ? {} : { holds: 'data' as const }),
    };
  }
  const volumes = disks.volumes.get(id) ?? [];
  if (!isLost(effect) || volumes.length === 0) return effect;
  const gone = lost(volumes, `${volumes.join(', ')} would be deleted with it (DeleteOnTermination).`);
  const points = volumes.flatMap((volume) => disks.snapshots.get(volume) ?? []);
  if (points.length < volumes.length) return gone;
  const [recoveryPoint] = points.sort((a, b) => (a.completedAt < b.completedAt ? -1 : 1));
  return { ...gone, reversibility: 'recoverable', recoveryPoint: recoveryPoint! };
}
