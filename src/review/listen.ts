/** Listens on loopback, and nowhere else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { CountersignError } from '../core/errors.ts';

type Fetch = (request: Request) => Response | Promise<Response>;

/** Both, since `localhost` means either: SECURITY: whoever listened on the other would be taken for this page. */
const [IPV4, IPV6] = ['127.0.0.1', '::1'];

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/**
 * @param port 0: a free one.
 * @param fetchFor is given the port, and answers its requests.
 * @throws INPUT_INVALID when another process listens there.
 */
export async function listen(port: number, fetchFor: (port: number) => Fetch): Promise<Listening> {
  const { servers, port: taken } = await onBoth(port);
  const listener = getRequestListener(fetchFor(taken), { overrideGlobalObjects: false });
  for (const server of servers) server.on('request', listener);
  return {
    port: taken,
    close: async () => {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

const MOST_TRIES = 10;

/** A port that is free on the one may be in use on the other. */
async function onBoth(port: number, tries = 1): Promise<{ servers: Server[]; port: number }> {
  const [first, second] = [createServer(), createServer()];
  await listening(first, IPV4, port);
  const { port: taken } = first.address() as AddressInfo;
  try {
    await listening(second, IPV6, taken);
    return { servers: [first, second], port: taken };
  } catch (error) {
    // A machine without IPv6 has one loopback.
    if (!(error instanceof CountersignError)) return { servers: [first], port: taken };
    first.close();
    if (port !== 0 || tries === MOST_TRIES) throw error;
    return onBoth(port, tries + 1);
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? inUse(port) : error);
    });
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
}

const inUse = (port: number) =>
  new CountersignError(
    'INPUT_INVALID',
    `Port ${port} is in use on this machine.`,
    'Name another with --port; 0 is a free one.',
  );
