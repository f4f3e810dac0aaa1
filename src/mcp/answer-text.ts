/**
 * The text beside an answer's structure, for clients that show a model only one of the two: it says the same.
 * A plan or a change is told in lines; everything else is the JSON itself.
 *
 * INVARIANT: the text alone is enough; the answer was made to fit twice, and nothing of it is left out here.
 */

import type { ToolAnswer } from '../core/pipeline.ts';
import type { Refusal } from '../core/wording.ts';

interface Effects {
  counts: Record<string, number>;
  worst: string;
  items: string[];
  also?: string[];
  more?: number;
}
interface Verdict {
  code: string;
  outcome: string;
  message: string;
  remedy?: string;
}

export function textOf(answer: ToolAnswer): string {
  if (!answer.ok) return refusalText(answer.error);
  const { content } = answer;
  return typeof content.decision === 'string' ? judgedText(content) : JSON.stringify(content);
}

const refusalText = ({ code, message, remedy, next }: Refusal): string =>
  `${code}: ${sentence(message)} ${remedy}${next === undefined ? '' : `\nnext: ${JSON.stringify(next)}`}`;

function judgedText(content: Record<string, unknown>): string {
  const { decision, state, change_id, plan_id, target, expires_at, effects, verdicts, next, goals_allowed, ...rest } =
    content;
  const { counts = {}, worst, items = [], also = [], more } = (effects ?? {}) as Partial<Effects>;
  const about = [change_id, plan_id, target, expires_at ? `until ${expires_at}` : undefined].filter(Boolean);
  const told = (verdicts ?? []) as Verdict[];
  return [
    `${state === undefined ? '' : `${state}, `}${decision}: ${about.join(', ')}`,
    ...(effects ? [`effects: ${countsText(counts)}; worst: ${worst}`] : []),
    ...told.map(verdictText),
    ...[...items, ...also].map((one) => `- ${one}`),
    ...(more === undefined ? [] : [`(${more} more by cursor: describe_plan)`]),
    ...detailsOf(rest, goals_allowed, next),
    `next: ${JSON.stringify(next)}`,
  ].join('\n');
}

/** A proposal that is offered as the next call names the goals itself. */
function detailsOf(rest: Record<string, unknown>, goals: unknown, next: unknown): string[] {
  const namesGoals = (next as { tool?: string } | undefined)?.tool === 'propose_change';
  return Object.entries(namesGoals ? rest : { ...rest, goals_allowed: goals ?? null })
    .filter(([, value]) => value !== null && JSON.stringify(value) !== '[]')
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

const verdictText = ({ code, outcome, message, remedy }: Verdict): string =>
  `${outcome} ${code}: ${message}${remedy ? ` ${remedy}` : ''}`;

/** Words of the cloud or of a parser may end without a full stop, and the remedy follows on the same line. */
const sentence = (message: string): string => (/[.!?…:]$/.test(message) ? message : `${message}.`);

const countsText = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ') || 'none';
