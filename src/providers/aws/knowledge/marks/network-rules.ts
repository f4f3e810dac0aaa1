/**
 * The network rules of groups, as the templates say them: whose they are, and which ranges they name.
 *
 * Guarantees: the rules of a group are one set, wherever they stand (inline or as resources of their own); a group that
 * is named as a source lets in its members; prefix lists of this stack are their entries; an unknown range stays one.
 */
import type { Json } from '../../../../core/digest.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import type { NetworkRule } from './network.ts';
import { isMembers, listOf, numberOf, same, sameKey } from './read.ts';
import { whoseIs } from './refs.ts';
import { own } from './tokens.ts';

type Members = Record<string, Json>;
export type Direction = 'in' | 'out';
export const WORLD = '0.0.0.0/0';
const ANY: Members = { CidrIp: WORLD, IpProtocol: '-1' };

export const RULE_TYPES: Record<string, Direction> = {
  'AWS::EC2::SecurityGroupIngress': 'in',
  'AWS::EC2::SecurityGroupEgress': 'out',
};
export const INLINE: Record<Direction, string> = { in: 'SecurityGroupIngress', out: 'SecurityGroupEgress' };

/** Whose rules are these? Own groups by logical id, others as they are written. */
export function groupOf(view: ResourceView, context: MarkContext): string {
  if (view.type === 'AWS::EC2::SecurityGroup') return view.logicalId;
  const named = view.properties.GroupId ?? view.properties.GroupName;
  const whose = whoseIs(named, context, 'AWS::EC2::SecurityGroup');
  return whose.kind === 'own' ? whose.resource.logicalId : `foreign ${JSON.stringify(named ?? null)}`;
}

export function rulesIn(view: ResourceView, direction: Direction): Members[] {
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
export function rangeOf(cidr: Json, context: MarkContext): string {
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

export function networkRules(
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
export function rulesOfGroup(
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
