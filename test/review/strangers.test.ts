/** Who else can reach the page: other sites, other ports, names pointed at loopback, scripts without a session. */
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { hasChromium, launch, type Review, review } from './browser.ts';

let browser: Browser | undefined;
let world: TestWorld;
let page: Review;
const sites: Server[] = [];
beforeAll(async () => {
  if (hasChromium) browser = await launch();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  world = await openTestWorld();
  page = await review(world.app);
});
afterEach(async () => {
  for (const site of sites.splice(0)) site.close();
  await page.close();
  world.close();
});

/** A server of somebody else's on this machine. */
async function stranger(html: (path: string) => string): Promise<string> {
  const site = createServer((incoming, outgoing) => {
    outgoing.setHeader('Content-Type', 'text/html');
    outgoing.end(html(incoming.url ?? '/'));
  });
  sites.push(site);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(site.address() as AddressInfo).port}`;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
/** Any request, with whatever headers; a browser would not let a page send some of them. */
function send(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: page.port, path, method, headers: { Host: `localhost:${page.port}`, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
const pathOf = (link: string) => new URL(link).pathname;
async function session(): Promise<string> {
  const { headers } = await send(pathOf(page.links.at(-1)!));
  return String(headers['set-cookie']).split(';')[0]!;
}

describe('a script on this machine', () => {
  it('reads nothing without a session', async () => {
    const id = await proposeFix(world);
    for (const path of ['/', `/changes/${id}`, `/changes/${id}/live`, `/changes/${id}/receipt`, '/events', '/x']) {
      const answer = await send(path);
      expect(answer.status, path).toBe(401);
      expect(answer.body).not.toContain('cost-explorer');
    }
    const made = { Cookie: `countersign_${page.port}=${'A'.repeat(43)}` };
    expect((await send('/', made)).status).toBe(401);
  });

  it('changes nothing without being a page of ours, whatever session it has', async () => {
    const cookie = await session();
    const form = { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '10' };
    const me = (headers: Record<string, string>) => send('/me', { ...form, ...headers }, 'POST', 'person=bob');
    for (const site of ['same-site', 'cross-site', 'none']) {
      expect((await me({ 'Sec-Fetch-Site': site })).status, site).toBe(403);
    }
    expect((await me({})).status).toBe(403);
    expect((await me({ 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:1' })).status).toBe(403);
    expect((await me({ 'Sec-Fetch-Site': 'same-origin', Origin: 'null' })).status).toBe(403);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await send('/me', { Cookie: cookie }, method)).status, method).toBe(403);
    expect((await send('/', { Cookie: cookie })).body).toContain('<option value="" selected');
    expect((await me({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303);
    expect((await send('/', { Cookie: cookie })).body).toContain('<option value="bob" selected');
  });

  it('loads no part of the page from another page', async () => {
    const get = async (site: string, mode: string, dest: string) => {
      const fetched = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest };
      return (await send('/', { Cookie: await session(), ...fetched })).status;
    };
    for (const site of ['same-site', 'cross-site']) {
      expect(await get(site, 'no-cors', 'image')).toBe(403);
      expect(await get(site, 'cors', 'empty')).toBe(403);
      expect(await get(site, 'navigate', 'iframe')).toBe(403);
      expect(await get(site, 'navigate', 'document')).toBe(200);
    }
    expect(await get('none', 'navigate', 'document')).toBe(200);
    expect(await get('same-origin', 'cors', 'empty')).toBe(200);
  });

  it('sends no more than a form holds', async () => {
    const headers = { Cookie: await session(), 'Sec-Fetch-Site': 'same-origin' };
    const long = `person=${'b'.repeat(200_000)}`;
    const length = { 'Content-Length': String(long.length) };
    expect((await send('/me', { ...headers, ...length }, 'POST', long)).status).toBe(413);
    expect((await send('/me', { ...headers, 'Transfer-Encoding': 'chunked' }, 'POST', 'person=bob')).status).toBe(413);
  });

  it('is led nowhere else by the form that says who one is', async () => {
    const headers = {
      Cookie: await session(),
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    for (const here of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/changes/../x',
      'javascript:1',
    ]) {
      const body = `person=bob&here=${encodeURIComponent(here)}`;
      const answer = await send('/me', { ...headers, 'Content-Length': String(body.length) }, 'POST', body);
      expect([answer.status, answer.headers.location], here).toEqual([303, '/']);
    }
  });
});

describe('the link', () => {
  it('works once, and the next one is told', async () => {
    const [first] = page.links;
    expect(page.links).toHaveLength(1);
    expect((await send(pathOf(first!))).status).toBe(200);
    expect(page.links).toHaveLength(2);
    const again = await send(pathOf(first!));
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
    expect((await send('/enter/guess')).status).toBe(403);
    expect((await send(pathOf(page.links[1]!))).status).toBe(200);
  });

  it('is not used up by what looks at links before people do', async () => {
    const [first] = page.links;
    expect((await send(pathOf(first!), {}, 'HEAD')).headers['set-cookie']).toBeUndefined();
    expect((await send(pathOf(first!), { 'Sec-Purpose': 'prefetch' })).headers['set-cookie']).toBeUndefined();
    expect((await send(pathOf(first!))).headers['set-cookie']).toBeDefined();
  });

  it('gives a cookie that scripts and other sites are not given', async () => {
    const { headers } = await send(pathOf(page.links[0]!));
    expect(String(headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  it('opens the page from a message on another site', async (context) => {
    needs(context, 'chromium', hasChromium);
    const site = await stranger(() => `<a href="${page.links[0]}">review it</a>`);
    const tab = await browser!.newPage();
    // Another site, and not only another port.
    await tab.goto(site.replace('localhost', '127.0.0.1'));
    await tab.click('a');
    await tab.waitForURL(`${page.origin}/`);
    expect(await tab.innerText('h1')).toBe('Changes');
    await tab.close();
  });
});

describe('a name that is pointed at loopback', () => {
  it('is answered with where the page is, and nothing else', async () => {
    const cookie = await session();
    for (const host of [
      'evil.example',
      `evil.example:${page.port}`,
      `127.0.0.1:${page.port}`,
      'localhost',
      'localhost:1',
    ]) {
      const answer = await send('/', { Host: host, Cookie: cookie });
      expect([answer.status, answer.body], host).toEqual([403, `This page is at ${page.origin} only.`]);
    }
    expect((await send(pathOf(page.links.at(-1)!), { Host: 'evil.example' })).headers['set-cookie']).toBeUndefined();
  });

  it('opens nothing in a browser that believes it', async (context) => {
    needs(context, 'chromium', hasChromium);
    const rebound = await launch(['--host-resolver-rules=MAP evil.example 127.0.0.1']);
    try {
      const tab = await rebound.newPage();
      const answer = await tab.goto(`http://evil.example:${page.port}${pathOf(page.links[0]!)}`);
      expect(answer!.status()).toBe(403);
      expect(page.links).toHaveLength(1);
    } finally {
      await rebound.close();
    }
  });
});

