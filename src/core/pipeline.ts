/**
 * The pipeline: the one road that every tool call takes, and the only middleware.
 *
 * find the tool → parse strictly → append → gather facts → judge → (planning permit) → run → judge all → append → render.
 * Refused, malformed and unknown calls are in the ledger too.
 */

import type { TokenIdentity } from './caller.ts';
import { CountersignError, type ErrorAnswer } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { type Asking, makePlan, type PlanningPorts } from './planning.ts';
import { makeAllVisible, makeVisible, makeVisibleLine } from './render-safe.ts';
import type { Tool } from './tool.ts';
import { inputFault, parseInput, unsound } from './tool-input.ts';
import { cancelled, within } from './within.ts';
import type { Refusal } from './wording.ts';

export interface PipelinePorts extends PlanningPorts {
  tools: readonly Tool[];
  /** Tells whether two inputs were the same; keyed, since what an agent sends may be guessed (a password). */
  keyedDigest(value: unknown): string;
}

export type ToolAnswer = { ok: true; content: Record<string, unknown> } | { ok: false; error: Refusal };
/** What the client says of itself; claimed, never proven. `signal`: it no longer waits for the answer. */
export interface CallOrigin {
  agent?: string;
  signal?: AbortSignal;
  /** What the token of its request says, which was checked. Absent: it came with none. */
  token?: TokenIdentity;
  /** The request that the call came with. Absent: none of the protocol. */
  request?: CallRequest;
}
export interface CallRequest {
  method: string;
  id: string | number;
  /** As the client wrote it, whatever it is. */
  traceparent?: unknown;
}
export type Pipeline = (name: string, rawInput: unknown, origin?: CallOrigin) => Promise<ToolAnswer>;

export function createPipeline(ports: PipelinePorts): Pipeline {
  const byName = new Map(ports.tools.map((tool) => [tool.name, tool]));

  return async (name, rawInput, origin = {}) => {
    const agent = agentNamed(origin);
    const fault = inputFault(rawInput ?? null);
    const called = await recordCall(
      ports,
      name,
      { raw: rawInput, isSound: fault === undefined },
      { agent, token: origin.token },
    );
    if (!called.ok) return called;
    try {
      if (fault !== undefined) throw unsound(fault);
      const tool = byName.get(name);
      if (!tool) throw unknownTool(name, [...byName.keys()]);
      const input = parseInput(tool, rawInput);
      // SECURITY: names and texts come from the cloud, and nothing in them may be invisible to whoever reads.
      const content = makeAllVisible(await run(tool, input, ports, { agent, signal: origin.signal }));
      await ports.ledger.append({
        kind: 'tool.answered',
        body: { call: called.content.seq as number, tool: name, ...verdictOf(content) },
      });
      return { ok: true, content };
    } catch (error) {
      return { ok: false, error: await refuse(ports, name, called.content.seq as number, error) };
    }
  };
}

/** INVARIANT: if the ledger cannot append, nothing is done, not even a read. */
async function recordCall(
  { ledger, keyedDigest, wording, logDefect }: PipelinePorts,
  name: string,
  input: GivenInput,
  { agent, token }: { agent: string | null; token: TokenIdentity | undefined },
): Promise<ToolAnswer> {
  try {
    const body = {
      tool: makeVisible(String(name), 80),
      agent,
      ...(token ? { token: { issuer: token.issuer, subject: token.subject, client: token.client } } : {}),
      ...inputRecord(input, keyedDigest),
    };
    const { seq } = await ledger.append({ kind: 'tool.called', body });
    return { ok: true, content: { seq } };
  } catch (error) {
    if (error instanceof CountersignError) return { ok: false, error: wording.refusal(error) };
    logDefect(error, name);
    const unwritten = new CountersignError(
      'LEDGER_CANNOT_APPEND',
      'The ledger could not be written, so the call was not made.',
      {
        agent: 'Tell the user to run `countersign audit verify` and to check the free disk space.',
        person: 'Check the free disk space, then run: countersign audit verify',
      },
    );
    return { ok: false, error: wording.refusal(unwritten) };
  }
}

