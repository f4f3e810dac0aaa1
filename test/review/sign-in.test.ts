/** Who may look, by a real identity provider; who decides is still whoever signs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startReview } from '../../src/cli/review.ts';
import { seal } from '../../src/core/sealed.ts';
import { type IdentityProvider, startIdentityProvider } from '../http/identity-provider.ts';
import { hasNginx, startNginx } from '../http/proxy.ts';
import { browse } from '../http/signing-in.ts';
import { freePort } from '../http/team.ts';
import { needs } from '../needs.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

let world: TestWorld;
let provider: IdentityProvider;
let page: Awaited<ReturnType<typeof startReview>>;
let failures: string[];
beforeEach(async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  provider = await startIdentityProvider(['https://guard.example.com/mcp'], [`${origin}/signed-in`]);
  world = await openTestWorld();
  const issuer = provider.issuer;
  await world.another({ policy: world.policyText.replace('signs_in_as: [bob]', `signs_in_as: ["${issuer}#bob"]`) });
  failures = [];
  page = await startReview(world.app, {
    port,
    openId: { issuer, clientId: 'review', secretFile: undefined },
    onLink: () => undefined,
    reopen: async () => world.app,
    logDefect: (error) => failures.push(String(error)),
  });
});
afterEach(async () => {
  await page.close();
  await provider.close();
  world.close();
});

/** What a browser does: keeps cookies, follows redirects, and the page that goes on by itself. */
function openBrowser() {
  const jar = new Map<string, string>();
  const get = async (url: string): Promise<{ status: number; body: string; url: string }> => {
    const { host, pathname } = new URL(url);
    const kept = [...jar].filter(([key]) => key.startsWith(`${host} `) && pathname.startsWith(key.split(' ')[1]!));
    const cookie = kept.map(([key, value]) => `${key.split(' ')[2]}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(`${host} ${/path=([^;]+)/i.exec(line)?.[1] ?? '/'} ${name}`, value);
    }
    const body = await answer.text();
    const next = answer.headers.get('location') ?? /http-equiv="refresh" content="0; url=([^"]+)"/.exec(body)?.[1];
    return next === undefined ? { status: answer.status, body, url } : get(new URL(next, url).href);
  };
  return { get, jar };
}

describe('two pages behind nginx', () => {
  it('are one: what one asked the other hears, once, and each knows whoever signed in at the other', async (context) => {
    needs(context, 'nginx', hasNginx);
    const [port, unused] = [await freePort(), await freePort()];
    const origin = `http://localhost:${port}`;
    const own = await startIdentityProvider(['https://guard.example.com/mcp'], [`${origin}/signed-in`]);
    own.person = 'bob';
    const policy = world.policyText.replace('signs_in_as: [bob]', `signs_in_as: ["${own.issuer}#bob"]`);
    const pages = [];
    for (let count = 0; count < 2; count += 1) {
      const app = await world.another({ policy });
      const settings = {
        port: 0,
        origin,
        onLink: () => undefined,
        logDefect: (error: unknown) => failures.push(String(error)),
      };
      pages.push(
        await startReview(app, {
          ...settings,
          openId: { issuer: own.issuer, clientId: 'review', secretFile: undefined },
        }),
      );
    }
    const replicas = pages.map((one) => `127.0.0.1:${one.port}`);
    const nginx = await startNginx(unused, ['127.0.0.1:1', '127.0.0.1:1'], { port, replicas });
    try {
      const browser = openBrowser();
      for (let count = 0; count < 6; count += 1)
        expect(await browser.get(`${origin}/`)).toMatchObject({
          status: 200,
          body: expect.stringContaining('You are bob'),
        });

      // An answer is taken once, by whichever of them.
      const asked = await fetch(`${origin}/sign-in`, { redirect: 'manual' });
      const cookie = asked.headers.getSetCookie()[0]!.split(';')[0]!;
      const right = await browse(asked.headers.get('location')!, `${origin}/signed-in`);
      const answer = () => fetch(`${origin}/signed-in?${right}`, { headers: { cookie } });
      expect((await answer()).status).toBe(200);
      for (let count = 0; count < 2; count += 1)
        expect(await (await answer()).text()).toContain('This browser did not ask to sign in');

      // What the page handed out for another purpose, or changed, is no session.
      const [name, session] = [...browser.jar].find(([key]) => / countersign_\d+$/.test(key))!;
      const question = cookie.slice(cookie.indexOf('=') + 1);
      // A digest that the ledger shows of what an agent sent, whatever it sent, is no key.
      const forge = (key: string) =>
        encodeURIComponent(seal(key, { what: 'session', id: 'x', until: Date.now() + 60_000, value: 'bob' }).sealed);
      const byDigest = forge(world.app.keyedDigest('what browsers hand back to the page'));
      const byKey = forge(world.app.keyOf('what browsers hand back to the page'));
      const flipped = session.startsWith('A') ? `B${session.slice(1)}` : `A${session.slice(1)}`;
      for (const [given, status] of [
        [session, 200],
        [question, 302],
        [flipped, 302],
        [byDigest, 302],
        [byKey, 200],
        ['', 302],
      ] as const)
        expect(
          (await fetch(`${origin}/`, { redirect: 'manual', headers: { cookie: `${name.split(' ')[2]}=${given}` } }))
            .status,
        ).toBe(status);
    } finally {
      await nginx.close();
      for (const one of pages) await one.close();
      await own.close();
    }
  }, 60_000);
});

