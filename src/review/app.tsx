/** The routes of the page. */
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { stream } from 'hono/streaming';
import { CountersignError } from '../core/errors.ts';
import { makeVisible } from '../core/render-safe.ts';
import { type Assets, ICON } from './assets.ts';
import { living, pieces } from './change.tsx';
import { createFeed } from './feed.ts';
import type { Handed } from './handed.ts';
import { List, listPage } from './list.tsx';
import { Passkeys } from './passkeys.tsx';
import type { ReviewPorts } from './ports.ts';
import { protect } from './protect.ts';
import { readingOf } from './reading.ts';
import { SESSION_HOURS, type Sessions } from './sessions.ts';
import { CLOSING, type Frame, Notice, opening } from './shell.tsx';
import { addSignIn, SIGN_IN_PATH, type SignIn } from './sign-in.tsx';
import { addSigning, type Env, isTooLong } from './signing.ts';
import { CHANGE, ENTRY, LIST, ME, PASSKEYS, SIGN_IN } from './words.ts';

export interface ReviewOptions {
  /** Under which people open the page. */
  origin: string;
  assets: Assets;
  sessions: Sessions;
  handed: Handed;
  /** Absent: links open the page. */
  signIn?: SignIn | undefined;
  now(): Date;
}

export interface ReviewApp {
  fetch(request: Request): Response | Promise<Response>;
  close(): void;
}

const CHANGE_PATH = '/changes/:id{chg_[0-9a-f]{1,40}}';
const OWN_PATH = /^\/(?:changes\/chg_[0-9a-f]{1,40}|passkeys)?$/;

