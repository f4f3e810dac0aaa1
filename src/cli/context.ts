/** What a command works with, made of what the command line said. */
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
          app.close();
        }
      } finally {
        sandbox?.store.close();
      }
    },
  };
}
