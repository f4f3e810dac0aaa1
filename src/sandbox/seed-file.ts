/** A world described in a file, or inline in a policy test: what is there before anything happens. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import { cloudformation } from './cloudformation/index.ts';
import { type Instance, makeInstance, makeVolume, type SecurityGroup, type Tag } from './ec2/model.ts';
import type { NetworkInterface, Vpc } from './ec2/network.ts';
import type { IpPermission } from './ec2/rules.ts';
import { makeSecurityGroup } from './ec2/security-groups.ts';
import { makeSnapshot } from './ec2/volumes.ts';
import { putSsmParameter, putTemplateObject } from './facts.ts';
import { addFault } from './faults.ts';
import {
  type DescribedWorld,
  type ruleSchema,
  type volumeSchema,
  type WorldDescription,
  worldSchema,
} from './seed-schema.ts';
import { SandboxFault } from './service.ts';
import { seedRole } from './sts.ts';
import type { World } from './world.ts';

export { type WorldDescription, worldSchema };

type Placed = { account?: string | undefined; region?: string | undefined };

const HOUR_MILLISECONDS = 3_600_000;
const tagList = (given: Record<string, string>): Tag[] => Object.entries(given).map(([Key, Value]) => ({ Key, Value }));

/**
 * Fills a world, at once whatever its pace.
 *
 * @param folder what relative paths are relative to.
 * @throws CountersignError when the description is not one, a file is not there, or a stack is not left as described.
 */
export function seedWorld(world: World, description: WorldDescription, folder = '.'): void {
  const parsed = worldSchema.safeParse(description);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const all = parsed.data;
  const at = ({ account, region }: Placed) => ({
    inside: { ...world.inAccount(account ?? all.account), pace: 0 } satisfies World,
    region: region ?? all.region,
  });
  try {
    seedFacts(at, all, folder);
    seedNetwork(at, all);
    for (const stack of all.stacks) seedStack(at(stack), stack, folder);
    seedMachines(at, all);
  } catch (error) {
    if (error instanceof SandboxFault) throw invalid(`${error.code}: ${error.message}`);
    throw error;
  }
  // Last: nothing above is a call that could meet one.
  for (const fault of all.faults) addFault(world, fault);
}

type At = (placed: Placed) => { inside: World; region: string };

function seedFacts(at: At, all: DescribedWorld, folder: string): void {
  const { inside, region } = at({});
  for (const role of all.iam_roles) seedRole(inside, role);
  for (const [name, parameter] of Object.entries(all.ssm_parameters))
    putSsmParameter(inside, { region, name, ...parameter });
  for (const [url, file] of Object.entries(all.template_objects))
    putTemplateObject(inside, url, read(resolve(folder, file)));
}

function seedNetwork(at: At, all: DescribedWorld): void {
  for (const vpc of all.vpcs) {
    const { inside, region } = at(vpc);
    inside.put<Vpc>('vpc', vpc.id, { id: vpc.id, region, cidr: vpc.cidr, tags: tagList(vpc.tags) });
  }
  for (const { id, name, description, vpc_id, tags, ingress, egress, ...placed } of all.security_groups) {
    const { inside, region } = at(placed);
    const permission = (rule: z.output<typeof ruleSchema>) => permissionOf(rule, inside, region);
    makeSecurityGroup(inside, {
      ...{ id, region, name, description, vpcId: vpc_id, tags: tagList(tags) },
      ingress: ingress.map(permission),
      egress: egress?.map(permission),
    });
  }
}

/** A group by its name, or whatever else is said. */
const groupId = (world: World, region: string, named: string): string =>
  world.list<SecurityGroup>('security_group').find((group) => group.region === region && group.name === named)?.id ??
  named;

function permissionOf(
  { peer, protocol, ports, description }: z.output<typeof ruleSchema>,
  world: World,
  region: string,
): IpPermission {
  const [from, to = from] = ports?.split('-').map(Number) ?? [];
  const words = description === undefined ? {} : { Description: description };
  const range = ports === undefined && /^(?:tcp|udp)$/.test(protocol) ? { FromPort: 0, ToPort: 65_535 } : {};
  return {
    IpProtocol: protocol,
    ...(from === undefined ? range : { FromPort: from, ToPort: to! }),
    ...(peer.startsWith('pl-')
      ? { PrefixListIds: [{ PrefixListId: peer, ...words }] }
      : !peer.includes('/')
        ? { UserIdGroupPairs: [{ GroupId: groupId(world, region, peer), ...words }] }
        : peer.includes(':')
          ? { Ipv6Ranges: [{ CidrIpv6: peer, ...words }] }
          : { IpRanges: [{ CidrIp: peer, ...words }] }),
  };
}

