/** What `serve` loads with the first call: the app, the operator's log, and the one function that joins them. */
import type { App } from '../compose.ts';
import type { Config } from '../config.ts';
import { callerOfToken } from '../core/caller.ts';
import { CountersignError } from '../core/errors.ts';
import type { ToolAnswer } from '../core/pipeline.ts';
import type { Answers, AskDoctor, CallTool } from '../mcp/server.ts';
import type { Policy } from '../policy/model.ts';
import { refusalOf } from '../render/agent/next.ts';
import { hasWebhook } from '../tell/webhook.ts';
import { createCurrentApp } from './current-app.ts';
import { createOperatorLog } from './operator-log.ts';

export interface AnswersHere extends Omit<Required<Answers>, 'cardPage'> {
  /** The app, under the policy as it is now. @throws CountersignError */
  current(): Promise<App>;
  /** Plans that were answered with `planning` and are still being made. */
  underWay(): Promise<number>;
}

/** @param isEnded by a signal; else the process ends by itself. */
export function createAnswers(config: Config, sandboxed: boolean, version: string, isEnded = true): AnswersHere {
  const log = createOperatorLog(config.logLevel);
  const logDefect = (error: unknown, where: string) =>
    log.error({ where, error: String((error as Error)?.stack ?? error) }, 'a defect');
  const app = createCurrentApp({ config, version, sandboxed, logDefect, isEnded });
  const { current } = app;
  const planning = new Set<string>();

  const call: CallTool = async (name, input, origin) => {
    const started = performance.now();
    try {
      const { pipeline, about } = partsOf(await current(), config, origin);
      const answer = await pipeline(name, input, origin);
      if (answer.ok && answer.content.decision === 'planning') planning.add(String(answer.content.plan_id));
      const milliseconds = Math.round(performance.now() - started);
      log.info({ tool: name.slice(0, 80), agent: origin.agent, ...about, ...resultOf(answer), milliseconds });
      if (app.opened && hasWebhook(config.home)) void tell(app.opened);
      return answer;
    } catch (error) {
      app.forget();
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
  const tell = async ({ ledger }: App) => {
    const { tellPeople } = await import('../tell/outbox.ts');
    const complain = (problem: string) => log.warn({ problem }, 'people were not told');
    await tellPeople({ home: config.home, ledger, now: () => new Date(), complain });
  };
  const doctor: AskDoctor = async (request) => {
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
  const underWay = async () => {
    const { changes } = await current();
    for (const id of planning) if (!(await changes.isPlanning(id))) planning.delete(id);
    return planning.size;
  };
  return { call, doctor, card, current, underWay };
}

/** The parts of who asks, and what the log says of them. */
function partsOf(app: App, { actsAs }: Config, { token }: Parameters<CallTool>[2]) {
  if (!token) return { pipeline: app.pipeline, about: {} };
  const caller = callerOfToken(token, signsIn(app.policyFile), actsAs);
  return { pipeline: app.partsFor(caller).pipeline, about: { sponsor: caller.sponsor, client: token.client } };
}

const signsIn = (policy: Policy | null) => ({ people: policy?.file.people ?? {}, ...policy?.file.sign_in });

/** Ids, decisions and codes; nothing of what was asked. */
function resultOf(answer: ToolAnswer): Record<string, unknown> {
  if (!answer.ok) return { code: answer.error.code };
  const { decision, change_id: change, plan_id: plan } = answer.content;
  return { decision, change, plan };
}
