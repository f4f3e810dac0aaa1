/** Plans for EC2 instances: EC2 has no preview, so effects follow from the observed state. */
import type { Call } from '../../core/call.ts';
import { compareWorstFirst } from '../../core/effect.ts';
import type { PlanDraft } from '../../core/plan.ts';
import type { InstanceAction } from '../../core/ports.ts';
import { effectOfInstance } from '../effects-ec2.ts';
import { askingAws } from '../errors.ts';
import { observeInstances } from '../observe/ec2.ts';
import { observed, type PlannerContext } from './context.ts';

const INSTANCE_OPERATIONS: Record<InstanceAction, string> = {
  start: 'StartInstances',
  stop: 'StopInstances',
  reboot: 'RebootInstances',
  terminate: 'TerminateInstances',
};

export async function planInstanceAction(
  context: PlannerContext,
  instanceIds: string[],
  action: InstanceAction,
): Promise<PlanDraft> {
  return askingAws(async () => {
    const ids = [...new Set(instanceIds)].sort();
    const instances = (await observeInstances(context.ec2, ids)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const place = { account: context.identity.account, region: context.identity.region };
    const snapshots: Call[] =
      action !== 'terminate'
        ? []
        : instances
            .flatMap(({ volumes }) => volumes.filter(({ deleteOnTermination }) => deleteOnTermination))
            .map(({ id }, index) => ({
              step: `snapshot${index + 1}`,
              service: 'ec2',
              operation: 'CreateSnapshot',
              input: { VolumeId: id, Description: 'Made by countersign before a termination' },
              ...place,
            }));
    const call: Call = {
      step: 'act',
      service: 'ec2',
      operation: INSTANCE_OPERATIONS[action],
      input: { InstanceIds: ids },
      ...place,
    };
    return {
      target: { kind: 'resources', ...place, name: ids.join(','), ids },
      calls: [...snapshots, call],
      effects: instances.map((instance) => effectOfInstance(instance, action)).sort(compareWorstFirst),
      observed: observed(context, { instances }),
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'instance_action', input: { instanceIds: ids, action } },
      notes: [
        'EC2 has no preview: effects follow from state, volumes and protections; permission is tried at execution.',
      ],
    };
  });
}
