/**
 * The executor: lock → live re-check → permit → the signed calls, one by one → outcome → ledger.
 *
 * INVARIANT: the intent of each call is durable before it leaves, its outcome after, as the provider judged the
 * answer. Only the cloud's own refusal is a failure; what was begun and not answered is `unknown` and never repeated.
 */

import { type Directories, recordedSigners } from '../approvals/verify-recorded.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { BodyOf } from '../core/events.ts';
import { inFlightIn } from '../core/folds.ts';
import { judgeAll } from '../core/guard.ts';
import { type Plan, planDifferences, touchedBy } from '../core/plan.ts';
import type { ChangesPort, Executor, Ledger, LedgerView, PolicyPort, Provider } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { isWorthless } from '../core/subject.ts';
import { isStricter, signatures } from '../core/verdict.ts';
import type { Person } from '../people/person.ts';
import { recordDurably } from './durable.ts';
import { runCalls } from './run-calls.ts';

export interface ExecutorPorts {
  ledger: Ledger;
  changes: ChangesPort;
  policy: PolicyPort;
  people: readonly Person[];
  /** Who was known when an event was appended. */
  directoryAt: Directories['at'];
  cloud: Provider;
  now(): Date;
}
interface Ports extends ExecutorPorts {
  onProgress(text: string): void;
}

/** The executor of one process, over its ports. */
export function createExecutor(ports: ExecutorPorts): Executor {
  return { run: (changeId, onProgress = () => undefined) => executeChange({ ...ports, onProgress }, changeId) };
}

async function executeChange(ports: Ports, changeId: string): Promise<Change> {
  await ports.policy.mustBeInForce();
  const change = await ports.changes.find(changeId);
  if (change.state !== 'approved')
    throw new CountersignError(
      change.state === 'expired' ? 'STATE_CHANGE_EXPIRED' : 'STATE_CHANGE_NOT_APPROVED',
      `The change is ${change.state}${change.explanation ? `: ${change.explanation.replace(/\.$/, '')}` : ''}.`,
      change.state === 'pending'
        ? `It still needs approvals: countersign approve ${change.id}`
        : change.state === 'executing' || change.state === 'unknown'
          ? `It may have taken effect, so it is not repeated. See its state with: countersign show ${change.id}`
          : 'There is nothing to execute.',
    );
  const { plan } = await ports.changes.plan(change.planId);
  await mustReach(ports, plan);
  const policyDigest = await ports.policy.digest();
  // INVARIANT: the lock holds what was looked at: whatever was begun, ended or halted meanwhile is looked at again.
  for (let isLocked = false; !isLocked; ) {
    const lookedAt = await newestExecution(ports.ledger);
    await recheck(ports, change, plan);
    isLocked = await lock(ports, change, plan, lookedAt, policyDigest);
  }
  const outcome = await runCalls(ports, change, plan);
  await recordDurably(ports, {
    kind: 'change.finished',
    changeId,
    body: { ...aboutChange(change, plan, policyDigest), outcome },
  });
  return ports.changes.find(changeId);
}

/** A forgotten `--sandbox` or another endpoint is the shell's mistake: it costs nobody their signature. */
async function mustReach({ cloud }: Ports, plan: Plan): Promise<void> {
  const endpoint = await cloud.endpoint(plan.target);
  if (endpoint === plan.endpoint) return;
  throw new CountersignError(
    'CONFIG_INVALID',
    `The plan was made on ${plan.endpoint}; this is ${endpoint}.`,
    plan.endpoint.startsWith('sandbox:')
      ? 'Run it with --sandbox and with the --home that the plan was made with.'
      : `Use the endpoint that the plan was made on (${plan.endpoint}): set it in the environment or profile, and drop --sandbox.`,
  );
}

