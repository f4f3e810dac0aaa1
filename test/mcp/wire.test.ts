/** The server as a process, spoken to in lines: what no client of an SDK would send, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
type Message = Record<string, unknown> & { id?: unknown };
let world: TestWorld;
let server: ChildProcess;
let messages: Message[];
let unread: ((message: Message) => void)[];

beforeEach(async () => {
  world = await openTestWorld();
  server = spawn(
    process.execPath,
    [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
    { env: { PATH: process.env.PATH, COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' } },
  );
  messages = [];
  unread = [];
  let rest = '';
  server.stdout!.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      messages.push(JSON.parse(line));
      for (const look of unread) look(messages.at(-1)!);
    }
  });
  send({
    id: 'start',
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  await message(({ id }) => id === 'start');
  send({ method: 'notifications/initialized' });
});
afterEach(() => {
  server.kill('SIGKILL');
  world.close();
});

const write = (line: string) => server.stdin!.write(`${line}\n`);
const send = (part: object) => write(JSON.stringify({ jsonrpc: '2.0', ...part }));
const message = (is: (message: Message) => boolean) =>
  new Promise<Message>((resolve) => {
    const found = messages.find(is);
    if (found) resolve(found);
    else unread.push((one) => is(one) && resolve(one));
  });
const answer = (id: unknown) => message((one) => one.id === id);
const call = (id: unknown, name: string, input: object, more: object = {}) =>
  send({ id, method: 'tools/call', params: { name, arguments: input, ...more } });
const refusals = async () =>
  (await world.app.ledger.events({ kinds: ['tool.refused'] })).map(({ body }) => body as Record<string, unknown>);
const called = async () => (await world.app.ledger.events({ kinds: ['tool.called'] })).length;
const ended = () => new Promise<void>((resolve) => server.once('close', () => resolve()));

describe('a malformed tools/call is refused as a tool’s error, and is in the ledger', () => {
  it.each([
    [
      'arguments that are text',
      { name: 'describe_stack', arguments: '{"stack":"web"}' },
      'INPUT_INVALID',
      'describe_stack',
    ],
    [
      'arguments that are a list',
      { name: 'describe_stack', arguments: [{ stack: 'web' }] },
      'INPUT_INVALID',
      'describe_stack',
    ],
    ['arguments that are a number', { name: 'describe_stack', arguments: 0 }, 'INPUT_INVALID', 'describe_stack'],
    ['arguments that are false', { name: 'describe_stack', arguments: false }, 'INPUT_INVALID', 'describe_stack'],
    ['arguments that are null', { name: 'describe_stack', arguments: null }, 'INPUT_INVALID', 'describe_stack'],
    ['no name', { arguments: {} }, 'INPUT_UNKNOWN_TOOL', '(none)'],
    ['a name that is no text', { name: 5, arguments: {} }, 'INPUT_UNKNOWN_TOOL', '5'],
    ['a name that no tool has', { name: 'apply_change', arguments: {} }, 'INPUT_UNKNOWN_TOOL', 'apply_change'],
    ['params that are a list', ['describe_stack'], 'INPUT_UNKNOWN_TOOL', '(none)'],
    ['params that are text', 'describe_stack', 'INPUT_UNKNOWN_TOOL', '(none)'],
    ['no params', undefined, 'INPUT_UNKNOWN_TOOL', '(none)'],
  ])('%s', async (_what, params, code, tool) => {
    send({ id: 7, method: 'tools/call', params });
    const { result } = await answer(7);
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toContain(code);
    expect(await called()).toBe(1);
    expect(await refusals()).toEqual([expect.objectContaining({ tool, code })]);
  });

  it('null arguments are none, for a tool that needs none', async () => {
    send({ id: 8, method: 'tools/call', params: { name: 'describe_policy', arguments: null } });
    expect(await answer(8)).toMatchObject({ result: { structuredContent: { policy: 'in force' } } });
  });
});

describe('a line that is no message has an answer, and the server goes on', () => {
  const goesOn = async () => {
    send({ id: 'after', method: 'tools/call', params: { name: 'describe_policy' } });
    expect(await answer('after')).toMatchObject({ result: {} });
  };
  it.each([
    ['no JSON', '{"jsonrpc":"2.0",', null, -32_700],
    ['a list', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', null, -32_600],
    ['another version', '{"jsonrpc":"1.0","id":9,"method":"ping"}', 9, -32_600],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32_600],
    ['params that are a list', '{"jsonrpc":"2.0","id":9,"method":"ping","params":[]}', 9, -32_600],
    ['a method that is a number', '{"jsonrpc":"2.0","id":9,"method":1}', 9, -32_600],
  ])('%s', async (_what, line, id, code) => {
    write(line);
    expect(await message((one) => one.id === id)).toMatchObject({ error: { code } });
    await goesOn();
  });

  const DEEP = '['.repeat(100_000) + ']'.repeat(100_000);
  it.each([
    ['its name', `{"name":${DEEP}}`, 'INPUT_UNKNOWN_TOOL'],
    ['its arguments', `{"name":"describe_policy","arguments":${DEEP}}`, 'INPUT_TOO_LARGE'],
    ['a member of its arguments', `{"name":"describe_policy","arguments":{"a":${DEEP}}}`, 'INPUT_TOO_LARGE'],
    ['what stands beside a name that is no text', `{"name":5,"_meta":{"a":${DEEP}}}`, 'nested too deep'],
  ])('a call of which %s is nested so deep that nothing can write it', async (_what, params, told) => {
    write(`{"jsonrpc":"2.0","id":10,"method":"tools/call","params":${params}}`);
    expect(JSON.stringify(await answer(10))).toContain(told);
    await goesOn();
  });

  it.each([
    [
      'at its end, as the SDK writes it',
      (filler: string) =>
        `{"method":"tools/call","params":{"name":"describe_stack","arguments":{"stack":"${filler}"}},"jsonrpc":"2.0","id":11}`,
      11,
    ],
    [
      'at its beginning',
      (filler: string) =>
        `{"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"name":"x","arguments":{"stack":"${filler}"}}}`,
      'a-1',
    ],
    ['nowhere', (filler: string) => `"${filler}"`, null],
  ])('more than 10 MB, with its id %s', async (_where, line, id) => {
    write(line('x'.repeat(10 * 1024 * 1024)));
    expect(await message((one) => one.id === id)).toMatchObject({
      error: { code: -32_600, message: expect.stringContaining('10485760 bytes') },
    });
    await goesOn();
  });
});

/** A poll ends as soon as it is so; the limit only keeps a slow machine from failing it. */
const GENEROUS = { timeout: 20_000 };

