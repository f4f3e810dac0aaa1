/** Workspaces of the policy; one with its state. */
import { z } from 'zod';
import { type DescribePorts, defineTool, pageInput } from '../../src/core/tool.ts';
import type { WorkspaceReader } from '../../src/providers/terraform/ports.ts';

export const describeWorkspaces = defineTool({
  name: 'describe_workspaces',
  effect: 'describe',
  title: 'Describe Terraform workspaces',
  description: 'Terraform and OpenTofu workspaces of the policy; one that is named with the addresses in its state.',
  input: z.strictObject({ workspace: z.string().min(1).max(64).optional(), ...pageInput }),
  output: z.looseObject({
    workspaces: z.array(z.looseObject({ workspace: z.string() })),
    cursor: z.string().optional(),
  }),
  async run({ workspace, cursor, limit }, { cloud }: DescribePorts<WorkspaceReader>) {
    const page = await cloud.workspaces({
      limit,
      ...(workspace === undefined ? {} : { name: workspace }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { workspaces: page.items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
  },
});
