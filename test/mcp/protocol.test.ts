import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/open.ts';
import { textOf } from '../../src/mcp/answer-text.ts';
import { INSTRUCTIONS } from '../../src/mcp/server.ts';
import { listTools } from '../../src/mcp/tool-list.ts';
import { tools } from '../../tools/index.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const server = (extra: Record<string, string> = {}) => ({
  command: process.execPath,
  args: [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
  env: { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1', ...extra },
  stderr: 'pipe' as const,
});
async function connect(extra: Record<string, string> = {}) {
  const client = new V1Client({ name: 'cursor', version: '1' });
  const transport = new V1Transport(server(extra));
  let log = '';
  transport.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  await client.connect(transport);
  return { client, log: () => log };
}
const toolsCalled = async () =>
  (await world.app.ledger.events({ kinds: ['tool.called'] })).map(({ body }) => (body as { tool: string }).tool);

describe('what the server says of itself', () => {
  it('keeps its instructions within the 2 KB that clients read', () => {
    expect(Buffer.byteLength(INSTRUCTIONS)).toBeLessThanOrEqual(2_048);
  });

  it('lists the tools as the build wrote them down, which is as they are', () => {
    const built = JSON.parse(readFileSync(new URL('../../dist/tools.json', import.meta.url), 'utf8'));
    expect(built).toEqual(JSON.parse(JSON.stringify(listTools(tools))));
  });
});

describe('resources', () => {
  it('are read through the pipeline, so that each read is in the ledger', async () => {
    const id = await proposeFix(world);
    const before = (await toolsCalled()).length;
    const { client } = await connect();
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['countersign://policy']);
    expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'countersign://plans/{id}',
      'countersign://changes/{id}',
    ]);
    const read = async (uri: string) => {
      const { contents } = await client.readResource({ uri });
      return JSON.parse((contents[0] as { text: string }).text);
    };
    expect(await read('countersign://policy')).toMatchObject({ policy: 'in force' });
    const change = await read(`countersign://changes/${id}`);
    expect(change).toMatchObject({ change_id: id, state: 'pending' });
    expect(await read(`countersign://plans/${change.plan_id}`)).toMatchObject({ plan_id: change.plan_id });
    await client.close();
    expect((await toolsCalled()).slice(before)).toEqual(['describe_policy', 'describe_change', 'describe_plan']);
  });

  it.each([
    'countersign://changes/chg_none',
    'countersign://secrets',
    'file:///etc/passwd',
    'countersign://plans/../x',
  ])('answers %s with an error, not with something else', async (uri) => {
    const { client } = await connect();
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32_602 });
    await client.close();
  });
});

describe('prompts', () => {
  it('start an agent on the road, with the words of the person in them', async () => {
    const { client } = await connect();
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['safe-fix', 'explain-refusal']);
    const { messages } = await client.getPrompt({
      name: 'safe-fix',
      arguments: { stack: STACK, problem: 'queries run out of memory' },
    });
    const { text } = messages[0]!.content as { text: string };
    expect(text).toContain(STACK);
    expect(text).toContain('queries run out of memory');
    await expect(client.getPrompt({ name: 'safe-fix', arguments: { stack: STACK } })).rejects.toThrow('problem');
    await expect(client.getPrompt({ name: 'force-fix' })).rejects.toThrow('The prompts are: safe-fix');
    await client.close();
  });

  it('name only tools that exist', async () => {
    const { client } = await connect();
    const names = tools.map(({ name }) => name);
    const asked = await client.getPrompt({ name: 'explain-refusal', arguments: { id: 'chg_1' } });
    const named = JSON.stringify(asked).match(/\b(?:describe|plan|propose)_[a-z_]+\b/g) ?? [];
    for (const name of named.filter((one) => one !== 'plan_')) expect(names).toContain(name);
    await client.close();
  });
});