/** Doubt, a difference, a stricter verdict or a signer whose key is gone ends the change as stale. */
async function recheck(ports: Ports, change: Change, plan: Plan): Promise<void> {
  const reason = await whyStale(ports, change, plan);
  if (reason === null) return;
  const now = ports.now();
  await ports.ledger.transact(async (tx) => {
    // What another executor has done meanwhile is the difference that was seen: it is not stale, it is taken.
    if ((await ports.changes.findIn(tx, change.id, now)).state !== 'approved') throw takenByAnother(change);
    await tx.append({ kind: 'change.stale', changeId: change.id, body: { why: makeVisibleLine(reason) } });
  });
  throw new CountersignError(
    'STATE_STALE',
    reason,
    'Have an agent plan and propose it again from the current state, then approve the new change.',
  );
}

async function whyStale(ports: Ports, change: Change, plan: Plan): Promise<string | null> {
  if (plan.digest !== change.planDigest) return 'The stored plan differs from the plan that was signed.';
  const signers = await recordedSigners(change, plan, { now: ports.people, at: ports.directoryAt });
  if (signers.problem) return signers.problem;
  if (!ports.policy.isFilled(change, signers.approvals))
    return 'With the keys that the policy lists now, the change does not have enough approvals.';
  let live: Awaited<ReturnType<Provider['recompute']>>;
  try {
    live = await ports.cloud.recompute(plan);
  } catch (error) {
    return `The live state could not be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const current: Plan = { ...plan, ...live };
  const judge = await ports.policy.judgeFor(current, 'execute', change.goal, change);
  const differences = planDifferences(plan, live);
  const judgement = judgeAll(judge.guards, current, { ...judge.facts, differences });
  const denials = judgement.verdicts.filter(({ outcome }) => outcome === 'deny').map(({ message }) => message);
  if (denials.length > 0) return denials.join(' ');
  return isStricter(judgement, change.judgement) ? `The policy now requires ${signatures(judgement.seats)}.` : null;
}

const takenByAnother = ({ id }: Change) =>
  new CountersignError(
    'STATE_NONCE_USED',
    'Another executor has already started this change.',
    `See its outcome with: countersign show ${id}`,
  );

/** One executor wins: the nonce is consumed once, and nothing else is executing on the target. */
async function lock(
  ports: Ports,
  change: Change,
  plan: Plan,
  lookedAt: number,
  policyDigest: string,
): Promise<boolean> {
  const now = ports.now();
  return ports.ledger.transact(async (tx) => {
    await ports.policy.mustBeInForce(tx);
    if ((await newestExecution(tx)) !== lookedAt) return false;
    if (!(await tx.claim(`nonce/${change.nonce}`))) throw takenByAnother(change);
    const other = await inFlightIn(tx, plan.target, now);
    if (other)
      throw new CountersignError(
        'STATE_TARGET_LOCKED',
        `Change ${other} is executing on ${plan.target.name}.`,
        `Wait until it ends; see its progress with: countersign show ${other}`,
      );
    if ((await ports.changes.findIn(tx, change.id, now)).state !== 'approved')
      throw new CountersignError(
        'STATE_CHANGE_NOT_APPROVED',
        'The change is no longer approved.',
        'There is nothing to execute.',
      );
    await tx.append({
      kind: 'change.executing',
      changeId: change.id,
      body: aboutChange(change, plan, policyDigest),
    });
    return true;
  });
}

async function newestExecution(view: LedgerView): Promise<number> {
  const kinds = ['change.executing', 'change.finished', 'halted', 'policy.adopted'];
  return (await view.events({ kinds, newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
}

/** What history needs to know later, without opening the plan. */
export function aboutChange(change: Change, plan: Plan, policyDigest?: string): BodyOf<'change.executing'> {
  return {
    ...(policyDigest === undefined ? {} : { policyDigest }),
    target: plan.target,
    environment: change.environment,
    operations: plan.calls.map(({ operation }) => operation),
    unprotects: plan.effects.some(({ kind, marks }) => [kind, ...marks.map((mark) => mark.kind)].includes('unprotect')),
    action: plan.action,
    neverCompleted: isWorthless(plan.subject),
    touched: touchedBy(plan),
  };
}
