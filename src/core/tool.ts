/** The shape of a tool file: a definition, strict schemas, and one function over its ports. */
import { z } from 'zod';
import type { PlanDraft, Target } from './plan.ts';
import type { ChangeProposer, ChangeReader, Place, PlanWith, PolicyPort, Watch } from './ports.ts';
import type { Action } from './subject.ts';

interface ToolBase<Input extends z.ZodObject> {
  /** Wire name, snake_case. */
  name: string;
  title: string;
  description: string;
  input: Input;
}

/** `cloud`: the reader of the tool's own provider. */
export interface DescribePorts<Reader = unknown> {
  cloud: Reader;
  changes: ChangeReader;
  policy: PolicyPort;
  signal?: AbortSignal | undefined;
}

/** Reads. Sees no planner, no writer. */
export interface DescribeTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'describe';
  output: z.ZodObject;
  run(input: z.infer<Input>, ports: DescribePorts): Promise<Record<string, unknown>>;
}

/** Makes a dry run; the pipeline seals, judges, stores and renders it. */
export interface PlanTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'plan';
  /** What this will touch, known from the input alone: judged before the dry run starts. */
  target(input: z.infer<Input>): Pick<Target, 'kind' | 'name'>;
  action(input: z.infer<Input>): Action;
  run(input: z.infer<Input>, ports: { plan: PlanWith }): Promise<PlanDraft>;
}

/** Proposes or withdraws. */
export interface ProposeTool<Input extends z.ZodObject = z.ZodObject> extends ToolBase<Input> {
  effect: 'propose';
  output: z.ZodObject;
  run(input: z.infer<Input>, ports: { changes: ChangeProposer }): Promise<Record<string, unknown>>;
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
 * world is closed: the accounts that the policy names (ADR 0017).
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

export const pageInput = {
  cursor: z.string().max(2_048).optional(),
  limit: z.number().int().min(1).max(100).default(25),
};

export function placeOf(input: { region?: string | undefined; account?: string | undefined }): Place {
  return { region: input.region, account: input.account };
}

/** Between two looks, however much is appended. */
const LEAST_MILLISECONDS = 400;
/** Where the ledger tells that it grew; a notice that was lost costs so much. */
const TOLD_MILLISECONDS = 5_000;

/** Waits until it is so, the time is up, or nobody waits for the answer any more. */
export async function until(
  isSo: () => Promise<boolean>,
  seconds: number,
  { signal, watch }: { signal?: AbortSignal | undefined; watch: Watch | undefined },
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let isNew = false;
  let wake: () => void = () => undefined;
  const stop = watch?.(() => {
    isNew = true;
    wake();
  });
  const isOver = () => Date.now() >= deadline || signal?.aborted;
  try {
    while (!(await isSo()) && !isOver()) {
      await new Promise((resolve) => setTimeout(resolve, LEAST_MILLISECONDS));
      if (stop && !isNew && !isOver())
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(TOLD_MILLISECONDS, deadline - Date.now()));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal?.addEventListener('abort', wake, { once: true });
        });
      isNew = false;
    }
  } finally {
    stop?.();
  }
}
