/** An open change under the policy of now, where that is another than it was proposed under. */
import type { App } from '../compose.ts';
import { judgeAll } from '../core/guard.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals, isStricter } from '../core/verdict.ts';

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
  // The live state is compared when it is executed; here only the policy is another.
  const judge = await app.policy.judgeFor(plan, 'execute', change.goal, change);
  const judgement = judgeAll(judge.guards, plan, { ...judge.facts, differences: [] });
  const denials = judgement.verdicts.filter(({ outcome }) => outcome === 'deny').map(({ message }) => message);
  const signed = { ...change.judgement, decision: judgement.decision };
  return {
    refuses:
      denials.length === 0 ? null : `The policy in force refuses this change: ${makeVisibleLine(denials.join(' '))}`,
    asks: isStricter(judgement, signed)
      ? `The policy in force requires ${countedApprovals(judgement.seats)}${judgement.roles.length > 0 ? ` (${judgement.roles.join(', ')})` : ''}; this change cannot be executed as it is.`
      : null,
  };
}
