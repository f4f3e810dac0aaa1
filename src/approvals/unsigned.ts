/**
 * A change as a second device shows it: each text that no signature covers stands behind a mark, or is left out.
 *
 * Covered are what the digest of the change and the summary in the statement are made of: plan, values before and after,
 * sponsor, goal, reason, approvals needed, times, and what guards held. Everything else is whoever's made the bundle.
 */
import type { Change } from '../core/change.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Subject } from '../render/subject.ts';

const MARK = '(unsigned)';
const unsigned = (text: string): string => `${MARK} ${text}`;
const orNone = (text: string | null): string | null => (text === null ? null : unsigned(text));

/** @param subject of a bundle that was opened. Statements are made of the bundle itself, never of this. */
export function withMarks<S extends Subject>(subject: S): S {
  const { change, plan, signatureNotes, policyOfNow = [] } = subject;
  return {
    ...subject,
    change: markedChange(change),
    plan: { ...plan, notes: plan.notes.map(unsigned), agent: orNone(plan.agent) },
    // An account is known where the policy is, and nowhere else.
    knownAccounts: [],
    policyOfNow: policyOfNow.map(unsigned),
    whereToLook: [],
    wayBack: null,
    signatureNotes: new Map(
      change.approvals.map(({ seq }) => [seq, `not verified here ${MARK} ${signatureNotes?.get(seq) ?? ''}`.trim()]),
    ),
  };
}

function markedChange(change: Change): Change {
  const { ticket, agent, excluded, explanation, outcome, differs, rights, approvals, judgement } = change;
  return {
    ...change,
    ticket: orNone(ticket),
    agent: orNone(agent),
    excluded: excluded.map(unsigned),
    explanation: orNone(explanation),
    // Nothing is proven here.
    assurance: 'L0',
    approvals: approvals.map((one) => ({
      ...one,
      person: unsigned(one.person),
      keyFingerprint: unsigned(one.keyFingerprint),
    })),
    outcome: outcome && { ...outcome, detail: unsigned(outcome.detail) },
    differs: differs.map(unsigned),
    rights: rights && { ...rights, notLimited: rights.notLimited.map(unsigned) },
    judgement: { ...judgement, verdicts: judgement.verdicts.map(markedVerdict) },
  };
}

/** Of what was held the statement has the words, and the resources that they are about. */
function markedVerdict(verdict: Verdict): Verdict {
  const { outcome, message, exceptions } = verdict;
  const isCovered = outcome === 'hold' || outcome === 'deny';
  return {
    ...verdict,
    message: isCovered ? message : unsigned(message),
    ...(exceptions ? { exceptions: exceptions.map(unsigned) } : {}),
  };
}
