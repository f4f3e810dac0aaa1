/**
 * The text beside an answer's structure, for clients that show a model only one of the two: it says the same.
 * A plan or a change is told in lines, as many of its effects as the size allows; everything else is the JSON itself.
 */
import type { ToolAnswer } from '../core/pipeline.ts';

/** Text and structure together: ten effects, and any number. */
const ROOM = { small: 2_900, large: 5_900 };
const SMALL_EFFECTS = 10;

interface Effects {
  counts: Record<string, number>;
  worst: string;
  items: string[];
}
interface Verdict {
  code: string;
  outcome: string;
  message: string;
  remedy?: string;
}

export function textOf(answer: ToolAnswer): string {
  if (!answer.ok) return `${answer.error.code}: ${answer.error.message} ${answer.error.remedy}`;
  const structure = JSON.stringify(answer.content);
  return typeof answer.content.decision === 'string' ? judgedText(answer.content, structure.length) : structure;
}

function judgedText(content: Record<string, unknown>, structureLength: number): string {
  const effects = content.effects as Effects | undefined;
  const total = Object.values(effects?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  const room = total <= SMALL_EFFECTS ? ROOM.small : ROOM.large;
  const { decision, state, change_id, plan_id, target, effects: _, verdicts, next, ...rest } = content;
  const what = [change_id ?? plan_id, target].filter((part) => part !== undefined).join(', ');
  const head = [`${state === undefined ? '' : `${state}, `}${decision}: ${what}`];
  const tail = [
    ...((verdicts ?? []) as Verdict[]).map(
      ({ code, outcome, message, remedy }) => `${outcome} ${code}: ${message}${remedy ? ` ${remedy}` : ''}`,
    ),
    `next: ${JSON.stringify(next)}`,
  ];
  if (effects) head.push(`effects: ${countsText(effects.counts)}; worst: ${effects.worst}`);
  const details = Object.entries(rest)
    .filter(([, value]) => value !== null && JSON.stringify(value) !== '[]')
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const left = room - structureLength - lengthOf([...head, ...tail]);
  const lines = fitting([...(effects?.items ?? []).map((item) => `- ${item}`), ...details], left);
  return [...head, ...lines, ...tail].join('\n');
}

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