/** What was written leaves, and others are answered, before there is more work. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the routes, one a line or two, are read as a list.
export function createReviewApp(ports: ReviewPorts, options: ReviewOptions): ReviewApp {
  const { origin, assets, sessions, handed, signIn, now } = options;
  const feed = createFeed(ports);
  const app = new Hono<Env>();
  const { protocol, port, host } = new URL(origin);
  // Ports of one host share cookies.
  const cookie = `countersign_${port || host.replaceAll(/[^a-z0-9]/gi, '_')}`;
  const frame = (c: Context<Env>, title: string, live?: string): Frame => ({
    assets,
    title,
    live,
    people: ports.people(),
    me: c.get('session').person,
    isSignedIn: c.get('session').isSignedIn === true,
    here: OWN_PATH.test(c.req.path) ? c.req.path : '/',
  });

  app.use(protect(origin));
  app.onError((error, c) => {
    if (!(error instanceof CountersignError)) ports.logDefect(error, 'the review page');
    const refusal = error instanceof CountersignError ? error : undefined;
    const lines = refusal
      ? [refusal.message, refusal.remedyForPeople].map((text) => makeVisible(text, Number.POSITIVE_INFINITY))
      : ['The page failed on this. The terminal in which countersign review runs has the reason.'];
    const status = refusal?.code === 'INPUT_NOT_FOUND' ? 404 : refusal ? 400 : 500;
    return c.html(<Notice title={refusal?.code ?? 'INTERNAL'} lines={lines} />, status);
  });
  app.notFound((c) => c.html(<Notice title={CHANGE.notFound} lines={[]} />, 404));

  for (const { path, type, body } of [assets.style, assets.script])
    app.get(path, (c) => c.body(body, 200, { 'Content-Type': type }));
  app.get('/icon.svg', (c) => c.body(ICON.body, 200, { 'Content-Type': ICON.type }));

  const opened = (c: Context, id: string) => {
    setCookie(c, cookie, id, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      secure: protocol === 'https:',
      maxAge: SESSION_HOURS * 3_600,
    });
    // What a server that had this port before left in the browser, a service worker too, is not ours.
    c.header('Clear-Site-Data', '"storage"');
  };
  if (signIn) addSignIn(app, { signIn, sessions, handed, origin, cookie, opened, logDefect: ports.logDefect });
  else
    app.get('/enter/:token', (c) => {
      // Only a person's own look uses the link up.
      const isLook = c.req.method === 'GET' && !/prefetch|prerender/.test(c.req.header('sec-purpose') ?? '');
      const id = isLook ? sessions.enter(c.req.param('token')) : undefined;
      if (id === undefined) return c.html(<Notice title={ENTRY.usedLink} lines={[ENTRY.next]} />, isLook ? 403 : 200);
      opened(c, id);
      // A page that goes on by itself: a redirect from another site would arrive without the new cookie.
      return c.html(<Notice title={ENTRY.opening} lines={[]} goOn="/" />);
    });

  app.use(async (c, next) => {
    const session = sessions.find(getCookie(c, cookie));
    if (!session && signIn && c.req.path === '/') return c.redirect(SIGN_IN_PATH, 302);
    if (!session) return c.html(<Notice title={ENTRY.noSession} lines={[signIn ? SIGN_IN.again : ENTRY.next]} />, 401);
    c.set('session', session);
    await ports.follow();
    // Whoever is in the policy no more has nothing to look for here.
    if (session.isSignedIn && !ports.people().includes(session.person ?? ''))
      return c.html(<Notice title={SIGN_IN.unknown(session.person ?? '')} lines={[SIGN_IN.again]} />, 403);
    await next();
  });
  app.get('/', async (c) => {
    const body = <List page={await listPage(ports, c.get('session').person, now())} />;
    return c.html(opening(frame(c, LIST.title, '/')) + String(await body) + CLOSING);
  });
  app.post('/me', async (c) => {
    if (isTooLong(c)) return c.text('The request is too long.', 413);
    const { person, here } = await c.req.parseBody();
    if (c.get('session').isSignedIn) return c.text(ME.signedIn, 403);
    c.get('session').person = ports.people().find((name) => name === person) ?? null;
    return c.redirect(typeof here === 'string' && OWN_PATH.test(here) ? here : '/', 303);
  });
  app.get('/passkeys', (c) => {
    const me = c.get('session').person;
    const body = <Passkeys me={me} keys={me === null ? [] : ports.passkeys.keysOf(me)} />;
    return c.html(opening(frame(c, PASSKEYS.title)) + String(body) + CLOSING);
  });
  addSigning(app, CHANGE_PATH, ports, { handed, name: `${cookie}_passkey`, secure: protocol === 'https:' });
  app.get('/events', (c) => feed.answer(c));
  app.get(CHANGE_PATH, async (c) => {
    const id = c.req.param('id');
    const change = await ports.find(id);
    c.header('Content-Type', 'text/html; charset=utf-8');
    if (c.req.method === 'HEAD') return c.body(null);
    // The adapter (2.1.9) waits for more before it sends the beginning, unless this is said; nginx too.
    c.header('Transfer-Encoding', 'chunked');
    c.header('X-Accel-Buffering', 'no');
    return stream(
      c,
      async (out) => {
        await out.write(opening(frame(c, change.target.name, `/changes/${id}/live`)));
        await turn();
        const reading = await readingOf(ports, id, c.get('session').person);
        for (const piece of pieces(ports, reading)) {
          await out.write(String(await piece));
          await turn();
        }
        await out.write(CLOSING);
      },
      async (error, out) => {
        ports.logDefect(error, 'the page of a change');
        await out.write('<p class="row bad">This page is not whole: do not decide by it. Reload it.</p>');
      },
    );
  });
  app.get(`${CHANGE_PATH}/live`, async (c) => {
    const parts = living(ports, await readingOf(ports, c.req.param('id'), c.get('session').person));
    return c.html((await Promise.all(parts.map(async (part) => String(await part)))).join(''));
  });
  app.get(`${CHANGE_PATH}/receipt`, async (c) => {
    const receipt = await ports.receipt(c.req.param('id'));
    if (!('text' in receipt)) return c.html(<Notice title={receipt.why} lines={[receipt.remedy]} />, 404);
    c.header('Content-Disposition', `attachment; filename="${c.req.param('id')}.receipt"`);
    return c.text(receipt.text);
  });
  return { fetch: (request) => app.fetch(request), close: () => feed.close() };
}