describe('the name that a client gives itself', () => {
  it('reaches the operator’s log in both protocol eras, with the decision and without the input', async () => {
    const old = await connect({ COUNTERSIGN_LOG_LEVEL: 'info' });
    await old.client.callTool({ name: 'describe_stack', arguments: { stack: STACK } });
    await old.client.close();
    expect(JSON.parse(old.log().trim())).toMatchObject({ tool: 'describe_stack', agent: 'cursor' });
    expect(old.log()).not.toContain(STACK);

    const modern = new ModernClient({ name: 'kiro', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const transport = new ModernTransport(server({ COUNTERSIGN_LOG_LEVEL: 'info' }));
    let log = '';
    transport.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    await modern.connect(transport);
    expect(modern.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    await modern.callTool({ name: 'describe_policy', arguments: {} });
    await modern.close();
    expect(JSON.parse(log.trim())).toMatchObject({ tool: 'describe_policy', agent: 'kiro' });
  });

  it('and nothing else is said there by default', async () => {
    const { client, log } = await connect();
    await client.callTool({ name: 'describe_policy', arguments: {} });
    await client.close();
    expect(log()).toBe('');
  });
});

describe('text and structure', () => {
  it('say the same: decision, ids, effects, reasons with their remedies, and what is next', async () => {
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
    const content = await world.call('plan_stack_update', { stack: STACK, set });
    const text = textOf({ ok: true, content });
    for (const part of [content.decision, content.plan_id, content.expires_at, JSON.stringify(content.next)])
      expect(text).toContain(part as string);
    for (const item of (content.effects as { items: string[] }).items) expect(text).toContain(item);
    for (const { code, message, remedy } of content.verdicts as Record<string, string>[])
      expect(text).toContain(`${code}: ${message}${remedy ? ` ${remedy}` : ''}`);
    expect(text.length + JSON.stringify(content).length).toBeLessThanOrEqual(3_000);
  });

  it('both give every reason of a denial, whatever else has to be left out for size', async () => {
    for (const [tool, input] of [
      ['plan_stack_update', { set: [{ path: 'Resources.CostTable.Properties.TableName', value: 'costs-v2' }] }],
      ['plan_stack_delete', {}],
    ] as const) {
      const content = await world.call(tool, { stack: STACK, ...input });
      const text = textOf({ ok: true, content });
      const denials = (content.verdicts as Record<string, string>[]).filter(({ outcome }) => outcome === 'deny');
      expect(denials.length).toBeGreaterThan(0);
      for (const { code, message, remedy } of denials)
        expect(text).toContain(`${code}: ${message}${remedy ? ` ${remedy}` : ''}`);
      expect(text).toContain('next: ');
      expect(text.length + JSON.stringify(content).length).toBeLessThanOrEqual(6_000);
    }
  });

  it('are the same JSON where nothing was judged', async () => {
    const content = await world.call('describe_stack', { stack: STACK });
    expect(JSON.parse(textOf({ ok: true, content }))).toEqual(JSON.parse(JSON.stringify(content)));
  });
});

describe('several servers on one state folder', () => {
  it('lose no call and no row when four of them are called at once', { timeout: 60_000 }, async () => {
    const before = (await toolsCalled()).length;
    const servers = await Promise.all([1, 2, 3, 4].map(() => connect()));
    const callAll = async ({ client }: (typeof servers)[number], memory: number) => {
      const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
      const calls = [
        client.callTool({ name: 'describe_policy', arguments: {} }),
        client.callTool({ name: 'describe_stack', arguments: { stack: STACK } }),
        client.callTool({ name: 'plan_stack_update', arguments: { stack: STACK, set } }),
        client.callTool({ name: 'describe_changes', arguments: {} }),
        client.callTool({ name: 'no_such_tool', arguments: {} }),
      ];
      return Promise.all(calls);
    };
    const answers = await Promise.all(servers.map((one, index) => callAll(one, 1024 + index)));
    await Promise.all(servers.map(({ client }) => client.close()));
    expect(answers.map((each) => each.map(({ isError }) => isError === true))).toEqual(
      Array(4).fill([false, false, false, false, true]),
    );
    const events = await world.app.ledger.events();
    expect((await toolsCalled()).length - before).toBe(20);
    expect(events.filter(({ kind }) => kind === 'tool.answered')).toHaveLength(16);
    expect(events.filter(({ kind }) => kind === 'tool.refused')).toHaveLength(4);
    expect(events.filter(({ kind }) => kind === 'plan.made')).toHaveLength(4);
    expect(await verifyLedger(world.home)).toMatchObject({ ok: true, size: events.length });
  });
});
