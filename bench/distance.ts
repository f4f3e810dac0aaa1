/** Puts an endpoint some milliseconds away, as AWS is and loopback is not: without it, our work would be weighed against none. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @returns the endpoint to use instead; it lives as long as this process or until `close`. */
export async function atDistance(url: string, milliseconds: number): Promise<{ url: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const { method, headers, url: path } = incoming;
      const onward = request(new URL(path ?? '/', url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.once('error', () => outgoing.destroy());
      incoming.pipe(onward);
    }, milliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
