/** A way to a server, as the network between two machines: it can break at a message, refuse, or go dark. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `silent`: what answers is held back, and the connection stays. `dark`: with this message the whole way goes dark. */
export type Where = 'before' | 'after' | 'silent' | 'dark';

export interface Way {
  /** The same address, over this way. */
  url: string;
  /** Once, at the first message of a client that has this text. */
  cutAt(text: string, where: Where, then?: () => void): void;
  /** New connections end at once. */
  refuse(isSo: boolean): void;
  /**
   * Nothing passes any more, in either direction, and no end is told: what was on its way when it came back is lost with
   * its connection, as it is when a network lost the state of it.
   */
  goDark(isSo: boolean): void;
  close(): void;
}

/** @param place an address with a port. */
export async function wayTo(place: string): Promise<Way> {
  const { port, hostname } = new URL(place);
  const pairs = new Set<{ client: Socket; behind: Socket; isStale: boolean }>();
  let cut: ((bytes: Buffer) => Where | undefined) | undefined;
  let isClosed = false;
  let isDark = false;
  const proxy: Server = createServer((client) => {
    if (isClosed) return client.destroy();
    // In the dark there is nobody to tell that it was taken: to the client it is a connection that says nothing.
    if (isDark) return keep(client, client);
    const behind = connect(Number(port), hostname);
    const pair = keep(client, behind);
    const passes = (to: Socket) => (bytes: Buffer) => {
      if (isDark) pair.isStale = true;
      else to.write(bytes);
    };
    const back = passes(client);
    behind.on('data', back);
    client.on('data', (bytes) => {
      const where = cut?.(bytes);
      if (where === undefined) return passes(behind)(bytes);
      cut = undefined;
      if (where === 'dark') {
        isDark = true;
        pair.isStale = true;
        return;
      }
      behind.off('data', back);
      if (where === 'before') return client.destroy();
      behind.write(bytes);
      if (where === 'silent') return;
      behind.once('data', () => client.destroy());
    });
  });
  function keep(client: Socket, behind: Socket) {
    const pair = { client, behind, isStale: client === behind };
    pairs.add(pair);
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // The end of one side is not told to the other while nothing passes.
        if (isDark) {
          pair.isStale = true;
          return;
        }
        pairs.delete(pair);
        other.destroy();
      });
    }
    return pair;
  }
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const through = new URL(place);
  through.port = String((proxy.address() as { port: number }).port);
  return {
    url: through.href,
    cutAt(text, where, then = () => undefined) {
      cut = (bytes) => {
        if (!bytes.includes(text)) return undefined;
        then();
        return where;
      };
    },
    refuse(isSo) {
      isClosed = isSo;
    },
    goDark(isSo) {
      isDark = isSo;
      if (isSo) return;
      for (const pair of pairs) {
        if (!pair.isStale) continue;
        pairs.delete(pair);
        pair.client.destroy();
        pair.behind.destroy();
      }
    },
    close() {
      isDark = false;
      for (const { client, behind } of pairs) {
        client.destroy();
        behind.destroy();
      }
      proxy.close();
    },
  };
}
