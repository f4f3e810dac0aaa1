/**
 * The look immediately before executing: is what was signed still so?
 *
 * INVARIANT: only a difference in what was signed or judged ends a change. What the shell or the hour got wrong
 * (credentials, network, permissions, a halt, a freeze, a full ledger) refuses the command, and the signatures stay.
 */
import { type Directories, recordedSigners } from '../approvals/verify-recorded.ts';
import { type Change, whyNotAlone } from '../core/change.ts';
import { commandFor } from '../core/command-line.ts';
import { CountersignError, type ErrorCode } from '../core/errors.ts';
import { judgeAll } from '../core/guard.ts';
import { absoluteTime } from '../core/instant.ts';
import { mintPlanningPermit, revokePermit } from '../core/permit.ts';
import { type Plan, planDifferences } from '../core/plan.ts';
import type { PolicyPort, Provider } from '../core/ports.ts';
import { ASKED_PROOF_TEXTS, strictestProof } from '../core/proof.ts';
import { countedApprovals, guardCode, isStricter, remediesOf } from '../core/verdict.ts';
import type { Person } from '../people/person.ts';

export interface RecheckPorts {
  policy: PolicyPort;
  people: readonly Person[];
  /** Who was known when an event was appended. */
  directoryAt: Directories['at'];
  cloud: Provider;
}

/** @returns why it ends as stale; null: it may leave. @throws what refuses the command and leaves the change approved. */
export async function whyStale(ports: RecheckPorts, change: Change, plan: Plan): Promise<string | null> {
  if (plan.digest !== change.planDigest) return 'The stored plan differs from the plan that was signed.';
  const signers = await recordedSigners(change, plan, { now: ports.people, at: ports.directoryAt });
  if (signers.problem) return signers.problem;
  if (!ports.policy.isFilled(change, signers.approvals))
    return 'The policy no longer lists the key of an approver, so the change does not have enough approvals.';
  const alone = whyNotAlone(change, ports.policy.onePerson());
  if (alone !== null) return alone;
  const proof = strictestProof(change.proof, ports.policy.proofFor(plan));
  if (!ports.policy.isFilled({ ...change, proof }, signers.approvals))
    return `The policy now requires approvals ${ASKED_PROOF_TEXTS[proof]}.`;
  let live: Awaited<ReturnType<Provider['recompute']>>;
  const permit = mintPlanningPermit(plan.target.account, plan.target.region);
  try {
    live = await ports.cloud.recompute(plan, permit);
  } catch (error) {
    if (error instanceof CountersignError && isAboutTheTarget(error.code))
      return `The effects of the plan cannot be computed again: ${error.message}`;
    throw leftApproved(error, change, plan);
  } finally {
    revokePermit(permit);
  }
  const current: Plan = { ...plan, ...live };
  const judge = await ports.policy.judgeFor(current, 'execute', change.goal, change);
  const differences = planDifferences(plan, live);
  const judgement = judgeAll(judge.guards, current, { ...judge.facts, differences });
  const denials = judgement.verdicts.filter(({ outcome }) => outcome === 'deny');
  const lasting = denials.filter(({ guard }) => !judge.transient.has(guard));
  if (lasting.length > 0) return lasting.map(({ message }) => message).join(' ');
  const [passing] = denials;
  if (passing) {
    const told = denials.map(({ message }) => message).join(' ');
    throw leftApproved(new CountersignError(guardCode(passing.guard), told, remediesOf(passing)), change, plan);
  }
  return isStricter(judgement, change.judgement)
    ? `The policy now requires ${countedApprovals(judgement.seats)}.`
    : null;
}

/** What is planned on is not there, or not as it was: another look from another shell finds the same. */
const ABOUT_THE_TARGET = /^(?:STATE_|INPUT_|AWS_(?:NOT_FOUND|VALIDATION|CHANGE_SET_FAILED)$)/;
export const isAboutTheTarget = (code: ErrorCode): boolean => ABOUT_THE_TARGET.test(code);

/** The same refusal, with what it means for the change. */
export function leftApproved(error: unknown, { id, executeBy }: Change, plan: Plan): CountersignError {
  const known =
    error instanceof CountersignError
      ? error
      : new CountersignError('INTERNAL', `A defect of countersign: ${String(error)}.`, 'Report this.');
  const stays = `Nothing was done, and the change stays approved${executeBy ? ` until ${absoluteTime(executeBy)}` : ''}: ${commandFor(plan, `execute ${id}`)}`;
  const remedy = {
    agent: `${known.remedy} ${stays}`.trim(),
    person: `${known.remedyForPeople} ${stays}`.trim(),
  };
  return new CountersignError(known.code, known.message, remedy, { cause: error });
}
