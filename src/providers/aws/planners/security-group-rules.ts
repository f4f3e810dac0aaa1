/** Plans rules of one security group: what it lets in more, and what it cuts, judged with all its rules together. */
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import type { PropertyChange } from '../../../core/effect.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { Mark } from '../../../core/mark.ts';
import { formatRule, type RuleRequest, ruleRequestSchema } from '../../../core/network-rule.ts';
import { ec2Effect } from '../effects-ec2.ts';
import { type NetworkRule, networkGain } from '../knowledge/marks/network.ts';
import { askingEc2, readGroupUsers } from '../observe/ec2.ts';
import { observeGroup, readGroups } from '../observe/ec2-resources.ts';
import { namedOwner, tagsOf } from '../observe/ownership.ts';
import type { AwsDraft } from '../observed.ts';
import { networkRules, normaliseRule, openToWorld, permissionOf, ruleKey, rulesOf } from '../security-rules.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { ec2Call, NO_PREVIEW, NOTHING_CHANGES } from './ec2-call.ts';

const DIRECTIONS = { ingress: 'Ingress', egress: 'Egress' } as const;
type Direction = keyof typeof DIRECTIONS;

export function planSecurityGroupRules(
  context: PlannerContext,
  groupId: string,
  authorize: RuleRequest[],
  revoke: RuleRequest[],
): Promise<AwsDraft> {
  return askingEc2(context, async () => {
    const peers = authorize.map(({ peer }) => peer).filter((peer) => peer.startsWith('sg-'));
    const [groups, users] = await Promise.all([
      readGroups(context, [...new Set([groupId, ...peers])]),
      readGroupUsers(context, [groupId]),
    ]);
    const group = groups.find(({ GroupId }) => GroupId === groupId)!;
    const usedBy = users.get(groupId) ?? [];
    const before = rulesOf(group);
    const change = changeOf(groupId, before, unique(authorize), unique(revoke));
    const nothing = change.added.length + change.removed.length === 0;
    const resource = await observeGroup(context, group, usedBy);
    return {
      action: 'update',
      target: resourcesTarget(context, [groupId]),
      calls: callsOf(context, groupId, change),
      effects: nothing
        ? []
        : [
            ec2Effect(resource, {
              kind: 'update',
              reversibility: 'reversible',
              properties: [...change.added.map(added), ...change.removed.map(removed)],
              marks: marksOf(group, before, change, groups),
              why: `The rules can be restored. ${usedBy.length === 0 ? 'No network interface or group uses this group.' : `Used by ${usedBy.slice(0, 5).join(', ')}${usedBy.length > 5 ? ` and ${usedBy.length - 5} more` : ''}.`}`,
            }),
          ],
      observed: observed(context, { resources: [resource] }),
      dryRun: { kind: nothing ? 'no_change' : 'synthesised', succeeded: true },
      recipe: { planner: 'security_group_rules', input: { groupId, authorize, revoke } as never },
      notes: [nothing ? NOTHING_CHANGES : NO_PREVIEW],
    };
  });
}

interface Change {
  added: RuleRequest[];
  removed: RuleRequest[];
  after: RuleRequest[];
}

const unique = (rules: readonly RuleRequest[]): RuleRequest[] => [
  ...new Map(rules.map((rule) => [ruleKey(rule), normaliseRule(rule)])).values(),
];

/** What is there already is not added again; what is not there cannot be revoked. */
function changeOf(groupId: string, before: RuleRequest[], authorize: RuleRequest[], revoke: RuleRequest[]): Change {
  if (authorize.length + revoke.length === 0)
    throw new CountersignError('INPUT_INVALID', 'Neither authorize nor revoke names a rule.', 'Name at least one.');
  const there = new Set(before.map(ruleKey));
  const missing = revoke.find((rule) => !there.has(ruleKey(rule)));
  if (missing)
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `${groupId} has no rule “${formatRule(missing)}”.`,
      'Copy the rules as describe_security_groups shows them.',
      { next: { tool: 'describe_security_groups', input: { group_ids: [groupId] } } },
    );
  const gone = new Set(revoke.map(ruleKey));
  const both = authorize.find((rule) => gone.has(ruleKey(rule)));
  if (both)
    throw new CountersignError(
      'INPUT_INVALID',
      `“${formatRule(both)}” is both authorized and revoked.`,
      'Name it once.',
    );
  const added = authorize.filter((rule) => !there.has(ruleKey(rule)));
  // EC2 takes a description to revoke by as one more thing that must be the same.
  const removed = revoke.map(({ description: _, ...rule }) => rule);
  return { added, removed, after: [...before.filter((rule) => !gone.has(ruleKey(rule))), ...added] };
}

