/**
 * Guarantees: a change needs two approvals if it opens a network range wider than /8 (IPv6 /32) on an unlisted port, a
 * prefix list or a group that could itself be open; if it makes a bucket, snapshot or image public; or if it gives a
 * principal more permissions. A destination that the policy names passes, and so do logs sent to one of its accounts.
 * Does not cover: existing exposure that the plan does not change. Ranges are normalized and judged together with the
 * existing rules before this guard sees them (`knowledge/marks`).
 */
import { z } from 'zod';
import { doing, effectName } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import type { Mark } from '../src/core/mark.ts';
import { goesToOwn } from '../src/core/own-destination.ts';
import { pass } from '../src/core/verdict.ts';

const prefix = (bits: number, standard: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(bits)
    .default(standard)
    .describe('A range with a shorter prefix than this counts as open.');
const options = z.strictObject({
  public_ports: z
    .array(z.number().int().min(0).max(65_535))
    .default([])
    .describe('TCP and UDP ports that may be open to any range.'),
  destinations: z
    .array(z.string().min(1))
    .default([])
    .describe('Accounts, buckets, hosts and e-mail addresses that may be sent data (globs: *@example.com).'),
  widest_ipv4_prefix: prefix(32, 8),
  widest_ipv6_prefix: prefix(128, 32),
  seats: z.number().int().min(1).default(2).describe('Approvals required in production; elsewhere 1.'),
});
type Options = z.infer<typeof options>;
const WITH_PORTS = /^(?:tcp|udp|6|17)$/i;
const PRIVATE_IPV6 = /^f[cd]/i;

export const exposure: GuardDefinition<Options> = {
  name: 'exposure',
  rule: 'A plan is held if it opens a network range wider than /8 (IPv6 /32), a prefix list or another security group on a port that the policy does not list as public; makes a bucket, snapshot or image public; broadens permissions or trust; removes a denial or permissions boundary; or passes a role on.',
  normally: 'hold(2)',
  told: 'the rule or the principal',
  options,
  create: (given) => ({
    name: 'exposure',
    judge(plan, facts) {
      const stays = (mark: Mark) => (mark.network ? !isOpen(mark.network, given) : goesToOwn(mark, given, facts));
      const open = doing(plan.effects, ['expose']).filter(({ mark }) => !mark || !stays(mark));
      const first = open[0];
      if (!first) return pass('exposure');
      const { effect, mark } = first;
      const { network } = mark ?? {};
      const rule = network ? ` opens to ${network.range} on ${network.protocol} ${ports(network)}` : '';
      return hold(
        'exposure',
        seatsIn(facts, given.seats),
        `${effectName(effect)} (${effect.type})${rule}: ${mark?.text ?? effect.why}${open.length > 1 ? ` (${open.length - 1} more)` : ''}`,
        network
          ? 'Name a narrower range or a port that the policy lists as public, or propose it for approval.'
          : 'Name only the principal, action and resource that need it, or propose it for approval.',
      );
    },
  }),
};

type Network = NonNullable<Mark['network']>;
const ports = ({ fromPort, toPort }: Network) => (fromPort < 0 ? 'all ports' : `ports ${fromPort}–${toPort}`);

function isOpen({ range, protocol, fromPort, toPort }: Network, given: Options): boolean {
  const listed = new Set(given.public_ports.filter((port) => port >= fromPort && port <= toPort));
  if (WITH_PORTS.test(protocol) && listed.size > 0 && listed.size === toPort - fromPort + 1) return false;
  // INVARIANT: what is no range (a prefix list, a group elsewhere, text) counts as open.
  const [, address = '', prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(range) ?? [];
  if (prefix === undefined) return true;
  if (!address.includes(':')) return Number(prefix) < given.widest_ipv4_prefix;
  return Number(prefix) < given.widest_ipv6_prefix && !(PRIVATE_IPV6.test(address) && Number(prefix) >= 7);
}
