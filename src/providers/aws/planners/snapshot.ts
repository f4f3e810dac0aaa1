/** Plans a snapshot of a volume, or of all volumes of an instance: takes nothing away, and so is fine for what a stack owns too. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CountersignError } from '../../../core/errors.ts';
import { ec2Effect } from '../effects-ec2.ts';
import { askingEc2, readInstances } from '../observe/ec2.ts';
import { observeVolumes } from '../observe/ec2-resources.ts';
import type { AwsDraft } from '../observed.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { NO_PREVIEW, namesOf, snapshotCall } from './ec2-call.ts';

/** The volumes are chosen when the plan is made: one that is attached later is not in it. */
interface SnapshotRecipe {
  volumeIds: string[];
  description: string;
  /** Names what this plan makes. */
  token: string;
}
/** Of plans of one volume, as earlier versions kept them. */
type EarlierRecipe = Omit<SnapshotRecipe, 'volumeIds'> & { volumeId: string };

async function planSnapshot(context: PlannerContext, { volumeId, instanceId, description }: Input): Promise<AwsDraft> {
  const [instance] =
    instanceId === undefined ? [] : await askingEc2(context, () => readInstances(context, [instanceId]));
  const attached = (instance?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []);
  const volumeIds = volumeId === undefined ? attached.sort() : [volumeId];
  if (volumeIds.length === 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `${instanceId} has no EBS volume: instance-store disks cannot be snapshotted.`,
      'Leave it out.',
    );
  const token = randomBytes(8).toString('hex');
  const made = await recomputeSnapshot(context, {
    volumeIds,
    description: description ?? 'Made by countersign',
    token,
  });
  return instance ? { ...made, notes: [...namesOf([instance]), ...made.notes] } : made;
}

function recomputeSnapshot(context: PlannerContext, recipe: SnapshotRecipe | EarlierRecipe): Promise<AwsDraft> {
  const { description, token } = recipe;
  const volumeIds = 'volumeId' in recipe ? [recipe.volumeId] : recipe.volumeIds;
  const step = (index: number) => (volumeIds.length === 1 ? 'snapshot' : `snapshot${index + 1}`);
  return askingEc2(context, async () => ({
    action: 'copy' as const,
    target: resourcesTarget(context, volumeIds),
    calls: volumeIds.map((id, index) => snapshotCall(context, step(index), id, description, token)),
    effects: volumeIds.map((id) =>
      ec2Effect(
        { type: 'AWS::EC2::Snapshot' },
        {
          kind: 'create',
          holds: 'data',
          reversibility: 'reversible',
          properties: [{ path: 'Properties.VolumeId', after: id, replaces: 'never' }],
          why: 'A new snapshot; the volume does not change, and the snapshot can be deleted again.',
        },
      ),
    ),
    observed: observed(context, { resources: await observeVolumes(context, volumeIds) }),
    dryRun: { kind: 'synthesised' as const, succeeded: true },
    recipe: { planner: 'snapshot', input: { ...recipe } },
    notes: [NO_PREVIEW],
  }));
}

const input = z.strictObject({
  volumeId: z.string().optional(),
  instanceId: z.string().optional(),
  description: z.string().optional(),
});
type Input = z.infer<typeof input>;

export const snapshot = definePlanner({
  name: 'snapshot',
  input,
  plan: planSnapshot,
  recipe: 'snapshot',
  replan: recomputeSnapshot,
});
