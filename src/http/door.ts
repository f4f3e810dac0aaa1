/**
 * The door of the team server: what a request has to be before it reaches the protocol.
 *
 * SECURITY, in this order: the Host is ours, an Origin is ours, the path is one of few, the token is valid and allows
 * reading, the body is bounded and one message, and proposing is allowed by the token too. Of all that is refused here
 * nothing is in the ledger. No token is handed on: behind the door there is only what it says.
 */
import type { TokenIdentity } from '../core/caller.ts';
import type { CountersignError } from '../core/errors.ts';
import { createAdmission } from './admission.ts';
import { readMessage } from './body.ts';
import type { Readiness } from './readiness.ts';
import { refusedWith, SCOPES } from './refusals.ts';
import { untilSent } from './sending.ts';
import { type CheckedToken, KeysMissing, type Tokens } from './tokens.ts';
import type { Turns } from './turns.ts';

export interface DoorPorts {
  /** The address under which clients know this server, and for which tokens are made. */
  resource: string;
  issuer: string;
  tokens: Tokens;
  turns: Turns;
  /** Answers one message of the protocol. The request has neither its body nor its token any more. */
  answer(request: Request, message: unknown, token: TokenIdentity): Promise<Response>;
  /** Does this tool propose? */
  proposes(tool: unknown): boolean;
  /** The keys of the identity provider are there. @throws */
  ready(): Promise<void>;
  readiness: Readiness;
  /** No call is begun any more; those that came are answered. */
  isStopping(): boolean;
  log(line: Refused): void;
}
export interface Refused {
  status: number;
  method: string;
  path: string;
  /** Of a token that was valid. */
  client?: string | null;
}

export function createDoor(ports: DoorPorts): (request: Request) => Promise<Response> {
  const own = new URL(ports.resource);
  const admission = createAdmission(ports);

  const call = async (request: Request, token: CheckedToken): Promise<Response> => {
    const message = await readMessage(request);
    if (message instanceof Response) return message;
    const { method, params, id } = message as { method?: unknown; params?: { name?: unknown } | null; id?: unknown };
    if (method === 'tools/call' && ports.proposes(params?.name) && !token.scopes.has(SCOPES.propose))
      return admission.lacks(SCOPES.propose);
    if (ports.isStopping())
      return refusedWith(503, 'This server is stopping. Repeat the call.', { id, headers: { 'Retry-After': '1' } });
    const { scopes: _, ...identity } = token;
    return ports.answer(withoutToken(request), message, identity);
  };
  const inTurn = async (request: Request, token: CheckedToken): Promise<Response> => {
    const sponsor = `${token.issuer}#${token.subject ?? token.client}`;
    const end = await ports.turns.take({ agent: JSON.stringify([sponsor, token.client]), sponsor });
    if (!end) return tooMany();
    try {
      return untilSent(await call(request, token), end);
    } catch (error) {
      end();
      throw error;
    }
  };
  const enter = async (request: Request, path: string): Promise<{ response: Response; client?: string | null }> => {
    const refuse = (response: Response) => ({ response });
    if (request.headers.get('host') !== own.host) return refuse(refusedWith(403, `This server is ${own.origin} only.`));
    if ((request.headers.get('origin') ?? own.origin) !== own.origin)
      return refuse(refusedWith(403, 'Pages of other origins cannot call this server.'));
    if (admission.tells(path))
      return { response: onlyGet(request) ?? Response.json(admission.metadata, { headers: METADATA_HEADERS }) };
    if (path !== own.pathname) return refuse(refusedWith(404, 'There is nothing here.'));
    // Before the token: a server whose clock is wrong judges none.
    const { trouble } = ports.readiness;
    if (trouble) return refuse(refusedWith(503, inTrouble(trouble), { headers: { 'Retry-After': '5' } }));
    const token = await admission.admit(request.headers.get('authorization'));
    if (token instanceof Response) return { response: token };
    const { client } = token;
    if (request.method !== 'POST')
      return { response: refusedWith(405, 'POST only.', { headers: { Allow: 'POST' } }), client };
    return { response: await inTurn(request, token), client };
  };

  return async (request) => {
    const { pathname: path } = new URL(request.url);
    const probe = PROBES[path];
    if (probe) return onlyGet(request) ?? probe(ports);
    const { response, ...who } = await enter(request, path);
    const { status } = response;
    if (status >= 400) ports.log({ status, method: request.method, path: path.slice(0, 80), ...who });
    return response;
  };
}

/** Where its database is, is nothing to those who have no token. */
const inTrouble = ({ code }: CountersignError) =>
  `This server cannot use its ledger now (${code}). Nothing was begun. Repeat the call; if that does not help, tell the operator of the server.`;
const METADATA_HEADERS = { 'Cache-Control': 'max-age=3600' };
const tooMany = () =>
  refusedWith(429, 'Too many calls of this agent are going on. Wait for their answers, then repeat this one.', {
    headers: { 'Retry-After': '2' },
  });

/** SECURITY: nothing behind the door can hand on what it is not given. */
function withoutToken({ url, method, headers, signal }: Request): Request {
  const kept = new Headers(headers);
  for (const name of ['authorization', 'cookie', 'content-length']) kept.delete(name);
  return new Request(url, { method, headers: kept, signal });
}

/** For who balances load: they ask by an address of this machine, and learn nothing but that. */
const PROBES: Readonly<Record<string, (ports: DoorPorts) => Response | Promise<Response>>> = {
  '/healthz': () => new Response('ok\n'),
  '/readyz': async (ports) => {
    if (ports.isStopping()) return new Response('stopping\n', { status: 503 });
    const { trouble } = ports.readiness;
    if (trouble) return new Response(`not ready: ${trouble.code}\n`, { status: 503 });
    try {
      await ports.ready();
      return new Response('ready\n');
    } catch (error) {
      const code = error instanceof KeysMissing ? 'KEYS_MISSING' : ((error as { code?: string }).code ?? 'INTERNAL');
      return new Response(`not ready: ${code}\n`, { status: 503 });
    }
  },
};

const onlyGet = ({ method }: Request): Response | undefined =>
  method === 'GET' || method === 'HEAD'
    ? undefined
    : refusedWith(405, 'GET only.', { headers: { Allow: 'GET, HEAD' } });
