/** EBS volumes, and how fresh their snapshots are. */
import { z } from 'zod';
import { defineTool, pageInput, placeInput, placeOf } from '../../src/core/tool.ts';

export const describeVolumes = defineTool({
  name: 'describe_volumes',
  effect: 'describe',
  title: 'Describe volumes',
  description: 'EBS volumes with owner, instance and newest completed snapshot.',
  input: z.strictObject({
    volume_ids: z.array(z.string().max(32)).min(1).max(100).optional(),
    instance_id: z.string().max(32).optional(),
    ...pageInput,
    ...placeInput,
  }),
  output: z.looseObject({
    volumes: z.array(z.looseObject({ volume_id: z.string(), state: z.string() })),
    cursor: z.string().optional(),
  }),
  async run(input, { cloud }) {
    const { volume_ids, instance_id, cursor, limit } = input;
    const page = await cloud.volumes(placeOf(input), {
      limit,
      ...(volume_ids ? { ids: volume_ids } : {}),
      ...(instance_id ? { instanceId: instance_id } : {}),
      ...(cursor ? { cursor } : {}),
    });
    return { volumes: page.items, ...(page.cursor ? { cursor: page.cursor } : {}) };
  },
});
