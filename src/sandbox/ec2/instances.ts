/** Instances: how they are shown, and the actions that move them between states. */
import { type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { findInstanceType } from './instance-types.ts';
import { inRegion, listing } from './listing.ts';
import { enterState, type Instance, instancesById, NOUNS } from './model.ts';
import { defaultSubnet, interfaceOf, showGroups } from './network.ts';
import { write } from './writing.ts';

const STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;
const showState = (state: Instance['state']) => ({ Code: STATE_CODES[state], Name: state });
export const ROOT_DEVICE = '/dev/xvda';
const IMAGE = 'ami-0123456789abcdef0';
const TRANSITION_SECONDS = 2;

function showInstance(world: World, instance: Instance) {
  const { subnetId, vpcId, availabilityZone } = defaultSubnet(world, instance.region);
  const isThere = instance.state !== 'terminated';
  return {
    InstanceId: instance.id,
    InstanceType: instance.type,
    ImageId: IMAGE,
    Architecture: findInstanceType(instance.type)?.architecture ?? 'x86_64',
    State: showState(instance.state),
    LaunchTime: new Date(instance.launchedAt),
    RootDeviceType: instance.rootDeviceType,
    RootDeviceName: ROOT_DEVICE,
    Placement: { AvailabilityZone: availabilityZone },
    Tags: instance.tags,
    SecurityGroups: showGroups(world, instance.groupIds),
    BlockDeviceMappings: instance.volumes.map(({ id, device, deleteOnTermination }) => ({
      DeviceName: device,
      Ebs: { VolumeId: id, DeleteOnTermination: deleteOnTermination, Status: 'attached' },
    })),
    ...(isThere ? { VpcId: vpcId, SubnetId: subnetId, PrivateIpAddress: interfaceOf(world, instance).privateIp } : {}),
  };
}

/** All or nothing: states and protections are checked for every instance before any changes. */
function transition(action: {
  /** States in which it has an effect, and in which it is accepted without one. */
  from: Instance['state'][];
  already: Instance['state'][];
  to: Instance['state'];
  output: string;
  refuse?: (instance: Instance) => SandboxFault | undefined;
}): Operation {
  return write(
    (world, input, { region }) => instancesById(world, input.InstanceIds ?? [], region),
    (world, instances) => {
      for (const instance of instances) {
        if (![...action.from, ...action.already].includes(instance.state))
          throw new SandboxFault(
            'IncorrectInstanceState',
            `The instance '${instance.id}' is ${instance.state}, which is not a state from which it can be ${action.to}.`,
          );
        const refused = action.refuse?.(instance);
        if (refused) throw refused;
      }
      for (const instance of instances)
        if (action.from.includes(instance.state)) enterState(world, instance, action.to, TRANSITION_SECONDS);
      return {
        [action.output]: instances.map(({ id, state }) => ({
          InstanceId: id,
          PreviousState: showState(state),
          CurrentState: showState(world.get<Instance>('instance', id)!.state),
        })),
      };
    },
  );
}

const protectedBy = (instance: Instance, attribute: 'disableApiTermination' | 'disableApiStop', verb: string) =>
  instance[attribute === 'disableApiTermination' ? 'terminationProtection' : 'stopProtection']
    ? new SandboxFault(
        'OperationNotPermitted',
        `The instance '${instance.id}' may not be ${verb}. Modify its '${attribute}' instance attribute and try again.`,
      )
    : undefined;

export const instanceOperations: Record<string, Operation> = {
  DescribeInstances: listing<Instance>({
    items: (world, { region }) => inRegion(world, 'instance', region),
    idOf: ({ id }) => id,
    ids: { input: 'InstanceIds', ...NOUNS.instance },
    idsExcludePages: true,
    tags: ({ tags }) => tags,
    filters: {
      'instance-id': ({ id }) => [id],
      'instance-state-name': ({ state }) => [state],
      'instance-state-code': ({ state }) => [String(STATE_CODES[state])],
      'instance-type': ({ type }) => [type],
      'instance.group-id': ({ groupIds }) => groupIds,
      'instance.group-name': ({ groupIds }, world) => showGroups(world, groupIds).map(({ GroupName }) => GroupName),
      'network-interface.group-id': ({ groupIds }) => groupIds,
      'block-device-mapping.volume-id': ({ volumes }) => volumes.map(({ id }) => id),
      'root-device-type': ({ rootDeviceType }) => [rootDeviceType],
      'vpc-id': ({ region }, world) => [defaultSubnet(world, region).vpcId],
      'subnet-id': ({ region }, world) => [defaultSubnet(world, region).subnetId],
      'availability-zone': ({ region }, world) => [defaultSubnet(world, region).availabilityZone],
    },
    output: 'Reservations',
    show: (instance, world, { account }) => ({
      ReservationId: `r-${instance.id.slice(2)}`,
      OwnerId: account,
      Instances: [showInstance(world, instance)],
    }),
  }),
  DescribeInstanceStatus: (world, input, caller) =>
    listing<Instance>({
      // Only running ones, unless named or asked for.
      items: (inside, { region }) =>
        inRegion<Instance>(inside, 'instance', region).filter(
          ({ state }) => input.IncludeAllInstances === true || input.InstanceIds?.length || state === 'running',
        ),
      idOf: ({ id }) => id,
      ids: { input: 'InstanceIds', ...NOUNS.instance },
      idsExcludePages: true,
      filters: { 'instance-state-name': ({ state }) => [state] },
      output: 'InstanceStatuses',
      show: ({ state, id }, inside, { region }) => ({
        InstanceId: id,
        AvailabilityZone: defaultSubnet(inside, region).availabilityZone,
        InstanceState: showState(state),
        InstanceStatus: { Status: state === 'running' ? 'ok' : 'not-applicable' },
        SystemStatus: { Status: state === 'running' ? 'ok' : 'not-applicable' },
      }),
    })(world, input, caller),
  StartInstances: transition({
    from: ['stopped'],
    already: ['running', 'pending'],
    to: 'pending',
    output: 'StartingInstances',
  }),
  StopInstances: transition({
    from: ['running', 'pending'],
    already: ['stopped', 'stopping'],
    to: 'stopping',
    output: 'StoppingInstances',
    refuse: (instance) =>
      instance.rootDeviceType === 'instance-store'
        ? new SandboxFault(
            'UnsupportedOperation',
            `The instance '${instance.id}' does not have an 'ebs' root device type and cannot be stopped.`,
          )
        : protectedBy(instance, 'disableApiStop', 'stopped'),
  }),
  RebootInstances: write(
    (world, input, { region }) => instancesById(world, input.InstanceIds ?? [], region),
    (_world, instances) => {
      for (const { id, state } of instances)
        if (state !== 'running')
          throw new SandboxFault('IncorrectInstanceState', `The instance '${id}' is not running.`);
      return {};
    },
  ),
  TerminateInstances: transition({
    from: ['pending', 'running', 'stopping', 'stopped'],
    already: ['shutting-down', 'terminated'],
    to: 'shutting-down',
    output: 'TerminatingInstances',
    refuse: (instance) => protectedBy(instance, 'disableApiTermination', 'terminated'),
  }),
};
