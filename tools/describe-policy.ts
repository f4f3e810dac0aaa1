/** What is allowed here, and who must agree. */
import { z } from 'zod';
import { defineTool } from '../src/core/tool.ts';

export const describePolicy = defineTool({
  name: 'describe_policy',
  effect: 'describe',
  title: 'Describe the policy',
  description:
    'The policy: scopes, environments, the approvals needed and who can give them, halt. Call it before you plan a change.',
  input: z.strictObject({}),
  output: z.looseObject({ policy: z.string(), sponsor: z.string(), halt: z.string(), assurance: z.string() }),
  run: async (_input, { policy }) => policy.describe(),
});
