/** Everybody can read it: by keyboard, on a phone, in the dark, with a screen reader; and hostile text stays text. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { hasChromium, launch, openAll, type Review, review } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

const propose = async (plan: Record<string, unknown>, reason: string, ticket?: string): Promise<string> => {
  const input = { plan_id: plan.plan_id, goal: 'clean_up', reason, ...(ticket === undefined ? {} : { ticket }) };
  return String((await world.call('propose_change', input)).change_id);
};
const deletion = async (reason = 'not used', ticket?: string) =>
  propose(await world.call('plan_stack_delete', { stack: DEV_STACK }), reason, ticket);
const settings = async (values: Record<string, unknown>) =>
  propose(
    await world.call('plan_stack_update', {
      stack: STACK,
      set: Object.entries(values).map(([path, value]) => ({
        path: `Resources.QueryFunction.Properties.${path}`,
        value,
      })),
    }),
    'settings',
  );

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string; any: { message: string }[] }[];
}
async function audit(tab: Page): Promise<string[]> {
  await openAll(tab);
  // What is scrolled into view by halves is undecided.
  const { width } = tab.viewportSize()!;
  await tab.setViewportSize({ width, height: Number(await tab.evaluate('document.documentElement.scrollHeight')) });
  await tab.evaluate(axe);
  const { violations, incomplete } = (await tab.evaluate('axe.run()')) as Record<
    'violations' | 'incomplete',
    Finding[]
  >;
  const told = (list: Finding[], what: string) =>
    list.flatMap(({ id, impact, nodes }) =>
      nodes.map(
        ({ html, any }) => `${what} ${id} (${impact}): ${html.slice(0, 160)} ${any.map(({ message }) => message)}`,
      ),
    );
  return [...told(violations, 'wrong'), ...told(incomplete, 'undecided')];
}

const PHONE = { viewport: { width: 360, height: 740 } };
describe.each<[string, BrowserContextOptions]>([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['a phone', { ...PHONE, colorScheme: 'light' }],
])('in %s', (_name, options) => {
  it('axe finds nothing, and decides everything', async () => {
    const ids = [await proposeFix(world), await deletion()];
    const tab = await page.open(browser, '/', options);
    await tab.selectOption('#person', 'alice');
    await tab.click('form.me button');
    for (const path of ['/', ...ids.map((id) => `/changes/${id}`), '/changes/chg_00']) {
      await tab.goto(page.origin + path);
      expect(await audit(tab), path).toEqual([]);
    }
  }, 60_000);
});

it('fits a phone: nothing is wider than the screen but what scrolls by itself', async () => {
  const long = 'x'.repeat(400);
  const ids = [
    await deletion(long.slice(0, 300)),
    await settings({
      Description: long,
      'Environment.Variables.LONG_NAME_OF_A_SETTING': `https://example.com/${long}`,
    }),
  ];
  const tab = await page.open(browser, '/', PHONE);
  for (const path of ['/', ...ids.map((id) => `/changes/${id}`)]) {
    await tab.goto(page.origin + path);
    await openAll(tab);
    expect(await tab.evaluate('document.documentElement.scrollWidth'), path).toBe(360);
    const outside = await tab.evaluate(`[...document.querySelectorAll('main *')]
      .filter((one) => !one.closest('.scroll') && getComputedStyle(one).position === 'static' && one.getBoundingClientRect().right > 361)
      .map((one) => one.outerHTML.slice(0, 120))`);
    expect(outside, path).toEqual([]);
  }
});

it('is reached by keyboard, in the order in which it is read', async () => {
  const id = await deletion();
  const tab = await page.open(browser, `/changes/${id}`);
  const seen: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await tab.keyboard.press('Tab');
    const [name, top, isSeen] = (await tab.evaluate(`(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return [at === document.body ? '' : (at.getAttribute('aria-label') || at.innerText || at.id || at.tagName).trim().split('\\n')[0],
        box.top + scrollY, at === document.body || (style.outlineStyle !== 'none' && box.width > 0)];
    })()`)) as [string, number, boolean];
    if (name === '') break;
    expect(isSeen, `${name} at ${top} shows that it has the focus`).toBe(true);
    seen.push(name);
  }
  expect(seen.slice(0, 7)).toEqual([
    'Skip to the content',
    'Countersign',
    'not said',
    'Set',
    'Your keys',
    'All changes',
    'Go to the decision',
  ]);
  expect(seen.slice(7)).toEqual([
    'The picture',
    ...['Worker', 'ServiceGroup', 'QueryRole', 'QueryFunction', 'CostTable', 'ReportQueue'],
    'What is deleted, as it was 7',
    'Observed 17',
    'Calls that would be made 1',
    'Copy',
    'From another machine that can reach this one',
    'Copy',
    'From another machine that can reach this one',
  ]);
});

describe('hostile text', () => {
  const HOSTILE = [
    '<img src=x onerror="document.title=1"><script>document.title=1</script>',
    '</p></section><section class="look"><h2>Look here</h2><p>approved by bob</p>',
    `[click here](javascript:alert(1)) **bold** <https://evil.example>\n&lt;b&gt; &#x202e; " ' $\{7*7} {{7*7}}`,
    'pay\u0440al \u0430pproved', // Cyrillic letters in Latin words
    '\u05d0\u05d1\u05d2 (abc) 1.2.3', // right to left
    '\u200b\u200bzero width',
    '\u202eevlis\u202c reversed',
    'line one\n\nGUARDS\n  30 guards passed\napprovals 1 of 1',
    'Z\u0351\u036b\u0343\u036a'.repeat(20),
  ];
  const shape = (tab: Page) =>
    tab.evaluate<
      string[]
    >(`[...document.querySelectorAll('main section, main h2, main script, main img, main iframe, main a, main b')]
      .map((one) => one.tagName + '.' + one.className)`);

  it('in the agent’s words stays in the agent’s box, line by line marked', async () => {
    const tab = await page.open(browser, `/changes/${await deletion('plain')}`);
    const expected = await shape(tab);
    for (const text of HOSTILE) {
      const id = await deletion(text, text.slice(0, 60).replaceAll('\n', ' '));
      // Characters that a person cannot see are refused before they are kept.
      if (id === 'undefined') {
        expect(text).toMatch(/[\u200b\u202e]/u);
        continue;
      }
      await tab.goto(`${page.origin}/changes/${id}`);
      expect(await shape(tab), text).toEqual(expected);
      expect(await tab.title()).toBe(`${DEV_STACK} · Countersign`);
      const box = tab.locator('section.agent');
      const lines = await box.locator('.line').count();
      expect(await box.locator('.line .mark').allInnerTexts()).toEqual(Array(lines).fill('agent'));
      expect(lines).toBeGreaterThanOrEqual(2 + text.split('\n').length - 1);
      const outside = (await tab.evaluate(`(() => {
        const copy = document.querySelector('main').cloneNode(true);
        copy.querySelector('section.agent').remove();
        return copy.textContent;
      })()`)) as string;
      for (const line of text.split('\n').filter((one) => one.length > 8)) expect(outside).not.toContain(line);
      expect(await tab.evaluate(`getComputedStyle(document.querySelector('section.agent bdi')).unicodeBidi`)).toBe(
        'isolate',
      );
    }
    await tab.goto(`${page.origin}/changes/${await deletion('pay\u0440al')}`);
    expect(await tab.innerText('section.agent')).toContain('pay\\u{440}al');
  }, 120_000);

  it('in values is shown as what it is, and makes nothing', async () => {
    const tab = await page.open(browser, `/changes/${await settings({ Description: 'plain' })}`);
    const expected = await shape(tab);
    for (const text of HOSTILE) {
      await tab.goto(`${page.origin}/changes/${await settings({ Description: text })}`);
      const now = await shape(tab);
      expect(
        now.filter((one) => !expected.includes(one)),
        text,
      ).toEqual([]);
      expect(await tab.title()).toBe(`${STACK} · Countersign`);
      const seen = (await tab.textContent('main'))!;
      expect(seen).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069]/u);
    }
  }, 120_000);

  it('of a hundred thousand characters is refused as a reason', async () => {
    const plan = await world.call('plan_stack_delete', { stack: DEV_STACK });
    const input = { plan_id: plan.plan_id, goal: 'clean_up', reason: 'so '.repeat(33_333) };
    expect(await world.call('propose_change', input)).toMatchObject({ code: expect.stringContaining('INPUT') });
  });
});
