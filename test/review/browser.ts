/** The page in a real browser: the machine's own Chromium, driven by its protocol. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type RunningReview, startReview } from '../../src/cli/review.ts';
import type { App } from '../../src/compose.ts';

export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

export const launch = (more: string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });

/** What is folded is read too. */
export const openAll = (tab: Page): Promise<unknown> =>
  tab.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);

export interface Review extends RunningReview {
  /** Every link that was told, newest last. */
  links: string[];
  defects: unknown[];
  /** A browser profile that has opened the page. */
  open(browser: Browser, path?: string, options?: BrowserContextOptions): Promise<Page>;
}

export async function review(
  app: App,
  more: { origin?: string; now?: () => Date; reopen?: () => Promise<App> } = {},
): Promise<Review> {
  const links: string[] = [];
  const defects: unknown[] = [];
  const running = await startReview(app, {
    port: 0,
    ...more,
    onLink: (link) => void links.push(link),
    logDefect: (error, where) => void defects.push({ error, where }),
  });
  return {
    ...running,
    links,
    defects,
    async open(browser, path = '/', options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.goto(links.at(-1)!);
      await page.waitForURL(`${running.origin}/`);
      if (path !== '/') await page.goto(running.origin + path);
      return page;
    },
  };
}
