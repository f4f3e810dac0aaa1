/** Security group rules: EC2 takes and shows them gathered by protocol and ports, and judges them one by one. */
import { isIP } from 'node:net';
import { SandboxFault } from '../service.ts';

/** The SDK's shape. */
export interface IpPermission {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp?: string; Description?: string }[];
  Ipv6Ranges?: { CidrIpv6?: string; Description?: string }[];
  PrefixListIds?: { PrefixListId?: string; Description?: string }[];
  UserIdGroupPairs?: { GroupId?: string; GroupName?: string; UserId?: string; Description?: string }[];
}

/** Where each kind of peer stands in a permission, and its member there. */
const PEERS = {
  IpRanges: 'CidrIp',
  Ipv6Ranges: 'CidrIpv6',
  PrefixListIds: 'PrefixListId',
  UserIdGroupPairs: 'GroupId',
} as const;
type PeerKind = keyof typeof PEERS;
const PEER_KINDS = Object.keys(PEERS) as PeerKind[];

/** One rule: one protocol, one range of ports, one peer. */
export interface Rule {
  protocol: string;
  from?: number;
  to?: number;
  peerKind: PeerKind;
  peer: string;
  /** The account of a peer that is a group. */
  peerAccount?: string;
  description?: string;
}

/** What makes two rules the same: all but the description. */
export const ruleKey = ({ protocol, from, to, peerKind, peer }: Rule): string =>
  [protocol, from ?? '', to ?? '', peerKind, peer].join('|');

export const describeRule = ({ protocol, from, to, peer }: Rule): string =>
  `peer: ${peer}, ${protocol === '-1' ? 'ALL' : protocol.toUpperCase()}${
    from === undefined ? '' : `, from port: ${from}, to port: ${to}`
  }, ALLOW`;

const PROTOCOL_NAMES: Record<string, string> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6', all: '-1' };

/**
 * @param ownAccount of groups that are named without an account.
 * @throws SandboxFault for what EC2 refuses whatever the group holds.
 */
export function rulesOf(permissions: readonly IpPermission[], ownAccount: string): Rule[] {
  return permissions.flatMap((permission) => {
    const ports = portsOf(permission);
    const rules = PEER_KINDS.flatMap((peerKind) =>
      (permission[peerKind] ?? []).map((given): Rule => {
        const { Description, UserId, ...named } = given as Record<string, string | undefined>;
        const value = named[PEERS[peerKind]] ?? '';
        return {
          ...ports,
          peerKind,
          peer: /Ranges$/.test(peerKind) ? networkOf(value, peerKind === 'IpRanges' ? 4 : 6) : value,
          ...(peerKind === 'UserIdGroupPairs' ? { peerAccount: UserId ?? ownAccount } : {}),
          ...(Description === undefined ? {} : { description: Description }),
        };
      }),
    );
    if (rules.length === 0)
      throw new SandboxFault('MissingParameter', 'The request must contain a source or destination of the rule.');
    return rules;
  });
}

function portsOf({ IpProtocol, FromPort, ToPort }: IpPermission): Pick<Rule, 'protocol' | 'from' | 'to'> {
  const given = IpProtocol?.toLowerCase();
  if (given === undefined || given === '')
    throw new SandboxFault('MissingParameter', 'The request must contain the parameter ipProtocol');
  const protocol = PROTOCOL_NAMES[given] ?? given;
  if (!/^(?:-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol))
    throw new SandboxFault('InvalidParameterValue', `Invalid value '${IpProtocol}' for IP protocol. Unknown protocol.`);
  if (protocol === 'tcp' || protocol === 'udp') {
    if (FromPort === undefined || ToPort === undefined)
      throw new SandboxFault('InvalidParameterValue', 'Must specify both from and to ports with TCP/UDP.');
    if (FromPort < 0 || ToPort > 65_535 || FromPort > ToPort)
      throw new SandboxFault(
        'InvalidParameterValue',
        `Invalid ${protocol.toUpperCase()} port range (${FromPort},${ToPort})`,
      );
    return { protocol, from: FromPort, to: ToPort };
  }
  if (protocol.startsWith('icmp')) return { protocol, from: FromPort ?? -1, to: ToPort ?? -1 };
  // Of every other protocol all ports are meant, whatever is said.
  return { protocol };
}

/** Host bits are dropped, as EC2 does for IPv4: `10.1.2.3/8` is `10.0.0.0/8`. IPv6 is only put in lower case. */
function networkOf(cidr: string, version: 4 | 6): string {
  const [address = '', length = ''] = cidr.split('/');
  const bits = Number(length);
  if (isIP(address) !== version || !/^\d+$/.test(length) || bits > (version === 4 ? 32 : 128))
    throw new SandboxFault('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
  if (version === 6) return cidr.toLowerCase();
  const whole = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const network = whole - (whole % 2 ** (32 - bits));
  return `${[24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.')}/${bits}`;
}

/** As EC2 shows them. */
export function permissionsOf(rules: readonly Rule[]): IpPermission[] {
  const gathered = new Map<string, IpPermission & Record<PeerKind, object[]>>();
  for (const rule of rules) {
    const { protocol, from, to } = rule;
    const key = [protocol, from, to].join('|');
    const permission = gathered.get(key) ?? {
      IpProtocol: protocol,
      ...(from === undefined ? {} : { FromPort: from, ToPort: to! }),
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    gathered.set(key, permission);
    permission[rule.peerKind].push({
      [PEERS[rule.peerKind]]: rule.peer,
      ...(rule.peerAccount === undefined ? {} : { UserId: rule.peerAccount }),
      ...(rule.description === undefined ? {} : { Description: rule.description }),
    });
  }
  return [...gathered.values()];
}

const RULE_MEMBERS = {
  IpRanges: 'CidrIpv4',
  Ipv6Ranges: 'CidrIpv6',
  PrefixListIds: 'PrefixListId',
  UserIdGroupPairs: 'ReferencedGroupId',
} as const;
/** The peer as a member of one rule, which has other names than a permission. */
export const showPeer = ({ peerKind, peer }: Rule): Record<string, string> => ({ [RULE_MEMBERS[peerKind]]: peer });
