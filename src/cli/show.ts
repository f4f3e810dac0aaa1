/** `show`: the change as the cloud computed it, worst first, for the person who is to sign. */
import { styleText } from 'node:util';
import { buildStatement } from '../approvals/statement.ts';
import { checkedThen } from '../approvals/verify-recorded.ts';
import type { App } from '../compose.ts';
import { describeVerdicts } from '../core/answer.ts';
import type { Change } from '../core/change.ts';
import { compareWorstFirst, type Effect, effectName } from '../core/effect.ts';
import { CountersignError } from '../core/errors.ts';
import { judgeAll } from '../core/guard.ts';
import type { Plan, Target } from '../core/plan.ts';
import type { ProviderRules } from '../core/ports.ts';
import { makeVisible, makeVisibleLine } from '../core/render-safe.ts';
import { isStricter, signatures } from '../core/verdict.ts';
import { fillSeats } from '../people/seats.ts';

const COLOURS = { reversible: 'green', recoverable: 'yellow', irreversible: 'red', unknown: 'red' } as const;

export async function showStatement(
  app: App,
  changeId: string,
  person: string | undefined,
  decision: 'approve' | 'reject',
): Promise<string> {
  const change = await app.changes.find(changeId);
  if (!person)
    throw new CountersignError(
      'INPUT_INVALID',
      'Whose statement?',
      'Add --as NAME, the name of the person in the policy who will sign.',
    );
  return buildStatement(change, (await app.changes.plan(change.planId)).plan, person, decision);
}

export async function show(app: App, changeId: string): Promise<string> {
  const change = await app.changes.find(changeId);
  const { plan } = await app.changes.plan(change.planId);
  return renderChange(change, plan, app.cloud, await signatureNotes(app, change, plan));
}

/** What is to be said of each signature besides who made it; none of one that is good. */
async function signatureNotes(app: App, change: Change, plan: Plan): Promise<Map<number, string>> {
  const notes = new Map<number, string>();
  for (const approval of change.approvals) {
    const check = await checkedThen(approval, change, plan, app.directoryAt);
    if (check === 'not_checked') notes.set(approval.seq, 'not checked: no policy was adopted here when it was made');
    else if (check !== 'good') notes.set(approval.seq, `NOT GOOD: ${makeVisibleLine(check.problem)}`);
  }
  return notes;
}

/** Of an open change whose policy was replaced meanwhile. `refuses`: now, which can pass; `asks`: for more to sign. */
export async function underPolicyOfNow(
  app: App,
  changeId: string,
): Promise<{ refuses: string | null; asks: string | null }> {
  const change = await app.changes.find(changeId);
  const isOpen = change.state === 'pending' || change.state === 'approved';
  if (!isOpen || change.policyDigest === (await app.policy.digest()) || (await app.policy.standing()) !== 'adopted')
    return { refuses: null, asks: null };
  const { plan } = await app.changes.plan(change.planId);
  const judge = await app.policy.judgeFor(plan, 'execute', change.goal, change);
  const judgement = judgeAll(judge.guards, plan, judge.facts);
  const denials = judgement.verdicts.filter(({ outcome }) => outcome === 'deny').map(({ message }) => message);
  const signed = { ...change.judgement, decision: judgement.decision };
  return {
    refuses: denials.length === 0 ? null : `The policy of now refuses this: ${makeVisibleLine(denials.join(' '))}`,
    asks: isStricter(judgement, signed)
      ? `The policy of now asks for ${signatures(judgement.seats)}${judgement.roles.length > 0 ? ` (${judgement.roles.join(', ')})` : ''}: this is not executed as it is.`
      : null,
  };
}

/** Everything a person needs to decide. SECURITY: no line of it is the agent's but those that say so. */
export function renderChange(
  change: Change,
  plan: Plan,
  provider: ProviderRules,
  notes: ReadonlyMap<number, string> = new Map(),
): string {
  const { target } = change;
  return [
    heading(`${change.id}  ${change.state}${change.explanation ? ` (${makeVisibleLine(change.explanation)})` : ''}`),
    `${target.kind} ${makeVisibleLine(target.name)} in ${target.account}/${target.region} · ${change.environment} · assurance ${change.assurance}`,
    `sponsor ${change.sponsor ?? 'nobody'} (claimed) · goal ${change.goal}`,
    ...agentsWords(change),
    '',
    heading(`What it does (${plan.effects.length}), worst first`),
    ...[...plan.effects].sort(compareWorstFirst).flatMap(effectLines),
    '',
    heading('Calls that would be made'),
    ...plan.calls.map(
      ({ service, operation, input }) => `  ${service}:${operation} ${makeVisibleLine(JSON.stringify(input), 300)}`,
    ),
    '',
    heading('Guards'),
    ...verdictLines(change),
    '',
    ...seatLines(change, notes),
    `digest ${change.digest}`,
    `approve by ${change.approveBy}${change.executeBy ? `, execute by ${change.executeBy}` : ''}`,
    ...(change.outcome
      ? [`outcome ${change.outcome.state}: ${makeVisibleLine(change.outcome.detail)} (${change.outcome.credentials})`]
      : []),
    ...whatNow(change, provider),
  ].join('\n');
}

