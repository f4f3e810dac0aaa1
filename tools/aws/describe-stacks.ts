/** CloudFormation stacks, a page at a time. */
import { z } from 'zod';
import { defineTool, pageInput, placeInput, placeOf } from '../../src/core/tool.ts';

export const describeStacks = defineTool({
  name: 'describe_stacks',
  effect: 'describe',
  title: 'List stacks',
  description: 'CloudFormation stacks with status and environment, by name_prefix or status.',
  input: z.strictObject({
    name_prefix: z.string().max(128).optional(),
    status: z.string().max(64).optional(),
    ...pageInput,
    ...placeInput,
  }),
  output: z.looseObject({
    stacks: z.array(z.looseObject({ stack: z.string(), status: z.string() })),
    cursor: z.string().optional(),
  }),
  async run(input, { cloud }) {
    const { name_prefix, status, cursor, limit } = input;
    const page = await cloud.stacks(placeOf(input), {
      limit,
      ...(name_prefix ? { namePrefix: name_prefix } : {}),
      ...(status ? { status } : {}),
      ...(cursor ? { cursor } : {}),
    });
    return { stacks: page.items, ...(page.cursor ? { cursor: page.cursor } : {}) };
  },
});
