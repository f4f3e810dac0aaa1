/** `policy rehearse`: what a policy would have meant for the template changes that a team made, before it is adopted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { styleText } from 'node:util';
import { guards } from '../../guards/index.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { guardOf } from '../core/verdict.ts';
import { loadPolicy } from '../policy/load.ts';
import {
  type Friction,
  type Planned,
  type Rehearsal,
  type Revision,
  rehearse,
  without,
} from '../policy-lab/rehearse/rehearse.ts';
import type { Observation } from '../policy-lab/test/observe.ts';
import type { Bench } from '../policy-lab/test/run.ts';
import { deploy, exportFor, inOneCall, isTemplate, valuesFor } from '../sandbox/rehearsal.ts';
import { SANDBOX_ACCOUNT } from '../sandbox/world.ts';
import { historyOf } from './git-history.ts';
import { labelled } from './labelled.ts';
import { openBench } from './policy-bench.ts';
import { sinceWhen } from './since.ts';

export interface RehearsalReport extends Rehearsal {
  policy: string;
  git: string;
  since: string;
}
export interface RehearsalRequest {
  policy: string;
  git: string;
  since: string;
  path: string | undefined;
  stackName: string;
  now?: Date;
}
const PROGRESS_EVERY = 20;

/** @throws INPUT_INVALID for a time or a repository that is none, CONFIG_POLICY_… for a policy that is none. */
export async function rehearsePolicy(
  { policy: path, git, since, path: files, stackName, now = new Date() }: RehearsalRequest,
  tell: (progress: string) => void = () => undefined,
): Promise<RehearsalReport> {
  const from = sinceWhen(since, now);
  const { file, people } = loadPolicy(path, guards, now);
  if (people.length === 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `${path} lists no people, so every change would be denied for want of a sponsor, whatever it does.`,
      'List at least one person under people: their name is enough to rehearse.',
    );
  const [account] = Object.values(file.accounts).filter(({ management }) => !management);
  const place = { account: String(account?.id ?? SANDBOX_ACCOUNT), region: account?.regions[0] ?? 'eu-west-1' };
  const plan = async (revision: Revision, stack: string): Promise<Planned | undefined> => {
    const { before, after } = { before: templateIn(revision.before), after: templateIn(revision.after) };
    if (before === null && after === null) return undefined;
    const home = mkdtempSync(join(tmpdir(), 'countersign-rehearsal-'));
    let bench: Bench | undefined;
    try {
      bench = await openBench(caseOf(revision, home, place), { home, policy: path, guards });
      return await planned(bench, place, stack, { before, after });
    } catch (error) {
      if (error instanceof CountersignError) return { decision: 'not_planned', why: reasonOf(error) };
      throw error;
    } finally {
      bench?.close();
      rmSync(home, { recursive: true, force: true });
    }
  };
  const done = await rehearse(historyOf(git, from, files), plan, namedAs(stackName), (index, of) => {
    if (index > 0 && index % PROGRESS_EVERY === 0) tell(`${index} of ${of} changed files planned`);
  });
  return { policy: path, git, since: from.toISOString(), ...done };
}

const templateIn = (text: string | null): string | null => (text !== null && isTemplate(text) ? inOneCall(text) : null);

/** A cloud of its own with nothing in it, at the commit's own time. */
const caseOf = ({ commit, path, at }: Revision, folder: string, place: { account: string; region: string }) => ({
  name: path,
  file: commit,
  place: '1:1',
  policy: null,
  world: { description: place, folder },
  sponsor: undefined,
  at,
  steps: [],
  expect: {},
  folder,
});

async function planned(
  bench: Bench,
  place: { account: string; region: string },
  stack: string,
  { before, after }: { before: string | null; after: string | null },
): Promise<Planned> {
  const known = before === null ? {} : valuesFor(before);
  const wanted = after === null ? {} : valuesFor(after, known);
  const versions = [
    ...(before === null ? [] : [{ stack, text: before, parameters: known }]),
    ...(after === null ? [] : [{ stack, text: after, parameters: wanted }]),
  ];
  exportFor(bench.prepare, place, versions);
  if (before !== null) deploy(bench.prepare, { stack, parameters: known }, before);
  if (after === null) return judged(await bench.call('plan_stack_delete', { stack }));
  if (before === null)
    return judged(await bench.call('plan_stack_create', { stack, template: after, parameters: wanted }));
  const parameters = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => known[name] !== value));
  return judged(await bench.call('plan_stack_update', { stack, template: after, parameters }));
}

