/** Writes docs/results/pairs.md from the results of the pairs campaign. */
import { writeFileSync } from 'node:fs';
import { type Effect, REVERSIBILITIES, worstReversibility } from '../src/core/effect.ts';
import { READ, TOO_MUCH } from './pairs-judged.ts';
import { commitOf, machine } from './seen-on.ts';

export interface PairResult {
  pair: string;
  path: string;
  outcome: 'planned' | 'no_change' | 'refused' | 'not_supported';
  why: string;
  decision: string;
  denials: { code: string; message: string }[];
  holds: { code: string; message: string; seats: number }[];
  seats: number;
  effects: Effect[];
  characters: number;
  /** Resources that differ by the templates and are not in the plan. */
  missing: string[];
  /** Effects called less than a replacement that the tables call one. */
  milder: string[];
}

const count = (results: readonly PairResult[], outcome: PairResult['outcome']) =>
  results.filter((result) => result.outcome === outcome).length;
const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 260);
const share = (part: number, whole: number) => `${part} (${Math.round((100 * part) / Math.max(1, whole))} %)`;

export function writeReport(results: readonly PairResult[]): void {
  const planned = results.filter(({ outcome }) => outcome === 'planned');
  const commit = commitOf();
  const denied = planned.filter(({ decision }) => decision === 'denied');
  const stopped = planned.filter(({ decision, seats }) => decision === 'denied' || seats >= 2);
  const tooMuch = stopped.filter(({ pair }) => Object.hasOwn(TOO_MUCH, pair));
  const lines = [
    '# The 120 template pairs, planned',
    '',
    `\`npm run campaign:pairs\` at ${commit}, ${machine()}. Each \`before\` is deployed in the sandbox, each \`after\` planned through the pipeline in production, with the example policy's seats and \`public_ports: [443]\`. The pairs are commits of a public repository of templates and are not part of this project.`,
    '',
    '| outcome | pairs |',
    '|---|---|',
    `| planned | ${count(results, 'planned')} |`,
    `| planned: nothing would change (the difference is text, or behind a condition that does not hold) | ${count(results, 'no_change')} |`,
    `| refused with a reason | ${count(results, 'refused')} |`,
    `| not supported by the sandbox (macros) | ${count(results, 'not_supported')} |`,
    '',
    `- Median of changed resources: ${median(planned.map(({ effects }) => effects.length))}.`,
    `- Worst effect of a plan: ${REVERSIBILITIES.map((kind) => `${kind} ${share(planned.filter(({ effects }) => worstReversibility(effects) === kind).length, planned.length)}`).join(', ')}.`,
    `- Decision: ${['pass', 'needs_approval', 'denied'].map((decision) => `${decision} ${share(planned.filter((result) => result.decision === decision).length, planned.length)}`).join(', ')}.`,
    `- Structured answer: median ${median(planned.map(({ characters }) => characters))}, largest ${Math.max(...planned.map(({ characters }) => characters))} characters.`,
    `- Resources that differ and are in no plan: ${planned.reduce((all, { missing }) => all + missing.length, 0)}. Effects milder than the tables: ${planned.reduce((all, { milder }) => all + milder.length, 0)}.`,
    '',
    `The reason of each denial and each hold for two approvals stands below. Of ${stopped.length} such plans, the differences of the two templates were read for ${READ.length + tooMuch.length}: those called too much, and a sample of ${READ.length} others (${READ.join(', ')}), in which the denial or hold is deserved. Too much: ${share(tooMuch.length, planned.length)} of the plans.`,
    '',
    ...tooMuch.map(({ pair }) => `- ${pair}: ${TOO_MUCH[pair]}`),
    '',
    '## Denied, and why',
    '',
    ...reasons(denied.map(({ pair, path, denials }) => ({ pair, path, told: denials }))),
    '',
    '## Held for two approvals, and why',
    '',
    ...reasons(
      planned
        .filter(({ decision, seats }) => decision !== 'denied' && seats >= 2)
        .map(({ pair, path, holds }) => ({ pair, path, told: holds.filter(({ seats }) => seats >= 2) })),
    ),
    '',
    '## Every pair',
    '',
    '| pair | template | outcome | decision | seats | effects | held by, or why not |',
    '|---|---|---|---|---|---|---|',
    ...results.map((result) => row(result)),
    '',
  ];
  writeFileSync('docs/results/pairs.md', lines.join('\n'));
  console.log(lines.slice(4, 22).join('\n'));
  for (const { pair, missing, milder } of planned)
    if (missing.length + milder.length > 0) console.log(pair, 'missing', missing, 'milder', milder);
}

function reasons(of: readonly { pair: string; path: string; told: readonly { code: string; message: string }[] }[]) {
  return [
    '| pair | template | guard | what it says |',
    '|---|---|---|---|',
    ...of.flatMap(({ pair, path, told }) =>
      told.map(({ code, message }) => `| ${pair} | ${cell(path)} | ${code} | ${cell(message)} |`),
    ),
  ];
}

function row({ pair, path, outcome, decision, seats, effects, holds, denials, why }: PairResult): string {
  const counts: Record<string, number> = {};
  for (const { kind } of effects) counts[kind] = (counts[kind] ?? 0) + 1;
  const told = Object.entries(counts).map(([kind, number]) => `${kind} ${number}`);
  const because = [...new Set([...denials, ...holds].map(({ code }) => code))].join(', ') || why;
  return `| ${pair} | ${cell(path)} | ${outcome} | ${decision} | ${seats || ''} | ${told.join(', ')} | ${cell(because)} |`;
}
