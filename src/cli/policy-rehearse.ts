/** `policy rehearse`: what a policy would have meant for the template changes that a team made, before it is adopted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { styleText } from 'node:util';
import { guards } from '../../guards/index.ts';
import { programPath } from '../config.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { guardOf } from '../core/verdict.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import {
  type Friction,
  type Planned,
  type Rehearsal,
  type Revision,
  rehearse,
  without,
} from '../policy-lab/rehearse/rehearse.ts';
import type { Observation } from '../policy-lab/test/observe.ts';
import { deployTools } from '../sandbox/deploy-tools.ts';
import {
  deploy,
  exportFor,
  isTemplate,
  isTooLong,
  nameValues,
  newValues,
  REHEARSAL_BUCKET,
  storeTemplate,
  valuesFor,
} from '../sandbox/rehearsal.ts';
import { SANDBOX_ACCOUNT } from '../sandbox/world.ts';
import { historyOf } from './git-history.ts';
import { labelled } from './labelled.ts';
import { type OpenedBench, openBench } from './policy-bench.ts';

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
  const policy = withBucket(loadPolicy(path, guards, now));
  if (policy.people.length === 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `${path} lists no people, so every change would be denied for want of a sponsor, whatever it does.`,
      'List at least one person under people: their name is enough to rehearse.',
    );
  const [account] = Object.values(policy.file.accounts).filter(({ management }) => !management);
  const place = { account: String(account?.id ?? SANDBOX_ACCOUNT), region: account?.regions[0] ?? 'eu-west-1' };
  const tools = deployTools(place.region, programPath());
  const plan = async (revision: Revision, stack: string): Promise<Planned | undefined> => {
    const { before, after } = { before: templateIn(revision.before), after: templateIn(revision.after) };
    if (before === null && after === null) return undefined;
    const home = mkdtempSync(join(tmpdir(), 'countersign-rehearsal-'));
    let bench: OpenedBench | undefined;
    try {
      bench = await openBench(caseOf(revision, home, place), { home, policy: path, loaded: policy, guards });
      const [was, is] = await Promise.all([before, after].map(async (text) => text && (await tools.sent(text))));
      return await planned(bench, place, stack, { before: was ?? null, after: is ?? null });
    } catch (error) {
      if (error instanceof CountersignError) return { decision: 'not_planned', why: reasonOf(error) };
      throw error;
    } finally {
      bench?.close();
      rmSync(home, { recursive: true, force: true });
    }
  };
  try {
    const done = await rehearse(historyOf(git, from, files), plan, namedAs(stackName), (index, of) => {
      if (index > 0 && index % PROGRESS_EVERY === 0) tell(`${index} of ${of} changed files planned`);
    });
    return { policy: path, git, since: from.toISOString(), ...done };
  } finally {
    await tools.close();
  }
}

/** Of the simulated cloud: a template that is too long for a call is planned from there. */
function withBucket(policy: Policy): Policy {
  const accounts = Object.entries(policy.file.accounts).map(([alias, account]) => [
    alias,
    { ...account, template_buckets: [...account.template_buckets, REHEARSAL_BUCKET] },
  ]);
  return { ...policy, file: { ...policy.file, accounts: Object.fromEntries(accounts) } };
}

const templateIn = (text: string | null): string | null => (text !== null && isTemplate(text) ? text : null);

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
  bench: OpenedBench,
  place: { account: string; region: string },
  stack: string,
  { before, after }: { before: string | null; after: string | null },
): Promise<Planned> {
  const was = before === null ? null : { stack, text: before, parameters: valuesFor(before) };
  const is = after === null ? null : { stack, text: after, parameters: valuesFor(after, was?.parameters) };
  const versions = [was, is].filter((version) => version !== null);
  const fileOf = (text: string) => (isTooLong(text) ? bench.fill((world) => storeTemplate(world, text)) : undefined);
  exportFor(bench.prepare, place, versions);
  bench.fill((world) => nameValues(world, place.region, versions));
  if (was) deploy(bench.prepare, was, was.text, fileOf(was.text));
  if (!is) return judged(await bench.call('plan_stack_delete', { stack }));
  const file = fileOf(is.text);
  const sent = file === undefined ? { template: is.text } : { template_file: file };
  if (!was) return judged(await bench.call('plan_stack_create', { stack, ...sent, parameters: is.parameters }));
  return judged(await bench.call('plan_stack_update', { stack, ...sent, parameters: newValues(was, is) }));
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
  `${code}: ${makeVisibleLine(message.replace(/\bhttps?:\/\/[^\s,;)]*[^\s,;):.]/g, 'URL'), 200)}`;

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
