/** The policy: allowed changes and required approvals. */
import { z } from 'zod';
import { defineTool } from '../src/core/tool.ts';

export const describePolicy = defineTool({
  name: 'describe_policy',
  effect: 'describe',
  title: 'Describe the policy',
  description:
    'The policy: scopes, environments, required approvals, approvers, halt. Call it before you plan a change.',
  input: z.strictObject({}),
  output: z.looseObject({ policy: z.string(), sponsor: z.string(), halt: z.string(), assurance: z.string() }),
  run: async (_input, { policy }) => policy.describe(),
});