/** What a client calls itself; the id of an OAuth client stands in brackets, which no name that is claimed has then. */
function agentNamed({ agent, token }: CallOrigin): string | null {
  const plain = (text: string, most: number) => makeVisibleLine(text, most).replaceAll('[', '(').replaceAll(']', ')');
  if (token?.client == null) return agent === undefined ? null : makeVisibleLine(agent, 80);
  const client = `[client ${plain(token.client, 120)}]`;
  return agent === undefined ? client : `${plain(agent, 80)} ${client}`;
}

interface GivenInput {
  raw: unknown;
  /** Within the bounds: it may be worked on. */
  isSound: boolean;
}

/** SECURITY: what an agent sends may hold secrets (parameters, user data): the ledger keeps names and a keyed digest. */
function inputRecord({ raw, isSound }: GivenInput, keyedDigest: PipelinePorts['keyedDigest']) {
  const keys = raw !== null && typeof raw === 'object' ? Object.keys(raw).slice(0, 40) : [];
  return {
    keys: keys.map((key) => makeVisible(key, 80)),
    inputDigest: isSound ? digestOrNull(raw, keyedDigest) : null,
  };
}

function digestOrNull(raw: unknown, keyedDigest: PipelinePorts['keyedDigest']): string | null {
  try {
    return keyedDigest(raw ?? null);
  } catch {
    return null;
  }
}

function unknownTool(name: string, known: string[]): CountersignError {
  return new CountersignError(
    'INPUT_UNKNOWN_TOOL',
    `There is no tool ${makeVisible(String(name), 80)}.${didYouMean(String(name), known)}`,
    `The tools are: ${known.join(', ')}.`,
  );
}

async function run(
  tool: Tool,
  input: Record<string, unknown>,
  ports: PipelinePorts,
  { agent, signal }: Asking,
): Promise<Record<string, unknown>> {
  switch (tool.effect) {
    case 'describe':
      return answeredInTime(
        tool.run(input, {
          cloud: ports.cloud.reader,
          changes: ports.changes,
          policy: ports.policy,
          ...(signal ? { signal } : {}),
        }),
        ports.answerWithinMilliseconds * DESCRIBING_TAKES,
        signal,
      );
    case 'propose':
      return tool.run(input, { changes: ports.changes });
    case 'plan':
      return makePlan(tool, input, { agent, signal }, ports, (error) => asAnswer(ports, tool.name, error));
  }
}

/** 56 s: a client gives up after 60 and would never learn why. What a describe tool waits for by itself ends before. */
const DESCRIBING_TAKES = 1.4;

async function answeredInTime<T>(running: Promise<T>, milliseconds: number, signal?: AbortSignal): Promise<T> {
  const answer = await within(running, milliseconds, signal);
  if (answer !== undefined) return answer;
  if (signal?.aborted) throw cancelled();
  throw new CountersignError(
    'AWS_TIMEOUT',
    `The cloud did not answer within ${Math.round(milliseconds / 1000)} s.`,
    'Ask for less (fewer parts, a smaller limit) or repeat the call; if it keeps failing, tell the user.',
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
    message: 'Countersign failed because of a defect in it; nothing was changed.',
    remedy: 'Try once more; if it keeps failing, tell the user: the details are in the server log.',
  };
  return { ...answer, message: makeVisible(answer.message, 1_500), remedy: makeVisible(answer.remedy, 600) };
}

async function refuse(ports: PipelinePorts, name: string, call: number, error: unknown): Promise<Refusal> {
  const answer = asAnswer(ports, name, error);
  const { code, message } = answer;
  const body = { call, tool: makeVisible(String(name), 80), code, message };
  // Its call is recorded: a refusal that cannot be is told all the same.
  await ports.ledger.append({ kind: 'tool.refused', body }).catch((unwritten) => ports.logDefect(unwritten, name));
  return error instanceof CountersignError ? makeAllVisible(ports.wording.refusal(error, answer)) : answer;
}
