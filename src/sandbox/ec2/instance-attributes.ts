/** One attribute of an instance: described, and changed where EC2 lets it. */
import { type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { findInstanceType } from './instance-types.ts';
import { ROOT_DEVICE } from './instances.ts';
import { type Instance, instancesById } from './model.ts';
import { write } from './writing.ts';

/** How each is shown. What an instance here does not have is not listed: asking for it is refused. */
const SHOWN: Record<string, (instance: Instance) => Record<string, unknown>> = {
  disableApiTermination: ({ terminationProtection }) => ({ DisableApiTermination: { Value: terminationProtection } }),
  disableApiStop: ({ stopProtection }) => ({ DisableApiStop: { Value: stopProtection } }),
  instanceType: ({ type }) => ({ InstanceType: { Value: type } }),
  instanceInitiatedShutdownBehavior: () => ({ InstanceInitiatedShutdownBehavior: { Value: 'stop' } }),
  rootDeviceName: () => ({ RootDeviceName: { Value: ROOT_DEVICE } }),
  groupSet: ({ groupIds }) => ({ Groups: groupIds.map((GroupId) => ({ GroupId })) }),
  blockDeviceMapping: ({ volumes }) => ({
    BlockDeviceMappings: volumes.map(({ id, device, deleteOnTermination }) => ({
      DeviceName: device,
      Ebs: { VolumeId: id, DeleteOnTermination: deleteOnTermination, Status: 'attached' },
    })),
  }),
};

/** By the request's member; `attribute` is the other spelling of the same request, with `Value`. */
const CHANGED: Record<string, { attribute: string; change(instance: Instance, value: string): Partial<Instance> }> = {
  DisableApiTermination: {
    attribute: 'disableApiTermination',
    change: (_instance, value) => ({ terminationProtection: value === 'true' }),
  },
  DisableApiStop: {
    attribute: 'disableApiStop',
    change: (_instance, value) => ({ stopProtection: value === 'true' }),
  },
  InstanceType: {
    attribute: 'instanceType',
    change(instance, value) {
      if (!findInstanceType(value))
        throw new SandboxFault('InvalidInstanceAttributeValue', `Invalid value '${value}' for InstanceType.`);
      if (instance.state !== 'stopped')
        throw new SandboxFault(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in the 'stopped' state.`,
        );
      return { type: value };
    },
  },
};
/** What else the request has, none of them an attribute. */
const NOT_ATTRIBUTES = new Set(['InstanceId', 'Attribute', 'Value', 'DryRun']);

const findOne = (world: World, input: { InstanceId?: string }, { region }: { region: string }): Instance =>
  instancesById(world, [input.InstanceId ?? ''], region)[0]!;

export const attributeOperations: Record<string, Operation> = {
  DescribeInstanceAttribute(world, input, caller) {
    const instance = findOne(world, input, caller);
    const show = Object.hasOwn(SHOWN, input.Attribute ?? '') ? SHOWN[input.Attribute] : undefined;
    if (!show)
      throw new SandboxFault('InvalidParameterValue', `The sandbox does not know the attribute ${input.Attribute}`);
    return { InstanceId: instance.id, ...show(instance) };
  },
  ModifyInstanceAttribute: write(findOne, (world, instance, input) => {
    const unknown = Object.keys(input).find((member) => !NOT_ATTRIBUTES.has(member) && !Object.hasOwn(CHANGED, member));
    const asked = Object.entries(CHANGED).flatMap(([member, { attribute, change }]) => {
      const value = input[member]?.Value ?? (input.Attribute === attribute ? input.Value : undefined);
      return value === undefined ? [] : [{ change, value: String(value) }];
    });
    const [one] = asked;
    if (unknown !== undefined || one === undefined)
      throw new SandboxFault(
        'InvalidParameterValue',
        `The sandbox does not change this attribute: ${unknown ?? input.Attribute ?? 'none is named'}.`,
      );
    if (asked.length > 1)
      throw new SandboxFault('InvalidParameterCombination', 'Fields for multiple attribute types specified');
    world.put<Instance>('instance', instance.id, { ...instance, ...one.change(instance, one.value) });
    return {};
  }),
};
