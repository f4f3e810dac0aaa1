/** What a command works with, made of what the command line said. */
import type { Context } from './command.ts';

export function createContext(given: Omit<Context, 'withApp' | 'withFolder'>): Context {
  const withFolder: Context['withFolder'] = async (use, config = given.config) => {
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
    withFolder,
    withApp: (use, config) => withFolder(async (folder) => use(await folder.whole()), config),
  };
}
