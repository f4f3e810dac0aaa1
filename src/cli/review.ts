/** `review`: starts the page, and hands it what it may ask for. */
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { haltIn } from '../core/folds.ts';
import { sentenceOf } from '../render/sentence.ts';
import type { MayDecide, ReviewPorts } from '../review/ports.ts';
import { whyTyped } from './approve.ts';
import { makeReceipt } from './audit-receipt.ts';
import { commandFor } from './command.ts';
import { subjectOf, whatNow } from './show.ts';

export interface ReviewSettings {
  /** 0: a free one. */
  port: number;
  /** Of the proxy in front; absent: `http://localhost:<port>`. */
  origin?: string | undefined;
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

/** @throws INPUT_INVALID: the port is in use, or the origin is none. */
export async function startReview(app: App, settings: ReviewSettings): Promise<RunningReview> {
  const [{ createReviewApp }, { createSessions }, { listen }, { readAssets }] = await Promise.all([
    import('../review/app.tsx'),
    import('../review/sessions.ts'),
    import('../review/serve.ts'),
    import('../review/assets.ts'),
  ]);
  const { now = () => new Date(), onLink } = settings;
  const given = settings.origin === undefined ? undefined : originOf(settings.origin);
  const assets = readAssets();
  let origin = given ?? '';
  let page: ReturnType<typeof createReviewApp> | undefined;
  const listening = await listen(settings.port, (port) => {
    origin = given ?? `http://localhost:${port}`;
    const linkOf = (token: string) => `${origin}/enter/${token}`;
    const sessions = createSessions(now, (token) => onLink(linkOf(token)));
    page = createReviewApp(reviewPorts(app, settings), { origin, assets, sessions, now });
    onLink(linkOf(sessions.token));
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

/** @throws INPUT_INVALID: not https, or more than an origin. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && (text === url.origin || text === `${url.origin}/`)) return url.origin;
  throw new CountersignError(
    'INPUT_INVALID',
    'An origin is https, a host and at most a port.',
    'Write it as the browser shows it: --origin https://review.example.com',
  );
}

export const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const MOST_SENTENCES = 500;

function reviewPorts(app: App, { logDefect, now = () => new Date() }: ReviewSettings): ReviewPorts {
  const people = app.policyFile?.people ?? [];
  const sentences = new Map<string, string>();
  return {
    list: (query) => app.changes.list(query),
    async sentence({ planId }) {
      const known = sentences.get(planId) ?? sentenceOf((await app.changes.plan(planId)).plan);
      if (sentences.size >= MOST_SENTENCES) sentences.clear();
      sentences.set(planId, known);
      return known;
    },
    find: (id) => app.changes.find(id),
    subject: (id) => subjectOf(app, id, now()),
    whatNow,
    people: () => people.map(({ name }) => name),
    mayDecide: (change) => people.map((person) => mayDecide(change, person)),
    nameToType({ change, plan }) {
      const why = whyTyped(plan);
      return why === null ? null : { name: change.target.name, why: `${why}. Its name must be typed:` };
    },
    sshCommands({ change, plan }, person, decision) {
      const as = person ?? 'NAME';
      const statement = `show ${change.id} --statement --as ${as}${decision === 'reject' ? ' --reject' : ''}`;
      return {
        here: `${commandFor(plan, `${decision} ${change.id}`)} --key ~/.ssh/id_ed25519`,
        elsewhere: `ssh HOST ${commandFor(plan, statement)} | ssh-keygen -Y sign -n countersign-approval@v1 -f ~/.ssh/id_ed25519 | ssh HOST ${commandFor(plan, `${decision} ${change.id}`)} --as ${as} --signature -`,
      };
    },
    progress: (id) => app.changes.progress(id),
    async receipt(id) {
      try {
        return { text: await makeReceipt(app, app.config.home, { change: id }) };
      } catch (error) {
        if (error instanceof CountersignError) return { why: error.message, remedy: error.remedyForPeople };
        throw error;
      }
    },
    head: async () => app.ledger.head().size,
    halted: async () => (await haltIn(app.ledger)) !== 'running',
    logDefect,
  };
}

function mayDecide(change: Change, { name, roles }: { name: string; roles: string[] }): MayDecide {
  const why = change.excluded.includes(name)
    ? `${name} sponsors this change or its plan, or the server runs under the account of ${name}.`
    : change.approvals.some(({ person }) => person === name)
      ? `${name} has signed it already.`
      : null;
  return { person: name, may: why === null, why, hasPasskey: false, roles };
}
