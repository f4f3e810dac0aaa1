/**
 * Network rules of hashicorp/google: what a firewall rule newly lets in.
 *
 * Guarantees: ranges, protocols and ports are judged as sets (`aws/knowledge/marks/network.ts`); a denial that goes or
 * is narrowed lets in what it kept out; no source at all is the world.
 * Does not cover: other rules of the network, and priorities: a rule is judged alone. What goes out.
 * Source: google_compute_firewall and google_compute_firewall_policy_rule, hashicorp/google e03b762.
 */
import type { Json } from '../../../../core/digest.ts';
import { isMembers } from '../../../../core/leaves.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext } from '../../../aws/knowledge/marks/finder.ts';
import type { NetworkRule } from '../../../aws/knowledge/marks/network.ts';
import { marksBetween, portRanges, type Sides, WORLD } from '../firewall.ts';
import type { Resource, Values } from '../judgement.ts';
import { isUnknown } from '../unknown-value.ts';

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const range = (value: Json): string => (isUnknown(value) ? WORLD : String(value));

const across = (
  ranges: readonly string[],
  layers: readonly { protocol: string; ports: Json | undefined }[],
): NetworkRule[] =>
  ranges.flatMap((one) =>
    layers.flatMap(({ protocol, ports }) =>
      portRanges(list(ports)).map(([fromPort, toPort]) => ({ range: one, protocol, fromPort, toPort })),
    ),
  );

const protocolOf = (value: Json | undefined): string => {
  const said = value === undefined || isUnknown(value) ? 'all' : String(value).toLowerCase();
  return said === 'all' ? '-1' : said;
};

const NOTHING: Sides = { allowed: [], denied: [] };

function firewall(values: Values | null): Sides {
  if (values === null || String(values.disabled) === 'true' || String(values.direction).toUpperCase() === 'EGRESS')
    return NOTHING;
  const members = [...list(values.source_tags), ...list(values.source_service_accounts)];
  const named = list(values.source_ranges).map(range);
  const ranges = named.length > 0 ? named : members.length > 0 ? [] : [WORLD];
  const layers = (blocks: Json | undefined) =>
    list(blocks).map((block) =>
      isMembers(block)
        ? { protocol: protocolOf(block.protocol), ports: block.ports }
        : { protocol: '-1', ports: undefined },
    );
  return { allowed: across(ranges, layers(values.allow)), denied: across(ranges, layers(values.deny)) };
}

function policyRule(values: Values | null): Sides {
  if (values === null || String(values.disabled) === 'true' || String(values.direction).toUpperCase() === 'EGRESS')
    return NOTHING;
  const [match] = list(values.match);
  const { src_ip_ranges: sources, layer4_configs: layers } = isMembers(match) ? match : ({} as Values);
  const ranges = sources === undefined ? [WORLD] : list(sources).map(range);
  const rules = across(
    ranges,
    list(layers ?? [{}]).map((layer) =>
      isMembers(layer)
        ? { protocol: protocolOf(layer.ip_protocol), ports: layer.ports }
        : { protocol: '-1', ports: undefined },
    ),
  );
  return String(values.action) === 'deny' ? { allowed: [], denied: rules } : { allowed: rules, denied: [] };
}

const READERS: Readonly<Record<string, (values: Values | null) => Sides>> = {
  google_compute_firewall: firewall,
  google_compute_firewall_policy_rule: policyRule,
  google_compute_network_firewall_policy_rule: policyRule,
  google_compute_region_network_firewall_policy_rule: policyRule,
};

export function firewallMarks({ type, before, after }: Resource, context: MarkContext): Mark[] {
  const read = Object.hasOwn(READERS, type) ? READERS[type]! : undefined;
  if (!read) return [];
  return marksBetween(read(before), read(after), { allows: 'source_ranges', denies: 'deny' }, context);
}
