/**
 * An answer of HTTP 2xx that is not the protocol's: a captive portal's page, a proxy's greeting, a cut-off body.
 *
 * SECURITY: the SDK reads such a page as an answer without members (“no stacks”). Here the body of each answer must
 * have the root element of its operation, before the SDK reads it.
 */
import type { CloudClock } from './clock.ts';

/** Far more than any answer of the calls that we make. */
const MAX_BODY_BYTES = 50_000_000;

interface HttpAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** Not a CountersignError: whether the call arrived is not known. */
class UnexpectedAnswerError extends Error {
  constructor(operation: string, what: string) {
    super(`What answered ${operation} is not AWS: ${what}.`);
    this.name = 'UnexpectedAnswer';
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the three clients' stacks have unrelated type parameters.
export function installAnswerCheck(client: any, clock?: CloudClock): void {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const check = (next: any, context: { commandName?: string }) => async (attempt: unknown) => {
    const result = await next(attempt);
    const response = result.response as HttpAnswer;
    if (response.statusCode >= 300) return result;
    response.body = await checked(response.body, context.commandName ?? '');
    clock?.hear(response.headers?.date);
    return result;
  };
  client.middlewareStack.addRelativeTo(check, {
    name: 'countersignAnswers',
    relation: 'after',
    toMiddleware: 'deserializerMiddleware',
    override: true,
  });
}

async function checked(body: unknown, command: string): Promise<Uint8Array> {
  const operation = command.replace(/Command$/, '');
  const whole = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : await readWhole(body, operation);
  const root = /^\uFEFF?\s*(?:<\?xml[^>]{0,200}\?>\s*)?<([A-Za-z]+)[\s/>]/.exec(whole.slice(0, 2_000))?.[1];
  const end = whole.slice(-200).trimEnd();
  const isWhole = end.endsWith(`</${operation}Response>`) || (end.endsWith('/>') && !/<\//.test(whole));
  if (root !== `${operation}Response` || !isWhole)
    throw new UnexpectedAnswerError(operation, root === undefined ? 'no XML' : `<${root.slice(0, 40)}>`);
  return Buffer.from(whole, 'utf8');
}

async function readWhole(body: unknown, operation: string): Promise<string> {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new UnexpectedAnswerError(operation, 'it does not end');
  }
  return Buffer.concat(parts).toString('utf8');
}
