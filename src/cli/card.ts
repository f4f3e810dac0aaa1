/** The card beside an answer, for clients that show one. */
import type { App } from '../compose.ts';
import type { ToolAnswer } from '../core/pipeline.ts';
import { providerHosts } from '../providers/hosts.ts';
import { changeCard, planCard } from '../review/card.tsx';
import { subjectOf } from './show.ts';

/** @returns undefined: the answer is of no plan and no change. */
export async function cardFor(app: App, answer: ToolAnswer, now = new Date()): Promise<string | undefined> {
  if (!answer.ok) return undefined;
  const { change_id: changeId, plan_id: planId, decision } = answer.content;
  if (typeof changeId === 'string') return changeCard(await subjectOf(app, changeId, now));
  if (typeof planId !== 'string' || decision === 'planning') return undefined;
  const { plan, judgement } = await app.changes.plan(planId);
  const knownAccounts = Object.values(app.policyFile?.file.accounts ?? {}).map(({ id }) => id);
  return planCard({ change: { judgement }, plan, picture: null, knownAccounts, hosts: providerHosts, now });
}
