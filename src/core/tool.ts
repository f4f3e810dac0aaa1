/** The shape of a tool file: a definition, strict schemas, and one function over its ports. */
import { z } from 'zod';
import type { PlanDraft } from './plan.ts';
import type { ChangesPort, CloudReader, Place, Planner, PolicyPort, TemplateRequest } from './ports.ts';

interface ToolBase<Input extends z.ZodObject> {
  /** Wire name, snake_case. */
  name: string;
  title: string;
  description: string;
  input: Input;
}

/** Reads. Sees no planner, no writer. */
export interface DescribeTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'describe';
  output: z.ZodObject;
  run(
    input: z.infer<Input>,
    ports: { cloud: CloudReader; changes: ChangesPort; policy: PolicyPort; signal?: AbortSignal | undefined },
  ): Promise<Record<string, unknown>>;
}

/** Makes a dry run; the pipeline seals, judges, stores and renders it. */
export interface PlanTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'plan';
  /** What this will touch, known from the input alone: judged before the dry run starts. */
  target(input: z.infer<Input>): { kind: 'stack' | 'resources'; name: string };
  run(input: z.infer<Input>, ports: { planner: Planner }): Promise<PlanDraft>;
}

/** Proposes or withdraws. */
export interface ProposeTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'propose';
  output: z.ZodObject;
  run(input: z.infer<Input>, ports: { changes: ChangesPort }): Promise<Record<string, unknown>>;
}

export type Tool = DescribeTool | PlanTool | ProposeTool;

/** Keeps each definition's own input type while it is written; the registry holds them all as `Tool`. */
export function defineTool<Input extends z.ZodObject>(
  tool: DescribeTool<Input> | PlanTool<Input> | ProposeTool<Input>,
): Tool {
  return tool as unknown as Tool;
}

/**
 * All four MCP annotations, derived from the one `effect` field. Nothing here ever destroys: that is the point. The
 * world is closed: the accounts that the policy names (ADR 0012).
 */
export function annotationsOf(tool: Tool) {
  return {
    readOnlyHint: tool.effect === 'describe',
    destructiveHint: false,
    idempotentHint: tool.effect === 'describe',
    openWorldHint: false,
  };
}

/** Where: every tool takes these. Without a region: the configured one. `account` is an alias of the policy. */
export const placeInput = {
  region: z.string().max(32).optional(),
  account: z.string().max(64).optional(),
};

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

export const pageInput = {
  cursor: z.string().max(2_048).optional(),
  limit: z.number().int().min(1).max(100).default(25),
};

export function placeOf(input: { region?: string | undefined; account?: string | undefined }): Place {
  return { region: input.region, account: input.account };
}

/** A stack is named by its name or by its id (ARN), in which the name stands. */
export function stackNameOf(nameOrId: string): string {
  return /^arn:[^:]+:cloudformation:[^:]+:\d+:stack\/([^/]+)\//.exec(nameOrId)?.[1] ?? nameOrId;
}

const POLL_MILLISECONDS = 500;

/** Waits until it is so, the time is up, or nobody waits for the answer any more. */
export async function until(isSo: () => Promise<boolean>, seconds: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isSo()) && Date.now() < deadline && !signal?.aborted)
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
}
