/**
 * The text beside an answer's structure, for clients that show a model only one of the two: it says the same.
 * A plan or a change is told in lines, as many of its effects as the size allows; everything else is the JSON itself.
 */
import { sizeFor, WHOLE } from '../core/answer-size.ts';
import type { ToolAnswer } from '../core/pipeline.ts';

interface Effects {
  counts: Record<string, number>;
  worst: string;
  items: string[];
  also?: string[];
}
interface Verdict {
  code: string;
  outcome: string;
  message: string;
  remedy?: string;
}

export function textOf(answer: ToolAnswer): string {
  if (!answer.ok) return `${answer.error.code}: ${sentence(answer.error.message)} ${answer.error.remedy}`;
  const structure = JSON.stringify(answer.content);
  return typeof answer.content.decision === 'string' ? judgedText(answer.content, structure.length) : structure;
}

/** Always: what was decided, every denial with its remedy, all that is held or lost, and what is next. The rest, worst first, as it fits. */
function judgedText(content: Record<string, unknown>, structureLength: number): string {
  const { decision, state, change_id, plan_id, target, expires_at, effects, verdicts, next, ...rest } = content;
  const { counts = {}, worst, items = [], also = [] } = (effects ?? {}) as Partial<Effects>;
  const about = [change_id, plan_id, target, expires_at ? `until ${expires_at}` : undefined].filter(Boolean);
  const head = [`${state === undefined ? '' : `${state}, `}${decision}: ${about.join(', ')}`];
  if (effects) head.push(`effects: ${countsText(counts)}; worst: ${worst}`);
  const told = (verdicts ?? []) as Verdict[];
  const denials = told.filter(({ outcome }) => outcome === 'deny').map(verdictText);
  const named = also.map((one) => `- ${one}`);
  const tail = [`next: ${JSON.stringify(next)}`];
  const details = Object.entries(rest)
    .filter(([, value]) => value !== null && JSON.stringify(value) !== '[]')
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const others = told.filter(({ outcome }) => outcome !== 'deny').map(verdictText);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = WHOLE[sizeFor(total)] - structureLength - lengthOf([...head, ...denials, ...named, ...tail]);
  const lines = fitting([...items.map((item) => `- ${item}`), ...others, ...details], left);
  return [...head, ...denials, ...named, ...lines, ...tail].join('\n');
}

const verdictText = ({ code, outcome, message, remedy }: Verdict): string =>
  `${outcome} ${code}: ${message}${remedy ? ` ${remedy}` : ''}`;

/** Words of the cloud or of a parser may end without a full stop, and the remedy follows on the same line. */
const sentence = (message: string): string => (/[.!?…:]$/.test(message) ? message : `${message}.`);

const countsText = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ') || 'none';

const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

/** The first lines that fit, and a word of those that do not. */
function fitting(lines: readonly string[], room: number): string[] {
  const shown: string[] = [];
  let left = room - 60;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) return [...shown, `(${lines.length - shown.length} more lines in the structured answer)`];
    shown.push(line);
  }
  return shown;
}
