/** What the MCP server answers, whatever way a request came; on the SDK's low level, so that raw calls reach the pipeline. */
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ResourceNotFoundError,
  Server,
  type ServerContext,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import type { CallOrigin, CallRequest, ToolAnswer } from '../core/pipeline.ts';
import { textOf } from './answer-text.ts';
import { CARD, CARD_META_KEY, cardContents, showsCards, withCards } from './card.ts';
import { textBeside } from './clients.ts';
import { DOCTOR } from './doctor-method.ts';
import { tellProgress } from './progress.ts';
import { PROMPTS, promptText } from './prompts.ts';
import { callForResource, RESOURCE_TEMPLATES, RESOURCES } from './resources.ts';
import type { ListedTool } from './tool-list.ts';

/** At most 2 KB: clients cut longer ones. */
export const INSTRUCTIONS = `Countersign lets you describe AWS and Terraform workspaces, plan changes (dry runs) and propose them. Nothing changes until guards pass and the right people have signed the exact plan.
1. describe_policy, describe_stack, describe_workspaces: see the resources and the policy.
2. plan_*: a dry run. Read effects and verdicts. If it is denied, change the plan as the remedy says. Do not argue with a denial, and do not try other tools or credentials.
3. propose_change with a true goal and reason. If it needs approval, tell the user the exact command in "next" and end your turn.
4. describe_change: see approvals, progress and outcome.
You can neither approve nor execute. Prefer in-place updates; deleting and recreating is refused in production.`;

export type CallTool = (name: string, input: unknown, origin: CallOrigin) => Promise<ToolAnswer>;
/** Answers `countersign/doctor`, which is no tool: a person's command asks it. @throws CountersignError */
export type AskDoctor = (request: unknown) => Promise<Record<string, unknown>>;
export interface Answers {
  call: CallTool;
  /** Absent: this way in, nothing can be found out of a client. */
  doctor?: AskDoctor;
  /** Of an answer, HTML for people; undefined where there is none. Asked only for clients that show it. Never throws. */
  card(answer: ToolAnswer): Promise<string | undefined>;
  /** The page that shows cards. */
  cardPage(): string;
}
export interface Offered {
  /** What `tools/list` answers; asked at the first such request. */
  listed(): ListedTool[];
  version: string;
  /** The pipeline among them, made at the first call, so that listing tools costs nothing. */
  answers: Answers;
}
/** What differs between the ways in. */
export interface Way {
  /** The arguments of a call as they came, where they are no object; once. */
  rawArguments(id: string | number): { is: unknown } | undefined;
  /** What the way itself tells of who asks. */
  origin?: CallOrigin;
  /** Of the request that brought it, as its client or a proxy wrote it; the message's own counts first. */
  traceparent?: string | undefined;
  /** Is told of each answer. */
  answered?(server: Server, answer: ToolAnswer): void;
  /** How state that a client hands back is checked. */
  requestState?: ServerOptions['requestState'];
}

const INVALID_PARAMS = -32_602;
const requestOf = (method: string, { id, _meta }: ServerContext['mcpReq'], way: Way): CallRequest => ({
  method,
  id,
  traceparent: _meta?.traceparent ?? way.traceparent,
});
/** Parsed where it is answered. */
const AS_IT_COMES = {
  '~standard': { version: 1 as const, vendor: 'countersign', validate: (value: unknown) => ({ value }) },
};

function refuseRequest(error: unknown): never {
  const told = error instanceof Error && 'remedy' in error ? `${error.message} ${error.remedy}` : 'This failed.';
  throw new ProtocolError(INVALID_PARAMS, told);
}

/** One server for one connection, or one request. */
export function createServer({ listed, version, answers }: Offered, way: Way): Server {
  const { requestState } = way;
  const server = new Server(
    { name: 'countersign', version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: INSTRUCTIONS,
      ...(requestState === undefined ? {} : { requestState }),
    },
  );
  /** The present protocol names the client in every request, the older ones once, when they start. */
  const originOf = (mcpReq: ServerContext['mcpReq'], method: string): CallOrigin => {
    const envelope: Partial<Record<string, unknown>> | undefined = mcpReq.envelope;
    const client = (envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion()) as { name?: unknown } | undefined;
    const agent = typeof client?.name === 'string' ? { agent: client.name.slice(0, 80) } : {};
    return { ...way.origin, ...agent, request: requestOf(method, mcpReq, way) };
  };
  server.setRequestHandler('tools/list', async () => ({
    tools: (showsCards(server) ? withCards(listed()) : listed()) as never,
  }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const raw = way.rawArguments(mcpReq.id);
    const stopTelling = tellProgress(mcpReq, params.name);
    const origin = { ...originOf(mcpReq, 'tools/call'), signal: mcpReq.signal };
    const given = raw ? raw.is : (params.arguments ?? {});
    const answer = await answers.call(params.name, given, origin).finally(stopTelling);
    way.answered?.(server, answer);
    const html = showsCards(server) ? await answers.card(answer) : undefined;
    return {
      content: [{ type: 'text' as const, text: answer.ok ? textBeside(textOf(answer), origin.agent) : textOf(answer) }],
      ...(answer.ok ? { structuredContent: answer.content } : { isError: true }),
      ...(html === undefined ? {} : { _meta: { [CARD_META_KEY]: html } }),
    };
  });
  server.setRequestHandler('resources/list', async () => ({
    resources: showsCards(server) ? [...RESOURCES, CARD] : RESOURCES,
  }));
  server.setRequestHandler('resources/templates/list', async () => ({ resourceTemplates: RESOURCE_TEMPLATES }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }, { mcpReq }) => {
    if (uri === CARD.uri) return { contents: [cardContents(answers.cardPage())] };
    const read = callForResource(uri);
    if (!read) throw new ResourceNotFoundError(uri);
    const answer = await answers.call(read.name, read.input, originOf(mcpReq, 'resources/read'));
    if (!answer.ok && answer.error.code === 'INPUT_NOT_FOUND') throw new ResourceNotFoundError(uri, textOf(answer));
    if (!answer.ok) throw new ProtocolError(INVALID_PARAMS, textOf(answer));
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(answer.content) }] };
  });
  addPrompts(server);
  const { doctor } = answers;
  if (doctor)
    server.setRequestHandler(DOCTOR, { params: AS_IT_COMES }, async (params) => doctor(params).catch(refuseRequest));
  return server;
}

function addPrompts(server: Server): void {
  server.setRequestHandler('prompts/list', async () => ({
    prompts: PROMPTS.map(({ text: _, ...listed }) => listed),
  }));
  server.setRequestHandler('prompts/get', async ({ params }) => {
    const prompt = promptText(params.name, params.arguments ?? {});
    if ('problem' in prompt) throw new ProtocolError(INVALID_PARAMS, prompt.problem);
    const { description, text } = prompt;
    return { description, messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] };
  });
}