function seedStack({ inside, region }: ReturnType<At>, stack: DescribedWorld['stacks'][number], folder: string): void {
  const { template, template_file } = stack;
  if ((template === undefined) === (template_file === undefined))
    throw invalid(`stack ${stack.name} needs one of template and template_file`);
  const inline = typeof template === 'string' ? template : JSON.stringify(template);
  const caller = {
    account: inside.account,
    arn: `arn:aws:iam::${inside.account}:user/seed`,
    region,
    accessKeyId: 'seed',
  };
  cloudformation.operations.CreateStack!(
    inside,
    {
      StackName: stack.name,
      TemplateBody: template_file === undefined ? inline : read(resolve(folder, template_file)),
      Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Tags: tagList(stack.tags),
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      EnableTerminationProtection: stack.termination_protection,
      ...(stack.stack_policy === undefined ? {} : { StackPolicyBody: JSON.stringify(stack.stack_policy) }),
      ...(stack.role_arn === undefined ? {} : { RoleARN: stack.role_arn }),
    },
    caller,
  );
  cloudformation.advance?.(inside);
  const { Stacks } = cloudformation.operations.DescribeStacks!(inside, { StackName: stack.name }, caller);
  const [made] = Stacks as { StackStatus: string; StackStatusReason?: string }[];
  if (made?.StackStatus !== stack.status)
    throw invalid(`stack ${stack.name} is ${made?.StackStatus}, not ${stack.status}. ${made?.StackStatusReason ?? ''}`);
}

function seedMachines(at: At, all: DescribedWorld): void {
  for (const instance of all.instances) {
    const { inside, region } = at(instance);
    const made = makeInstance(inside, {
      id: instance.id,
      region,
      type: instance.type,
      state: instance.state,
      rootDeviceType: instance.root_device,
      protection: instance.termination_protection,
      stopProtection: instance.stop_protection,
      groupIds: instance.security_groups.map((named) => groupId(inside, region, named)),
      tags: tagList({
        ...(instance.name === undefined ? {} : { Name: instance.name }),
        ...(instance.auto_scaling_group === undefined
          ? {}
          : { 'aws:autoscaling:groupName': instance.auto_scaling_group }),
        ...instance.tags,
      }),
      ...(instance.volumes === undefined
        ? {}
        : {
            volumes: instance.volumes.map(({ id, size_gib, keep, tags }) => ({
              ...{ id, keep, sizeGib: size_gib, tags: tagList(tags) },
            })),
          }),
    });
    seedSnapshots(inside, made, instance.volumes ?? []);
  }
  for (const volume of all.volumes) {
    const { inside, region } = at(volume);
    const { id } = makeVolume(inside, {
      ...{ id: volume.id, region, sizeGib: volume.size_gib, encrypted: volume.encrypted, tags: tagList(volume.tags) },
    });
    seedSnapshots(inside, { region, volumes: [{ id }] }, [volume]);
  }
  for (const { id, description, private_ip, security_groups, ...placed } of all.network_interfaces) {
    const { inside, region } = at(placed);
    const made: NetworkInterface = {
      id: id ?? inside.newId('eni-'),
      region,
      description,
      privateIp: private_ip,
      groupIds: security_groups.map((named) => groupId(inside, region, named)),
    };
    inside.put('network_interface', made.id, made);
  }
}

function seedSnapshots(
  world: World,
  { region, volumes }: { region: string; volumes: Pick<Instance['volumes'][number], 'id'>[] },
  described: z.output<typeof volumeSchema>[],
): void {
  // One moment for all: ages that a seed gives differ by exactly what it says.
  const now = world.now();
  described.forEach(({ size_gib, snapshots }, index) => {
    for (const { id, age_hours, tags } of snapshots)
      makeSnapshot(world, {
        ...{ id, region, volumeId: volumes[index]!.id, sizeGib: size_gib, tags: tagList(tags) },
        at: now - age_hours * HOUR_MILLISECONDS,
      });
  });
}

const invalid = (message: string, options?: ErrorOptions) =>
  new CountersignError(
    'CONFIG_INVALID',
    `A described world is not one: ${message}`,
    'docs/sandbox.md has its shape.',
    options,
  );

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`${path} cannot be read`, { cause: error });
  }
}

/** @param path a file, or a folder with a `world.yaml`. */
export function seedFrom(world: World, path: string): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = resolve(isFolder ? join(path, 'world.yaml') : path);
  const text = read(file);
  try {
    seedWorld(world, parse(text) as WorldDescription, dirname(file));
  } catch (error) {
    if (error instanceof CountersignError)
      throw new CountersignError(error.code, `${file}: ${error.message}`, error.remedy, { cause: error });
    throw invalid(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
