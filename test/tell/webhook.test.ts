/** What people are told, taken by a real receiver on loopback: signed, in order, again after a failure, and harmless. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve as approveCommand } from '../../src/cli/commands/approve.ts';
import { tell } from '../../src/cli/commands/tell.ts';
import { createContext } from '../../src/cli/context.ts';
import { messageOf } from '../../src/tell/messages.ts';
import { tellPeople } from '../../src/tell/outbox.ts';
import { webhookOf, writeWebhook } from '../../src/tell/webhook.ts';
import { signAs } from '../attacks/attempts.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

interface Taken {
  headers: IncomingHttpHeaders;
  body: string;
}
let world: TestWorld;
let server: Server;
let taken: Taken[];
let answering: (count: number) => number;
let url: string;
beforeEach(async () => {
  world = await openTestWorld();
  taken = [];
  answering = () => 200;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    taken.push({ headers: request.headers, body });
    response.writeHead(answering(taken.length), { location: 'http://127.0.0.1:1/' });
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secret-of-slack`;
});
afterEach(() => {
  server.close();
  world.close();
});

const complaints: string[] = [];
const ports = (now = () => new Date()) => ({
  home: world.home,
  ledger: world.app.ledger,
  now,
  complain: (problem: string) => void complaints.push(problem),
});
const texts = () => taken.map(({ body }) => String(JSON.parse(body).text));
const states = () => taken.flatMap(({ body }) => JSON.parse(body).metadata.event_payload.state ?? []).filter(Boolean);
const events = () => taken.map(({ body }) => JSON.parse(body).metadata.event_payload.event);

describe('a message', () => {
  it('is signed as Standard Webhooks says, over its id, its time and its bytes', async () => {
    const { secret } = writeWebhook(world.home, url);
    await proposeFix(world);
    expect(await tellPeople(ports(), [])).toBe(true);
    const [{ headers, body } = taken[0]!] = taken;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const over = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(over).digest('base64')}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers['webhook-id']).toContain(await world.app.ledger.origin());
  });
  it('names the change, its place and the commands; no words of an agent, no value, no link, no button', async () => {
    writeWebhook(world.home, url);
    const id = await proposeFix(world);
    await tellPeople(ports(), []);
    const { text, ...rest } = JSON.parse(taken.at(-1)!.body);
    expect(text).toContain(`An agent of \`alice\` asks to fix \`${STACK}\` (production). It needs 1 approval until`);
    expect(text).toContain(`\`countersign show ${id}\``);
    expect(JSON.stringify([text, rest])).not.toMatch(
      /more memory|MemorySize|https?:|button|"actions"|"blocks"|"attachments"|<!|<@/,
    );
    expect(rest).toEqual({
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: 'countersign',
        event_payload: {
          event: 'change.proposed',
          at: expect.any(String),
          seq: expect.any(Number),
          change: id,
          state: 'pending',
        },
      },
    });
  });
  it('of a change from its proposal to its end is told in order, each once', async () => {
    writeWebhook(world.home, url);
    const id = await proposeFix(world);
    await signAs(world, id);
    await world.execute(id);
    await tellPeople(ports(), []);
    await tellPeople(ports(), []);
    expect(events()).toEqual([
      'policy.adopted',
      'change.proposed',
      'change.approved',
      'change.executing',
      'change.finished',
    ]);
    expect(states()).toEqual(['pending', 'executing', 'succeeded']);
    expect(texts().at(-1)).toContain('ended: succeeded');
  });
  it('tells every state that an event of a change brings', () => {
    const at = '2026-11-24T00:00:00.000Z';
    const told = (kind: string, body: unknown) => messageOf({ seq: 7, at, kind, changeId: 'chg_1', body }, 'ledger');
    for (const [kind, state] of [
      ['change.withdrawn', 'withdrawn'],
      ['change.stale', 'stale'],
      ['change.closed', 'closed'],
    ])
      expect(told(kind!, { why: 'w' })?.data).toMatchObject({ event: kind, state, change: 'chg_1' });
    expect(told('tool.called', {})).toBeNull();
  });
  it.each([
    ['pass', 'approved', 'It needs no approval, and waits for an executor.'],
    ['denied', 'denied', 'The guards denied it.'],
  ])('of a proposal with the decision %s says that it is %s', async (decision, state, sentence) => {
    await proposeFix(world);
    const [proposed] = await world.app.ledger.events({ kinds: ['change.proposed'] });
    const body = structuredClone(proposed!.body) as { judgement: { decision: string } };
    body.judgement.decision = decision;
    const message = messageOf({ ...proposed!, body }, 'ledger');
    expect(message).toMatchObject({ text: expect.stringContaining(sentence), data: { state } });
  });
  it('of a plan is none', async () => {
    writeWebhook(world.home, url);
    await world.call('plan_stack_delete', { stack: STACK });
    await tellPeople(ports(), []);
    expect(events()).toEqual(['policy.adopted']);
  });
});

describe('a receiver that fails', () => {
  it('is tried again, and told what it missed, in order', async () => {
    writeWebhook(world.home, url);
    const id = await proposeFix(world);
    answering = (count) => (count < 3 ? 500 : 200);
    expect(await tellPeople(ports(), [1, 1, 1])).toBe(true);
    expect(events()).toEqual(['policy.adopted', 'policy.adopted', 'policy.adopted', 'change.proposed']);
    expect(new Set(taken.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await world.app.ledger.events({ kinds: ['people.told'] })).toHaveLength(2);
    expect((await world.app.changes.find(id)).state).toBe('pending');
  });
  it('is told by the next process what this one could not', async () => {
    writeWebhook(world.home, url);
    await proposeFix(world);
    answering = () => 503;
    expect(await tellPeople(ports(), [])).toBe(false);
    expect(await world.app.ledger.events({ kinds: ['people.told'] })).toEqual([]);
    answering = () => 200;
    expect(await tellPeople({ ...ports(), ledger: (await world.another()).ledger }, [])).toBe(true);
    expect(events().slice(1)).toEqual(['policy.adopted', 'change.proposed']);
  });
  it('is sent once by several processes, on whichever machine', async () => {
    writeWebhook(world.home, url);
    const other = mkdtempSync(join(tmpdir(), 'countersign-other-machine-'));
    cpSync(join(world.home, 'webhook.json'), join(other, 'webhook.json'));
    await proposeFix(world);
    const machines = [ports(), { ...ports(), home: other, ledger: (await world.another()).ledger }];
    const waits = Array.from({ length: 40 }, () => 50);
    expect(await Promise.all(machines.map((one) => tellPeople(one, waits)))).toEqual([true, true]);
    expect(events()).toEqual(['policy.adopted', 'change.proposed']);
    rmSync(other, { recursive: true });
  });
  it('with a redirect is not followed, and is no success', async () => {
    writeWebhook(world.home, url);
    answering = () => 302;
    expect(await tellPeople(ports(), [])).toBe(false);
    expect(taken).toHaveLength(1);
  });
  it('is not told after a day what nobody needs any more', async () => {
    writeWebhook(world.home, url);
    await proposeFix(world);
    expect(
      await tellPeople(
        ports(() => new Date(Date.now() + 25 * 3_600_000)),
        [],
      ),
    ).toBe(true);
    expect(taken).toEqual([]);
  });
  it('never stands in the way of a change, and its address and key are told nowhere', async () => {
    const { secret } = writeWebhook(world.home, url);
    const id = await proposeFix(world);
    const name = (await world.app.changes.find(id)).target.name;
    server.close();
    server.closeAllConnections();
    const notes: string[] = [];
    const context = createContext({
      config: world.app.config,
      version: '',
      sandboxed: true,
      width: 80,
      tell() {},
      note: (text) => notes.push(text),
    });
    const done = await approveCommand.run(context, { change: id, key: world.keyOf('bob'), as: 'bob', confirm: name });
    expect(done).toMatchObject({ exit: 0, json: { state: 'approved' } });
    expect(notes).toEqual([expect.stringContaining('People were not told yet')]);
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
    const said = [...notes, ...complaints, JSON.stringify(await world.app.ledger.events())].join('\n');
    for (const hidden of ['secret-of-slack', secret]) expect(said).not.toContain(hidden);
  });
});

describe('the webhook of a state folder', () => {
  it('is for its owner alone, and refused where others can read it', async () => {
    writeWebhook(world.home, url);
    const file = join(world.home, 'webhook.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(() => webhookOf(world.home)).toThrow(/Other users can read/);
    expect(await tellPeople(ports(), [])).toBe(false);
    expect(taken).toEqual([]);
  });
  it.each([
    'http://example.com/x',
    'ftp://example.com',
    'file:///etc/passwd',
    'no address',
    'http://127.0.0.1.example.com',
  ])('is not %s', (other) => {
    expect(() => writeWebhook(world.home, other)).toThrow(/https/);
    expect(existsSync(join(world.home, 'webhook.json'))).toBe(false);
  });
  it('is set, tried and removed by its command', async () => {
    const context = createContext({
      config: world.app.config,
      version: '',
      sandboxed: true,
      width: 80,
      tell() {},
      note() {},
    });
    await expect(tell.run(context, {})).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    const set = await tell.run(context, { url });
    expect(set).toMatchObject({
      exit: 0,
      text: expect.stringContaining(JSON.parse(readFileSync(join(world.home, 'webhook.json'), 'utf8')).secret),
    });
    expect((await tell.run(context, {})).text).toBe('A test message was sent.');
    answering = () => 404;
    expect(await tell.run(context, {})).toMatchObject({
      exit: 1,
      text: 'The test message failed: the webhook answered 404.',
    });
    await tell.run(context, { off: true });
    expect(existsSync(join(world.home, 'webhook.json'))).toBe(false);
  });
});