function judged({ error, decision, stopping, seats, roles }: Observation): Planned {
  if (decision === 'no_change') return { decision, verdicts: [], seats: 0, roles: [] };
  if (error) {
    const guard = guardOf(error.code);
    if (guard === undefined) return { decision: 'not_planned', why: reasonOf(error) };
    // Refused by a guard before it was planned: that is an answer of the policy.
    const verdicts = [{ guard, outcome: 'deny' as const, seats: 0, message: error.message }];
    return { decision: 'denied', verdicts, seats: 0, roles: [] };
  }
  const verdicts = stopping.map(({ guard, outcome, seats: needed = outcome === 'hold' ? 1 : 0, message }) => ({
    guard,
    outcome: outcome as 'deny' | 'hold',
    seats: needed,
    message,
  }));
  const told = { decision: decision as 'pass' | 'needs_approval' | 'denied', verdicts, seats, roles };
  // A scope that is to be read and planned only so far is rehearsed as if it executed.
  return decision === 'plan_only' ? without('execution', told) : told;
}

/** The same reason of many changes is one: names and places in it differ. */
const reasonOf = ({ code, message }: Pick<CountersignError, 'code' | 'message'>): string =>
  `${code}: ${makeVisibleLine(message, 120)}`;

const NAMELESS = /^(?:template|templates|stack|stacks|main|index|cfn|infra)$/i;

/** `payments/template.yaml` is the stack `payments`. */
function namedAs(pattern: string): (path: string) => string {
  return (path) => {
    const parts = [basename(path), ...dirname(path).split('/').reverse()].map((part) => part.replace(/\..*$/, ''));
    const name = parts.find((part) => part !== '' && !NAMELESS.test(part)) ?? 'stack';
    const stack = pattern.replaceAll('{name}', name).replaceAll(/[^A-Za-z0-9-]+/g, '-');
    return stack.replace(/^[^A-Za-z]+/, '').slice(0, 100) || 'stack';
  };
}

const WORDS = {
  pass: 'would have passed',
  needs_approval: 'would have waited for approvals',
  denied: 'would have been denied',
  no_change: 'change nothing',
  not_planned: 'could not be rehearsed',
} as const;
const TOLD = 12;
const INDENT = 8;

/** @param width columns of the terminal. */
export function rehearsalText(report: RehearsalReport, width = 100): string {
  const { counts, changes, friction, notPlanned, waitedHours, nobody, since, policy } = report;
  const head = `${counted(changes.length, 'template change')} since ${since.slice(0, 10)}, under ${policy}`;
  const line = (count: number, text: string) =>
    labelled(
      String(count)
        .padStart(INDENT - 2)
        .padEnd(INDENT),
      INDENT,
      text,
      width,
    );
  const shown = friction.slice(0, TOLD);
  return [
    ...labelled('', 0, head, width).map((line) => styleText('bold', line)),
    ...(changes.length === 0 ? ['No template was changed in that time. Check --git, --since and --path.'] : []),
    ...Object.entries(WORDS).flatMap(([decision, words]) => {
      const count = counts[decision as Planned['decision']];
      return count === 0 ? [] : line(count, words);
    }),
    ...(counts.needs_approval > 0
      ? [
          '',
          ...labelled(
            '',
            0,
            `Until another person was at work, by the commits’ own times: ${hours(waitedHours)} in all${nobody > 0 ? `; for ${counted(nobody, 'change')} it would have been longer than a week` : ''}.`,
            width,
          ),
        ]
      : []),
    ...(shown.length > 0 ? ['', styleText('bold', 'Guards that stopped changes, worst first')] : []),
    ...shown.flatMap((one) => frictionLines(one, line)),
    ...(notPlanned.length > 0 ? ['', styleText('bold', 'Why changes could not be rehearsed')] : []),
    ...notPlanned.slice(0, TOLD).flatMap(({ why, changes: count }) => line(count, why)),
  ].join('\n');
}

const hours = (count: number): string => (count >= 10 ? `${Math.round(count)} hours` : `${count.toFixed(1)} hours`);

/** A structural guard observes nothing; these are what a policy says in its place. */
const STRUCTURAL: Record<string, string> = {
  approval: 'fewer approvals in this environment, or more people with the roles,',
  scope: 'a scope for these stacks',
};

function liftOf(guard: string, { pass, fewer }: Friction['lifted']): string {
  const isStructural = guards.some(({ name, structural }) => name === guard && structural);
  const edit = isStructural ? STRUCTURAL[guard] : `guards: { ${guard}: { mode: observe } }`;
  if (edit === undefined) return 'it is part of every policy';
  if (pass + fewer === 0) return 'lifting it alone would change none of these';
  return `${edit} would let ${pass} pass${fewer > 0 ? ` and ask less of ${fewer}` : ''}`;
}

function frictionLines(
  { guard, outcome, changes, waitedHours, lifted, example }: Friction,
  line: (count: number, text: string) => string[],
): string[] {
  const what = outcome === 'deny' ? 'denied' : `held${waitedHours > 0 ? `, ${hours(waitedHours)}` : ''}`;
  return [
    ...line(changes, `${guard} ${what}; ${liftOf(guard, lifted)}`),
    ...line(0, `${example.path} at ${example.commit.slice(0, 10)}: ${makeVisibleLine(example.message, 200)}`).map(
      (text) => text.replace(/^ +0 /, (zero) => ' '.repeat(zero.length)),
    ),
  ];
}
