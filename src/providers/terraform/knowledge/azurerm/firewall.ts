/**
 * Network rules of hashicorp/azurerm: what a security rule, or a firewall rule of a database, newly lets in.
 *
 * Guarantees: rules within a group and rules of their own are read alike; ranges, protocols and ports are judged as sets
 * (`aws/knowledge/marks/network.ts`); a denial that goes lets in what it kept out; a service tag of others is a source.
 * Does not cover: priorities, and other rules of the same group. What goes out.
 * Source: azurerm_network_security_rule, azurerm_mssql_firewall_rule and others, hashicorp/azurerm 69697b7 (5.2.0).
 */
import type { Json } from '../../../../core/digest.ts';
import { isMembers } from '../../../../core/leaves.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext } from '../../../aws/knowledge/marks/finder.ts';
import { marksBetween, portRanges, type Sides, WORLD } from '../firewall.ts';
import type { Resource, Values } from '../judgement.ts';
import { isUnknown } from '../unknown-value.ts';

const list = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value];
const INSIDE = /^(?:VirtualNetwork|AzureLoadBalancer)$/i;

function rangesOf(rule: Values): string[] {
  const said = [...list(rule.source_address_prefix), ...list(rule.source_address_prefixes)].map((value) =>
    isUnknown(value) || /^(?:\*|Internet|Any|0\.0\.0\.0)$/i.test(String(value)) ? WORLD : String(value),
  );
  return said.filter((range) => !INSIDE.test(range));
}

const portsOf = (rule: Values): [number, number][] =>
  portRanges([...list(rule.destination_port_range), ...list(rule.destination_port_ranges)]);

function securityRules(rules: readonly Json[]): Sides {
  const made: Sides = { allowed: [], denied: [] };
  for (const one of rules) {
    const rule: Values = isMembers(one) ? one : { source_address_prefix: '*', access: 'Allow', direction: 'Inbound' };
    if (/^outbound$/i.test(String(rule.direction))) continue;
    const protocol =
      rule.protocol === undefined || rule.protocol === '*' || isUnknown(rule.protocol)
        ? '-1'
        : String(rule.protocol).toLowerCase();
    const found = rangesOf(rule).flatMap((range) =>
      portsOf(rule).map(([fromPort, toPort]) => ({ range, protocol, fromPort, toPort })),
    );
    (/^deny$/i.test(String(rule.access)) ? made.denied : made.allowed).push(...found);
  }
  return made;
}

const numberOf = (address: Json | undefined): number | undefined => {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(String(address))?.slice(1).map(Number);
  return parts?.reduce((sum, part) => sum * 256 + part, 0);
};

/** From one address to another, as the smallest range that has both. Both 0.0.0.0: all of Azure, and so anybody there. */
function addresses({ start_ip_address: start, end_ip_address: end }: Values): string {
  const [first, last] = [numberOf(start), numberOf(end)];
  if (first === undefined || last === undefined) return WORLD;
  if (first === 0 && last === 0) return WORLD;
  let bits = 32;
  while (bits > 0 && Math.floor(first / 2 ** (32 - bits)) !== Math.floor(last / 2 ** (32 - bits))) bits -= 1;
  return `${String(start)}/${bits}`;
}

const databaseRule = (values: Values): Sides => ({
  allowed: [{ range: addresses(values), protocol: '-1', fromPort: -1, toPort: -1 }],
  denied: [],
});

const READERS: readonly (readonly [RegExp, (values: Values) => Sides])[] = [
  [/^azurerm_network_security_group$/, ({ security_rule: rules }) => securityRules(list(rules))],
  [/^azurerm_network_security_rule$/, (values) => securityRules([values])],
  [
    /^azurerm_(?:mssql|mysql_flexible_server|postgresql_flexible_server|mysql|postgresql|mariadb|synapse|redis|mongo_cluster)_firewall_rule$/,
    databaseRule,
  ],
];

export function firewallMarks({ type, before, after }: Resource, context: MarkContext): Mark[] {
  const read = READERS.find(([of]) => of.test(type))?.[1];
  if (!read) return [];
  const sides = (values: Values | null): Sides => (values === null ? { allowed: [], denied: [] } : read(values));
  const paths = { allows: 'source_address_prefix', denies: 'access' };
  return marksBetween(sides(before), sides(after), paths, context);
}
