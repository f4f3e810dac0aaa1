/** `show`: the change as the cloud computed it, worst first, for the person who is to sign. */
import { styleText } from 'node:util';
import type { OpenBundle } from '../approvals/bundle.ts';
import { buildStatement } from '../approvals/statement.ts';
import { checkedThen } from '../approvals/verify-recorded.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Person } from '../people/person.ts';
import { mapsTo } from '../people/sign-in.ts';
import { changePage } from '../render/change-page.ts';
import { layOut, type Row, type Section, type Tone } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import { namedIn, type Subject } from '../render/subject.ts';
import { commandFor } from './command.ts';
import { underPolicyOfNow } from './under-policy.ts';

/** Without a terminal: what most are as wide as. */
const USUAL_WIDTH = 80;

export async function showStatement(
  app: App,
  changeId: string,
  person: string | undefined,
  decision: 'approve' | 'reject',
): Promise<string> {
  const change = await app.changes.find(changeId);
  const name = person ?? personHere(app.policyFile?.people ?? [], app.config);
  if (!name)
    throw new CountersignError(
      'INPUT_INVALID',
      'No person given.',
      'Add --as NAME, the name of the person in the policy who will sign.',
    );
  return buildStatement(change, (await app.changes.plan(change.planId)).plan, name, decision);
}

/**
 * Without a name: the person that is signed in here, else the one that this process works for (a forced command of ssh
 * sets it). It decides only for whom a statement is made: the signature has to be by a key of theirs.
 */
export const personHere = (people: readonly Person[], { actsAs, sponsor }: App['config']): string | undefined =>
  (people.find((one) => actsAs.some((actor) => mapsTo(one, actor))) ?? people.find(({ name }) => name === sponsor))
    ?.name;

/** What never changes of a plan. */
export async function planAndPicture({ changes }: App, planId: string): Promise<Pick<Subject, 'plan' | 'picture'>> {
  const { plan } = await changes.plan(planId);
  return { plan, picture: await changes.picture(plan) };
}

/** A change with all that is told of it. @param read for who reads plans more than once. */
export async function subjectOf(
  app: App,
  changeId: string,
  now = new Date(),
  read = (planId: string) => planAndPicture(app, planId),
): Promise<Subject> {
  const change = await app.changes.find(changeId);
  const { plan, picture } = await read(change.planId);
  const knownAccounts = Object.values(app.policyFile?.file.accounts ?? {}).map(({ id }) => id);
  return {
    change,
    plan,
    picture,
    knownAccounts,
    now,
    signatureNotes: await signatureNotes(app, change, plan),
    policyOfNow: Object.values(await underPolicyOfNow(app, changeId)).filter((text) => text !== null),
    whereToLook: app.cloud.whereToLook(change.target),
  };
}

/** What is to be said of each signature besides who made it; none of one that is good. */
async function signatureNotes(app: App, change: Change, plan: Plan): Promise<Map<number, string>> {
  const notes = new Map<number, string>();
  for (const approval of change.approvals) {
    const check = await checkedThen(approval, change, plan, app.directoryAt);
    if (check === 'not_checked')
      notes.set(approval.seq, 'not checked: no policy was adopted here when the signature was made');
    else if (check !== 'good') notes.set(approval.seq, `NOT GOOD: ${makeVisibleLine(check.problem)}`);
  }
  return notes;
}

export async function show(app: App, changeId: string, width?: number): Promise<string> {
  return renderChange(await subjectOf(app, changeId), width);
}

/** All of it, as data: the change, its plan, the values before and after, and what is newly named. */
export function dataOf(subject: Subject) {
  const { change, plan, picture } = subject;
  return { change, plan, picture, summary: sentenceOf(plan), newly_named: namedIn(subject) };
}

export function renderChange(subject: Subject, width = process.stdout.columns ?? USUAL_WIDTH): string {
  return layOut([...changePage(subject), ...whatNow(subject)], width, paint).join('\n');
}

/** The same page, from a file; what there is to type is for this machine and the one with the ledger. */
export function renderBundle({ subject, madeAt, ledger }: OpenBundle, file: string, width = USUAL_WIDTH): string {
  const { id, state } = subject.change;
  const command = (text: string): Row => ({ indent: 2, text, command: true });
  const from: Row = {
    text: `From a bundle of ${makeVisibleLine(ledger, 80)}, made ${absoluteTime(madeAt)}: how the change stands may have changed since.`,
    own: true,
  };
  const sign: Row[] = [
    command(`countersign approve ${file} > signature`),
    { text: 'Then, where the ledger is:', own: true },
    command(`countersign approve ${id} --signature signature`),
  ];
  const sections: Section[] = [...changePage(subject), { key: 'next', title: 'THIS IS A BUNDLE', rows: [from] }];
  if (state === 'pending') sections.push({ key: 'next', title: 'TO SIGN', rows: sign });
  return layOut(sections, width, paint).join('\n');
}

const STYLES = { strong: 'bold', good: 'green', warn: 'yellow', bad: 'red', quiet: 'dim' } as const;
const paint = (tone: Tone, text: string): string => (tone === 'plain' ? text : styleText(STYLES[tone], text));

export function whatNow({ change, plan, whereToLook }: Subject): Section[] {
  const { id, state, abandoned } = change;
  const command = (text: string): Row => ({ indent: 2, text, command: true });
  if (state === 'approved')
    return [{ key: 'next', title: 'TO EXECUTE', rows: [command(commandFor(plan, `execute ${id}`))] }];
  if (state === 'unknown' || abandoned)
    return [{ key: 'next', title: 'THE OUTCOME IS NOT KNOWN', rows: lookThere(change, plan, whereToLook ?? []) }];
  if (state !== 'pending') return [];
  return [
    { key: 'next', title: 'TO SIGN', rows: [command(`countersign approve ${id}`)] },
    { key: 'next', title: 'TO REFUSE', rows: [command(`countersign reject ${id}`)] },
  ];
}

/** Of a change whose outcome is not known. */
function lookThere({ id, abandoned }: Change, plan: Plan, commands: readonly string[]): Row[] {
  const command = (text: string): Row => ({ indent: 2, text, command: true });
  return [
    {
      text: 'Do not repeat it, here or elsewhere: the change may have taken effect. Look for its outcome, and record it, with:',
      own: true,
    },
    command(commandFor(plan, `reconcile ${id}`)),
    { text: 'If that finds no outcome, check the current state and sign the change off with:', own: true },
    ...commands.map(command),
    command(`countersign close ${id} --reason TEXT --key KEY`),
    ...(abandoned ? [{ text: 'Until then, nothing else can be executed on this target.', own: true as const }] : []),
    { text: 'Then plan whatever is still missing.', own: true },
  ];
}
