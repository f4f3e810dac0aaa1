import type { App } from '../../compose.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Command, Context } from '../command.ts';
import { EXIT } from '../exit.ts';

type Options = {
  port: number;
  origin?: string;
  issuer?: string;
  clientId?: string;
  clientSecretFile?: string;
};

/** Lives until it is interrupted. */
export const review: Command<Options> = {
  name: 'review',
  summary: 'open a web page on loopback that lists changes and shows what each would do',
  options: [
    { flags: '--port <number>', summary: 'port; 0 for a free one', default: 0, parse: portOf },
    {
      flags: '--origin <url>',
      summary: 'https origin of your own proxy in front of the page, such as https://review.example.com',
    },
    { flags: '--issuer <url>', summary: 'people sign in at this identity provider, instead of opening a link' },
    { flags: '--client-id <id>', summary: 'of this page at the identity provider' },
    { flags: '--client-secret-file <file>', summary: 'a file with the secret of this client', completes: 'file' },
  ],
  arguments: [],
  run: (context, { port, origin, ...told }) =>
    context.withApp(async (app) => {
      const { startReview } = await import('../review.ts');
      const { untilInterrupted } = await import('../interrupted.ts');
      const closing = Promise.withResolvers<void>();
      const page = await startReview(app, {
        port,
        origin,
        openId: openIdIn(told),
        reopen: () => reopened(context, closing.promise),
        onLink: (link) =>
          context.tell(
            told.issuer === undefined
              ? `Open this link in your browser; it works once, and the next one is printed here:\n  ${link}`
              : `People sign in at ${link}`,
          ),
        logDefect: (error, where) => context.note(`INTERNAL in ${where}: ${String((error as Error)?.stack ?? error)}`),
      });
      await untilInterrupted();
      await page.close();
      closing.resolve();
      return { text: 'The page is closed.', json: null, exit: EXIT.pass };
    }),
};

function openIdIn({ issuer, clientId, clientSecretFile }: Omit<Options, 'port' | 'origin'>) {
  if (issuer === undefined && clientId === undefined && clientSecretFile === undefined) return undefined;
  if (issuer !== undefined && clientId !== undefined) return { issuer, clientId, secretFile: clientSecretFile };
  const missing = issuer === undefined ? '--issuer' : '--client-id';
  throw new CountersignError('CONFIG_INVALID', `${missing} is missing.`, `Add ${missing}: a sign-in needs both.`);
}

/** Another app, which stays open until the page is closed. */
function reopened(context: Context, closed: Promise<void>): Promise<App> {
  return new Promise((resolve, reject) => {
    context
      .withApp(async (app) => {
        resolve(app);
        await closed;
      })
      .catch(reject);
  });
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new CountersignError('INPUT_INVALID', 'A port is a number from 0 to 65535.', 'Name a free port, or 0.');
}
