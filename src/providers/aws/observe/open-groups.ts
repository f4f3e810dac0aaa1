/** Security groups outside a stack that a change names as a source: is one of them open itself? One read. */
import type { Json } from '../../../core/digest.ts';
import type { RuleRequest } from '../../../core/network-rule.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { mergeRanges } from '../knowledge/marks/network.ts';
import type { PlannerContext } from '../planners/context.ts';
import { rulesOf } from '../security-rules.ts';

const HOLDS_RULES = /^AWS::EC2::SecurityGroup(?:Ingress)?$/;
const ID = /^sg-[0-9a-f]{8,17}$/;

/** @param ids of the resources that change. @returns by group; one that could not be read is not in it. */
export async function readOpenGroups(
  { ec2, elsewhere }: Pick<PlannerContext, 'ec2' | 'elsewhere'>,
  ids: readonly string[],
  { before, after }: Pick<MarkContext, 'before' | 'after'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const sources = ids.flatMap((id) =>
    [before[id], after[id]].flatMap((view) => (view && HOLDS_RULES.test(view.type) ? sourcesIn(view.properties) : [])),
  );
  const wanted = [...new Set(sources)];
  if (wanted.length === 0) return new Map();
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2');
  // A filter, not GroupIds: one that is gone must not hide the others.
  const query = { Filters: [{ Name: 'group-id', Values: wanted }] };
  const read = ec2.send(new DescribeSecurityGroupsCommand(query)).then(({ SecurityGroups = [] }) => SecurityGroups);
  const groups = await elsewhere.orUnread(`The rules of ${wanted.join(', ')}`, read, []);
  return new Map(groups.map((group) => [group.GroupId ?? '', wideRanges(rulesOf(group))]));
}

/** Together wider than a /8 (IPv6: a /32). */
function wideRanges(rules: readonly RuleRequest[]): string[] {
  const ranges = rules.filter(({ direction, peer }) => direction === 'ingress' && peer.includes('/'));
  return mergeRanges(ranges.map(({ peer }) => peer)).filter(
    (range) => Number(range.split('/')[1]) < (range.includes(':') ? 32 : 8),
  );
}

function sourcesIn(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(sourcesIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'SourceSecurityGroupId' && ID.test(String(inner)) ? [String(inner)] : sourcesIn(inner),
  );
}
