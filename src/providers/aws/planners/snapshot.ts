/** Plans a snapshot of one volume: takes nothing away, and so is fine for what a stack owns too. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ec2Effect } from '../effects-ec2.ts';
import { askingEc2 } from '../observe/ec2.ts';
import { observeVolumes } from '../observe/ec2-resources.ts';
import type { AwsDraft } from '../observed.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { NO_PREVIEW, snapshotCall } from './ec2-call.ts';

export interface SnapshotRecipe {
  volumeId: string;
  description: string;
  /** Names what this plan makes. */
  token: string;
}

export function planSnapshot(
  context: PlannerContext,
  volumeId: string,
  description = 'Made by countersign',
): Promise<AwsDraft> {
  return recomputeSnapshot(context, { volumeId, description, token: randomBytes(8).toString('hex') });
}

export function recomputeSnapshot(context: PlannerContext, recipe: SnapshotRecipe): Promise<AwsDraft> {
  const { volumeId, description, token } = recipe;
  return askingEc2(context, async () => {
    const resources = await observeVolumes(context, [volumeId]);
    return {
      action: 'copy',
      target: resourcesTarget(context, [volumeId]),
      calls: [snapshotCall(context, 'snapshot', volumeId, description, token)],
      effects: [
        ec2Effect(
          { type: 'AWS::EC2::Snapshot' },
          {
            kind: 'create',
            holds: 'data',
            reversibility: 'reversible',
            properties: [{ path: 'Properties.VolumeId', after: volumeId, replaces: 'never' }],
            why: 'A new snapshot; the volume does not change, and the snapshot can be deleted again.',
          },
        ),
      ],
      observed: observed(context, { resources }),
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'snapshot', input: { ...recipe } },
      notes: [NO_PREVIEW],
    };
  });
}

export const snapshot = definePlanner({
  name: 'snapshot',
  input: z.strictObject({ volumeId: z.string(), description: z.string().optional() }),
  plan: (context, { volumeId, description }) => planSnapshot(context, volumeId, description),
  recipe: 'snapshot',
  replan: recomputeSnapshot,
});
