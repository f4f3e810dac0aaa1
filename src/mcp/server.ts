/** The MCP side: both protocol eras over stdio, on the SDK's low level, so that raw calls reach the pipeline. */
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { CallRequest, ToolAnswer } from '../core/pipeline.ts';
import { textOf } from './answer-text.ts';
import { CARD, CARD_META_KEY, cardContents, showsCards, withCards } from './card.ts';
import { textBeside } from './clients.ts';
import { DOCTOR } from './doctor-method.ts';
import { incomingLines } from './lines.ts';
import { offerPage } from './offer-page.ts';
import { tellProgress } from './progress.ts';
import { PROMPTS, promptText } from './prompts.ts';
import { callForResource, RESOURCE_TEMPLATES, RESOURCES } from './resources.ts';
import type { ListedTool } from './tool-list.ts';

/** At most 2 KB: clients cut longer ones. */
export const INSTRUCTIONS = `Countersign lets you describe AWS, plan changes (dry runs) and propose them. Nothing changes until guards pass and the right people have signed the exact plan.
1. describe_policy, describe_stack: see the resources and the policy.
2. plan_*: a dry run. Read effects and verdicts. If it is denied, change the plan as the remedy says. Do not argue with a denial, and do not try other tools or credentials.
3. propose_change with a true goal and reason. If it needs approval, tell the user the exact command in "next" and end your turn.
4. describe_change: see approvals, progress and outcome.
You can neither approve nor execute. Prefer in-place updates; deleting and recreating is refused in production.`;

/** Who called: the client's own word for itself, a claim and no identity. `signal`: the client no longer waits. */
export interface CallOrigin {
  agent?: string;
  signal?: AbortSignal;
  request?: CallRequest;
}
export type CallTool = (name: string, input: unknown, origin: CallOrigin) => Promise<ToolAnswer>;
/** Answers `countersign/doctor`, which is no tool: a person's command asks it. @throws CountersignError */
export type AskDoctor = (request: unknown) => Promise<Record<string, unknown>>;
export interface Answers {
  call: CallTool;
  doctor: AskDoctor;
  /** Of an answer, HTML for people; undefined where there is none. Asked only for clients that show it. Never throws. */
  card(answer: ToolAnswer): Promise<string | undefined>;
  /** The page that shows cards. */
  cardPage(): string;
  /** Where people find the review page. */
  reviewUrl?: string | undefined;
}

const INVALID_PARAMS = -32_602;
const requestOf = (method: string, { id, _meta }: ServerContext['mcpReq']): CallRequest => ({
  method,
  id,
  traceparent: _meta?.traceparent,
});
/** Parsed where it is answered. */
const AS_IT_COMES = {
  '~standard': { version: 1 as const, vendor: 'countersign', validate: (value: unknown) => ({ value }) },
};

function refuseRequest(error: unknown): never {
  const told = error instanceof Error && 'remedy' in error ? `${error.message} ${error.remedy}` : 'This failed.';
  throw new ProtocolError(INVALID_PARAMS, told);
}

/**
 * @param listed what `tools/list` answers; asked once, at the first such request.
 * @param answers the pipeline among them, made at the first call, so that listing tools costs nothing.
 * SECURITY: stdout is the protocol; nothing else may write there.
 */
export function serveTools(
  listed: () => ListedTool[],
  version: string,
  { call, doctor, card, cardPage, reviewUrl }: Answers,
): { close(): Promise<void> } {
  let list: ListedTool[] | undefined;
  const incoming = incomingLines((line) => process.stdout.write(`${line}\n`));
  const transport = new StdioServerTransport(process.stdin.pipe(incoming.stream), process.stdout);
  const offered = new Set<string>();
  const createServer = () => {
    const server = new Server(
      { name: 'countersign', version },
      { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: INSTRUCTIONS },
    );
    /** The present protocol names the client in every request, the older ones once, when they start. */
    const originOf = (envelope: Partial<Record<string, unknown>> | undefined): CallOrigin => {
      const client = (envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion()) as { name?: unknown } | undefined;
      return typeof client?.name === 'string' ? { agent: client.name.slice(0, 80) } : {};
    };
    server.setRequestHandler('tools/list', async () => {
      list ??= listed();
      return { tools: (showsCards(server) ? withCards(list) : list) as never };
    });
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const raw = incoming.rawArguments(mcpReq.id);
      const stopTelling = tellProgress(mcpReq, params.name);
      const request = requestOf('tools/call', mcpReq);
      const origin = { ...originOf(mcpReq.envelope), signal: mcpReq.signal, request };
      const answer = await call(params.name, raw ? raw.is : (params.arguments ?? {}), origin).finally(stopTelling);
      if (reviewUrl !== undefined) offerPage(server, reviewUrl, answer, offered);
      const html = showsCards(server) ? await card(answer) : undefined;
      return {
        content: [
          { type: 'text' as const, text: answer.ok ? textBeside(textOf(answer), origin.agent) : textOf(answer) },
        ],
        ...(answer.ok ? { structuredContent: answer.content } : { isError: true }),
        ...(html === undefined ? {} : { _meta: { [CARD_META_KEY]: html } }),
      };
    });
    server.setRequestHandler('resources/list', async () => ({
      resources: showsCards(server) ? [...RESOURCES, CARD] : RESOURCES,
    }));
    server.setRequestHandler('resources/templates/list', async () => ({ resourceTemplates: RESOURCE_TEMPLATES }));
    server.setRequestHandler('resources/read', async ({ params: { uri } }, { mcpReq }) => {
      if (uri === CARD.uri) return { contents: [cardContents(cardPage())] };
      const read = callForResource(uri);
      if (!read) throw new ResourceNotFoundError(uri);
      const request = requestOf('resources/read', mcpReq);
      const answer = await call(read.name, read.input, { ...originOf(mcpReq.envelope), request });
      if (!answer.ok && answer.error.code === 'INPUT_NOT_FOUND') throw new ResourceNotFoundError(uri, textOf(answer));
      if (!answer.ok) throw new ProtocolError(INVALID_PARAMS, textOf(answer));
      return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(answer.content) }] };
    });
    server.setRequestHandler('prompts/list', async () => ({
      prompts: PROMPTS.map(({ text: _, ...listed }) => listed),
    }));
    server.setRequestHandler('prompts/get', async ({ params }) => {
      const prompt = promptText(params.name, params.arguments ?? {});
      if ('problem' in prompt) throw new ProtocolError(INVALID_PARAMS, prompt.problem);
      const { description, text } = prompt;
      return { description, messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] };
    });
    server.setRequestHandler(DOCTOR, { params: AS_IT_COMES }, async (params) => doctor(params).catch(refuseRequest));
    return server;
  };
  return serveStdio(createServer, { transport });
}