describe('another site in the same browser', () => {
  it.for(['localhost', '127.0.0.1'])('cannot frame, load or post to it, from %s', async (host, context) => {
    needs(context, 'chromium', hasChromium);
    const tab = await page.open(browser!);
    const site = await stranger(
      () => `<iframe src="${page.origin}/"></iframe>
        <form method="post" action="${page.origin}/me"><input name="person" value="bob"><button>win a prize</button></form>`,
    );
    await tab.goto(site.replace('localhost', host));
    const frame = tab.frames()[1];
    await frame?.waitForLoadState();
    expect(await frame?.content()).not.toContain('Countersign');
    const read = await tab.evaluate(async (origin) => {
      const answer = await fetch(origin, { credentials: 'include' }).catch(() => undefined);
      const blind = await fetch(origin, { credentials: 'include', mode: 'no-cors' }).catch(() => undefined);
      return [answer?.status, blind?.type];
    }, page.origin);
    expect(read[0]).toBeUndefined();
    await tab.click('button');
    await tab.waitForURL(`${page.origin}/me`);
    expect(await tab.innerText('body')).toBe('Only a page of this server can do that.');
    await tab.goto(page.origin);
    expect(await tab.inputValue('#person')).toBe('');
    await tab.context().close();
  });
});

describe('every answer', () => {
  it('runs nothing of others, is kept nowhere, and is framed by nobody', async () => {
    const id = await proposeFix(world);
    const cookie = await session();
    const paths = [
      '/',
      `/changes/${id}`,
      '/style.css',
      '/script.js',
      '/icon.svg',
      '/nothing',
      pathOf(page.links.at(-1)!),
    ];
    for (const path of paths) {
      const { headers } = await send(path, { Cookie: cookie });
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy, path).not.toContain('unsafe');
      expect(headers, path).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
    }
  });

  it('of the feed ends when it is only asked for its head', async () => {
    const answer = await send('/events', { Cookie: await session() }, 'HEAD');
    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  it('comes over loopback only', async (context) => {
    const outside = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    needs(context, 'a network', outside !== undefined);
    const refused = new Promise((resolve) => {
      connect(page.port, outside!)
        .on('connect', () => resolve('connected'))
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(await refused).toBe('ECONNREFUSED');
  });
});

describe('a page behind a proxy', () => {
  it('answers to its origin alone, and its cookie stays on https', async () => {
    await page.close();
    page = await review(world.app, { origin: 'https://review.example.com' });
    expect(page.links[0]).toMatch(/^https:\/\/review\.example\.com\/enter\//);
    expect((await send('/')).status).toBe(403);
    const { headers, status } = await send(pathOf(page.links[0]!), { Host: 'review.example.com' });
    expect(status).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/^__Host-countersign_review_example_com=[^;]+;.* Path=\/;.* Secure/);
    expect(String(headers['set-cookie'])).not.toContain('Domain');
    expect(headers['strict-transport-security']).toBeDefined();
  });

  it.each(['http://review.example.com', 'https://a.example/path', 'review.example.com', 'https://u:p@a.example'])(
    'is not started as %s',
    async (origin) => {
      await expect(review(world.app, { origin })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );
});
