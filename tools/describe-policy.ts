/** What is allowed here, and who must agree. */
import { z } from 'zod';
import { defineTool } from '../src/core/tool.ts';

export const describePolicy = defineTool({
  name: 'describe_policy',
  effect: 'describe',
  title: 'Describe the policy',
  description:
    'Scopes in reach, environments, how many people must sign what, who can, and whether changes are halted. Call it first when you mean to change something.',
  input: z.strictObject({}),
  output: z.looseObject({ policy: z.string(), sponsor: z.string(), halt: z.string(), assurance: z.string() }),
  run: async (_input, { policy }) => policy.describe(),
});
