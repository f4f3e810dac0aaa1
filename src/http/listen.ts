/** Listens on one address, with bounds on what a connection may take, and stops without dropping an answer. */
import { createServer } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { CountersignError } from '../core/errors.ts';

const HEADERS_WITHIN_MILLISECONDS = 10_000;
/** A little more than the body may take, so that its refusal can be told. */
const REQUEST_WITHIN_MILLISECONDS = 30_000;
/** Node looks for connections that took too long every 30 s otherwise. */
const LOOKS_EVERY_MILLISECONDS = 2_000;
/** Longer than proxies keep a connection (nginx: 60 s): the one that closes it first must not be this server. */
const IDLE_MILLISECONDS = 75_000;
const MOST_CONNECTIONS = 2_000;
const LINGERS_MILLISECONDS = 500;

export interface Address {
  host: string;
  port: number;
}
export interface Listening {
  port: number;
  /** Takes no new connection: a proxy asks another replica then. Still answers on those that it has. */
  refuse(): Promise<void>;
  /** Closes what is still open, after a while: a request may be on its way there. */
  end(): Promise<void>;
}

/** @param most connections at once; more are closed unanswered. @throws CONFIG_INVALID when it cannot listen there. */
export async function listenAt(
  { host, port }: Address,
  fetch: (request: Request) => Promise<Response>,
  most = MOST_CONNECTIONS,
): Promise<Listening> {
  const server = createServer({
    headersTimeout: HEADERS_WITHIN_MILLISECONDS,
    requestTimeout: REQUEST_WITHIN_MILLISECONDS,
    keepAliveTimeout: IDLE_MILLISECONDS,
    connectionsCheckingInterval: LOOKS_EVERY_MILLISECONDS,
  });
  server.maxConnections = most;
  server.on('request', getRequestListener(fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      reject(
        new CountersignError(
          'CONFIG_INVALID',
          `This server cannot listen on ${host}:${port}: ${code ?? message}.`,
          'Name another address with --http.',
        ),
      ),
    );
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
  const ended = new Promise<void>((resolve) => void server.once('close', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    async refuse() {
      // At this point of a turn of the event loop, all connections that came have been taken.
      await new Promise((resolve) => setImmediate(resolve));
      // The one of `http` would close what is idle at once.
      NetServer.prototype.close.call(server);
    },
    async end() {
      await new Promise((resolve) => setTimeout(resolve, LINGERS_MILLISECONDS));
      server.closeAllConnections();
      await ended;
    },
  };
}
