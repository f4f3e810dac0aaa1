/** How a change stands: where it is, what it needs, by when, and for whom it was asked. */

import { sponsorIs } from '../core/assurance.ts';
import { type Change, onePersonLabels } from '../core/change.ts';
import { ASKED_PROOF_TEXTS, PROOF_TEXTS, type Proof, proofOf } from '../core/proof.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals } from '../core/verdict.ts';
import { seatsOf } from '../people/seats.ts';
import { type Row, rowOf } from './layout.ts';
import type { Subject } from './subject.ts';
import { timeAgo, timeLeft } from './time.ts';

export function describeState({ change, now, signatureNotes: notes }: Subject): Row[] {
  const { target, environment, state, id, explanation, assurance, sponsor, goal } = change;
  const line = (text: string) => makeVisibleLine(text, Number.POSITIVE_INFINITY);
  const told = explanation?.startsWith(state)
    ? line(explanation)
    : [state, ...(explanation ? [line(explanation)] : [])].join(': ');
  return [
    rowOf([environment.toUpperCase(), `${line(target.account)}/${line(target.region)}`, id, told]),
    rowOf(seatsParts(change)),
    ...onePersonLabels(change).map(
      (text): Row => ({ text: line(text.toUpperCase().slice(0, 1) + text.slice(1)), tone: 'warn' }),
    ),
    ...change.approvals.map(
      ({ person, keyFingerprint, userVerified, at, seq, isVoid }): Row => ({
        indent: 2,
        text: `${line(person)} signed ${timeAgo(at, now)} with ${keyText(keyFingerprint, proofOf({ userVerified }))}${isVoid ? ', DOES NOT COUNT: the policy no longer lists this key' : ''}${notes?.has(seq) ? `, ${notes.get(seq)}` : ''}`,
      }),
    ),
    ...clockRows(change, now),
    rowOf([
      `asked by ${sponsor === null ? 'no sponsor' : `${line(sponsor)} (${sponsorIs(change)})`}`,
      `goal ${goal}`,
      `assurance ${line(assurance)}`,
    ]),
    ...(change.outcome
      ? [{ text: `outcome ${change.outcome.state}: ${line(change.outcome.detail)} (${change.outcome.credentials})` }]
      : []),
    ...change.differs.map(
      (text): Row => ({ indent: 2, text: `differs from what was signed: ${line(text)}`, tone: 'warn' }),
    ),
    ...notLimitedRows(change),
    { text: `digest ${change.digest}`, tone: 'quiet' as const },
  ];
}

const keyText = (fingerprint: string, proof: Proof): string =>
  proof === 'software' ? `the software key ${fingerprint}` : `${fingerprint} (${PROOF_TEXTS[proof]})`;

/** What a person needs to know of a session that was limited: where the limits end. */
function notLimitedRows({ rights }: Change): Row[] {
  if (!rights || rights.notLimited.length === 0) return [];
  const inputs = rights.notLimited.map((input) => makeVisibleLine(input)).join(', ');
  return [{ indent: 2, text: `the session of its calls could not be limited in: ${inputs}`, tone: 'quiet' as const }];
}

function seatsParts(change: Change): string[] {
  const { needed, roles, filledBy, missingRoles } = seatsOf(change, change.approvals);
  const asked = ASKED_PROOF_TEXTS[change.proof ?? 'software'];
  return [
    `approvals ${filledBy.length} of ${needed}`,
    ...(needed === 0
      ? ['needs none']
      : [
          `needs ${countedApprovals(needed)}${asked && ` ${asked}`}${roles.length > 0 ? `, ${roles.join(' and ')} among them` : ''}`,
        ]),
    ...(missingRoles.length > 0 ? [`missing: ${missingRoles.join(', ')}`] : []),
    `cannot approve: ${change.excluded.join(', ') || 'none'}`,
  ];
}

function clockRows({ state, approveBy, executeBy, executeFrom }: Change, now: Date): Row[] {
  if (state === 'pending') return [{ text: `to approve: ${timeLeft(approveBy, now)}` }];
  if (executeFrom && state === 'approved' && now.getTime() < Date.parse(executeFrom))
    return [{ text: `waits: ${timeLeft(executeFrom, now)}` }];
  if (executeBy && state === 'approved') return [{ text: `to execute: ${timeLeft(executeBy, now)}` }];
  return [];
}
