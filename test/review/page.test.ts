/** The page as a person meets it, in a real browser. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subjectOf } from '../../src/cli/show.ts';
import { changePage } from '../../src/render/change-page.ts';
import { shownText } from '../../src/render/layout.ts';
import { needs } from '../needs.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { hasChromium, launch, openAll, type Review, review } from './browser.ts';

let browser: Browser;
let world: TestWorld;
let page: Review;
beforeAll(async () => {
  if (hasChromium) browser = await launch();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async (context) => {
  needs(context, 'chromium', hasChromium);
  world = await openTestWorld();
  page = await review(world.app);
});
afterEach(async () => {
  await page?.close();
  world?.close();
});

async function proposeDeletion(): Promise<string> {
  const plan = await world.call('plan_stack_delete', { stack: DEV_STACK });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'clean_up', reason: 'not used' });
  return String(change.change_id);
}
async function sayWho(tab: Page, name: string): Promise<void> {
  await tab.selectOption('#person', name);
  await tab.click('form.me button');
  await tab.waitForLoadState();
}
const headings = (tab: Page) => tab.locator('#list h2').allInnerTexts();

describe('the list', () => {
  it('shows first what waits for the person who looks, and why the rest does not', async () => {
    await proposeFix(world);
    const tab = await page.open(browser);
    expect(await headings(tab)).toEqual(['Waiting for approval 1']);
    await sayWho(tab, 'bob');
    expect(await headings(tab)).toEqual(['Waiting for you 1']);
    expect(await tab.locator('.entry').innerText()).toContain('Updates the stack cost-explorer-prod');
    await sayWho(tab, 'alice');
    expect(await headings(tab)).toEqual(['Waiting for others 1']);
    expect(await tab.locator('.entry-why').innerText()).toContain('alice sponsors this change');
  });

  it('updates itself when another process proposes, and keeps what the person does', async () => {
    const tab = await page.open(browser);
    expect(await tab.innerText('#list')).toContain('No agent has proposed a change yet.');
    await tab.selectOption('#person', 'carol');
    const id = await proposeFix(world);
    await tab.waitForSelector(`a[href="/changes/${id}"]`, { timeout: 10_000 });
    expect(await tab.inputValue('#person')).toBe('carol');
  });

  it('knows by itself nobody: a name that the policy lacks is not taken', async () => {
    const tab = await page.open(browser);
    await tab.evaluate(`document.querySelector('#person').insertAdjacentHTML('beforeend', '<option>mallory</option>')`);
    await sayWho(tab, 'mallory');
    expect(await tab.inputValue('#person')).toBe('');
  });

  it('says that everything is halted', async () => {
    await world.app.ledger.append({ kind: 'halted', body: { by: ['test'] } });
    const tab = await page.open(browser);
    expect(await tab.innerText('.halted')).toContain('countersign resume');
  });
});

describe('a change', () => {
  it('says everything that countersign show says', async () => {
    for (const id of [await proposeFix(world), await proposeDeletion()]) {
      const tab = await page.open(browser, `/changes/${id}`);
      await openAll(tab);
      expect(await tab.locator('details.calls .count').innerText()).toBe('1');
      const seen = (await tab.locator('main').textContent())!;
      const sections = changePage(await subjectOf(world.app, id)).filter(({ key }) => key !== 'whole');
      const texts = sections.flatMap(({ rows }) =>
        rows.flatMap(({ text, parts, leaf, begins, names }) =>
          begins
            ? [begins.name, ...parts!.slice(1)]
            : leaf
              ? [leaf.path, leaf.before ?? '', leaf.after ?? '']
              : (names ?? parts ?? text.replace(/^! /, '').split('\n')),
        ),
      );
      expect(texts.length).toBeGreaterThan(30);
      for (const text of texts) {
        const [what, ...found] = text.split(': ');
        // A finding and what it is about stand apart.
        const isThere =
          seen.includes(shownText(text)) ||
          seen.includes(what! + found.join(': ')) ||
          seen.includes(`${what}:${found.join(': ')}`);
        expect(isThere, text).toBe(true);
      }
    }
  });

  it('sets before and after of every leaf side by side', async () => {
    const tab = await page.open(browser, `/changes/${await proposeFix(world)}`);
    const cells = tab.locator('.leaves tbody tr').first().locator('th, td');
    expect(await cells.allInnerTexts()).toEqual(['MemorySize', '512', '1024']);
  });

  it('draws what is lost and what uses it, and links each to its rows', async () => {
    const tab = await page.open(browser, `/changes/${await proposeDeletion()}`);
    const lost = tab.locator('.node.lost');
    expect(await lost.count()).toBe(6);
    expect(await lost.filter({ hasText: 'stores data' }).locator('.node-name').allInnerTexts()).toEqual([
      'CostTable',
      'ReportQueue',
    ]);
    expect(await tab.locator('path.uses').count()).toBe(4);
    await tab.locator('.node a', { hasText: 'CostTable' }).click();
    expect(await tab.locator('.effect:target h3').innerText()).toContain('CostTable');
  });

  it('tells a person why they cannot approve, and what would be typed', async () => {
    const tab = await page.open(browser, `/changes/${await proposeDeletion()}`);
    await sayWho(tab, 'alice');
    expect(await tab.innerText('#standing .boxed')).toContain('You cannot approve this change: alice sponsors');
    expect(await tab.locator('.by-key.approve').count()).toBe(0);
    expect(await tab.locator('.by-key.reject').count()).toBe(1);
    await sayWho(tab, 'bob');
    expect(await tab.locator('.choice.approve .row.bad').innerText()).toBe(
      `This change cannot be undone. To approve it, type its name: ${DEV_STACK}`,
    );
  });

  it('gives commands that work as they stand', async () => {
    const id = await proposeFix(world);
    const tab = await page.open(browser, `/changes/${id}`);
    await sayWho(tab, 'bob');
    await openAll(tab);
    const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
    const command = (await tab.locator('.by-key.approve details code').innerText())
      .replace('~/.ssh/id_ed25519', world.keyOf('bob'))
      .replaceAll('ssh HOST ', '');
    const run = promisify(execFile);
    const script = `set -eo pipefail\ncountersign() { "${process.execPath}" "${bin}" "$@"; }\n${command}`;
    await run('bash', ['-c', script], {
      env: {
        PATH: process.env.PATH ?? '',
        COUNTERSIGN_HOME: world.home,
        COUNTERSIGN_POLICY: join(world.home, 'policy.yaml'),
      },
    });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'approved', approvals: [{ person: 'bob' }] });
    // The page shows it without being loaded again, and says how to execute.
    await tab.waitForSelector('#standing .state.approved');
    expect(await tab.innerText('#decide')).toContain(`countersign --sandbox execute ${id}`);
  }, 60_000);

  it('shows progress while it executes, then the outcome', async () => {
    const { id } = await approved();
    const tab = await page.open(browser, `/changes/${id}`);
    await tab.evaluate(`document.title = 'not loaded again'`);
    await world.execute(id);
    await tab.waitForSelector('#standing .state.succeeded', { timeout: 10_000 });
    expect(await tab.locator('.progress ol li').count()).toBeGreaterThan(0);
    expect(await tab.locator('.progress .calls').innerText()).toContain('ExecuteChangeSet: done');
    expect(await tab.title()).toBe('not loaded again');
    expect(await tab.locator('.receipt').textContent()).toContain('countersign audit key');
  });

  it('can be read without any script', async () => {
    const id = await proposeDeletion();
    const tab = await page.open(browser, '/', { javaScriptEnabled: false });
    await tab.click(`a[href="/changes/${id}"]`);
    expect(await tab.innerText('main')).toContain('CostTable');
    await sayWho(tab, 'bob');
    expect(await tab.locator('.by-key.approve code').first().innerText()).toContain(`approve ${id}`);
  });

  it('that is not there is told so', async () => {
    const tab = await page.open(browser);
    const answer = await tab.goto(`${page.origin}/changes/chg_000000000000`);
    expect(answer!.status()).toBe(404);
    expect(await tab.innerText('main')).toContain('countersign changes');
  });
});

async function approved(): Promise<{ id: string }> {
  const { approve } = await import('../../src/cli/approve.ts');
  const id = await proposeFix(world);
  await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
  return { id };
}
