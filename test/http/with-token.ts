/** Stands before a server for a client that cannot sign in: adds a token, and passes on everything else as it is. */
import { createServer, request } from 'node:http';

export async function startWithToken(port: number, address: string, token: () => string): Promise<{ close(): void }> {
  const [host = '', to = ''] = address.split(':');
  const server = createServer((from, answer) => {
    const onward = request(
      {
        host,
        port: to,
        method: from.method,
        path: from.url,
        headers: { ...from.headers, authorization: `Bearer ${token()}` },
      },
      (got) => {
        answer.writeHead(got.statusCode!, got.headers);
        got.pipe(answer);
      },
    );
    onward.once('error', () => answer.destroy());
    answer.once('close', () => onward.destroy());
    from.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
