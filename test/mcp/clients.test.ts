import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const server = () => ({
  command: process.execPath,
  args: [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
  env: { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' },
});

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
}

/** describe → plan → propose → wait, as an agent does it. */
async function walk(client: AnyClient): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('propose_change');
  const call = async (name: string, args: Record<string, unknown>) =>
    (await client.callTool({ name, arguments: args })).structuredContent as Record<string, unknown>;
  expect(await call('describe_stack', { stack: STACK })).toMatchObject({ status: 'CREATE_COMPLETE' });
  const plan = await call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  });
  expect(plan).toMatchObject({ decision: 'needs_approval', effects: { counts: { update: 1 }, worst: 'reversible' } });
  const change = await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' });
  expect(await call('describe_change', { change_id: change.change_id })).toMatchObject({ state: 'pending' });
  const refused = await client.callTool({ name: 'apply_change', arguments: {} });
  expect(refused).toMatchObject({ isError: true });
  expect(world.writes()).toEqual([]);
}

describe('real clients over stdio', () => {
  it('the v1 SDK’s client walks the road', async () => {
    const client = new V1Client({ name: 'test', version: '1' });
    await client.connect(new V1Transport(server()));
    await walk(client as unknown as AnyClient);
    await client.close();
  });

  it('the v2 client walks the road', async () => {
    const client = new ModernClient({ name: 'test', version: '1' });
    await client.connect(new ModernTransport(server()));
    await walk(client as unknown as AnyClient);
    await client.close();
  });

  it('says an answer once to a client that shows a model text and structure, and an error always in words', async () => {
    const texts: Record<string, string[]> = {};
    for (const name of ['copilot-cli', 'copilot']) {
      const client = new V1Client({ name, version: '1' });
      await client.connect(new V1Transport(server()));
      const ask = async (tool: string) => {
        const { content } = await client.callTool({ name: tool, arguments: {} });
        return (content as { text: string }[])[0]!.text;
      };
      texts[name] = [await ask('describe_policy'), await ask('describe_stack')];
      await client.close();
    }
    expect(texts['copilot-cli']).toEqual([
      'The answer is in structuredContent.',
      expect.stringContaining('INPUT_INVALID'),
    ]);
    expect(texts.copilot).toEqual([expect.stringContaining('"policy":"in force"'), texts['copilot-cli']![1]]);
  });

  it('writes nothing but the protocol to stdout, even when its policy is broken', async () => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-stdout-'));
    const child = spawn(process.execPath, [bin, '--home', home, '--policy', join(home, 'none.yaml'), 'serve']);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const answered = new Promise<void>((resolve) =>
      child.stdout.on('data', () => output.includes('"id":2') && resolve()),
    );
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    send({
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    });
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'describe_policy', arguments: {} } });
    await answered;
    child.stdin.end();
    await new Promise((resolve) => child.on('close', resolve));
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    expect(JSON.stringify(lines.at(-1))).toContain('CONFIG_POLICY_UNREADABLE');
    rmSync(home, { recursive: true, force: true });
  });

  it('keeps what a model sees of the tool list within 13,000 characters', async () => {
    const client = new V1Client({ name: 'test', version: '1' });
    await client.connect(new V1Transport(server()));
    const { tools } = await client.listTools();
    expect(JSON.stringify(tools.map(({ outputSchema: _, ...seen }) => seen)).length).toBeLessThanOrEqual(13_000);
    for (const tool of tools)
      expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
    await client.close();
  });
});
