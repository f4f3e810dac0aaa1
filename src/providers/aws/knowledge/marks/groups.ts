/**
 * Finds what the network rules of a change open (`expose`) and cut (`disconnect`).
 *
 * Guarantees: the rules of a group are judged as one set, wherever they stand (inline or as resources of their own),
 * by network.ts; a group that is named as a source lets in its members, whatever it lets in itself: one of this stack is
 * nobody outside, nor is one elsewhere that was read and is closed; prefix lists of this stack are their entries; a
 * range that is not known is told as that, and gains whatever it is.
 * Decided: what a new group lets out is no gain (without a rule it lets everything out); the rules of a network ACL
 * that this plan creates are judged where it is associated with a subnet.
 * Does not cover: rules that stand outside the template (the planner has them); the order of ACL entries.
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { type NetworkRule, networkGain, overlaps } from './network.ts';
import { exposeMark, isInside, words } from './network-marks.ts';
import { isMembers, listOf, mayDiffer, numberOf, same, sameKey, shown } from './read.ts';
import { whoseIs } from './refs.ts';
import { own } from './tokens.ts';

type Members = Record<string, Json>;
type Direction = 'in' | 'out';
const WORLD = '0.0.0.0/0';
const ANY: Members = { CidrIp: WORLD, IpProtocol: '-1' };

const RULE_TYPES: Record<string, Direction> = {
  'AWS::EC2::SecurityGroupIngress': 'in',
  'AWS::EC2::SecurityGroupEgress': 'out',
};
const INLINE: Record<Direction, string> = { in: 'SecurityGroupIngress', out: 'SecurityGroupEgress' };

/** Whose rules are these? Own groups by logical id, others as they are written. */
function groupOf(view: ResourceView, context: MarkContext): string {
  if (view.type === 'AWS::EC2::SecurityGroup') return view.logicalId;
  const named = view.properties.GroupId ?? view.properties.GroupName;
  const whose = whoseIs(named, context, 'AWS::EC2::SecurityGroup');
  return whose.kind === 'own' ? whose.resource.logicalId : `foreign ${JSON.stringify(named ?? null)}`;
}

function rulesIn(view: ResourceView, direction: Direction): Members[] {
  if (RULE_TYPES[view.type] === direction) return [view.properties];
  if (view.type !== 'AWS::EC2::SecurityGroup') return [];
  return listOf(view.properties[INLINE[direction]]).map((rule) => (isMembers(rule) ? rule : ANY));
}

const groupsByStack = new WeakMap<MarkContext['after'], Map<string, ResourceView[]>>();

/** Everything that holds rules of a group. */
function holdersOf(group: string, resources: MarkContext['after'], context: MarkContext): ResourceView[] {
  let groups = groupsByStack.get(resources);
  if (!groups) {
    const holders = Object.values(resources).filter(
      ({ type }) => type === 'AWS::EC2::SecurityGroup' || type in RULE_TYPES,
    );
    groups = Map.groupBy(holders, (view) => groupOf(view, context));
    groupsByStack.set(resources, groups);
  }
  return groups.get(group) ?? [];
}

/** The ranges that a rule names. None: it names nobody outside of itself. */
function rangesOf(
  rule: Members,
  direction: Direction,
  group: string,
  resources: MarkContext['after'],
  context: MarkContext,
): string[] {
  const [groupKeys, listKey] =
    direction === 'in'
      ? [['SourceSecurityGroupId', 'SourceSecurityGroupName'], 'SourcePrefixListId']
      : [['DestinationSecurityGroupId'], 'DestinationPrefixListId'];
  return [
    ...[rule.CidrIp, rule.CidrIpv6, rule.CidrBlock, rule.Ipv6CidrBlock, rule.Cidr].flatMap((cidr) =>
      cidr === undefined ? [] : [rangeOf(cidr, context)],
    ),
    ...listOf(rule[listKey]).flatMap((list) => entriesOf(list, resources, context)),
    ...groupKeys.flatMap((key) => (rule[key] === undefined ? [] : throughGroup(rule[key]!, group, resources, context))),
  ].filter((range) => range !== '' && !(resources === context.before && range.includes(NOT_TOLD)));
}

/** What was not told of before may have been nothing. */
const NOT_TOLD = '\u{fffd}';

/** A CIDR; of a network of this stack: its own. An address of this stack alone is nobody outside. */
function rangeOf(cidr: Json, context: MarkContext): string {
  if (context.isUnknown(cidr)) return unknownSource(cidr);
  const whose = whoseIs(cidr, context);
  if (whose.kind !== 'own') return String(cidr);
  if (/\/(32|128)$/.test(String(cidr))) return '';
  const block = whose.resource.properties.CidrBlock;
  return whose.attribute === 'CidrBlock' && typeof block === 'string' && !context.isUnknown(block) ? block : WORLD;
}

