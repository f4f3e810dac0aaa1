/** What `serve` loads with the first call: the app, the operator's log, and the one function that joins them. */
import { type App, createApp, openSandbox } from '../compose.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { CallTool } from '../mcp/server.ts';
import { createOperatorLog } from './operator-log.ts';

/** The app is opened by the first call; when that fails, for want of a readable policy, each later call tries anew. */
export function createCallTool(config: Config, sandboxed: boolean): CallTool {
  const log = createOperatorLog(config.logLevel);
  const logDefect = (error: unknown, where: string) =>
    log.error({ where, error: String((error as Error)?.stack ?? error) }, 'a defect');
  let opening: Promise<App> | undefined;
  const open = async (): Promise<App> =>
    createApp(config, { logDefect, ...(sandboxed ? { sandbox: await openSandbox(config.home) } : {}) });

  return async (name, input, origin) => {
    const started = performance.now();
    try {
      opening ??= open();
      const call: CallTool = (await opening).pipeline;
      const answer = await call(name, input, origin);
      const result = answer.ok ? { decision: answer.content.decision } : { code: answer.error.code };
      log.info({
        tool: name.slice(0, 80),
        agent: origin.agent,
        ...result,
        milliseconds: Math.round(performance.now() - started),
      });
      return answer;
    } catch (error) {
      opening = undefined;
      if (error instanceof CountersignError) {
        log.error({ code: error.code, remedy: error.remedy }, error.message);
        return { ok: false, error: error.toAnswer() };
      }
      logDefect(error, 'start');
      const unknown = 'The server could not start its work.';
      const remedy = 'Tell the operator to read the server log.';
      return { ok: false, error: new CountersignError('INTERNAL', unknown, remedy).toAnswer() };
    }
  };
}
