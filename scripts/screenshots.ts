/**
 * `npm run screenshots`: pictures of the review page for the documentation, taken with the machine's own Chromium
 * (/usr/bin/chromium) of changes to the simulated cloud. Writes docs/images/*.png; look at each before it is committed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createQueues } from '../bench/world.ts';
import { DEV_STACK, openTestWorld, pastCountersign, proposeFix, STACK } from '../test/world.ts';

const bin = new URL('../bin/countersign.js', import.meta.url).pathname;
const folder = new URL('../docs/images/', import.meta.url).pathname;
const MOST_BYTES = 200_000;
const WIDE = { viewport: { width: 1000, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1 };

const world = await openTestWorld();
await world.another({
  policy: `${world.policyText}guards: { budget: { production: { hour: { updated: 600 }, day: { updated: 600 } } } }\n`,
});
const env = { ...process.env, COUNTERSIGN_HOME: world.home, COUNTERSIGN_POLICY: join(world.home, 'policy.yaml') };
const countersign = (...args: string[]) =>
  execFileSync(process.execPath, [bin, '--sandbox', ...args], { env, stdio: 'pipe', encoding: 'utf8' });
const propose = async (plan: Record<string, unknown>, goal: string, reason: string): Promise<string> => {
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal, reason });
  if (change.change_id === undefined) throw new Error(JSON.stringify(change));
  return String(change.change_id);
};

await createQueues(new CloudFormationClient(pastCountersign(world)), 'queues-prod', 500);
const executed = await proposeFix(world, 768);
countersign('approve', executed, '--key', world.keyOf('bob'), '--confirm', STACK);
countersign('audit', 'key');
await world.execute(executed);
const many = await propose(
  await world.call('plan_stack_update', { stack: 'queues-prod', parameters: { Seconds: '60' } }),
  'configure',
  'Visibility timeout of all queues to 60 s, after the incident of Tuesday (OPS-2210).',
);
const safe = await propose(
  await world.call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  }),
  'fix',
  'The nightly report runs out of memory at 768 MB. 1024 MB is enough in the load test.',
);
const dangerous = await propose(
  await world.call('plan_stack_delete', { stack: DEV_STACK }),
  'clean_up',
  'The environment was not used for 30 days. I will delete and recreate it from the template.',
);

const server = spawn(process.execPath, [bin, '--sandbox', 'review'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
let said = '';
server.stdout.setEncoding('utf8').on('data', (text: string) => {
  said += text;
});
async function newestLink(after: number): Promise<string> {
  for (;;) {
    const links = said.match(/http:\/\/localhost:\d+\/enter\/\S+/g) ?? [];
    if (links.length > after) return links[after]!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars'],
});
let opened = 0;
async function open(options: BrowserContextOptions, person: string): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(await newestLink(opened));
  opened += 1;
  await page.waitForURL(/\/$/);
  await page.selectOption('#person', person);
  await page.click('form.me button');
  await page.waitForLoadState();
  return page;
}
async function take(page: Page, name: string, path: string, most = 2_400): Promise<void> {
  await page.goto(new URL(path, page.url()).href);
  await page.waitForTimeout(300);
  const { width } = page.viewportSize()!;
  const height = Math.min(most, Number(await page.evaluate('document.documentElement.scrollHeight')));
  await page.screenshot({ path: join(folder, `${name}.png`), clip: { x: 0, y: 0, width, height }, fullPage: true });
  const { size } = statSync(join(folder, `${name}.png`));
  process.stdout.write(`${name}.png ${Math.round(size / 1000)} kB\n`);
  if (size > MOST_BYTES) throw new Error(`${name}.png is larger than ${MOST_BYTES / 1000} kB.`);
}

try {
  mkdirSync(folder, { recursive: true });
  const bob = await open({ ...WIDE, colorScheme: 'light' }, 'bob');
  await take(bob, 'list', '/');
  await take(bob, 'dangerous', `/changes/${dangerous}`, 1_350);
  await take(bob, 'safe', `/changes/${safe}`, 1_600);
  await take(bob, 'five-hundred', `/changes/${many}`, 1_000);
  await take(bob, 'executed', `/changes/${executed}`, 1_100);
  await take(await open({ ...WIDE, colorScheme: 'dark' }, 'carol'), 'dark', `/changes/${dangerous}`, 1_100);
  await take(await open({ ...PHONE, colorScheme: 'light' }, 'bob'), 'phone', `/changes/${dangerous}`, 1_400);
} finally {
  await browser.close();
  server.kill('SIGINT');
  world.close();
}
