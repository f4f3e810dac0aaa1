/** Real clients, which find the identity provider by themselves and sign in there. */
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTools } from '../../src/mcp/tool-list.ts';
import { tools } from '../../tools/index.ts';
import { STACK } from '../world.ts';
import { SCOPES } from './identity-provider.ts';
import { browse, type SigningIn, signingIn } from './signing-in.ts';
import { openTeam, type Team } from './team.ts';

let team: Team;
beforeAll(async () => {
  team = await openTeam();
  await team.start();
});
afterAll(() => team.close());

const url = () => new URL(team.resource);
/** The first attempt is refused, the person signs in, and the second one works. */
async function signedIn<T>(
  provider: SigningIn,
  transportOf: () => T,
  {
    connect,
    finish,
  }: { connect(transport: T): Promise<void>; finish(transport: T, answer: URLSearchParams): Promise<void> },
): Promise<void> {
  const first = transportOf();
  await expect(connect(first)).rejects.toThrow(/unauthorized/i);
  expect(provider.sentTo?.origin).toBe(team.provider.issuer);
  await finish(first, await browse(provider.sentTo!));
  await connect(transportOf());
}

describe('the client of the present SDK', () => {
  it.each(['auto', 'legacy'] as const)('signs in, lists, plans and proposes (%s)', async (mode) => {
    team.provider.person = 'bob';
    const provider = signingIn('kiro');
    let client = new ModernClient({ name: 'kiro', version: '1' });
    await signedIn(provider, () => new ModernTransport(url(), { authProvider: provider }), {
      connect(transport) {
        client = new ModernClient({ name: 'kiro', version: '1' }, { versionNegotiation: { mode } });
        return client.connect(transport);
      },
      finish: (transport, answer) => transport.finishAuth(answer),
    });
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25');
    expect(provider.asked.requested).toContain(SCOPES);
    const listed = (await client.listTools()).tools;
    expect(listed.map(({ name, inputSchema }) => ({ name, inputSchema }))).toEqual(
      JSON.parse(JSON.stringify(listTools(tools).map(({ name, inputSchema }) => ({ name, inputSchema })))),
    );
    const call = async (name: string, input: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: input })).structuredContent as Record<string, unknown>;
    expect((await call('describe_policy', {})).sponsor).toBe('bob (signed in)');
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: mode === 'auto' ? 1024 : 2048 }];
    const { plan_id } = await call('plan_stack_update', { stack: STACK, set });
    const { change_id: id } = await call('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
    const change = await team.world.app.changes.find(String(id));
    // The older era names the client once, and nothing is kept of it.
    const agent = mode === 'auto' ? /^kiro \[client [\w-]+\]$/ : /^\[client [\w-]+\]$/;
    expect(change).toMatchObject({ sponsor: 'bob', agent: expect.stringMatching(agent) });
    expect((await client.readResource({ uri: `countersign://changes/${id}` })).contents).toHaveLength(1);
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
    await client.close();
  });

  it('waits for a change, and is told of progress meanwhile', async () => {
    const provider = signingIn('kiro');
    const client = new ModernClient({ name: 'kiro', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    provider.saveTokens!({ access_token: await team.provider.tokenFor('alice'), token_type: 'Bearer' } as never);
    await client.connect(new ModernTransport(url(), { authProvider: provider }));
    const call = async (name: string, input: Record<string, unknown>, how = {}) =>
      (await client.callTool({ name, arguments: input }, how)).structuredContent as Record<string, unknown>;
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 3072 }];
    const { plan_id } = await call('plan_stack_update', { stack: STACK, set });
    const proposed = await call('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
    const told: unknown[] = [];
    const input = { change_id: proposed.change_id, since: proposed.version, wait_seconds: 3 };
    const answer = await call('describe_change', input, { onprogress: (progress: unknown) => told.push(progress) });
    expect(answer).toMatchObject({ unchanged: true });
    expect(told).not.toEqual([]);
    await client.close();
  });
});

describe('the client of the SDK’s first line', () => {
  it('signs in, and calls', async () => {
    team.provider.person = 'alice';
    const provider = signingIn('cursor');
    let client = new V1Client({ name: 'cursor', version: '1' });
    await signedIn(provider, () => new V1Transport(url(), { authProvider: provider as never }), {
      connect(transport) {
        client = new V1Client({ name: 'cursor', version: '1' });
        return client.connect(transport as never);
      },
      finish: (transport, answer) => transport.finishAuth(answer.get('code')!),
    });
    expect(provider.asked.requested).toContain(SCOPES);
    const { structuredContent } = await client.callTool({ name: 'describe_policy', arguments: {} });
    expect(structuredContent).toMatchObject({ sponsor: 'alice (signed in)' });
    expect((await client.listTools()).tools).toHaveLength(tools.length);
    await client.close();
  });
});
