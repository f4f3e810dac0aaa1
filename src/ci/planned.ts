/** A plan of the template, or of the workspace, of one commit. */
import { CountersignError } from '../core/errors.ts';
import { makeVisible } from '../core/render-safe.ts';
import type { Answer, Forge, PullRequest, Settings, StateServer } from './ports.ts';

/** A plan that takes longer goes on where the state is; these are the waits for it. */
const [WAITS, WAIT_SECONDS] = [10, 50];
/** Of a plan's effects, page by page. */
const PAGES = 100;

/** @returns also what went wrong: a template that is not there is an answer, as a refusal is. */
export async function planOf(
  request: PullRequest,
  { forge, server, settings }: { forge: Forge; server: StateServer; settings: Settings },
): Promise<Answer> {
  const { workspace, planFile } = settings;
  if (workspace !== undefined) {
    const of = { workspace, ref: request.head, ...(planFile ? { plan_file: planFile } : {}) };
    return whenMade(await server.call('plan_workspace', of), server);
  }
  let template: string;
  try {
    template = await forge.template(request);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'INPUT_NOT_FOUND') throw error;
    return { ok: false, code: error.code, message: error.message, remedy: error.remedy };
  }
  const { stack, region, account, parameters } = settings;
  const place = { ...(region ? { region } : {}), ...(account ? { account } : {}) };
  const input = { stack, template, ...(parameters ? { parameters } : {}), ...place };
  const updated = await server.call('plan_stack_update', input);
  const isNew = !updated.ok && updated.code === 'AWS_NOT_FOUND';
  return whenMade(isNew ? await server.call('plan_stack_create', input) : updated, server);
}

async function whenMade(first: Answer, server: StateServer): Promise<Answer> {
  let answer = first;
  for (let wait = 0; wait < WAITS && answer.ok && answer.content.decision === 'planning'; wait += 1)
    answer = await server.call('describe_plan', { plan_id: answer.content.plan_id, wait_seconds: WAIT_SECONDS });
  return answer;
}

type Told = { effects?: { items?: string[]; also?: string[] }; cursor?: string; plan_id?: string };

/** The answer, and every effect that it left out. */
export async function wholePlan(answer: Answer, server: StateServer): Promise<string> {
  if (!answer.ok) return makeVisible(`${answer.code}: ${answer.message}\n${answer.remedy}`, Number.POSITIVE_INFINITY);
  const { next: _, ...content } = answer.content;
  const items: string[] = [];
  let { cursor, plan_id } = content as Told;
  for (let page = 0; page < PAGES && cursor !== undefined; page += 1) {
    const more = await server.call('describe_plan', { plan_id, cursor });
    if (!more.ok) break;
    const told = more.content as Told;
    items.push(...(told.effects?.items ?? []));
    cursor = told.cursor;
  }
  const text = JSON.stringify(items.length > 0 ? { ...content, further_effects: items } : content, null, 2);
  return makeVisible(text, Number.POSITIVE_INFINITY);
}