describe('the page, where an identity provider is asked', () => {
  it('opens for a person of the policy, as that person, and approves nothing', async () => {
    const id = await proposeFix(world);
    provider.person = 'bob';
    const browser = openBrowser();
    const list = await browser.get(page.origin);
    expect(list).toMatchObject({ status: 200, body: expect.stringContaining('You are bob') });
    expect(list.body).not.toContain('action="/me"');
    expect((await browser.get(`${page.origin}/changes/${id}`)).body).toContain('cost-explorer-prod');
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'pending', approvals: [] });

    const [session] = [...browser.jar].filter(([key]) => / countersign_\d+$/.test(key));
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const cookie = `${session![0].split(' ')[2]}=${session![1]}`;
    const said = await fetch(`${page.origin}/me`, {
      method: 'POST',
      headers: { ...form, cookie },
      body: 'person=carol',
    });
    expect(said.status).toBe(403);
    expect((await browser.get(page.origin)).body).toContain('You are bob');
  });

  it('stays closed to whoever the policy does not know, and to those whom it no longer knows', async () => {
    provider.person = 'mallory';
    const stranger = await openBrowser().get(page.origin);
    expect(stranger.status).toBe(403);
    expect(stranger.body).toContain(`No person of the policy signs in as ${provider.issuer}#mallory`);

    provider.person = 'bob';
    const browser = openBrowser();
    expect((await browser.get(page.origin)).status).toBe(200);
    await world.another({ policy: world.policyText.replace(/^ {2}bob: .*\n/m, '') });
    expect((await browser.get(page.origin)).status).toBe(403);
  });

  it('opens only with it: there are no links, and an answer counts once, in the browser that asked', async () => {
    expect((await fetch(`${page.origin}/enter/${'A'.repeat(43)}`, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(`${page.origin}/events`)).status).toBe(401);
    provider.person = 'bob';
    const asked = await fetch(`${page.origin}/sign-in`, { redirect: 'manual' });
    const to = new URL(asked.headers.get('location')!);
    expect(to.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(to.searchParams.get(name)?.length, name).toBeGreaterThan(20);
    // Somebody else's answer, in a browser that did not ask, or asked something else.
    const { searchParams } = new URL(
      `${page.origin}/signed-in?code=x&state=${to.searchParams.get('state')}&iss=${provider.issuer}`,
    );
    expect((await fetch(`${page.origin}/signed-in?${searchParams}`)).status).toBe(403);
    const other = await fetch(`${page.origin}/sign-in`, { redirect: 'manual' });
    const cookie = other.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await fetch(`${page.origin}/signed-in?${searchParams}`, { headers: { cookie } })).status).toBe(403);
    expect(failures).toHaveLength(1);
  });

  it('takes one answer to each question: after a wrong one, the right one comes too late', async () => {
    provider.person = 'bob';
    const asked = await fetch(`${page.origin}/sign-in`, { redirect: 'manual' });
    const cookie = asked.headers.getSetCookie()[0]!.split(';')[0]!;
    const right = await browse(asked.headers.get('location')!, `${page.origin}/signed-in`);
    const wrong = new URLSearchParams({ ...Object.fromEntries(right), state: 'another' });
    const answer = (given: URLSearchParams) => fetch(`${page.origin}/signed-in?${given}`, { headers: { cookie } });
    expect((await answer(wrong)).status).toBe(403);
    expect(await (await answer(right)).text()).toContain('This browser did not ask to sign in');
  });

  it('says that the provider cannot be reached, and opens when it can', async () => {
    await provider.close();
    const answer = await openBrowser().get(page.origin);
    expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('cannot be reached') });
  });
});
