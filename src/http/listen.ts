/** Listens on one address, with bounds on what a connection may take, and stops without dropping an answer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { CountersignError } from '../core/errors.ts';

const HEADERS_WITHIN_MILLISECONDS = 10_000;
/** A little more than the body may take, so that its refusal can be told. */
const REQUEST_WITHIN_MILLISECONDS = 30_000;
/** Longer than proxies keep a connection (nginx: 60 s): the one that closes it first must not be this server. */
const IDLE_MILLISECONDS = 75_000;
const MOST_CONNECTIONS = 2_000;

export interface Address {
  host: string;
  port: number;
}
export interface Listening {
  port: number;
  /** Takes no new connection; those that are idle are closed. Resolves when the last answer was sent. */
  stop(): Promise<void>;
  /** Ends what is still open. */
  cut(): void;
}

/** @throws CONFIG_INVALID when it cannot listen there. */
export async function listenAt(
  { host, port }: Address,
  fetch: (request: Request) => Promise<Response>,
): Promise<Listening> {
  const server = createServer({
    headersTimeout: HEADERS_WITHIN_MILLISECONDS,
    requestTimeout: REQUEST_WITHIN_MILLISECONDS,
    keepAliveTimeout: IDLE_MILLISECONDS,
  });
  server.maxConnections = MOST_CONNECTIONS;
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
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    cut: () => server.closeAllConnections(),
  };
}
