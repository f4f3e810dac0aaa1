/** EC2 instances, who owns them, and their volumes. */
import { z } from 'zod';
import { type DescribePorts, defineTool, pageInput, placeInput, placeOf } from '../../src/core/tool.ts';
import type { CloudReader } from '../../src/providers/aws/ports.ts';

export const describeInstances = defineTool({
  name: 'describe_instances',
  effect: 'describe',
  title: 'Describe instances',
  description: 'EC2 instances with state, owner and volumes; protections only for instance_ids. tag: KEY or KEY=VALUE.',
  input: z.strictObject({
    instance_ids: z.array(z.string().max(32)).min(1).max(100).optional(),
    tag: z.string().max(256).optional(),
    ...pageInput,
    ...placeInput,
  }),
  output: z.looseObject({
    instances: z.array(z.looseObject({ instance_id: z.string(), state: z.string() })),
    cursor: z.string().optional(),
  }),
  async run(input, { cloud }: DescribePorts<CloudReader>) {
    const { instance_ids, tag, cursor, limit } = input;
    const page = await cloud.instances(placeOf(input), {
      limit,
      ...(instance_ids ? { ids: instance_ids } : {}),
      ...(tag ? { tag } : {}),
      ...(cursor ? { cursor } : {}),
    });
    return {
      instances: page.items,
      ...(page.cursor ? { cursor: page.cursor } : {}),
      ...(page.outOfScope ? { out_of_scope: page.outOfScope } : {}),
    };
  },
});
