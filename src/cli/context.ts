/** What a command works with, made of what the command line said. */
import { existsSync } from 'node:fs';
import type { App } from '../compose.ts';
import { webhookFile } from '../config.ts';
import type { Context } from './command.ts';

export function createContext(given: Omit<Context, 'withApp'>): Context {
  return {
    ...given,
    async withApp(use, config = given.config) {
      const { createApp, openSandbox } = await import('../compose.ts');
      const sandbox = given.sandboxed ? await openSandbox(config.home) : undefined;
      try {
        const app = createApp(config, sandbox ? { sandbox } : {});
        try {
          return await use(app);
        } finally {
          await tellAfter(app, given.note);
          app.close();
        }
      } finally {
        sandbox?.store.close();
      }
    },
  };
}

/** What a command did is told before it ends; a receiver that is slow or gone costs some seconds, and nothing else. */
async function tellAfter({ config, ledger }: App, note: Context['note']): Promise<void> {
  if (!existsSync(webhookFile(config.home))) return;
  const { tellPeople } = await import('../tell/outbox.ts');
  const complain = (problem: string) => note(`People were not told yet: ${problem}.`);
  await tellPeople({ home: config.home, ledger, now: () => new Date(), complain }, []);
}
