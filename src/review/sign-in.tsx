/**
 * Who may look, where an identity provider is asked.
 *
 * SECURITY: a sign-in opens the page as one person of the policy, and approves nothing: only a signature does. An answer
 * counts once, in the browser that asked; somebody else's answer would make a person act under another name.
 */
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Sessions } from './sessions.ts';
import { Notice } from './shell.tsx';
import type { Env } from './signing.ts';
import { SIGN_IN } from './words.ts';

export interface SignIn {
  /** Where a browser signs in, and what is kept of it until it is back. @throws when the provider cannot be reached. */
  begin(): Promise<{ to: string; pending: unknown }>;
  /** @returns the person of the policy, or null; `as` is how the provider names whoever signed in. @throws */
  finish(at: URL, pending: unknown): Promise<{ person: string | null; as: string }>;
}

export const SIGN_IN_PATH = '/sign-in';
export const SIGNED_IN_PATH = '/signed-in';
const MINUTES = 10;
const MOST_PENDING = 1_000;

interface Kept {
  pending: unknown;
  until: number;
}
export interface SignInRoutes {
  signIn: SignIn;
  sessions: Sessions;
  origin: string;
  cookie: string;
  /** Gives a browser its session. */
  opened(c: Parameters<typeof setCookie>[0], id: string): void;
  logDefect(error: unknown, where: string): void;
  now(): Date;
}

export function addSignIn(app: Hono<Env>, routes: SignInRoutes): void {
  const { signIn, sessions, origin, opened, logDefect, now } = routes;
  const asked = `${routes.cookie}_asked`;
  const kept = new Map<string, Kept>();
  const failed = (title: string, lines: readonly string[] = []) => (
    <Notice title={title} lines={[...lines, SIGN_IN.again]} />
  );
  app.get(SIGN_IN_PATH, async (c) => {
    try {
      const { to, pending } = await signIn.begin();
      const id = randomBytes(32).toString('base64url');
      const [oldest] = kept.keys();
      if (kept.size >= MOST_PENDING && oldest !== undefined) kept.delete(oldest);
      kept.set(id, { pending, until: now().getTime() + MINUTES * 60_000 });
      // Lax: the provider's answer comes from another site.
      setCookie(c, asked, id, {
        httpOnly: true,
        sameSite: 'Lax',
        path: SIGNED_IN_PATH,
        secure: origin.startsWith('https:'),
        maxAge: MINUTES * 60,
      });
      return c.redirect(to, 302);
    } catch (error) {
      logDefect(error, 'signing in');
      return c.html(failed(SIGN_IN.unreachable), 503);
    }
  });
  app.get(SIGNED_IN_PATH, async (c) => {
    const id = getCookie(c, asked) ?? '';
    const question = kept.get(id);
    kept.delete(id);
    deleteCookie(c, asked, { path: SIGNED_IN_PATH });
    if (!question || question.until < now().getTime()) return c.html(failed(SIGN_IN.notAsked), 403);
    const at = new URL(`${SIGNED_IN_PATH}${new URL(c.req.url).search}`, origin);
    const answer = await signIn.finish(at, question.pending).catch((error: unknown) => {
      logDefect(error, 'signing in');
      return undefined;
    });
    if (!answer) return c.html(failed(SIGN_IN.refused), 403);
    const { person, as } = answer;
    if (person === null) return c.html(failed(SIGN_IN.unknown(as), [SIGN_IN.unknownNext]), 403);
    opened(c, sessions.begin(person));
    return c.html(<Notice title={SIGN_IN.opening} lines={[]} goOn="/" />);
  });
}