const heading = (text: string) => styleText('bold', text);

/** Each line carries the mark: text with line breaks of its own cannot pose as ours. */
function agentsWords({ agent, reason, ticket }: Change): string[] {
  const said = [...makeVisible(reason).split('\n'), ...(ticket === null ? [] : [`ticket ${makeVisibleLine(ticket)}`])];
  return [
    `the agent${agent === null ? '' : ` (it calls itself “${makeVisibleLine(agent, 80)}”)`} says:`,
    ...said.map((line) => `  agent│ ${line}`),
  ];
}

const INDENT = ' '.repeat(15);

function effectLines(effect: Effect): string[] {
  const { kind, type, physicalId, reversibility, interrupts } = effect;
  return [
    `  ${styleText(COLOURS[reversibility], reversibility.padEnd(12))} ${kind.padEnd(9)} ${makeVisibleLine(effectName(effect))}  ${makeVisibleLine(type)}${physicalId ? `  ${makeVisibleLine(physicalId)}` : ''}${interrupts === 'no' ? '' : `  interrupts: ${interrupts}`}`,
    `${INDENT}${makeVisibleLine(effect.why)}`,
    ...effect.properties.map(
      ({ path, before, after }) =>
        `${INDENT}${makeVisibleLine(path)}: ${makeVisibleLine(before ?? '–')} → ${makeVisibleLine(after ?? '–')}`,
    ),
    ...effect.marks.map(({ kind: mark, text }) => `${INDENT}${styleText('yellow', mark)} ${makeVisibleLine(text)}`),
  ];
}

function verdictLines({ judgement }: Change): string[] {
  const verdicts = describeVerdicts(judgement);
  if (verdicts.length === 0) return ['  all passed'];
  return verdicts.map(
    ({ code, outcome, seats, message }) =>
      `  ${outcome.padEnd(5)} ${code}${seats === undefined ? '' : ` (seats: ${seats})`}  ${message}`,
  );
}

export function seatsOf(change: Change) {
  const { seats: needed, roles } = change.judgement;
  return { needed, roles, ...fillSeats({ needed, roles, excluded: change.excluded }, change.approvals) };
}

function seatLines(change: Change, notes: ReadonlyMap<number, string>): string[] {
  const { needed, roles, filledBy, missingRoles } = seatsOf(change);
  return [
    `seats ${filledBy.length} of ${needed}${roles.length > 0 ? `, a person for each of: ${roles.join(', ')}` : ''}${missingRoles.length > 0 ? ` (missing: ${missingRoles.join(', ')})` : ''}`,
    ...change.approvals.map(
      ({ person, keyFingerprint, userVerified, at, seq }) =>
        `  ${person} signed ${at} with ${keyFingerprint}${userVerified === undefined ? '' : userVerified ? ' (touched, user verified)' : ' (touched)'}${notes.has(seq) ? `, ${notes.get(seq)}` : ''}`,
    ),
    `  excluded: ${change.excluded.join(', ') || 'nobody'}`,
  ];
}

function whatNow({ id, state, abandoned, target }: Change, provider: ProviderRules): string[] {
  if (state === 'approved') return ['', `To execute: countersign execute ${id}`];
  if (state === 'unknown' || abandoned) return ['', ...lookThere(target, provider)];
  if (state !== 'pending') return [];
  return [
    '',
    `To sign: countersign approve ${id} --key ~/.ssh/id_ed25519     To refuse: countersign reject ${id} --key …`,
  ];
}

/** Of a change whose outcome is not known. */
function lookThere(target: Target, { whereToLook }: ProviderRules): string[] {
  return [
    'Do not repeat it, here or by other means: it may have happened. Look at what is there:',
    ...whereToLook(target).map((line) => `  ${line}`),
    'Nothing else is executed on this target until then; what is missing is planned anew, from what is there.',
  ];
}
