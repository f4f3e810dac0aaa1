/** `serve`: the MCP server over stdio. Nothing is opened before the first call. */
import { tools } from '../../tools/index.ts';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { serveTools } from '../mcp/server.ts';

export function serve(config: Config, version: string, sandboxed: boolean): void {
  let app: Promise<App> | undefined;
  const open = async (): Promise<App> => {
    const { createApp, openSandbox } = await import('../app.ts');
    return createApp(config, sandboxed ? { sandbox: await openSandbox(config.home) } : {});
  };
  serveTools(tools, version, async (name, input) => {
    try {
      app ??= open();
      const ready = await app;
      return await ready.pipeline(name, input);
    } catch (error) {
      app = undefined;
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      const known =
        error instanceof CountersignError
          ? error
          : new CountersignError(
              'INTERNAL',
              'The server could not start its work.',
              'Tell the operator to read the server log.',
            );
      return { ok: false, error: known.toAnswer() };
    }
  });
}
