/**
 * Who may look, where an identity provider is asked.
 *
 * SECURITY: a sign-in opens the page as one person of the policy, and approves nothing: only a signature does. An answer
 * counts once, in the browser that asked; somebody else's answer would make a person act under another name.
 */
import type { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Handed } from './handed.ts';
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

export interface SignInRoutes {
  signIn: SignIn;
  sessions: Sessions;
  handed: Handed;
  origin: string;
  cookie: string;
  /** Gives a browser its session. */
  opened(c: Parameters<typeof setCookie>[0], id: string): void;
  logDefect(error: unknown, where: string): void;
}

export function addSignIn(app: Hono<Env>, routes: SignInRoutes): void {
  const { signIn, sessions, handed, origin, opened, logDefect } = routes;
  const asked = `${routes.cookie}_asked`;
  const failed = (title: string, lines: readonly string[] = []) => (
    <Notice title={title} lines={[...lines, SIGN_IN.again]} />
  );
  app.get(SIGN_IN_PATH, async (c) => {
    try {
      const { to, pending } = await signIn.begin();
      // Lax: the provider's answer comes from another site.
      setCookie(c, asked, handed.give('question', pending, MINUTES), {
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
    const question = await handed.take('question', getCookie(c, asked));
    deleteCookie(c, asked, { path: SIGNED_IN_PATH });
    if (question === undefined) return c.html(failed(SIGN_IN.notAsked), 403);
    const at = new URL(`${SIGNED_IN_PATH}${new URL(c.req.url).search}`, origin);
    const answer = await signIn.finish(at, question).catch((error: unknown) => {
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
