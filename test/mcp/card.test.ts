/** The card of MCP Apps: offered to clients that declare it, shown by the extension's own host bridge in a real Chromium. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import schema from '@modelcontextprotocol/ext-apps/schema.json' with { type: 'json' };
import { build } from 'esbuild';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { needs } from '../needs.ts';
import { hasChromium, launch } from '../review/browser.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
const MIME_TYPE = 'text/html;profile=mcp-app';
const URI = 'ui://countersign/card';
const EXTENSION = { 'io.modelcontextprotocol/ui': { mimeTypes: [MIME_TYPE] } };
const META_KEY = 'countersign/card';
let world: TestWorld;
let client: Client;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(async () => {
  await client?.close();
  world.close();
});

async function connect(extensions: Record<string, Record<string, never> | { mimeTypes: string[] }> | undefined) {
  client = new Client({ name: 'test', version: '1' }, { capabilities: extensions ? { extensions } : {} });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
      env: { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' },
    }),
  );
}
const planned = (value: unknown, path = 'MemorySize') =>
  client.callTool({
    name: 'plan_stack_update',
    arguments: { stack: STACK, set: [{ path: `Resources.QueryFunction.Properties.${path}`, value }] },
  });
/** The extension's own schema of one of its types. */
const schemaOf = (name: string) => {
  const { $defs, ...all } = schema as unknown as { $defs: Record<string, object> };
  return z.fromJSONSchema({ ...all, ...$defs[name], $defs } as Parameters<typeof z.fromJSONSchema>[0]);
};

