/**
 * The pipeline: the one road that every tool call takes, and the only middleware.
 *
 * find the tool → parse strictly → append → gather facts → judge → (planning permit) → run → judge all → append → render.
 * Refused, malformed and unknown calls are in the ledger too.
 */
import { digestOf } from './digest.ts';
import { CountersignError, type ErrorAnswer } from './errors.ts';
import { makePlan, type PlanningPorts, within } from './planning.ts';
import type { Ledger } from './ports.ts';
import { makeAllVisible, makeVisible, makeVisibleLine } from './render-safe.ts';
import type { Tool } from './tool.ts';

export interface PipelinePorts extends PlanningPorts {
  tools: readonly Tool[];
  /** For what is not meant to be read outside: goes to the operator's log, never to the agent. */
  logDefect(error: unknown, toolName: string): void;
}

export type ToolAnswer = { ok: true; content: Record<string, unknown> } | { ok: false; error: ErrorAnswer };
/** What the client says of itself; claimed, never proven. */
export interface Caller {
  agent?: string;
}
export type Pipeline = (name: string, rawInput: unknown, caller?: Caller) => Promise<ToolAnswer>;

const MAX_INPUT_CHARACTERS = 1_200_000;

export function createPipeline(ports: PipelinePorts): Pipeline {
  const byName = new Map(ports.tools.map((tool) => [tool.name, tool]));

  return async (name, rawInput, caller = {}) => {
    const agent = caller.agent === undefined ? null : makeVisibleLine(caller.agent, 80);
    const called = recordCall(ports.ledger, name, rawInput, agent);
    if (!called.ok) return called;
    try {
      const tool = byName.get(name);
      if (!tool) throw unknownTool(name, [...byName.keys()]);
      const input = parseInput(tool, rawInput);
      // SECURITY: names and texts come from the cloud, and nothing in them may be invisible to whoever reads.
      const content = makeAllVisible(await run(tool, input, ports, agent));
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
function recordCall(ledger: Ledger, name: string, rawInput: unknown, agent: string | null): ToolAnswer {
  try {
    const tool = makeVisible(String(name), 80);
    return {
      ok: true,
      content: { seq: ledger.append({ kind: 'tool.called', body: { tool, agent, ...inputRecord(rawInput) } }).seq },
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

async function run(
  tool: Tool,
  input: Record<string, unknown>,
  ports: PipelinePorts,
  agent: string | null,
): Promise<Record<string, unknown>> {
  switch (tool.effect) {
    case 'describe':
      return answeredInTime(
        tool.run(input, { cloud: ports.cloud.reader, changes: ports.changes, policy: ports.policy }),
        ports.answerWithinMilliseconds * DESCRIBING_TAKES,
      );
    case 'propose':
      return tool.run(input, { changes: ports.changes });
    case 'plan':
      return makePlan(tool, input, agent, ports, (error) => asAnswer(ports, tool.name, error));
  }
}

/** 56 s: a client gives up after 60 and would never learn why. What a describe tool waits for by itself ends before. */
const DESCRIBING_TAKES = 1.4;

async function answeredInTime<T>(running: Promise<T>, milliseconds: number): Promise<T> {
  const answer = await within(running, milliseconds);
  if (answer !== undefined) return answer;
  throw new CountersignError(
    'AWS_TIMEOUT',
    `The cloud did not answer within ${Math.round(milliseconds / 1000)} s.`,
    'Ask for less (fewer parts, a smaller limit), or make the same call again; if it keeps failing, tell the user.',
  );
}

function verdictOf(content: Record<string, unknown>): { decision?: string; subject?: string } {
  const subject = content.change_id ?? content.plan_id;
  return {
    ...(typeof content.decision === 'string' ? { decision: content.decision } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}

/** What may be read outside of what was thrown; the rest goes to the operator's log. */
function asAnswer(ports: PipelinePorts, name: string, error: unknown): ErrorAnswer {
  const known = error instanceof CountersignError ? error : undefined;
  if (!known || known.code === 'AWS_FAILED') ports.logDefect(known?.cause ?? error, name);
  const answer = known?.toAnswer() ?? {
    code: 'INTERNAL' as const,
    message: 'Countersign met a defect of its own; nothing was changed.',
    remedy: 'Try once more; if it stays, tell the operator: the details are in the server log.',
  };
  return { ...answer, message: makeVisible(answer.message, 1_500), remedy: makeVisible(answer.remedy, 600) };
}

function refuse(ports: PipelinePorts, name: string, call: number, error: unknown): ErrorAnswer {
  const { code, message, remedy } = asAnswer(ports, name, error);
  ports.ledger.append({
    kind: 'tool.refused',
    body: { call, tool: makeVisible(String(name), 80), code, message },
  });
  return { code, message, remedy };
}