/** What is added comes first, so that replacing a rule cuts nobody off. */
function callsOf(context: PlannerContext, GroupId: string, { added: more, removed: less }: Change): Call[] {
  const call = (verb: 'Authorize' | 'Revoke', direction: Direction, rules: RuleRequest[]) => {
    const IpPermissions = rules.filter((rule) => rule.direction === direction).map(permissionOf);
    const operation = `${verb}SecurityGroup${DIRECTIONS[direction]}`;
    return IpPermissions.length === 0
      ? []
      : [ec2Call(context, `${verb.toLowerCase()}_${direction}`, operation, { GroupId, IpPermissions })];
  };
  return [
    ...call('Authorize', 'ingress', more),
    ...call('Authorize', 'egress', more),
    ...call('Revoke', 'ingress', less),
    ...call('Revoke', 'egress', less),
  ];
}

const pathOf = ({ direction }: RuleRequest) => `Properties.SecurityGroup${DIRECTIONS[direction]}`;
const added = (rule: RuleRequest): PropertyChange => ({
  path: pathOf(rule),
  after: formatRule(rule),
  replaces: 'never',
});
const removed = (rule: RuleRequest): PropertyChange => ({
  path: pathOf(rule),
  before: formatRule(rule),
  replaces: 'never',
});

/** Reaching out is no exposure: only what comes in is. Cut is what neither another rule nor a new one lets through. */
function marksOf(group: SecurityGroup, before: RuleRequest[], { after }: Change, groups: readonly SecurityGroup[]) {
  const [was, is] = [networkRules(before, 'ingress'), networkRules(after, 'ingress')];
  // A group that names itself lets in nobody who is not in it.
  const exposed = networkGain(was, is)
    .filter(({ range }) => range !== group.GroupId)
    .flatMap((network) => exposures(network, group, groups));
  const cut = (['ingress', 'egress'] as const).flatMap((direction) =>
    networkGain(networkRules(after, direction), networkRules(before, direction)).map(
      (network): Mark => ({
        kind: 'disconnect',
        path: `Properties.SecurityGroup${DIRECTIONS[direction]}`,
        text: `No longer allows ${portsText(network)} ${direction === 'ingress' ? 'from' : 'to'} ${network.range}.`,
      }),
    ),
  );
  return [...exposed, ...cut];
}

/**
 * As the same rule in a template is judged: the members of a group that lets nobody of the internet in, or of one of
 * the same stack, are nobody outside; of any other it is told what it lets in itself.
 */
function exposures(network: NetworkRule, group: SecurityGroup, groups: readonly SecurityGroup[]): Mark[] {
  const peer = groups.find(({ GroupId }) => GroupId === network.range);
  const [owner, own] = [peer, group].map((one) => namedOwner(tagsOf(one?.Tags)));
  const open = [...new Set(peer ? openToWorld(rulesOf(peer)).map((rule) => rule.peer) : [])];
  if (peer && (open.length === 0 || (owner?.kind === 'stack' && owner.name === own?.name))) return [];
  const itself = open.length === 0 ? '' : ` ${network.range} is itself open to ${open.join(', ')}.`;
  return [
    {
      kind: 'expose',
      path: 'Properties.SecurityGroupIngress',
      text: `${network.range} could reach it on ${portsText(network)}.${itself}`,
      ...(peer ? { target: { id: network.range, stack: owner?.kind === 'stack' ? owner.name : null } } : {}),
      network,
    },
  ];
}

function portsText({ protocol, fromPort, toPort }: NetworkRule): string {
  const name = protocol === '-1' ? 'all protocols' : protocol;
  if (fromPort < 0) return name;
  return fromPort === toPort ? `${name} ${fromPort}` : `${name} ${fromPort}-${toPort}`;
}

const input = z.strictObject({
  groupId: z.string(),
  authorize: z.array(ruleRequestSchema),
  revoke: z.array(ruleRequestSchema),
});
type Input = z.infer<typeof input>;
export const securityGroupRules = definePlanner({
  name: 'security_group_rules',
  input,
  plan: (context, asked) => planSecurityGroupRules(context, asked.groupId, asked.authorize, asked.revoke),
  recipe: 'security_group_rules',
  replan: (context, asked: Input) => planSecurityGroupRules(context, asked.groupId, asked.authorize, asked.revoke),
});
