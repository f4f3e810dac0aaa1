/** A plan to let more or less through a security group. */
import { z } from 'zod';
import { CountersignError } from '../../src/core/errors.ts';
import { parseRule } from '../../src/core/network-rule.ts';
import { defineTool, placeInput } from '../../src/core/tool.ts';

const rules = z.array(z.string().max(320)).max(50).default([]);

function parsed(lines: string[]) {
  return lines.map((line, index) => {
    const rule = parseRule(line);
    if (rule) return rule;
    throw new CountersignError(
      'INPUT_INVALID',
      `Rule ${index + 1} cannot be read.`,
      'Write it as DIRECTION PROTOCOL PORTS PEER: ingress tcp 443 10.0.0.0/8, ingress tcp 8000-8080 sg-0123456789abcdef0, egress all 0.0.0.0/0.',
    );
  });
}

export const planSecurityGroupRules = defineTool({
  name: 'plan_security_group_rules',
  effect: 'plan',
  title: 'Plan security group rules',
  description:
    'Dry run: open or close ports of a security group (firewall). Rules as describe_security_groups shows them: "ingress tcp 443 10.0.0.0/8", "ingress tcp 8000-8080 sg-…", "egress all 0.0.0.0/0"; a description follows " # ".',
  input: z.strictObject({
    group_id: z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'such as sg-0123456789abcdef0'),
    authorize: rules,
    revoke: rules,
    ...placeInput,
  }),
  action: () => 'update',
  target: ({ group_id }) => ({ kind: 'resources', name: group_id }),
  run: ({ group_id, authorize, revoke }, { plan }) =>
    plan('security_group_rules', { groupId: group_id, authorize: parsed(authorize), revoke: parsed(revoke) }),
});
