/** URL-mode elicitation: offered where the client can, once, and read nowhere. */
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

async function asked(
  elicitation: Record<string, Record<string, string>>,
  action: 'accept' | 'decline',
  more: Record<string, string> = {},
) {
  const requests: Record<string, unknown>[] = [];
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation } });
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    requests.push({ ...params });
    return { action };
  });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
      env: { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1', ...more },
    }),
  );
  const id = await proposeFix(world);
  const describe = async () =>
    (await client.callTool({ name: 'describe_change', arguments: { change_id: id } })).structuredContent;
  expect(await describe()).toMatchObject({ state: 'pending' });
  const after = await describe();
  await client.close();
  return { id, requests, after };
}
const PAGE = { COUNTERSIGN_REVIEW_URL: 'https://review.example' };

it.each(['accept', 'decline'] as const)(
  'the page is offered once, and %s changes nothing',
  async (action) => {
    const { id, requests, after } = await asked({ url: {} }, action, PAGE);
    expect(requests).toEqual([
      expect.objectContaining({
        mode: 'url',
        url: `https://review.example/changes/${id}`,
        message: expect.stringContaining('approves nothing'),
      }),
    ]);
    expect(after).toMatchObject({ state: 'pending' });
    expect((await world.app.changes.find(id)).approvals).toEqual([]);
  },
  60_000,
);

it.each<[string, Record<string, Record<string, string>>, Record<string, string>]>([
  ['a client that cannot open addresses', { form: {} }, PAGE],
  ['a server without a page', { url: {} }, {}],
  ['an address that is none', { url: {} }, { COUNTERSIGN_REVIEW_URL: 'review' }],
])(
  '%s is offered nothing',
  async (_what, elicitation, more) => {
    expect((await asked(elicitation, 'accept', more)).requests).toEqual([]);
  },
  60_000,
);
