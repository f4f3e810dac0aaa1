/** `review`: starts the page, and hands it what it may ask for. */
import { relyingPartyOf } from '../approvals/relying-party.ts';
import type { App } from '../compose.ts';
import { callerOfToken } from '../core/caller.ts';
import { seal, unseal } from '../core/sealed.ts';
import type { Seals } from '../review/handed.ts';
import type { ReviewPorts } from '../review/ports.ts';
import type { SignIn } from '../review/sign-in.tsx';
import { reviewPorts } from './review-ports.ts';

export interface ReviewSettings {
  /** Opens the app again, with the policy file as it is now. Absent: the page keeps its policy. */
  reopen?(): Promise<App>;
  /** 0: a free one. */
  port: number;
  /** Of the proxy in front; absent: `http://localhost:<port>`. */
  origin?: string | undefined;
  /** Whose sign-ins open the page, in place of links. */
  openId?: { issuer: string; clientId: string; secretFile: string | undefined } | undefined;
  /** Is given every link under which the page can be opened next. */
  onLink(link: string): void;
  logDefect: ReviewPorts['logDefect'];
  now?: () => Date;
}
export interface RunningReview {
  origin: string;
  port: number;
  close(): Promise<void>;
}

/**
 * @throws INPUT_INVALID: the port is in use. CONFIG_INVALID: the origin is none of a page.
 */
export async function startReview(first: App, settings: ReviewSettings): Promise<RunningReview> {
  const [{ createReviewApp }, { createHanded }, { createSessions }, { listen }, { readAssets }] = await Promise.all([
    import('../review/app.tsx'),
    import('../review/handed.ts'),
    import('../review/sessions.ts'),
    import('../review/listen.ts'),
    import('../review/assets.ts'),
  ]);
  const { now = () => new Date(), onLink, logDefect, origin: given } = settings;
  const openId = settings.openId && { ...settings.openId, ...(await import('../http/openid.ts')) };
  if (given !== undefined) relyingPartyOf(given);
  const assets = readAssets();
  const { app, follow } = following(first, settings.reopen);
  let origin = given ?? '';
  const handed = createHanded(sealsOf(app), now);
  let page: ReturnType<typeof createReviewApp> | undefined;
  const listening = await listen(settings.port, (port) => {
    origin = given ?? `http://localhost:${port}`;
    const linkOf = (token: string) => `${origin}/enter/${token}`;
    const sessions = createSessions(now, handed, (token) => onLink(linkOf(token)));
    const relyingParty = relyingPartyOf(origin);
    page = createReviewApp(reviewPorts({ app, follow, relyingParty, logDefect, now }), {
      origin,
      assets,
      sessions,
      handed,
      signIn: openId && signInBy(openId, app, origin),
      now,
    });
    onLink(openId ? origin : linkOf(sessions.token));
    return page.fetch;
  });
  return {
    origin,
    port: listening.port,
    close: async () => {
      page?.close();
      await listening.close();
    },
  };
}

/** The same in every process with this secret and ledger. */
function sealsOf(app: () => App): Seals {
  const key = app().keyOf('what browsers hand back to the page');
  return {
    seal: (value) => seal(key, value).sealed,
    unseal: (text) => unseal(key, { sealed: text }),
    once: (name) => app().ledger.transact((tx) => tx.claim(name)),
  };
}

type OpenIdHere = NonNullable<ReviewSettings['openId']> & Pick<typeof import('../http/openid.ts'), 'createOpenId'>;

/** The person is known as the sponsor of an agent is, by the same names. */
function signInBy({ createOpenId, ...settings }: OpenIdHere, app: () => App, origin: string): SignIn {
  const { begin, finish } = createOpenId({ ...settings, redirectUri: `${origin}/signed-in` });
  return {
    begin,
    async finish(at, pending) {
      const { file } = app().policyFile ?? {};
      const token = await finish(at, pending as Parameters<typeof finish>[1]);
      const { sponsor, signedIn } = callerOfToken(token, { people: file?.people ?? {}, ...file?.sign_in }, []);
      return { person: sponsor, as: signedIn?.as ?? token.issuer };
    },
  };
}

/** A page that is open for days follows the policy that owners adopt; a file that nobody adopted changes nothing. */
function following(first: App, reopen: ReviewSettings['reopen']) {
  let app = first;
  let tried: number | undefined;
  return {
    app: () => app,
    async follow() {
      if (reopen === undefined || (await app.policy.standing()) !== 'changed') return;
      const [adopted] = await app.ledger.events({ kinds: ['policy.adopted'], newestFirst: true, limit: 1 });
      // One look for each adoption: the file may be another than was adopted for long.
      if (adopted?.seq === tried) return;
      tried = adopted?.seq;
      const next = await reopen().catch(() => undefined);
      if (next && (await next.policy.standing()) === 'adopted') app = next;
      else next?.close();
    },
  };
}
