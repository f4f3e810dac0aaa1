/** Instances, volumes and security groups of a stack: the same documents that the sandbox's EC2 shows. */
import type { Value } from '../../providers/aws/template/parse.ts';
import { inRegion } from '../ec2/listing.ts';
import { enterState, type Instance, makeInstance, type SecurityGroup, type Tag, type Volume } from '../ec2/model.ts';
import { defaultVpcId } from '../ec2/network.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import type { Stack, StackResource } from './model.ts';

const ownTags = ({ properties }: StackResource) =>
  (Array.isArray(properties.Tags) ? properties.Tags : []) as unknown as Tag[];
const ownerTags = (stack: Stack, logicalId: string): Tag[] => [
  { Key: 'aws:cloudformation:stack-name', Value: stack.name },
  { Key: 'aws:cloudformation:stack-id', Value: stack.id },
  { Key: 'aws:cloudformation:logical-id', Value: logicalId },
];
const tagsOf = (stack: Stack, spec: StackResource) => [
  ...ownTags(spec),
  ...Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
  ...ownerTags(stack, spec.logicalId),
];
const isTrue = (value: Value | undefined) => String(value) === 'true';

/** In the default VPC. A load balancer's own group, which a GetAtt names, is not there: such a rule has no peer here. */
const namedGroup = (world: World, region: string, name: Value | undefined) =>
  inRegion<SecurityGroup>(world, 'security_group', region).find(
    (group) => group.name === name && (group.vpcId ?? defaultVpcId(world, region)) === defaultVpcId(world, region),
  );
/** By its name, or by its id, which a Ref gives. */
const idOfGroup = (world: World, region: string, named: string) => namedGroup(world, region, named)?.id ?? named;

function refuseTakenName(world: World, region: string, name: string, vpcId = defaultVpcId(world, region)): void {
  const taken = inRegion<SecurityGroup>(world, 'security_group', region).some(
    (group) => group.name === name && (group.vpcId ?? defaultVpcId(world, region)) === vpcId,
  );
  if (taken)
    throw new SandboxFault('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
}

/** SecurityGroupIngress in EC2's shape: one permission for each rule. */
function ingressOf(world: World, region: string, properties: StackResource['properties']): SecurityGroup['ingress'] {
  const rules = [properties.SecurityGroupIngress ?? []].flat() as Record<string, Value>[];
  return rules.map((rule) => {
    const described = rule.Description === undefined ? {} : { Description: String(rule.Description) };
    const peers = (member: string, value: Value | undefined) =>
      value === undefined ? [] : [{ [member]: String(value), ...described }];
    return {
      IpProtocol: String(rule.IpProtocol ?? '-1'),
      ...(rule.FromPort === undefined ? {} : { FromPort: Number(rule.FromPort) }),
      ...(rule.ToPort === undefined ? {} : { ToPort: Number(rule.ToPort) }),
      IpRanges: peers('CidrIp', rule.CidrIp),
      Ipv6Ranges: peers('CidrIpv6', rule.CidrIpv6),
      PrefixListIds: peers('PrefixListId', rule.SourcePrefixListId),
      UserIdGroupPairs: [
        ...peers('GroupId', rule.SourceSecurityGroupId),
        ...peers('GroupId', namedGroup(world, region, rule.SourceSecurityGroupName)?.id),
      ],
    };
  });
}

/** @returns the id, or undefined for a type that EC2 does not show. */
export function createInEc2(world: World, stack: Stack, spec: StackResource, name: string): string | undefined {
  const { properties } = spec;
  switch (spec.type) {
    case 'AWS::EC2::Instance':
      return makeInstance(world, {
        region: stack.region,
        type: String(properties.InstanceType ?? 'm1.small'),
        tags: tagsOf(stack, spec),
        groupIds: [
          ...[properties.SecurityGroupIds ?? []].flat().map(String),
          ...[properties.SecurityGroups ?? []].flat().map((named) => idOfGroup(world, stack.region, String(named))),
        ],
        protection: isTrue(properties.DisableApiTermination),
      }).id;
    case 'AWS::EC2::SecurityGroup': {
      const vpcId = properties.VpcId === undefined ? undefined : String(properties.VpcId);
      refuseTakenName(world, stack.region, name, vpcId);
      const group: SecurityGroup = {
        id: world.newId('sg-'),
        region: stack.region,
        name,
        description: String(properties.GroupDescription ?? ''),
        tags: tagsOf(stack, spec),
        ...(vpcId === undefined ? {} : { vpcId }),
        ingress: ingressOf(world, stack.region, properties),
      };
      world.put('security_group', group.id, group);
      return group.id;
    }
    case 'AWS::EC2::Volume': {
      const volume: Volume = {
        id: world.newId('vol-'),
        region: stack.region,
        sizeGib: Number(properties.Size ?? 8),
        tags: tagsOf(stack, spec),
        createdAt: world.now(),
      };
      world.put('volume', volume.id, volume);
      return volume.id;
    }
    default:
      return undefined;
  }
}

export function updateInEc2(world: World, { type, physicalId, properties }: StackResource): void {
  const instance = type === 'AWS::EC2::Instance' ? world.get<Instance>('instance', physicalId) : undefined;
  if (instance)
    world.put<Instance>('instance', instance.id, {
      ...instance,
      type: String(properties.InstanceType ?? instance.type),
      ...(properties.DisableApiTermination === undefined
        ? {}
        : { terminationProtection: isTrue(properties.DisableApiTermination) }),
    });
  const group = type === 'AWS::EC2::SecurityGroup' ? world.get<SecurityGroup>('security_group', physicalId) : undefined;
  if (group)
    world.put<SecurityGroup>('security_group', group.id, {
      ...group,
      ingress: ingressOf(world, group.region, properties),
    });
  const volume = type === 'AWS::EC2::Volume' ? world.get<Volume>('volume', physicalId) : undefined;
  if (volume) world.put<Volume>('volume', volume.id, { ...volume, sizeGib: Number(properties.Size ?? volume.sizeGib) });
}

/** A final snapshot that EC2 shows; other types' snapshots are only told in the event. */
export function snapshotInEc2(world: World, { physicalId, logicalId }: StackResource): void {
  const volume = world.get<Volume>('volume', physicalId);
  if (!volume) return;
  const id = world.newId('snap-');
  const at = world.now();
  const description = `Final snapshot of ${logicalId}`;
  const times = { startedAt: at, completeAt: at };
  world.put('snapshot', id, { id, region: volume.region, volumeId: physicalId, ...times, description, tags: [] });
}

export function removeFromEc2(world: World, { physicalId }: StackResource): void {
  const instance = world.get<Instance>('instance', physicalId);
  if (instance?.terminationProtection)
    throw new SandboxFault(
      'OperationNotPermitted',
      `The instance '${physicalId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  if (instance) enterState(world, instance, 'shutting-down', 0);
  world.remove('security_group', physicalId);
  world.remove('volume', physicalId);
}
