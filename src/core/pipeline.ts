/**
 * The pipeline: the one road that every tool call takes, and the only middleware.
 *
 * find the tool → parse strictly → append → gather facts → judge → (planning permit) → run → judge all → append → render.
 * Refused, malformed and unknown calls are in the ledger too.
 */
import { randomBytes } from 'node:crypto';
import { answerPlan } from './answer.ts';
import { digestOf, type Json } from './digest.ts';
import { CountersignError, type ErrorAnswer } from './errors.ts';
import { goalsAllowed, judgeAll } from './guard.ts';
import { mintPlanningPermit, revokePermit } from './permit.ts';
import { type Plan, type PlanDraft, sealPlan, type Target } from './plan.ts';
import type { ChangesPort, CloudPorts, Ledger, PolicyPort } from './ports.ts';
import { makeVisible } from './render-safe.ts';
import { type PlanTool, placeOf, type Tool } from './tool.ts';
import { guardCode } from './verdict.ts';

export interface PipelinePorts {
  tools: readonly Tool[];
  cloud: CloudPorts;
  policy: PolicyPort;
  ledger: Ledger;
  changes: ChangesPort;
  now(): Date;
  /** For what is not meant to be read outside: goes to the operator's log, never to the agent. */
  logDefect(error: unknown, toolName: string): void;
}

export type ToolAnswer = { ok: true; content: Record<string, unknown> } | { ok: false; error: ErrorAnswer };
export type Pipeline = (name: string, rawInput: unknown) => Promise<ToolAnswer>;

const MAX_INPUT_CHARACTERS = 1_200_000;

export function createPipeline(ports: PipelinePorts): Pipeline {
  const byName = new Map(ports.tools.map((tool) => [tool.name, tool]));

  return async (name, rawInput) => {
    const called = recordCall(ports.ledger, name, rawInput);
    if (!called.ok) return called;
    try {
      const tool = byName.get(name);
      if (!tool) throw unknownTool(name, [...byName.keys()]);
      const input = parseInput(tool, rawInput);
      const content = await run(tool, input, ports);
      ports.ledger.append({
        kind: 'tool.answered',
        body: { call: called.content.seq as number, tool: name, ...verdictOf(content) },
      });
      return { ok: true, content };
    } catch (error) {
      return { ok: false, error: refuse(ports, name, called.content.seq as number, error) };
    }
  };
}

/** INVARIANT: if the ledger cannot append, nothing is done, not even a read. */
function recordCall(ledger: Ledger, name: string, rawInput: unknown): ToolAnswer {
  try {
    const tool = makeVisible(String(name), 80);
    return {
      ok: true,
      content: { seq: ledger.append({ kind: 'tool.called', body: { tool, ...inputRecord(rawInput) } }).seq },
    };
  } catch (error) {
    if (error instanceof CountersignError) return { ok: false, error: error.toAnswer() };
    return {
      ok: false,
      error: new CountersignError(
        'LEDGER_CANNOT_APPEND',
        'The ledger could not be written, so nothing was done.',
        'Tell the operator: `countersign audit verify` and the free disk space are the first things to look at.',
      ).toAnswer(),
    };
  }
}

/** SECURITY: what an agent sends may hold secrets (parameters, user data): the ledger keeps names and a digest only. */
function inputRecord(rawInput: unknown): { keys: string[]; inputDigest: string | null } {
  const keys = rawInput !== null && typeof rawInput === 'object' ? Object.keys(rawInput).slice(0, 40) : [];
  try {
    return { keys: keys.map((key) => makeVisible(key, 80)), inputDigest: digestOf(rawInput ?? null) };
  } catch {
    return { keys: keys.map((key) => makeVisible(key, 80)), inputDigest: null };
  }
}

function unknownTool(name: string, known: string[]): CountersignError {
  return new CountersignError(
    'INPUT_UNKNOWN_TOOL',
    `There is no tool ${makeVisible(String(name), 80)}.`,
    `The tools are: ${known.join(', ')}.`,
  );
}

