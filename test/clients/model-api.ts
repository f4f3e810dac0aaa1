/**
 * A stand-in for the HTTP APIs of models, on loopback: it answers as a model that calls four tools in turn, and keeps
 * what it was sent. The clients on the other side are real; which dialect one speaks, its own settings say.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { type Conversation, dialectOf, type ToolCall } from './model-dialects.ts';

type Json = Record<string, unknown>;
export interface ModelApi {
  url: string;
  /** Every conversation in the order of its requests. */
  seen: Conversation[];
  /** Of the conversation that went furthest. */
  results(): string[];
  close(): Promise<void>;
}

/** Every tool that a model of these calls. */
type Scripted = (typeof SCRIPT)[number] | 'plan_stack_delete';
export const SCRIPT = ['describe_stacks', 'plan_stack_update', 'propose_change', 'describe_change'] as const;

/**
 * @param stack whose function gets more memory: a number, set by path.
 * @param script the tools that it calls in turn.
 */
export async function openModelApi(stack: string, script: readonly Scripted[] = SCRIPT): Promise<ModelApi> {
  const seen: Conversation[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://model').pathname;
    const text = await bodyOf(request);
    const dialect = dialectOf(path);
    if (request.method !== 'POST' || !dialect) return send(response, 'application/json', JSON.stringify(LISTING));
    const body = JSON.parse(text) as Json;
    const conversation = dialect.read(body);
    seen.push(conversation);
    const streams = body.stream === true || path.includes('stream');
    const said = dialect.say(nextCall(conversation, stack, script), body, streams);
    send(response, streams ? 'text/event-stream' : 'application/json', said);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    results: () => seen.map(({ results }) => results).sort((a, b) => b.length - a.length)[0] ?? [],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What clients ask for beside conversations: a list of models, a count of tokens. */
const LISTING = {
  object: 'list',
  data: [{ id: 'stand-in', object: 'model' }],
  models: [],
  input_tokens: 10,
  totalTokens: 10,
};

/** The plan is made, proposed and described; ids are taken from what the client handed to the model. */
function nextCall(
  { tools, names, results }: Conversation,
  stack: string,
  script: readonly Scripted[],
): ToolCall | undefined {
  const ours = (tool: string) => names.find((name) => name === tool || new RegExp(`[._-]${tool}$`).test(name));
  const found = results.filter((result) => !result.includes('tool_reference'));
  const search = names.find((name) => /^tool_?search$/i.test(name));
  const tool = script[found.length];
  if (tool === undefined) return undefined;
  const name = ours(tool);
  // A client that defers tools lists their names to the model, and loads those that it asks for.
  if (!name && search)
    return {
      name: search,
      input: { query: `select:${script.map((one) => `mcp__countersign__${one}`).join(',')}`, max_results: 10 },
    };
  if (!name) return undefined;
  const id = (pattern: RegExp) => pattern.exec(found.join('\n'))?.[0] ?? 'none';
  const inputs: Record<Scripted, Json> = {
    plan_stack_delete: { stack },
    describe_stacks: {},
    plan_stack_update: { stack, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] },
    propose_change: { plan_id: id(/plan_[0-9a-f]{16}/), goal: 'fix', reason: 'Queries run out of memory.' },
    describe_change: { change_id: id(/chg_[0-9a-f]{12}/) },
  };
  return { name, input: { ...unasked(tools[names.indexOf(name)]), ...inputs[tool] } };
}

/** What a model fills in because a client's own schema says so: null for each field of a strict one, Gemini's wait. */
function unasked(tool: Json | undefined): Json {
  const schema = (tool?.parameters ?? tool?.parametersJsonSchema ?? {}) as { required?: string[]; properties?: Json };
  const nulls = tool?.strict === true ? (schema.required ?? []).map((field) => [field, null]) : [];
  return { ...Object.fromEntries(nulls), ...(schema.properties?.wait_for_previous ? { wait_for_previous: true } : {}) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'];
  if (encoding === 'gzip') return (await promisify(gunzip)(raw)).toString();
  if (encoding === 'zstd') return (await promisify(zstdDecompress)(raw)).toString();
  return raw.toString();
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
