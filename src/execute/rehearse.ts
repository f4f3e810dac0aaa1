/** Asks of each call, without its effect, whether it would be let through: before the lock, so that no signature is lost. */
import type { Call } from '../core/call.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { mintPlanningPermit, revokePermit } from '../core/permit.ts';
import type { Plan } from '../core/plan.ts';
import type { Followed, Rehearsed, Runner } from '../core/ports.ts';
import type { Rights } from '../core/rights.ts';
import { wordsOf } from './about.ts';
import { isAboutTheTarget, leftApproved } from './recheck.ts';
import { labelOf, type RunPorts } from './run-calls.ts';

/**
 * @returns null when every call may leave; else how the change ends: what is planned on is not as it was, or the
 * rehearsal itself may have had the effect.
 * @throws what the shell or the hour got wrong: the change stays approved.
 */
export async function rehearse(ports: RunPorts, change: Change, plan: Plan, rights: Rights): Promise<Followed | null> {
  for (const call of plan.calls) {
    const label = labelOf(call);
    const rehearsed = await rehearseOne(ports.cloud, call, rights);
    if (rehearsed.kind === 'not_needed') continue;
    const answer = rehearsed.kind === 'passed' ? rehearsed.answer : rehearsed.kind;
    await ports.ledger
      .append({ kind: 'call.tried', changeId: change.id, body: { ...label, answer } })
      .catch((error) => {
        if (rehearsed.kind !== 'unknown') throw leftApproved(error, change, plan);
      });
    if (rehearsed.kind === 'unknown') return { state: 'unknown', detail: `${label.operation}: ${rehearsed.reason}.` };
    if (rehearsed.kind === 'passed') continue;
    const { code, reason } = rehearsed;
    if (!isAboutTheTarget(code))
      throw leftApproved(new CountersignError(code, `${label.operation}: ${reason}`, ''), change, plan);
    return { state: 'failed', detail: `Nothing was done. ${code}: ${label.operation}: ${reason}` };
  }
  return null;
}

async function rehearseOne(cloud: Runner, call: Call, rights: Rights): Promise<Rehearsed> {
  const permit = mintPlanningPermit(call.account, call.region);
  try {
    return await cloud.rehearse(call, permit, rights);
  } catch (error) {
    return { kind: 'refused', code: 'INTERNAL', reason: wordsOf(error) };
  } finally {
    revokePermit(permit);
  }
}
