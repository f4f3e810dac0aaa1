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

import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { type NetworkRule, networkGain, overlaps } from './network.ts';
import { exposeMark, isInside, words } from './network-marks.ts';
import { groupOf, INLINE, networkRules, RULE_TYPES, rangeOf, rulesIn, rulesOfGroup, WORLD } from './network-rules.ts';
import { isMembers, listOf, mayDiffer, same, shown } from './read.ts';
import { whoseIs } from './refs.ts';

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
