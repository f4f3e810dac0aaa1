/** What `serve` loads with the first call: the app, the operator's log, and the one function that joins them. */
import { type App, createApp, openSandbox } from '../compose.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { Answers, CallTool } from '../mcp/server.ts';
import { policyStamp } from '../policy/stamp.ts';
import { refusalOf } from '../render/agent/next.ts';
import { hasWebhook } from '../tell/webhook.ts';
import { createOperatorLog } from './operator-log.ts';

/**
 * The app is opened by the first call; when that fails, for want of a readable policy, each later call tries anew.
 * Each call looks at the policy's files again, and an edit opens the app anew: a call that is still at work ends with
 * the policy that it began with.
 */
export function createAnswers(
  config: Config,
  sandboxed: boolean,
  version: string,
): Pick<Answers, 'call' | 'doctor' | 'card'> {
  const log = createOperatorLog(config.logLevel);
  const logDefect = (error: unknown, where: string) =>
    log.error({ where, error: String((error as Error)?.stack ?? error) }, 'a defect');
  let sandbox: ReturnType<typeof openSandbox> | undefined;
  let opened: { app: App; stamp: string } | undefined;
  const open = async (): Promise<App> => {
    if (sandboxed) sandbox ??= openSandbox(config.home);
    const { policyPath } = config;
    const before = policyStamp(policyPath, null);
    const watching = await watchingHere();
    const app = createApp(config, { logDefect, watching, ...(sandbox ? { sandbox: await sandbox } : {}) });
    // An edit while it was read: the next call reads it again.
    const stamp = before === policyStamp(policyPath, null) ? policyStamp(policyPath, app.policyFile) : '';
    opened = { app, stamp };
    return app;
  };
  const watchingHere = async () => {
    if (config.telemetry === undefined) return undefined;
    const { closeAtEnd, watchingOf } = await import('./watching.ts');
    return closeAtEnd(await watchingOf(config.telemetry, version, (text) => void process.stderr.write(`${text}\n`)));
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other, so that calls that come together open one app. */
  const current = (): Promise<App> => {
    const next = turn.then(() =>
      opened && opened.stamp === policyStamp(config.policyPath, opened.app.policyFile) ? opened.app : open(),
    );
    turn = next.catch(() => undefined);
    return next;
  };

  const call: CallTool = async (name, input, origin) => {
    const started = performance.now();
    try {
      const answer = await (await current()).pipeline(name, input, origin);
      const result = answer.ok ? { decision: answer.content.decision } : { code: answer.error.code };
      log.info({
        tool: name.slice(0, 80),
        agent: origin.agent,
        ...result,
        milliseconds: Math.round(performance.now() - started),
      });
      if (opened && hasWebhook(config.home)) void tell(opened.app);
      return answer;
    } catch (error) {
      opened = undefined;
      if (error instanceof CountersignError) {
        log.error({ code: error.code, remedy: error.remedy }, error.message);
        return { ok: false, error: refusalOf(error) };
      }
      logDefect(error, 'start');
      const unknown = 'The server could not start.';
      const remedy = 'Tell the operator to read the server log.';
      return { ok: false, error: new CountersignError('INTERNAL', unknown, remedy).toAnswer() };
    }
  };

  /** Nobody waits for it. */
  const tell = async (app: App) => {
    const { tellPeople } = await import('../tell/outbox.ts');
    const complain = (problem: string) => log.warn({ problem }, 'people were not told');
    await tellPeople({ home: config.home, ledger: app.ledger, now: () => new Date(), complain });
  };
  const doctor: Answers['doctor'] = async (request) => {
    const { answerFor } = await import('./doctor-answers.ts');
    return answerFor(await current(), request);
  };
  /** Nothing depends on it: without it, the answer is the same. */
  const card: Answers['card'] = async (answer) => {
    try {
      const { cardFor } = await import('./card.ts');
      return await cardFor(await current(), answer);
    } catch (error) {
      logDefect(error, 'card');
      return undefined;
    }
  };
  return { call, doctor, card };
}
