/** An executor as a process of its own: waits for one order, executes, and may kill itself at one of its ledger writes. */
import { createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { openPgLedger } from '../../src/ledger/pg/store.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import type { Order, Told } from './order.ts';

const tell = (told: Told) => process.send?.(told);

/** Of each write the number, before and after it. */
function counting(order: Order): (place: string, now: () => Date) => OpenLedger {
  let writes = 0;
  const at = (when: 'before' | 'after') => {
    if (order.dieAtWrite?.number === writes && order.dieAtWrite.when === when) process.kill(process.pid, 'SIGKILL');
  };
  return (place, now) => {
    // In the bundle of this process nothing is loaded later.
    const real = order.ledgerUrl === undefined ? openLedger(place, now) : openPgLedger(place, now);
    const counted =
      <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        writes += 1;
        tell({ write: writes });
        at('before');
        const result = await write(...args);
        at('after');
        return result;
      };
    return { ...real, append: counted(real.append), transact: counted(real.transact) as typeof real.transact };
  };
}

/** The SDK's own requests, over a socket to the endpoint of the test, which goes on when this process is dead. */
const overHttp = (url: string) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  async handle({
    method,
    path,
    headers,
    body,
  }: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }) {
    const { host: _host, 'content-length': _length, ...rest } = headers;
    const answer = await fetch(`${url}${path}`, { method, headers: rest, body: body ?? '' });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { response: { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: bytes } };
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
  destroy() {},
});

process.once('message', async (order: Order) => {
  const config = {
    ...readConfig({ home: order.home, ledger: order.ledgerUrl }),
    policyPath: order.policyPath,
    region: 'eu-west-1',
    endpointUrl: undefined,
    actsAs: ['nobody'],
    sponsor: 'alice',
  };
  const app = createApp(config, {
    sandbox: { store: { id: order.worldId } as never, requestHandler: overHttp(order.url) },
    logDefect: () => undefined,
    openLedger: counting(order),
  });
  try {
    const { state } = await app.executor.run(order.changeId);
    tell({ state });
  } catch (error) {
    tell({ code: (error as { code?: string }).code ?? String(error) });
  }
  app.close();
  process.disconnect();
});
tell({ isReady: true });
