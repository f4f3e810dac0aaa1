/** Security groups: who they are, their rules, and changing those. */
import { type Caller, type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { inRegion, listing } from './listing.ts';
import { derivedId, findAll, NOUNS, type SecurityGroup } from './model.ts';
import { defaultVpcId } from './network.ts';
import { describeRule, type IpPermission, permissionsOf, type Rule, ruleKey, rulesOf, showPeer } from './rules.ts';
import { write } from './writing.ts';

type Direction = 'ingress' | 'egress';
const OPEN: IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];

const permissionsIn = (group: SecurityGroup, direction: Direction): IpPermission[] =>
  direction === 'ingress' ? group.ingress : (group.egress ?? OPEN);
const rulesIn = (group: SecurityGroup, direction: Direction, account: string): Rule[] =>
  rulesOf(permissionsIn(group, direction), account);
/** A rule's id follows from what it is: nothing else needs to be kept. */
const ruleId = (group: SecurityGroup, direction: Direction, rule: Rule) =>
  derivedId('sgr-', group.id, direction, ruleKey(rule));
const vpcOf = (world: World, group: SecurityGroup) => group.vpcId ?? defaultVpcId(world, group.region);

const ruleFacts = (group: SecurityGroup, direction: Direction, rule: Rule) => ({
  SecurityGroupRuleId: ruleId(group, direction, rule),
  GroupId: group.id,
  IsEgress: direction === 'egress',
  IpProtocol: rule.protocol,
  FromPort: rule.from ?? -1,
  ToPort: rule.to ?? -1,
  ...(rule.description === undefined ? {} : { Description: rule.description }),
});
/** As it is listed. A peer that is a group is told differently where it was revoked. */
const showRule = (group: SecurityGroup, direction: Direction, rule: Rule, account: string) => ({
  ...ruleFacts(group, direction, rule),
  GroupOwnerId: account,
  ...(rule.peerKind === 'UserIdGroupPairs'
    ? { ReferencedGroupInfo: { GroupId: rule.peer, UserId: rule.peerAccount } }
    : showPeer(rule)),
});
const showRevoked = (group: SecurityGroup, direction: Direction, rule: Rule) => ({
  ...ruleFacts(group, direction, rule),
  ...showPeer(rule),
});

function findGroup(world: World, input: { GroupId?: string; GroupName?: string }, region: string): SecurityGroup {
  if (input.GroupId !== undefined && input.GroupName !== undefined) throw bothGiven();
  if (input.GroupId !== undefined)
    return findAll<SecurityGroup>(world, [input.GroupId], region, NOUNS.security_group)[0]!;
  if (input.GroupName === undefined)
    throw new SandboxFault('MissingParameter', 'The request must contain the parameter groupName or groupId');
  return groupNamed(world, input.GroupName, region);
}

/** API reference: a group outside of the default VPC is named by its id only. */
function groupNamed(world: World, wanted: string, region: string): SecurityGroup {
  const found = inRegion<SecurityGroup>(world, 'security_group', region).find(
    (group) => group.name === wanted && isInDefaultVpc(world, group),
  );
  if (!found) throw new SandboxFault('InvalidGroup.NotFound', `The security group '${wanted}' does not exist`);
  return found;
}
const isInDefaultVpc = (world: World, group: SecurityGroup) =>
  vpcOf(world, group) === defaultVpcId(world, group.region);

/** Peers that are named become ids; those of another account are left, as nothing is known of them. */
function withIds(world: World, permissions: IpPermission[], { region, account }: Caller): IpPermission[] {
  return permissions.map((permission) => ({
    ...permission,
    ...(permission.UserIdGroupPairs === undefined
      ? {}
      : {
          UserIdGroupPairs: permission.UserIdGroupPairs.map(({ GroupName, ...pair }) => {
            if (pair.GroupId !== undefined && GroupName !== undefined) throw bothGiven();
            if (pair.GroupId !== undefined) return pair;
            if (GroupName === undefined)
              throw new SandboxFault('MissingParameter', 'The request must contain the parameter groupName or groupId');
            return (pair.UserId ?? account) === account
              ? { ...pair, GroupId: groupNamed(world, GroupName, region).id }
              : { ...pair, GroupId: GroupName };
          }),
        }),
  }));
}

