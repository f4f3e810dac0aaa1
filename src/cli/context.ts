/** What a command works with, made of what the command line said. */
import { existsSync } from 'node:fs';
import { webhookFile } from '../config.ts';
import type { Watching } from '../core/observing.ts';
import type { StateFolder } from '../folder.ts';
import type { Context } from './command.ts';

/** `end`: of the process; what it told of itself is sent. */
export function createContext(
  given: Omit<Context, 'withApp' | 'withFolder' | 'watching' | 'progress' | 'table'> &
    Partial<Pick<Context, 'progress' | 'table'>>,
): Context & { end(): Promise<void> } {
  const { config, version, note } = given;
  let watched: Promise<Watching | undefined> | undefined;
  const watching = async () => {
    // Only where the environment asks for it is anything of it loaded.
    if (config.telemetry === undefined) return undefined;
    const { telemetry } = config;
    watched ??= import('./watching.ts').then(({ watchingOf }) => watchingOf(telemetry, version, note));
    return watched;
  };
  const open: Context['withFolder'] = async (use, settings = config) => {
    const { openFolder } = await import('../folder.ts');
    const folder = openFolder(settings, { sandboxed: given.sandboxed, watching: await watching() });
    try {
      return await use(folder);
    } finally {
      await tellAfter(folder, note);
      folder.close();
    }
  };
  return {
    progress: () => undefined,
    table: { commands: [], groups: {} },
    ...given,
    watching,
    async withFolder(use, settings) {
      (await import('../folder.ts')).parseWithoutCompiling();
      return open(use, settings);
    },
    withApp: (use, settings) => open(async (folder) => use(await folder.whole()), settings),
    end: async () => (await watched)?.close(),
  };
}

/** What a command did is told before it ends; a receiver that is slow or gone costs some seconds, and nothing else. */
async function tellAfter({ config, ledger }: StateFolder, note: Context['note']): Promise<void> {
  if (!existsSync(webhookFile(config.home))) return;
  const { tellPeople } = await import('../tell/outbox.ts');
  const complain = (problem: string) => note(`People were not told yet: ${problem}.`);
  await tellPeople({ home: config.home, ledger, now: () => new Date(), complain }, []);
}