function entriesOf(list: Json, resources: MarkContext['after'], context: MarkContext): string[] {
  const whose = whoseIs(list, context, 'AWS::EC2::PrefixList');
  if (whose.kind === 'unknown') return [unknownSource(list)];
  if (whose.kind === 'foreign') return [whose.id];
  const view = resources[whose.resource.logicalId] ?? whose.resource;
  return listOf(view.properties.Entries).map((entry) =>
    isMembers(entry) ? rangeOf(entry.Cidr ?? WORLD, context) : WORLD,
  );
}

const unknownSource = (value: Json) => (typeof value === 'string' ? value : WORLD);

/**
 * The group as a source; itself: nobody new. One of this stack that is open on everything hands on its own ranges; a
 * front on 443 is no world.
 */
function throughGroup(value: Json, group: string, resources: MarkContext['after'], context: MarkContext): string[] {
  const whose = whoseIs(value, context, 'AWS::EC2::SecurityGroup');
  if (whose.kind === 'foreign') return [whose.id];
  if (whose.kind === 'unknown') return [unknownSource(value)];
  if (whose.resource.logicalId === group) return [];
  const open = holdersOf(whose.resource.logicalId, resources, context)
    .flatMap((holder) => rulesIn(holder, 'in'))
    .filter((rule) => isOnEverything(rule, context))
    .flatMap((rule) =>
      [rule.CidrIp, rule.CidrIpv6].filter((cidr) => cidr !== undefined).map((cidr) => rangeOf(cidr!, context)),
    );
  return [own(whose.resource.logicalId), ...open];
}

/** On every protocol, or on every port of one; what is unknown is. */
const isOnEverything = ({ IpProtocol = '-1', FromPort = 0, ToPort = -1 }: Members, context: MarkContext): boolean =>
  [IpProtocol, FromPort, ToPort].some((part) => context.isUnknown(part) || same(part, '-1')) ||
  (numberOf(FromPort) <= 0 && numberOf(ToPort) >= 65_535);

function networkRules(
  rule: Members,
  direction: Direction,
  group: string,
  resources: MarkContext['after'],
  context: MarkContext,
): NetworkRule[] {
  const port = (value: Json | undefined) =>
    value === undefined || context.isUnknown(value) || Number.isNaN(numberOf(value)) ? -1 : numberOf(value);
  const protocol = context.isUnknown(rule.IpProtocol) ? '-1' : String(rule.IpProtocol ?? '-1');
  return rangesOf(rule, direction, group, resources, context).map((range) => ({
    range,
    protocol,
    fromPort: port(rule.FromPort),
    toPort: port(rule.ToPort),
  }));
}

/**
 * All rules of a group. A group that was made without rules for what goes out lets everything out; once it has had
 * some, none means none (page of AWS::EC2::SecurityGroup in the CloudFormation template reference).
 */
function rulesOfGroup(
  group: string,
  direction: Direction,
  resources: MarkContext['after'],
  context: MarkContext,
): NetworkRule[] {
  const holders = holdersOf(group, resources, context);
  const rules = holders.flatMap((holder) => rulesIn(holder, direction));
  const hadRules = holdersOf(group, context.before, context).some((holder) => rulesIn(holder, direction).length > 0);
  const all = direction === 'out' && group in resources && rules.length === 0 && !hadRules;
  return (all ? [ANY] : withoutRevoked(rules, group, direction, resources, context)).flatMap((rule) =>
    networkRules(rule, direction, group, resources, context),
  );
}

/** What EC2 tells rules apart by: never their description. */
const ruleKey = ({ Description: _, GroupId: _id, GroupName: _name, ...rule }: Members) => sameKey(rule);

/**
 * EC2 holds one of equal rules. When one of them goes from the template, CloudFormation revokes that one, whatever
 * else names it (aws-cloudformation/cloudformation-coverage-roadmap#612).
 */
function withoutRevoked(
  rules: Members[],
  group: string,
  direction: Direction,
  resources: MarkContext['after'],
  context: MarkContext,
): Members[] {
  if (resources !== context.after) return rules;
  const before = holdersOf(group, context.before, context).flatMap((holder) => rulesIn(holder, direction));
  const count = (list: Members[]) => Map.groupBy(list, ruleKey);
  const [was, is] = [count(before), count(rules)];
  return rules.filter((rule) => {
    const key = ruleKey(rule);
    return (was.get(key)?.length ?? 0) <= (is.get(key)?.length ?? 0);
  });
}

