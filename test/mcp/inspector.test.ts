/** The MCP Inspector's command line, as it is published: a client that we did not write. */
import { execFile, execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
const npx = ['-y', '--prefer-offline', INSPECTOR];
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  npm_config_fetch_retries: '0',
  npm_config_fetch_timeout: '20000',
};

/** `npx` fetches it where there is a registry. */
function canBeHad(): boolean {
  try {
    execFileSync('npx', [...npx, '--version'], { env, stdio: 'ignore', timeout: 120_000 });
    return true;
  } catch {
    return false;
  }
}
let isHere: boolean;
let world: TestWorld;
beforeAll(async () => {
  isHere = canBeHad();
  world = await openTestWorld();
}, 150_000);
afterAll(() => world.close());

async function inspect(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const server = [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'];
  const command = [...npx, '--cli', process.execPath, ...server, ...args, '-q', '-e', 'COUNTERSIGN_SPONSOR=alice'];
  return promisify(execFile)('npx', command, { env, maxBuffer: 2 ** 24 });
}
async function call(tool: string, input: object): Promise<Record<string, unknown>> {
  const args = ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(input)];
  return JSON.parse((await inspect(...args)).stdout).structuredContent;
}

it('finds one thing to complain of in the tools, strictly: a template’s value may be any', {
  timeout: 60_000,
}, async (context) => {
  needs(context, 'inspector', isHere);
  const { stdout, stderr } = await inspect('--method', 'tools/list', '--strict');
  expect(JSON.parse(stdout).tools.length).toBeGreaterThan(10);
  // Each list of types makes some client rewrite or refuse the value (docs/clients.md); no schema suits them all.
  expect(stderr).toContain('inputSchema.properties.set.items.properties.value\n');
  expect(stderr).toContain('\n0 errors, 1 warning across 1 tool.');
});

it('walks the road: describe, plan, propose, wait', { timeout: 120_000 }, async (context) => {
  needs(context, 'inspector', isHere);
  expect(await call('describe_stack', { stack: STACK })).toMatchObject({ status: 'CREATE_COMPLETE' });
  const plan = await call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  });
  expect(plan).toMatchObject({ decision: 'needs_approval' });
  const change = await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' });
  expect(await call('describe_change', { change_id: change.change_id })).toMatchObject({ state: 'pending' });
  const { stdout } = await inspect('--method', 'resources/read', '--uri', `countersign://changes/${change.change_id}`);
  expect(JSON.parse(JSON.parse(stdout).contents[0].text)).toMatchObject({ state: 'pending' });
  expect(world.writes()).toEqual([]);
});

it('ends in exit code 5 when a tool refuses', { timeout: 60_000 }, async (context) => {
  needs(context, 'inspector', isHere);
  await expect(inspect('--method', 'tools/call', '--tool-name', 'apply_change')).rejects.toMatchObject({ code: 5 });
});
