/** An open change under the policy of now, where that is another than it was proposed under. */
import { whyNotAlone } from '../core/change.ts';
import { judgeAll } from '../core/guard.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals, isStricter } from '../core/verdict.ts';
import type { StateFolder } from '../folder.ts';
import { pinOf } from '../policy/pin.ts';

/** Of an open change whose policy was replaced meanwhile. `refuses`: now, which can pass; `asks`: for more to sign. */
export async function underPolicyOfNow(
  folder: Pick<StateFolder, 'changes' | 'ledger' | 'whole'>,
  changeId: string,
): Promise<{ refuses: string | null; asks: string | null }> {
  const change = await folder.changes.find(changeId);
  const isOpen = change.state === 'pending' || change.state === 'approved';
  // A policy that is not the adopted one says nothing of a change; this one was proposed under the adopted one.
  if (!isOpen || change.policyDigest === (await pinOf(folder.ledger))?.digest) return { refuses: null, asks: null };
  const app = await folder.whole();
  if ((await app.policy.standing()) !== 'adopted') return { refuses: null, asks: null };
  const { plan } = await app.changes.plan(change.planId);
  // The live state is compared when it is executed; here only the policy is another.
  const judge = await app.policy.judgeFor(plan, 'execute', change.goal, change);
  const judgement = judgeAll(judge.guards, plan, { ...judge.facts, differences: [] });
  const denials = judgement.verdicts.filter(({ outcome }) => outcome === 'deny').map(({ message }) => message);
  const signed = { ...change.judgement, decision: judgement.decision };
  const alone = whyNotAlone(change, app.policy.onePerson());
  return {
    refuses:
      denials.length === 0 ? null : `The policy in force refuses this change: ${makeVisibleLine(denials.join(' '))}`,
    asks: isStricter(judgement, signed)
      ? `The policy in force requires ${countedApprovals(judgement.seats)}${judgement.roles.length > 0 ? ` (${judgement.roles.join(', ')})` : ''}; this change cannot be executed as it is.`
      : alone && `${alone} This change cannot be executed as it is.`,
  };
}