function parseInput(tool: Tool, rawInput: unknown): Record<string, unknown> {
  const size = safeLength(rawInput);
  if (size > MAX_INPUT_CHARACTERS) {
    throw new CountersignError(
      'INPUT_TOO_LARGE',
      `The input has ${size} characters; at most ${MAX_INPUT_CHARACTERS} are read.`,
      'Prepare a change set for large templates and pass its name, or use template_file.',
    );
  }
  const parsed = tool.input.safeParse(rawInput ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(tool.input.shape).join(', ');
  const problems = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'input'}: ${makeVisible(issue.message, 160)}`);
  throw new CountersignError('INPUT_INVALID', problems.join('; '), `${tool.name} takes: ${known}.`);
}

function safeLength(value: unknown): number {
  try {
    return JSON.stringify(value ?? null).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

async function run(tool: Tool, input: Record<string, unknown>, ports: PipelinePorts): Promise<Record<string, unknown>> {
  switch (tool.effect) {
    case 'describe':
      return tool.run(input, { cloud: ports.cloud.reader, changes: ports.changes, policy: ports.policy });
    case 'propose':
      return tool.run(input, { changes: ports.changes });
    case 'plan':
      return runPlan(tool, input, ports);
  }
}

async function runPlan(
  tool: PlanTool,
  input: Record<string, unknown>,
  ports: PipelinePorts,
): Promise<Record<string, unknown>> {
  const place = placeOf(input);
  const identity = await ports.cloud.identity(place);
  const endpoint = await ports.cloud.endpoint();
  const target: Target = {
    ...tool.target(input),
    account: identity.account,
    region: identity.region,
    ids: [],
  };
  refuseBeforePlanning(tool, target, identity, endpoint, ports);
  const permit = mintPlanningPermit(identity.account, identity.region);
  try {
    const draft = await tool.run(input, { planner: ports.cloud.planner(place, permit) });
    return storeAndDescribe(sealed(tool.name, draft, endpoint, ports), ports);
  } finally {
    revokePermit(permit);
  }
}

/** Identity, scope and halt are judged before a dry run may leave a trace in the cloud. */
function refuseBeforePlanning(
  tool: PlanTool,
  target: Target,
  identity: { account: string; arn: string },
  endpoint: string,
  ports: PipelinePorts,
): void {
  const nothingYet: PlanDraft = {
    target,
    calls: [],
    effects: [],
    observed: { identity: { account: identity.account, arn: identity.arn } },
    dryRun: { kind: 'synthesised', succeeded: true },
    notes: [],
  };
  const judge = ports.policy.judgeFor(target, {}, 'preview');
  if (judge.guardsBeforePlanning.length === 0)
    throw new CountersignError(
      'CONFIG_INVALID',
      'No guards are loaded.',
      'Reinstall countersign: without guards nothing is planned.',
    );
  const judgement = judgeAll(judge.guardsBeforePlanning, sealed(tool.name, nothingYet, endpoint, ports), judge.facts);
  const denial = judgement.verdicts.find(({ outcome }) => outcome === 'deny');
  if (denial) throw new CountersignError(guardCode(denial.guard), denial.message, denial.remedy);
}

function sealed(tool: string, draft: PlanDraft, endpoint: string, ports: PipelinePorts): Plan {
  return sealPlan(draft, {
    id: `plan_${randomBytes(8).toString('hex')}`,
    tool,
    sponsor: ports.policy.sponsor().name,
    endpoint,
    policyDigest: ports.policy.digest(),
    nonce: randomBytes(16).toString('hex'),
    now: ports.now(),
  });
}

function storeAndDescribe(plan: Plan, ports: PipelinePorts): Record<string, unknown> {
  const judge = ports.policy.judgeFor(plan.target, plan.observed.stack?.tags ?? {}, 'preview');
  const judgement = judgeAll(judge.guards, plan, judge.facts);
  const goals = goalsAllowed(judge.guards, plan, judge.facts);
  ports.ledger.transact((tx) => {
    const document = tx.putDocument(plan as unknown as Json);
    tx.append({
      kind: 'plan.made',
      planId: plan.id,
      body: {
        document,
        digest: plan.digest,
        target: plan.target,
        tool: plan.tool,
        judgement: judgement as unknown as Json,
        goals,
      },
    });
  });
  return answerPlan(plan, judgement, goals, ports.policy.assurance());
}

function verdictOf(content: Record<string, unknown>): { decision?: string; subject?: string } {
  const subject = content.change_id ?? content.plan_id;
  return {
    ...(typeof content.decision === 'string' ? { decision: content.decision } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}

function refuse(ports: PipelinePorts, name: string, call: number, error: unknown): ErrorAnswer {
  const known = error instanceof CountersignError ? error : undefined;
  if (!known) ports.logDefect(error, name);
  const answer = known?.toAnswer() ?? {
    code: 'INTERNAL' as const,
    message: 'Countersign met a defect of its own; nothing was changed.',
    remedy: 'Try once more; if it stays, tell the operator: the details are in the server log.',
  };
  const shown = {
    ...answer,
    message: makeVisible(answer.message, 1_500),
    remedy: makeVisible(answer.remedy, 600),
  };
  ports.ledger.append({
    kind: 'tool.refused',
    body: { call, tool: makeVisible(String(name), 80), code: shown.code, message: shown.message },
  });
  return shown;
}
