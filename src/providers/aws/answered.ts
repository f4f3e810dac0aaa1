/**
 * Was a call refused, carried out, or is neither known? Decided here, where AWS's answer is parsed.
 *
 * INVARIANT: a refusal is AWS's own error document for this very call, or a request that never left this process. A
 * proxy's page, an empty body, a broken connection and a server's fault say nothing of what happened: `unknown`.
 */
import type { Call } from '../../core/call.ts';
import type { Sent } from '../../core/ports.ts';
import { asCountersignError } from './errors.ts';

interface Response {
  statusCode: number;
  headers?: Record<string, string>;
  body?: unknown;
}
/** What is known of one request on its way, read below the SDK's parser. */
export interface Watched {
  /** It was handed to the network. */
  left: boolean;
  answer: { status: number; text: string; requestId: string | undefined; date: string | undefined } | undefined;
}

/** Watches the requests of a client that is used for one call, or those of one command. */
// biome-ignore lint/suspicious/noExplicitAny: the three clients' stacks have unrelated type parameters.
export function watchAnswer(client: any): Watched {
  const watched: Watched = { left: false, answer: undefined };
  const watch = (next: (attempt: unknown) => Promise<{ response: Response }>) => async (attempt: unknown) => {
    watched.left = true;
    watched.answer = undefined;
    const result = await next(attempt);
    const body = await wholeBody(result.response.body);
    const headers = Object.entries(result.response.headers ?? {});
    const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
    watched.answer = {
      status: result.response.statusCode,
      text: body.toString('utf8'),
      requestId: header('x-amzn-requestid'),
      // What a cache has kept says when it was answered first.
      date: header('age') === undefined ? header('date') : undefined,
    };
    result.response.body = new Uint8Array(body);
    return result;
  };
  client.middlewareStack.add(watch, { name: 'countersignWatch', step: 'deserialize', priority: 'low' });
  return watched;
}

async function wholeBody(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (body instanceof Uint8Array || typeof body === 'string') return Buffer.from(body as Uint8Array);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The error document of each service's protocol. */
const ERROR_DOCUMENT: Record<string, RegExp> = {
  cloudformation: /^<ErrorResponse[\s>][\s\S]*<Error>[\s\S]*<Code>([^<]+)<\/Code>[\s\S]*<\/ErrorResponse>$/,
  sts: /^<ErrorResponse[\s>][\s\S]*<Error>[\s\S]*<Code>([^<]+)<\/Code>[\s\S]*<\/ErrorResponse>$/,
  ec2: /^<Response[\s>][\s\S]*<Errors>[\s\S]*<Error>[\s\S]*<Code>([^<]+)<\/Code>[\s\S]*<\/Response>$/,
};
const REQUEST_ID = /<RequestI[dD]>\s*[\w-]{8,}\s*<\/RequestI[dD]>/i;
/** Answered with 503, before anything was done. */
const THROTTLED = /^(?:Throttl|RequestLimitExceeded|TooManyRequests)/;
/** The very token of this call is known: an earlier delivery of it was taken. */
const TAKEN_BEFORE = /^(?:TokenAlreadyExists|IdempotentParameterMismatch|IdempotentInstanceTerminating)/;

const documentOf = (text: string) => text.replace(/^\uFEFF?\s*(?:<\?xml[^>]*\?>)?\s*/, '').trimEnd();

/** The code that AWS itself gave, of an answer that is a refusal in the service's own protocol. */
export function refusalIn({ service }: Pick<Call, 'service'>, { answer }: Watched): string | undefined {
  if (!answer) return undefined;
  const code = ERROR_DOCUMENT[service]?.exec(documentOf(answer.text))?.[1]?.trim();
  if (!code || (answer.requestId === undefined && !REQUEST_ID.test(answer.text))) return undefined;
  const isRefusal = (answer.status >= 400 && answer.status < 500) || THROTTLED.test(code);
  return isRefusal && !TAKEN_BEFORE.test(code) ? code : undefined;
}

/** An answer of 200 that is this operation's own; anyone can answer 200. */
function isDone({ operation }: Pick<Call, 'operation'>, { answer }: Watched): boolean {
  return answer?.status === 200 && documentOf(answer.text).startsWith(`<${operation}Response`);
}

/** When AWS answered, by its own clock, of an answer that is certainly AWS's. */
export function clockIn(call: Pick<Call, 'service' | 'operation'>, watched: Watched): Date | null {
  if (!isDone(call, watched) && refusalIn(call, watched) === undefined) return null;
  const at = new Date(watched.answer?.date ?? '');
  return Number.isNaN(at.getTime()) ? null : at;
}

/**
 * One call, sent and judged by its answer.
 *
 * @param run sends it with the client that is watched.
 */
export async function judgedByAnswer(
  call: Pick<Call, 'service' | 'operation'>,
  watched: () => Watched | undefined,
  run: () => Promise<Record<string, unknown>>,
): Promise<Sent> {
  try {
    const output = await run();
    const seen = watched();
    if (seen && isDone(call, seen)) return { kind: 'done', output };
    return { kind: 'unknown', reason: `the answer (HTTP ${seen?.answer?.status ?? '?'}) did not come from AWS` };
  } catch (error) {
    const seen = watched();
    const { code, message } = asCountersignError(error);
    if (!seen?.left) return { kind: 'refused', code, reason: message };
    const words = error instanceof Error ? error.message : String(error);
    if (refusalIn(call, seen) !== undefined) return { kind: 'refused', code, reason: words };
    const status = seen.answer === undefined ? words : `HTTP ${seen.answer.status} without an error from AWS`;
    return { kind: 'unknown', reason: `no answer from AWS was read: ${status}` };
  }
}
