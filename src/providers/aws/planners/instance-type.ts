/** Plans another type for one instance: stop, modify, start; each waits for the one before. */
import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CountersignError } from '../../../core/errors.ts';
import { effectOfResize } from '../effects-ec2.ts';
import { askingEc2, type LiveInstance, observeInstances, readInstanceTypes } from '../observe/ec2.ts';
import type { AwsDraft } from '../observed.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { ec2Call, givesUpAddress, NO_PREVIEW, NOTHING_CHANGES, namesOf } from './ec2-call.ts';

const refuse = (message: string, remedy: string) => new CountersignError('INPUT_INVALID', message, remedy);

export function planInstanceType(context: PlannerContext, instanceId: string, instanceType: string): Promise<AwsDraft> {
  return askingEc2(context, async () => {
    const [[live], types] = await Promise.all([
      observeInstances(context, [instanceId], { protection: 'disableApiStop' }),
      wantedType(context, instanceType),
    ]);
    const instance = live!.observed;
    refuseMismatch(live!, instanceType, types);
    const runs = instance.state === 'running';
    const isSame = instance.instanceType === instanceType;
    const modify = ec2Call(context, 'modify', 'ModifyInstanceAttribute', {
      InstanceId: instanceId,
      InstanceType: { Value: instanceType },
    });
    const ids = { InstanceIds: [instanceId] };
    return {
      action: 'resize',
      target: resourcesTarget(context, [instanceId]),
      calls: isSame
        ? []
        : runs
          ? [ec2Call(context, 'stop', 'StopInstances', ids), modify, ec2Call(context, 'start', 'StartInstances', ids)]
          : [modify],
      effects: isSame ? [] : [effectOfResize(instance, instanceType, givesUpAddress(live!.raw))],
      observed: observed(context, { instances: [instance] }),
      dryRun: { kind: isSame ? 'no_change' : 'synthesised', succeeded: true },
      recipe: { planner: 'instance_type', input: { instanceId, instanceType } },
      notes: [...namesOf([live!.raw]), isSame ? NOTHING_CHANGES : NO_PREVIEW],
    };
  });
}

async function wantedType(context: PlannerContext, instanceType: string): Promise<InstanceTypeInfo> {
  try {
    const found = (await readInstanceTypes(context, [instanceType])).get(instanceType);
    if (found) return found;
  } catch (error) {
    if ((error as Error).name !== 'InvalidInstanceType') throw error;
  }
  throw refuse(
    `There is no instance type ${instanceType} in ${context.identity.region}.`,
    'Name a type that this region has, such as t3.large.',
  );
}

function refuseMismatch({ raw, observed: instance }: LiveInstance, wanted: string, info: InstanceTypeInfo): void {
  if (raw.RootDeviceType === 'instance-store')
    throw refuse(
      `${instance.id} has an instance-store root: its type cannot be changed.`,
      'Launch another instance of the wanted type.',
    );
  if (instance.state !== 'running' && instance.state !== 'stopped')
    throw refuse(`${instance.id} is ${instance.state}.`, 'Plan again when it is running or stopped.');
  const architectures = info.ProcessorInfo?.SupportedArchitectures ?? [];
  if (raw.Architecture && architectures.length > 0 && !architectures.includes(raw.Architecture))
    throw refuse(
      `${instance.id} is ${raw.Architecture} and ${wanted} is ${architectures.join(', ')}: the instance could not start again.`,
      'Name a type of the same architecture.',
    );
}

const input = z.strictObject({ instanceId: z.string(), instanceType: z.string() });
type Input = z.infer<typeof input>;
export const instanceType = definePlanner({
  name: 'instance_type',
  input,
  plan: (context, asked) => planInstanceType(context, asked.instanceId, asked.instanceType),
  recipe: 'instance_type',
  replan: (context, asked: Input) => planInstanceType(context, asked.instanceId, asked.instanceType),
});
