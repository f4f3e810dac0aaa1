/** What a command works with, made of what the command line said. */
import { existsSync } from 'node:fs';
import { webhookFile } from '../config.ts';
import type { StateFolder } from '../folder.ts';
import type { Context } from './command.ts';

export function createContext(
  given: Omit<Context, 'withApp' | 'withFolder' | 'progress' | 'table'> & Partial<Pick<Context, 'progress' | 'table'>>,
): Context {
  const open: Context['withFolder'] = async (use, config = given.config) => {
    const { openFolder } = await import('../folder.ts');
    const folder = openFolder(config, given);
    try {
      return await use(folder);
    } finally {
      await tellAfter(folder, given.note);
      folder.close();
    }
  };
  return {
    progress: () => undefined,
    table: { commands: [], groups: {} },
    ...given,
    async withFolder(use, config) {
      (await import('../folder.ts')).parseWithoutCompiling();
      return open(use, config);
    },
    withApp: (use, config) => open(async (folder) => use(await folder.whole()), config),
  };
}

/** What a command did is told before it ends; a receiver that is slow or gone costs some seconds, and nothing else. */
async function tellAfter({ config, ledger }: StateFolder, note: Context['note']): Promise<void> {
  if (!existsSync(webhookFile(config.home))) return;
  const { tellPeople } = await import('../tell/outbox.ts');
  const complain = (problem: string) => note(`People were not told yet: ${problem}.`);
  await tellPeople({ home: config.home, ledger, now: () => new Date(), complain }, []);
}
