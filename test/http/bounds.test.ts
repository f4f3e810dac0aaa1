/** What a connection, a request and an answer may take. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readMessage } from '../../src/http/body.ts';
import { type Listening, listenAt } from '../../src/http/listen.ts';
import { untilSent } from '../../src/http/sending.ts';

/** What comes first, and then nothing. */
function stalled(first: string): { body: ReadableStream<Uint8Array>; isCancelled(): boolean } {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(first)),
    cancel() {
      isCancelled = true;
    },
  });
  return { body, isCancelled: () => isCancelled };
}

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is up for a body that does not arrive, and its refusal says so', async () => {
    const { body, isCancelled } = stalled('{"jsonrpc":');
    const reading = readMessage(new Request('http://a.example/mcp', { method: 'POST', body, duplex: 'half' } as never));
    await vi.advanceTimersByTimeAsync(19_000);
    expect(isCancelled()).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    const answer = (await reading) as Response;
    expect(answer.status).toBe(408);
    expect(await answer.text()).toContain('The body did not arrive in time.');
  });

  it('is up for an answer that does not end: it is cut, and its turn ends, once', async () => {
    const { body, isCancelled } = stalled('event: message\n');
    let ends = 0;
    const response = untilSent(new Response(body), () => {
      ends += 1;
    });
    const sent = response.text();
    await vi.advanceTimersByTimeAsync(299_000);
    expect([isCancelled(), ends]).toEqual([false, 0]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await sent).toBe('event: message\n');
    expect([isCancelled(), ends]).toEqual([true, 1]);
  });

  it('is not up for an answer that ended: nothing is left of it', async () => {
    let ends = 0;
    const response = untilSent(new Response('done'), () => {
      ends += 1;
    });
    expect(await response.text()).toBe('done');
    expect([ends, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('connections', () => {
  let listening: Listening;
  const sockets: Socket[] = [];
  const open = async () => {
    const socket = connect(listening.port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const ask = (socket: Socket, more = 'Connection: close\r\n\r\n') =>
    socket.write(`GET / HTTP/1.1\r\nHost: a.example\r\n${more}`);
  beforeEach(async () => {
    listening = await listenAt({ host: '127.0.0.1', port: 0 }, async () => new Response('here'), 2);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await listening.refuse();
    await listening.end();
  });

  it('are taken up to so many, and again when one has ended', async () => {
    const [first] = [await open(), await open()];
    const third = await open();
    ask(third);
    expect(await text(third)).toBe('');
    ask(first);
    expect(await text(first)).toContain('here');
    const fourth = await open();
    ask(fourth);
    expect(await text(fourth)).toContain('here');
  });

  it('end when the head of a request does not arrive', async () => {
    const socket = await open();
    ask(socket, 'X-Slow: ');
    expect(await text(socket)).toContain('408');
  }, 60_000);
});
