/** Security groups: their rules, who uses them, what is open. */
import { z } from 'zod';
import { defineTool, pageInput, placeInput, placeOf } from '../../src/core/tool.ts';

export const describeSecurityGroups = defineTool({
  name: 'describe_security_groups',
  effect: 'describe',
  title: 'Describe security groups',
  description:
    'Security groups: owner, rules, users, and rules open to the internet. Lists show the first rules; group_ids shows all.',
  input: z.strictObject({
    group_ids: z.array(z.string().max(32)).min(1).max(100).optional(),
    vpc_id: z.string().max(32).optional(),
    ...pageInput,
    ...placeInput,
  }),
  output: z.looseObject({
    security_groups: z.array(
      z.looseObject({ group_id: z.string(), rules: z.array(z.string()), open_to_world: z.array(z.string()) }),
    ),
    cursor: z.string().optional(),
  }),
  async run(input, { cloud }) {
    const { group_ids, vpc_id, cursor, limit } = input;
    const page = await cloud.securityGroups(placeOf(input), {
      limit,
      ...(group_ids ? { ids: group_ids } : {}),
      ...(vpc_id ? { vpcId: vpc_id } : {}),
      ...(cursor ? { cursor } : {}),
    });
    return { security_groups: page.items, ...(page.cursor ? { cursor: page.cursor } : {}) };
  },
});