function securityGroup(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Mark[] {
  const view = (after ?? before)!;
  const groups = [...new Set([before, after].flatMap((side) => (side ? [groupOf(side, context)] : [])))];
  return groups.flatMap((group) =>
    (['in', 'out'] as const).flatMap((direction): Mark[] => {
      const path = `Properties.${RULE_TYPES[view.type] ? (view.properties.CidrIp === undefined ? 'GroupId' : 'CidrIp') : INLINE[direction]}`;
      const was = rulesOfGroup(group, direction, context.before, context);
      const is = rulesOfGroup(group, direction, context.after, context);
      if (same(was as never, is as never)) return [];
      const mine = (side: ResourceView | null, resources: MarkContext['after']) =>
        side && groupOf(side, context) === group
          ? rulesIn(side, direction).flatMap((rule) => networkRules(rule, direction, group, resources, context))
          : [];
      const all = (rules: NetworkRule[], side: ResourceView | null) =>
        side?.type === 'AWS::EC2::SecurityGroup' && direction === 'out' && rules.length === 0
          ? rulesOfGroup(group, direction, side === after ? context.after : context.before, context)
          : rules;
      const isNew = group in context.after && !(group in context.before);
      const gained =
        direction === 'out' && isNew
          ? []
          : attributed(networkGain(was, is), was, all(mine(after, context.after), after));
      // The first rule for what goes out takes away the one that lets everything out, wherever it stands.
      const taken = direction === 'out' && !before && view.type in RULE_TYPES && !isNew ? was : [];
      const lost = attributed(networkGain(is, was), is, [...all(mine(before, context.before), before), ...taken]);
      return [
        ...gained
          .filter(({ range }) => !isInside(range, context))
          .map((gain) =>
            exposeMark(path, gain, direction === 'in' ? 'Allows traffic from' : 'Allows traffic to', context),
          ),
        ...lost.slice(0, 1).map(
          (loss): Mark => ({
            kind: 'disconnect',
            path,
            text: `No longer allows traffic ${direction === 'in' ? 'from' : 'to'} ${words(loss)}.`,
          }),
        ),
      ];
    }),
  );
}

/** Of what a group gains, that to which these rules add something. */
function attributed(gains: NetworkRule[], others: NetworkRule[], mine: NetworkRule[]): NetworkRule[] {
  const own = networkGain(others, mine);
  return gains.filter((gain) => own.some((rule) => overlaps(gain, rule)));
}

function networkAcl(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Mark[] {
  const rulesOf = (view: ResourceView | null, action: string): NetworkRule[] => {
    if (!view || !(same(view.properties.RuleAction, action) || context.isUnknown(view.properties.RuleAction)))
      return [];
    const { PortRange, Protocol } = view.properties;
    const ports = isMembers(PortRange) ? { FromPort: PortRange.From ?? -1, ToPort: PortRange.To ?? -1 } : {};
    return networkRules(
      { ...view.properties, IpProtocol: Protocol ?? '-1', ...ports },
      'in',
      '',
      context.after,
      context,
    );
  };
  const list = (after ?? before)!.properties.NetworkAclId;
  const whose = whoseIs(list, context, 'AWS::EC2::NetworkAcl');
  if (whose.kind === 'own' && !(whose.resource.logicalId in context.before)) return [];
  const gains = [
    ...networkGain(rulesOf(before, 'allow'), rulesOf(after, 'allow')),
    ...networkGain(rulesOf(after, 'deny'), rulesOf(before, 'deny')),
  ];
  return gains.map((gain) => exposeMark('Properties.CidrBlock', gain, 'Allows traffic from', context));
}

function prefixList(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Mark[] {
  const rulesOf = (view: ResourceView | null): NetworkRule[] =>
    listOf(view?.properties.Entries).map((entry) => ({
      range: isMembers(entry) ? rangeOf(entry.Cidr ?? WORLD, context) : WORLD,
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
    }));
  if (!before || !after) return [];
  return networkGain(rulesOf(before), rulesOf(after)).map((gain) =>
    exposeMark('Properties.Entries', gain, 'Every rule with this list allows traffic from', context),
  );
}

/** A way to the internet for a network that had none: a default route to a gateway in a route table that exists. */
function route(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Mark[] {
  if (!after || !mayDiffer(before?.properties.GatewayId, after.properties.GatewayId, context)) return [];
  const gateway = after.properties.GatewayId;
  const table = whoseIs(after.properties.RouteTableId, context, 'AWS::EC2::RouteTable');
  if (gateway === undefined || /^(vgw-|local$|vpce-)/.test(String(gateway))) return [];
  if (table.kind === 'own' && !(table.resource.logicalId in context.before)) return [];
  return [
    {
      kind: 'expose',
      path: 'Properties.GatewayId',
      text: `Opens a route between the internet gateway ${shown(gateway)} and the subnets of ${shown(after.properties.RouteTableId)}.`,
    },
  ];
}

const FINDERS: Record<string, MarkFinder> = {
  'AWS::EC2::SecurityGroup': (before, after, context) => securityGroup(before, after, context),
  'AWS::EC2::SecurityGroupIngress': (before, after, context) => securityGroup(before, after, context),
  'AWS::EC2::SecurityGroupEgress': (before, after, context) => securityGroup(before, after, context),
  'AWS::EC2::NetworkAclEntry': networkAcl,
  'AWS::EC2::PrefixList': prefixList,
  'AWS::EC2::Route': route,
};

export const findNetworkChange: MarkFinder = (before, after, context) =>
  FINDERS[(after ?? before)?.type ?? '']?.(before, after, context) ?? [];