describe('a call that waits', () => {
  const waiting = async (id: unknown, more: object = {}) => {
    const change_id = await proposeFix(world);
    const { version } = await world.app.changes.find(change_id);
    const before = await called();
    call(id, 'describe_change', { change_id, since: version, wait_seconds: 50 }, more);
    await expect.poll(called, GENEROUS).toBe(before + 1);
  };

  it('ends when the client cancels it, and the ledger says so', async () => {
    await waiting(20);
    send({ method: 'notifications/cancelled', params: { requestId: 20, reason: 'tired' } });
    await expect
      .poll(refusals)
      .toEqual([expect.objectContaining({ tool: 'describe_change', code: 'STATE_CALL_CANCELLED' })]);
  });

  it('tells its progress where the client gave a token, and not elsewhere', async () => {
    await waiting(21, { _meta: { progressToken: 'p' } });
    const told = await message(({ method }) => method === 'notifications/progress');
    expect(told.params).toMatchObject({ progressToken: 'p', message: expect.stringContaining('describe_change') });
    send({ method: 'notifications/cancelled', params: { requestId: 21 } });
    await expect.poll(refusals, GENEROUS).toHaveLength(1);
    const before = messages.length;
    call(22, 'describe_policy', {});
    await answer(22);
    expect(messages.slice(before).map(({ id }) => id)).toEqual([22]);
  });

  it('ends with the client: the server is gone when stdin closes', async () => {
    await waiting(23);
    const closed = ended();
    server.stdin!.end();
    await closed;
    expect(server.exitCode).toBe(0);
    expect(await refusals()).toEqual([expect.objectContaining({ code: 'STATE_CALL_CANCELLED' })]);
  });
});

it('a plan whose client is gone is made and stored all the same', async () => {
  call(30, 'plan_stack_update', { stack: STACK, tags: { team: 'web' } });
  await expect.poll(called, GENEROUS).toBe(1);
  send({ method: 'notifications/cancelled', params: { requestId: 30 } });
  await expect
    .poll(async () => (await world.app.ledger.events({ kinds: ['plan.made'] })).length, { timeout: 10_000 })
    .toBe(1);
});
