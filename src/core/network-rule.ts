/**
 * One network rule on one line, as it is shown and as an agent writes it:
 * `ingress tcp 443 10.0.0.0/8`, `ingress tcp 8000-8080 sg-0123456789abcdef0`, `egress all 0.0.0.0/0`.
 *
 * Of tcp and udp, ports must stand there. Of icmp they are type and code; each may be left out: all. What follows
 * `#` is the rule's description. What is written here is read back as the same rule.
 */
import { z } from 'zod';

/** One rule as an agent writes it. Ports -1: all. `peer`: a CIDR, a group id or a prefix list id. */
export const ruleRequestSchema = z.strictObject({
  direction: z.enum(['ingress', 'egress']),
  protocol: z.string(),
  fromPort: z.number().int(),
  toPort: z.number().int(),
  peer: z.string(),
  description: z.string().optional(),
});
export type RuleRequest = z.infer<typeof ruleRequestSchema>;

const PROTOCOLS: Record<string, string> = { all: '-1', '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6' };
const LAST_PORT = 65_535;

const RULE_PATTERN =
  /^(ingress|egress) (tcp|udp|icmp|icmpv6|all|-1|\d{1,3})(?: (-?\d{1,5})(?:-(-?\d{1,5}))?)? ([0-9a-fA-F.:]+\/\d{1,3}|(?:sg|pl)-[0-9a-f]{8,17})(?: # ([^\n]{1,255}))?$/;

const hasPorts = (protocol: string) => protocol === 'tcp' || protocol === 'udp';

/** @returns undefined when the line is no rule. */
export function parseRule(line: string): RuleRequest | undefined {
  const [, direction, named = '', from, to, peer = '', description] = RULE_PATTERN.exec(line) ?? [];
  if (direction === undefined) return undefined;
  const protocol = PROTOCOLS[named] ?? named;
  const isIcmp = protocol.startsWith('icmp');
  if (from === undefined ? hasPorts(protocol) : !hasPorts(protocol) && !isIcmp) return undefined;
  const fromPort = Number(from ?? -1);
  const toPort = to === undefined ? (isIcmp ? -1 : fromPort) : Number(to);
  if (hasPorts(protocol) && (fromPort < 0 || toPort > LAST_PORT || fromPort > toPort)) return undefined;
  return {
    direction: direction as RuleRequest['direction'],
    protocol,
    fromPort,
    toPort,
    peer,
    ...(description === undefined ? {} : { description }),
  };
}

export function formatRule({ direction, protocol, fromPort, toPort, peer }: RuleRequest): string {
  return [direction, protocol === '-1' ? 'all' : protocol, ...portsText(protocol, fromPort, toPort), peer].join(' ');
}

function portsText(protocol: string, from: number, to: number): string[] {
  if (from === -1 && to === -1) return [];
  return [(protocol.startsWith('icmp') ? to === -1 : from === to) ? `${from}` : `${from}-${to}`];
}
