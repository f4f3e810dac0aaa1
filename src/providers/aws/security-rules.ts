/**
 * Security group rules: EC2's gathered permissions as single rules in our words, and back.
 *
 * Limit: a peer group of another account is named by its id alone; EC2 refuses to change such a rule.
 */
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type { Call } from '../../core/call.ts';
import type { RuleRequest } from '../../core/network-rule.ts';
import { formatRule } from '../../core/network-rule.ts';
import { type NetworkRule, normaliseRange } from './knowledge/marks/network.ts';

const PROTOCOLS: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };

/** As EC2 keeps it: protocol by name, host bits dropped, no ports where the protocol has none. */
export function normaliseRule(rule: RuleRequest): RuleRequest {
  const protocol = PROTOCOLS[rule.protocol.toLowerCase()] ?? rule.protocol.toLowerCase();
  const hasPorts = /^(?:tcp|udp|icmp|icmpv6)$/.test(protocol);
  const ports = hasPorts ? { fromPort: rule.fromPort, toPort: rule.toPort } : { fromPort: -1, toPort: -1 };
  return { ...rule, protocol, ...ports, peer: normaliseRange(rule.peer) };
}

/** What makes two rules the same rule: all but the description. */
export const ruleKey = (rule: RuleRequest): string => formatRule(normaliseRule(rule));

export function rulesOf(group: SecurityGroup): RuleRequest[] {
  const read = (direction: RuleRequest['direction'], permissions: IpPermission[] | undefined) =>
    (permissions ?? []).flatMap(({ IpProtocol = '-1', FromPort = -1, ToPort = -1, ...peers }) =>
      [
        ...(peers.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(peers.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
        ...(peers.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
        ...(peers.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
      ].map((peer = '') =>
        normaliseRule({ direction, protocol: IpProtocol, fromPort: FromPort, toPort: ToPort, peer }),
      ),
    );
  return [...read('ingress', group.IpPermissions), ...read('egress', group.IpPermissionsEgress)];
}

export const formatPermissions = (group: SecurityGroup): string[] => rulesOf(group).map(formatRule).sort();

export interface CalledRules {
  verb: 'authorize' | 'revoke';
  /** As `formatRule` has them. */
  rules: string[];
}
/** The rules that a call adds or removes; none: it is no such call. */
export function rulesOfCall({ operation, input }: Pick<Call, 'operation' | 'input'>): CalledRules[] {
  const [, verb, direction] = /^(Authorize|Revoke)SecurityGroup(Ingress|Egress)$/.exec(operation) ?? [];
  if (verb === undefined) return [];
  const of = direction === 'Ingress' ? 'IpPermissions' : 'IpPermissionsEgress';
  const rules = formatPermissions({ [of]: input.IpPermissions as IpPermission[] });
  return [{ verb: verb === 'Authorize' ? 'authorize' : 'revoke', rules }];
}

/** @returns one permission for each rule: each stands and falls alone. */
export function permissionOf({ protocol, fromPort, toPort, peer, description }: RuleRequest) {
  const about = description === undefined ? {} : { Description: description };
  return {
    IpProtocol: protocol,
    ...(/^(?:tcp|udp|icmp|icmpv6)$/.test(protocol) ? { FromPort: fromPort, ToPort: toPort } : {}),
    ...(peer.startsWith('sg-')
      ? { UserIdGroupPairs: [{ GroupId: peer, ...about }] }
      : peer.startsWith('pl-')
        ? { PrefixListIds: [{ PrefixListId: peer, ...about }] }
        : peer.includes(':')
          ? { Ipv6Ranges: [{ CidrIpv6: peer, ...about }] }
          : { IpRanges: [{ CidrIp: peer, ...about }] }),
  };
}

export const networkRules = (rules: readonly RuleRequest[], direction: RuleRequest['direction']): NetworkRule[] =>
  rules
    .filter((rule) => rule.direction === direction)
    .map(({ peer, protocol, fromPort, toPort }) => ({ range: peer, protocol, fromPort, toPort }));

/** Rules that let the whole internet in, over IPv4 or IPv6. */
export const openToWorld = (rules: readonly RuleRequest[]): RuleRequest[] =>
  rules.filter(({ direction, peer }) => direction === 'ingress' && (peer === '0.0.0.0/0' || peer === '::/0'));
