/** What the tools of AWS take alike. */
import { z } from 'zod';
import type { TemplateRequest } from './ports.ts';

/** Where a template comes from, and what goes with it. */
export const templateInput = {
  template: z.string().max(1_000_000).optional(),
  template_file: z.string().max(4_096).optional(),
  change_set: z.string().max(1_600).optional(),
  parameters: z.record(z.string().max(255), z.string().max(4_096)).optional(),
  tags: z.record(z.string().max(128), z.string().max(256)).optional(),
  capabilities: z.array(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'])).optional(),
};
type TemplateInput = { stack: string } & { [Key in keyof typeof templateInput]?: z.infer<(typeof templateInput)[Key]> };

export function templateRequestOf(input: TemplateInput): TemplateRequest {
  const { stack, template, template_file: templateFile, change_set: changeSet, parameters, tags, capabilities } = input;
  const given = { template, templateFile, changeSet, parameters, tags, capabilities };
  return { stack, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** A stack is named by its name or by its id (ARN), in which the name stands. */
export function stackNameOf(nameOrId: string): string {
  return /^arn:[^:]+:cloudformation:[^:]+:\d+:stack\/([^/]+)\//.exec(nameOrId)?.[1] ?? nameOrId;
}
