/** What a command works with, made of what the command line said. */
import type { Context } from './command.ts';

export function createContext(given: Omit<Context, 'withApp' | 'withFolder'>): Context {
  const open: Context['withFolder'] = async (use, config = given.config) => {
    const { openFolder } = await import('../folder.ts');
    const folder = openFolder(config, given);
    try {
      return await use(folder);
    } finally {
      folder.close();
    }
  };
  return {
    ...given,
    async withFolder(use, config) {
      // Each shape is parsed once or twice: compiling its parser, which zod does for those made from here on, takes longer.
      (await import('zod')).config({ jitless: true });
      return open(use, config);
    },
    withApp: (use, config) => open(async (folder) => use(await folder.whole()), config),
  };
}
