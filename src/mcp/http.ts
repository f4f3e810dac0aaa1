/** Both protocol eras over Streamable HTTP, by the SDK's own handler. Nothing is kept between requests. */
import { createMcpHandler, createRequestStateCodec } from '@modelcontextprotocol/server';
import type { TokenIdentity } from '../core/caller.ts';
import { asCall } from './lines.ts';
import { createServer, type Offered, type Way } from './server.ts';

/** State that a client hands back is good this long. */
const STATE_SECONDS = 600;
const MOST_SUBSCRIPTIONS = 64;

export interface HttpAnswers {
  /** @param message the parsed body. @param token what the request's token says; the token itself stays outside. */
  answer(request: Request, message: unknown, token: TokenIdentity): Promise<Response>;
  close(): Promise<void>;
}

/** @param stateKey the same in every replica: any of them takes the state that another gave out. */
export function answersOverHttp(
  offered: Offered,
  stateKey: Uint8Array,
  complain: (error: unknown) => void,
): HttpAnswers {
  const codec = createRequestStateCodec({
    key: stateKey,
    ttlSeconds: STATE_SECONDS,
    bind: ({ mcpReq, http }) => `${mcpReq.method}\0${http?.authInfo?.clientId ?? ''}`,
  });
  const requestState = { verify: codec.verify };
  const handler = createMcpHandler(
    ({ authInfo }) => createServer(offered, { ...(authInfo?.extra as unknown as Way), requestState }),
    { maxSubscriptions: MOST_SUBSCRIPTIONS, onerror: complain },
  );
  return {
    answer(request, message, token) {
      const malformed = new Map<string | number, { is: unknown }>();
      const parsedBody = asCall(message as Parameters<typeof asCall>[0], malformed) ?? message;
      const way: Way = { rawArguments: (id) => malformed.get(id), origin: { token } };
      const traceparent = request.headers.get('traceparent');
      if (traceparent !== null) way.traceparent = traceparent;
      // SECURITY: in place of the token nothing is handed on.
      const clientId = `${token.issuer}#${token.subject ?? ''} ${token.client ?? ''}`;
      const authInfo = { token: '', clientId, scopes: [], extra: { ...way } };
      return handler.fetch(request, { parsedBody, authInfo });
    },
    close: () => handler.close(),
  };
}
