/** `show`: the change as the cloud computed it, worst first, for the person who is to sign. */
import type { OpenBundle } from '../approvals/bundle.ts';
import { buildStatement } from '../approvals/statement.ts';
import { withMarks } from '../approvals/unsigned.ts';
import { checkedThen } from '../approvals/verify-recorded.ts';
import type { Change } from '../core/change.ts';
import { commandFor } from '../core/command-line.ts';
import { CountersignError } from '../core/errors.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Plan } from '../core/plan.ts';
import { escapeInvisible, makeVisibleLine } from '../core/render-safe.ts';
import { wayBackOf } from '../core/taking-back.ts';
import type { WayBack } from '../core/way-back.ts';
import type { StateFolder } from '../folder.ts';
import { providerHosts } from '../providers/hosts.ts';
import { changePage } from '../render/change-page.ts';
import { layOut, type Row, type Section } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import { namedIn, type Subject } from '../render/subject.ts';
import { paint } from './paint.ts';
import { underPolicyOfNow } from './under-policy.ts';
import { peopleNow, personHere } from './who-is-here.ts';

/** Without a terminal: what most are as wide as. */
const USUAL_WIDTH = 80;

export async function showStatement(
  folder: StateFolder,
  changeId: string,
  person: string | undefined,
  decision: 'approve' | 'reject',
  reason?: string,
): Promise<string> {
  const change = await folder.changes.find(changeId);
  const name = person ?? personHere(await peopleNow(folder), folder.config);
  if (!name)
    throw new CountersignError(
      'INPUT_INVALID',
      'No person given.',
      'Add --as NAME, the name of the person in the policy who will sign.',
    );
  return buildStatement(change, (await folder.changes.plan(change.planId)).plan, name, decision, { reason });
}

/** What never changes of a plan. */
export async function planAndPicture(
  { changes }: Pick<StateFolder, 'changes'>,
  planId: string,
): Promise<Pick<Subject, 'plan' | 'picture'>> {
  const { plan } = await changes.plan(planId);
  return { plan, picture: await changes.picture(plan) };
}

/** A change with all that is told of it. @param read for who reads plans more than once. */
export async function subjectOf(
  folder: StateFolder,
  changeId: string,
  now = new Date(),
  read = (planId: string) => planAndPicture(folder, planId),
): Promise<Subject> {
  const change = await folder.changes.find(changeId);
  const { plan, picture } = await read(change.planId);
  const isUnknown = change.state === 'unknown' || change.abandoned;
  return {
    change,
    plan,
    picture,
    knownAccounts: await accountsKnown(folder, { plan, picture, hosts: providerHosts }),
    hosts: providerHosts,
    now,
    signatureNotes: await signatureNotes(folder, change, plan),
    policyOfNow: Object.values(await underPolicyOfNow(folder, changeId)).filter((text) => text !== null),
    wayBack: change.outcome
      ? await wayBackOf(folder.ledger, (await import('../providers/index.ts')).providerRules, change, plan)
      : null,
    whereToLook: isUnknown ? (await folder.whole()).cloud.whereToLook(change.target) : [],
  };
}

/** Those of the policy, where the change names an account of others at all. */
async function accountsKnown(folder: StateFolder, told: Pick<Subject, 'plan' | 'picture' | 'hosts'>) {
  const named = namedIn({ ...told, knownAccounts: [] });
  if (!named.some(({ kind }) => kind === 'account')) return [];
  const { policyFile } = await folder.whole();
  return Object.values(policyFile?.file.accounts ?? {}).map(({ id }) => id);
}

/** What is to be said of each signature besides who made it; none of one that is good. */
async function signatureNotes(folder: StateFolder, change: Change, plan: Plan): Promise<Map<number, string>> {
  const notes = new Map<number, string>();
  if (change.approvals.length === 0) return notes;
  const { directoryAt } = await import('../policy/directory.ts');
  for (const approval of change.approvals) {
    const check = await checkedThen(approval, change, plan, (seq) => directoryAt(folder.ledger, seq, null));
    if (check === 'not_checked')
      notes.set(approval.seq, 'not checked: no policy was adopted here when the signature was made');
    else if (check !== 'good') notes.set(approval.seq, `NOT GOOD: ${makeVisibleLine(check.problem)}`);
  }
  return notes;
}

export async function show(folder: StateFolder, changeId: string, width?: number): Promise<string> {
  return renderChange(await subjectOf(folder, changeId), width);
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
export function renderBundle(opened: OpenBundle, file: string, width = USUAL_WIDTH): string {
  const { madeAt, ledger } = opened;
  const subject = withMarks(opened.subject);
  const { id, state } = subject.change;
  const command = (text: string): Row => ({ indent: 2, text, command: true });
  const from: Row = {
    text: `From a bundle of ${makeVisibleLine(ledger, 80)}, made ${absoluteTime(madeAt)} (unsigned). Your signature covers the plan, its values, sponsor, goal, reason, times and what guards held; it does not cover what is marked (unsigned), how many guards passed, and how the change stands, which may have changed since.`,
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

export const bundleData = ({ subject }: OpenBundle) => dataOf(withMarks(subject));

export function whatNow({ change, plan, wayBack, whereToLook }: Subject): Section[] {
  const { id, state, abandoned } = change;
  const command = (text: string): Row => ({ indent: 2, text, command: true });
  if (state === 'approved')
    return [{ key: 'next', title: 'TO EXECUTE', rows: [command(commandFor(plan, `execute ${id}`))] }];
  if (state === 'unknown' || abandoned)
    return [{ key: 'next', title: 'THE OUTCOME IS NOT KNOWN', rows: lookThere(change, plan, whereToLook ?? []) }];
  if (wayBack) return [undoing(wayBack, plan)];
  if (state !== 'pending') return [];
  return [
    { key: 'next', title: 'TO SIGN', rows: [command(`countersign approve ${id}`)] },
    { key: 'next', title: 'TO REFUSE', rows: [command(`countersign reject ${id}`)] },
  ];
}

/** A way back is a change of its own: planned, judged and signed like any other. */
function undoing({ calls, told }: WayBack, plan: Plan): Section {
  const note: Row[] = told === '' ? [] : [{ indent: 2, text: makeVisibleLine(told, Number.POSITIVE_INFINITY) }];
  if (calls.length === 0) return { key: 'next', title: 'CANNOT BE UNDONE', rows: note };
  return {
    key: 'next',
    title: 'TO PLAN THE WAY BACK (a new change, with guards and approvals of its own)',
    rows: [
      ...calls.map(({ tool, input }) => ({
        indent: 2,
        text: `echo '${shellQuoted(JSON.stringify(input))}' | ${commandFor(plan, `tool ${tool} --input -`)}`,
        command: true as const,
      })),
      ...note,
    ],
  };
}
const shellQuoted = (text: string) => escapeInvisible(text).replaceAll("'", "'\\''");

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
