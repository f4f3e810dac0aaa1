/** A plan of a workspace, made by Terraform or OpenTofu. */
import { z } from 'zod';
import { defineTool } from '../../src/core/tool.ts';

export const planWorkspace = defineTool({
  name: 'plan_workspace',
  effect: 'plan',
  title: 'Plan a Terraform workspace',
  description:
    'Plan of a Terraform or OpenTofu workspace of the policy, whole: of the working tree, or of a commit or branch (ref). plan_file adopts a plan that CI made of it.',
  input: z.strictObject({
    workspace: z.string().min(1).max(64),
    ref: z.string().min(1).max(255).optional(),
    plan_file: z.string().min(1).max(4_096).optional(),
  }),
  action: () => 'update',
  target: ({ workspace }) => ({ kind: 'workspace', name: workspace }),
  run: ({ workspace, ref, plan_file }, { plan }) =>
    plan('workspace', {
      workspace,
      ...(ref === undefined ? {} : { ref }),
      ...(plan_file === undefined ? {} : { plan_file }),
    }),
});