describe('a client that declares the extension', () => {
  it('is told of the card by tools, resources and answers, in shapes of the extension’s own schema', async () => {
    await connect(EXTENSION);
    const { tools } = await client.listTools();
    const shown = tools.filter(({ _meta }) => _meta !== undefined);
    expect(shown.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan_stack_update', 'describe_change']));
    for (const { _meta } of shown) {
      expect(_meta).toEqual({ ui: { resourceUri: URI } });
      expect(schemaOf('McpUiToolMeta').safeParse(_meta!.ui).success).toBe(true);
    }
    const { resources } = await client.listResources();
    expect(resources).toContainEqual(expect.objectContaining({ uri: URI, mimeType: MIME_TYPE }));
    const { contents } = await client.readResource({ uri: URI });
    expect(contents).toMatchObject([{ uri: URI, mimeType: MIME_TYPE, _meta: { ui: { csp: { connectDomains: [] } } } }]);
    expect(schemaOf('McpUiResourceMeta').safeParse(contents[0]!._meta!.ui).success).toBe(true);
    const answer = await planned(1024);
    expect(answer._meta?.[META_KEY]).toContain('<main class="card">');
    expect((await client.callTool({ name: 'describe_policy', arguments: {} }))._meta?.[META_KEY]).toBeUndefined();
  }, 60_000);

  it('gives its model the same as any other client', async () => {
    await connect(EXTENSION);
    const { plan_id } = (await planned(1024)).structuredContent as { plan_id: string };
    const asked = () => client.callTool({ name: 'describe_plan', arguments: { plan_id } });
    const { _meta, ...withCard } = await asked();
    expect(_meta?.[META_KEY]).toBeDefined();
    await client.close();
    await connect(undefined);
    expect(await asked()).toEqual(withCard);
  }, 60_000);
});

it.each<[string, Parameters<typeof connect>[0]]>([
  ['nothing', undefined],
  ['another type of page', { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html'] } }],
  ['no type', { 'io.modelcontextprotocol/ui': {} }],
])(
  'a client that declares %s sees nothing of it',
  async (_what, extensions) => {
    await connect(extensions);
    expect((await client.listTools()).tools.filter(({ _meta }) => _meta !== undefined)).toEqual([]);
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['countersign://policy']);
    expect((await planned(1024))._meta).toBeUndefined();
  },
  60_000,
);

describe('in the extension’s host', () => {
  let browser: Browser;
  let page: Page;
  let asked: string[];
  beforeEach(async (context) => {
    needs(context, 'chromium', hasChromium);
    browser = await launch();
    page = await browser.newPage();
    asked = [];
    page.on('request', (request) => void asked.push(request.url()));
  });
  afterEach(() => browser?.close());

  /** A host of MCP Apps: the bridge of the package, and a frame as the specification asks for it. */
  async function host(): Promise<Frame> {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
          window.start = async (html) => {
            const frame = document.createElement('iframe');
            frame.sandbox = 'allow-scripts';
            const bridge = new AppBridge(null, { name: 'host', version: '1' }, {}, { hostContext: { theme: 'dark' } });
            const ready = new Promise((resolve) => { bridge.oninitialized = resolve; });
            window.sizes = [];
            bridge.onsizechange = (size) => window.sizes.push(size);
            frame.srcdoc = html;
            document.body.append(frame);
            await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
            await ready;
            window.bridge = bridge;
          };`,
        resolveDir: new URL('../..', import.meta.url).pathname,
      },
      bundle: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      logLevel: 'error',
    });
    const { contents } = await client.readResource({ uri: URI });
    await page.setContent('<!doctype html><body></body>');
    await page.evaluate(outputFiles[0]!.text);
    await page.evaluate(
      `window.start(${JSON.stringify((contents[0] as { text: string }).text).replaceAll('<', '\\u003c')})`,
    );
    return page.frames()[1]!;
  }
  const shows = (result: unknown) =>
    page.evaluate(`window.bridge.sendToolResult(${JSON.stringify(result).replaceAll('<', '\\u003c')})`);
  const textIn = async (frame: Frame, wanted: string) => {
    await frame.waitForFunction(`document.body.innerText.includes(${JSON.stringify(wanted)})`, undefined, {
      timeout: 20_000,
    });
    return frame.evaluate<string>('document.body.innerText');
  };

  it('a plan and a change are shown by the renderer of show and the page, with nothing to press', async () => {
    await connect(EXTENSION);
    const frame = await host();
    await shows(await planned(1024));
    const plan = await textIn(frame, 'MemorySize');
    expect(plan).toMatch(/512[\s\S]*1024/);
    expect(plan).toContain('The plan is not proposed');
    const id = await proposeFix(world);
    await shows(await client.callTool({ name: 'describe_change', arguments: { change_id: id } }));
    const change = await textIn(frame, id);
    expect(change).toContain('approvals 0 of 1');
    expect(change).toContain('more memory');
    expect(change).toContain(`countersign show ${id}`);
    expect(await frame.locator('button, a, input, form, select, textarea, [onclick], iframe, script').count()).toBe(1);
    expect(await page.evaluate('window.sizes.length')).toBeGreaterThan(0);
    expect(await frame.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe('rgb(20, 24, 29)');
    expect(asked.filter((url) => !/^(?:about:|data:)/.test(url))).toEqual([]);
  }, 60_000);

  it('text of agents and of the cloud is text', async () => {
    await connect(EXTENSION);
    const frame = await host();
    const evil =
      '</main><img src=x onerror="parent.postMessage(1,\'*\');window.pwned=1"><script>window.pwned=1</script>';
    const plan = await planned(evil, 'Environment.Variables.EVIL');
    await shows(plan);
    expect(await textIn(frame, 'onerror')).toContain('<img src=x');
    const { plan_id } = plan.structuredContent as { plan_id: string };
    const change = await client.callTool({
      name: 'propose_change',
      arguments: { plan_id, goal: 'fix', reason: evil, ticket: '<b>1</b>' },
    });
    await shows(change);
    expect(await textIn(frame, '<b>1</b>')).toContain('<img src=x');
    expect(await frame.locator('img, b').count()).toBe(0);
    expect(await frame.evaluate('window.pwned')).toBeUndefined();
  }, 60_000);

  it('a card that was made by somebody else runs and loads nothing', async () => {
    const reached: string[] = [];
    const server = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await connect(EXTENSION);
    const frame = await host();
    const html = `<main class="card">forged<script>window.pwned=1</script><img src="${there}/x.png" onerror="window.pwned=1"><style>@import url(${there}/x.css);</style><iframe src="${there}/frame"></iframe><form action="${there}/form"><button>Approve</button></form></main>`;
    await shows({ content: [], _meta: { [META_KEY]: html } });
    await textIn(frame, 'forged');
    await frame.evaluate(`document.querySelector('form').requestSubmit()`);
    // Of the same page without a policy, the image is asked for: whatever the card would load would have been by then.
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="${there}/after.png">')`);
    await expect.poll(() => reached, { timeout: 20_000 }).toContain('/after.png');
    expect(reached).toEqual(['/after.png']);
    expect(await frame.evaluate('window.pwned')).toBeUndefined();
    server.closeAllConnections();
    server.close();
  }, 60_000);

  it('an answer without a card is shown as its text', async () => {
    await connect(EXTENSION);
    const frame = await host();
    await shows({ content: [{ type: 'text', text: 'INPUT_INVALID: <b>no</b>' }], isError: true });
    expect(await textIn(frame, 'INPUT_INVALID')).toContain('<b>no</b>');
  }, 60_000);
});

it('values that are for people only are not on the card', async () => {
  await connect(EXTENSION);
  const answer = await client.callTool({
    name: 'plan_stack_update',
    arguments: {
      stack: STACK,
      set: [{ path: 'Resources.Worker.Properties.UserData', value: 'c2VjcmV0LXVzZXItZGF0YQ==' }],
    },
  });
  const html = String(answer._meta?.[META_KEY]);
  expect(html).toContain('UserData');
  expect(html).not.toMatch(/c2VjcmV0LXVzZXItZGF0YQ|secret-user-data/);
}, 60_000);
