/** A state behind HTTP on loopback, as Terraform's `http` backend asks for it: counted, and as slow or broken as a test says. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpState {
  url: string;
  /** Requests that came, by method. */
  came: Record<string, number>;
  /** States that were stored, newest last. */
  stored: string[];
  held: string | null;
  /** What is done in place of an answer. @returns whether it was. */
  instead: ((method: string, answer: ServerResponse, body: string) => boolean) | undefined;
  settings: string;
  close(): Promise<void>;
}

export async function openHttpState(): Promise<HttpState> {
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const method = request.method ?? '';
      const body = Buffer.concat(chunks).toString('utf8');
      self.came[method] = (self.came[method] ?? 0) + 1;
      if (self.instead?.(method, answer, body)) return;
      respond(method, body, answer);
    });
  });
  function respond(method: string, body: string, answer: ServerResponse) {
    if (method === 'LOCK') {
      if (self.held !== null) return answer.writeHead(423).end(self.held);
      self.held = body;
    } else if (method === 'UNLOCK') self.held = null;
    else if (method === 'POST') self.stored.push(body);
    else if (method === 'GET') {
      const newest = self.stored.at(-1);
      return newest === undefined ? answer.writeHead(404).end() : answer.writeHead(200).end(newest);
    }
    return answer.writeHead(200).end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`;
  const self: HttpState = {
    url,
    came: {},
    stored: [],
    held: null,
    instead: undefined,
    settings: `    environment: development
    backend:
      type: http
      settings: { address: "${url}", lock_address: "${url}", unlock_address: "${url}", retry_max: 0 }
`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}