const bothGiven = () =>
  new SandboxFault('InvalidParameterCombination', 'The parameter groupName cannot be used with the parameter groupId');

/** Rules are given by permissions, or one by the request's own members. */
function askedRules(
  world: World,
  input: IpPermission & {
    IpPermissions?: IpPermission[];
    CidrIp?: string;
    SourceSecurityGroupName?: string;
    SourceSecurityGroupOwnerId?: string;
  },
  caller: Caller,
): Rule[] {
  const { IpPermissions = [], IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: GroupName } = input;
  if (GroupName !== undefined && (IpProtocol ?? CidrIp ?? FromPort ?? ToPort) !== undefined)
    throw new SandboxFault(
      'InvalidParameterCombination',
      'SourceSecurityGroupName cannot be used with a protocol, ports or an address range.',
    );
  const { SourceSecurityGroupOwnerId: UserId } = input;
  const fromGroup = GroupName === undefined ? [] : EVERYTHING_FROM_A_GROUP;
  const pair = { GroupName: GroupName ?? '', ...(UserId === undefined ? {} : { UserId }) };
  const named = fromGroup.map((ports): IpPermission => ({ ...ports, UserIdGroupPairs: [pair] }));
  const single: IpPermission[] =
    IpProtocol === undefined || CidrIp === undefined
      ? []
      : [
          {
            IpProtocol,
            IpRanges: [{ CidrIp }],
            ...(FromPort === undefined ? {} : { FromPort }),
            ...(ToPort === undefined ? {} : { ToPort }),
          },
        ];
  return rulesOf(withIds(world, [...IpPermissions, ...single, ...named], caller), caller.account);
}
/** API reference, SourceSecurityGroupName: "full ICMP, UDP, and TCP access". */
const EVERYTHING_FROM_A_GROUP: IpPermission[] = [
  { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
  { IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535 },
  { IpProtocol: 'udp', FromPort: 0, ToPort: 65_535 },
];

function keepRules(world: World, group: SecurityGroup, direction: Direction, rules: Rule[]): void {
  world.put<SecurityGroup>('security_group', group.id, { ...group, [direction]: permissionsOf(rules) });
}

function refuseMissingPeers(world: World, rules: Rule[], { region, account }: Caller): void {
  for (const { peerKind, peer, peerAccount } of rules)
    if (peerKind === 'UserIdGroupPairs' && peerAccount === account)
      findAll(world, [peer], region, NOUNS.security_group);
}

const authorize = (direction: Direction): Operation =>
  write(
    (world, input, { region }) => findGroup(world, input, region),
    (world, group, input, caller) => {
      const asked = askedRules(world, input, caller);
      if (asked.length === 0)
        throw new SandboxFault('MissingParameter', 'The request must contain the parameter ipPermissions');
      refuseMissingPeers(world, asked, caller);
      const existing = rulesIn(group, direction, caller.account);
      const keys = new Set(existing.map(ruleKey));
      const duplicate = asked.find((rule) => keys.has(ruleKey(rule)));
      if (duplicate)
        throw new SandboxFault(
          'InvalidPermission.Duplicate',
          `the specified rule "${describeRule(duplicate)}" already exists`,
        );
      if (new Set(asked.map(ruleKey)).size < asked.length)
        throw new SandboxFault('InvalidParameterValue', 'The same permission must not appear multiple times');
      keepRules(world, group, direction, [...existing, ...asked]);
      return {
        Return: true,
        SecurityGroupRules: asked.map((rule) => showRule(group, direction, rule, caller.account)),
      };
    },
  );

/** All or nothing, but for a group in a default VPC: EC2 then revokes what is there and lists what is not. */
const revoke = (direction: Direction): Operation =>
  write(
    (world, input, { region }) => findGroup(world, input, region),
    (world, group, input, caller) => {
      const { account } = caller;
      const existing = rulesIn(group, direction, account);
      const ids: string[] = input.SecurityGroupRuleIds ?? [];
      const unknownId = ids.find((id) => !existing.some((rule) => ruleId(group, direction, rule) === id));
      if (unknownId !== undefined)
        throw new SandboxFault(
          'InvalidSecurityGroupRuleId.NotFound',
          `The security group rule ID '${unknownId}' does not exist`,
        );
      const asked = askedRules(world, input, caller);
      const wanted = new Set(asked.map(ruleKey));
      const isRevoked = (rule: Rule) => wanted.has(ruleKey(rule)) || ids.includes(ruleId(group, direction, rule));
      const missing = asked.filter((rule) => !existing.some((other) => ruleKey(other) === ruleKey(rule)));
      if (missing.length > 0 && vpcOf(world, group) !== defaultVpcId(world, group.region))
        throw new SandboxFault(
          'InvalidPermission.NotFound',
          `The specified rule does not exist in this security group: ${missing.map(describeRule).join('; ')}`,
        );
      const revoked = existing.filter(isRevoked);
      keepRules(
        world,
        group,
        direction,
        existing.filter((rule) => !isRevoked(rule)),
      );
      return {
        Return: true,
        ...(missing.length > 0 ? { UnknownIpPermissions: permissionsOf(missing) } : {}),
        RevokedSecurityGroupRules: revoked.map((rule) => showRevoked(group, direction, rule)),
      };
    },
  );

const DIRECTIONS: Direction[] = ['ingress', 'egress'];

export const securityGroupOperations: Record<string, Operation> = {
  DescribeSecurityGroups: listing<SecurityGroup>({
    items: (inside, { region }) => inRegion(inside, 'security_group', region),
    idOf: ({ id }) => id,
    ids: { input: 'GroupIds', ...NOUNS.security_group },
    names: { input: 'GroupNames', ...NOUNS.security_group, nameOf: ({ name }) => name },
    tags: ({ tags }) => tags,
    filters: {
      'group-id': ({ id }) => [id],
      'group-name': ({ name }) => [name],
      description: ({ description }) => [description],
      'vpc-id': (group, inside) => [vpcOf(inside, group)],
      'ip-permission.group-id': (group) =>
        group.ingress.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.map(({ GroupId }) => GroupId)),
    },
    output: 'SecurityGroups',
    show: (group, inside, { account }) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      OwnerId: account,
      VpcId: vpcOf(inside, group),
      Tags: group.tags,
      IpPermissions: permissionsOf(rulesIn(group, 'ingress', account)),
      IpPermissionsEgress: permissionsOf(rulesIn(group, 'egress', account)),
    }),
  }),
  DescribeSecurityGroupRules: listing<{ group: SecurityGroup; direction: Direction; rule: Rule }>({
    items: (world, { region, account }) =>
      inRegion<SecurityGroup>(world, 'security_group', region).flatMap((group) =>
        DIRECTIONS.flatMap((direction) =>
          rulesIn(group, direction, account).map((rule) => ({ group, direction, rule })),
        ),
      ),
    idOf: ({ group, direction, rule }) => ruleId(group, direction, rule),
    ids: { input: 'SecurityGroupRuleIds', notFound: 'InvalidSecurityGroupRuleId.NotFound' },
    filters: {
      'group-id': ({ group }) => [group.id],
      'security-group-rule-id': ({ group, direction, rule }) => [ruleId(group, direction, rule)],
    },
    output: 'SecurityGroupRules',
    show: ({ group, direction, rule }, _world, { account }) => showRule(group, direction, rule, account),
  }),
  AuthorizeSecurityGroupIngress: authorize('ingress'),
  AuthorizeSecurityGroupEgress: authorize('egress'),
  RevokeSecurityGroupIngress: revoke('ingress'),
  RevokeSecurityGroupEgress: revoke('egress'),
};

/** A group as a stack or a seed makes it; rules are checked as for AuthorizeSecurityGroup…. */
export function makeSecurityGroup(
  world: World,
  spec: Pick<SecurityGroup, 'region' | 'name' | 'description' | 'tags'> & {
    id?: string | undefined;
    vpcId?: string | undefined;
    ingress?: IpPermission[] | undefined;
    egress?: IpPermission[] | undefined;
  },
): SecurityGroup {
  const canonical = (permissions: IpPermission[]) => permissionsOf(rulesOf(permissions, world.account));
  const group: SecurityGroup = {
    id: spec.id ?? world.newId('sg-'),
    region: spec.region,
    name: spec.name,
    description: spec.description,
    tags: spec.tags,
    ...(spec.vpcId === undefined ? {} : { vpcId: spec.vpcId }),
    ingress: canonical(spec.ingress ?? []),
    ...(spec.egress === undefined ? {} : { egress: canonical(spec.egress) }),
  };
  world.put('security_group', group.id, group);
  return group;
}
