/**
 * The executor: lock → live re-check → permit → the signed calls, one by one → outcome → ledger.
 *
 * INVARIANT: the intent of each call is durable before it leaves, its outcome after. What was begun and not
 * answered is `unknown` and is never repeated.
 */

import { recordedSigners } from '../approvals/verify-recorded.ts';
import { type Call, resolveStepReferences } from '../core/call.ts';
import type { Change, Outcome } from '../core/change.ts';
import { digestOf, type Json } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { judgeAll } from '../core/guard.ts';
import { mintPlanningPermit, mintWritingPermit, revokePermit } from '../core/permit.ts';
import { type Plan, planDifferences } from '../core/plan.ts';
import type { ChangesPort, CloudPorts, Ledger, PolicyPort } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { isWorthless } from '../core/subject.ts';
import { isStricter, signatures } from '../core/verdict.ts';
import type { Person } from '../people/person.ts';
import type { WritingDoor } from '../providers/aws/writing-door.ts';
import { followStack } from './follow.ts';

export interface ExecutorPorts {
  ledger: Ledger;
  changes: ChangesPort;
  policy: PolicyPort;
  people: readonly Person[];
  cloud: CloudPorts & WritingDoor;
  now(): Date;
  onProgress(text: string): void;
}

export async function executeChange(ports: ExecutorPorts, changeId: string): Promise<Change> {
  const change = ports.changes.find(changeId);
  if (change.state !== 'approved')
    throw new CountersignError(
      change.state === 'expired' ? 'STATE_CHANGE_EXPIRED' : 'STATE_CHANGE_NOT_APPROVED',
      `The change is ${change.state}${change.explanation ? `: ${change.explanation.replace(/\.$/, '')}` : ''}.`,
      change.state === 'pending'
        ? `It still needs signatures: countersign approve ${change.id}.`
        : change.state === 'executing' || change.state === 'unknown'
          ? `It may have happened, and is not repeated. What is known: countersign show ${change.id}.`
          : 'Nothing is to be executed here.',
    );
  const { plan } = ports.changes.plan(change.planId);
  await mustReach(ports, plan);
  // INVARIANT: the lock holds what was looked at: whatever was begun, ended or halted meanwhile is looked at again.
  for (let isLocked = false; !isLocked; ) {
    const lookedAt = newestExecution(ports.ledger);
    await recheck(ports, change, plan);
    isLocked = lock(ports, change, plan, lookedAt);
  }
  const outcome = await runCalls(ports, change, plan);
  ports.ledger.append({
    kind: 'change.finished',
    changeId,
    body: { ...aboutChange(change, plan), outcome } as unknown as Json,
  });
  return ports.changes.find(changeId);
}

/** A forgotten `--sandbox` or another AWS_ENDPOINT_URL is the shell's mistake: it costs nobody their signature. */
async function mustReach({ cloud }: ExecutorPorts, plan: Plan): Promise<void> {
  const endpoint = await cloud.endpoint();
  if (endpoint === plan.endpoint) return;
  throw new CountersignError(
    'CONFIG_INVALID',
    `The plan was made on ${plan.endpoint}; this is ${endpoint}.`,
    plan.endpoint.startsWith('sandbox:')
      ? 'Run it with --sandbox, and the --home that the plan was made with.'
      : 'Run it with the AWS_ENDPOINT_URL that the plan was made with; none for aws, and no --sandbox.',
  );
}

/** Doubt, a difference, a stricter verdict or a signer whose key is gone ends the change as stale. */
async function recheck(ports: ExecutorPorts, change: Change, plan: Plan): Promise<void> {
  const reason = await whyStale(ports, change, plan);
  if (reason === null) return;
  ports.ledger.transact((tx) => {
    // What another executor has done meanwhile is the difference that was seen: it is not stale, it is taken.
    if (ports.changes.find(change.id).state !== 'approved') throw takenByAnother(change);
    tx.append({ kind: 'change.stale', changeId: change.id, body: { why: makeVisibleLine(reason) } });
  });
  throw new CountersignError('STATE_STALE', reason, 'Plan again on the present state, propose and sign that.');
}

async function whyStale(ports: ExecutorPorts, change: Change, plan: Plan): Promise<string | null> {
  if (plan.digest !== change.planDigest) return 'The stored plan is not the one that was signed.';
  const signers = recordedSigners(change, plan, ports.people);
  if (signers.problem) return signers.problem;
  if (!ports.policy.isFilled(change, signers.approvals))
    return 'Its seats are not filled by keys that the policy lists now.';
  let live: Awaited<ReturnType<CloudPorts['recompute']>>;
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
  return isStricter(judgement, change.judgement) ? `It would now need ${signatures(judgement.seats)}.` : null;
}

const takenByAnother = ({ id }: Change) =>
  new CountersignError(
    'STATE_NONCE_USED',
    'Another executor has taken this change.',
    `See how it went: countersign show ${id}.`,
  );

/** One executor wins: the nonce is consumed once, and nothing else is executing on the target. */
function lock(ports: ExecutorPorts, change: Change, plan: Plan, lookedAt: number): boolean {
  return ports.ledger.transact((tx) => {
    if (newestExecution(tx) !== lookedAt) return false;
    if (!tx.claim(`nonce/${change.nonce}`)) throw takenByAnother(change);
    const other = ports.policy.inFlight(plan.target);
    if (other)
      throw new CountersignError(
        'STATE_TARGET_LOCKED',
        `Change ${other} is executing on ${plan.target.name}.`,
        'Wait until it has ended.',
      );
    if (ports.changes.find(change.id).state !== 'approved')
      throw new CountersignError(
        'STATE_CHANGE_NOT_APPROVED',
        'The change is no longer approved.',
        'Nothing is to be executed here.',
      );
    tx.append({
      kind: 'change.executing',
      changeId: change.id,
      body: aboutChange(change, plan) as unknown as Json,
    });
    return true;
  });
}

function newestExecution(ledger: Pick<Ledger, 'events'>): number {
  const kinds = ['change.executing', 'change.finished', 'halted'];
  return ledger.events({ kinds, newestFirst: true, limit: 1 })[0]?.seq ?? 0;
}

/** What history needs to know later, without opening the plan. */
export function aboutChange(change: Change, plan: Plan) {
  return {
    target: plan.target,
    environment: change.environment,
    operations: plan.calls.map(({ operation }) => operation),
    unprotects: plan.effects.some(({ kind, marks }) => [kind, ...marks.map((mark) => mark.kind)].includes('unprotect')),
    action: plan.action,
    neverCompleted: isWorthless(plan.subject),
    what: digestOf(
      plan.effects.map(({ kind, logicalId, physicalId, properties }) => [
        kind,
        logicalId ?? physicalId ?? '',
        properties.map(({ path, after }) => [path, after ?? '']),
      ]),
    ),
  };
}

async function runCalls(ports: ExecutorPorts, change: Change, plan: Plan): Promise<Outcome> {
  const outputs: Record<string, Record<string, unknown>> = {};
  const calls: Outcome['calls'] = [];
  const end = (state: Outcome['state'], detail: string): Outcome => ({
    state,
    detail: makeVisibleLine(detail),
    credentials: 'unconfined',
    calls,
  });
  const refused = await tryPermissions(ports, change, plan);
  if (refused) return end(refused.state, refused.detail);
  for (const planned of plan.calls) {
    const call: Call = { ...planned, input: resolveStepReferences(planned.input, outputs) as Call['input'] };
    const label = labelOf(call);
    if (!intend(ports, change, call)) return end('failed', `Halted by a person before ${label.operation} left.`);
    try {
      outputs[call.step] = await sendAndLook(ports, call);
      ports.ledger.append({ kind: 'call.returned', changeId: change.id, body: label });
      calls.push({ ...label, outcome: 'done' });
      tellProgress(ports, change, `${label.operation} was accepted`);
    } catch (error) {
      const answered = hasAnswer(error);
      ports.ledger.append({
        kind: answered ? 'call.failed' : 'call.unknown',
        changeId: change.id,
        body: { ...label, why: makeVisibleLine(String((error as Error).message)) },
      });
      calls.push({ ...label, outcome: answered ? 'failed' : 'unknown' });
      return end(answered ? 'failed' : 'unknown', `${label.operation}: ${(error as Error).message}`);
    }
    try {
      await ports.cloud.settle(call, outputs[call.step] ?? {});
    } catch (error) {
      return end((error as CountersignError).code === 'AWS_FAILED' ? 'failed' : 'unknown', (error as Error).message);
    }
  }
  if (plan.target.kind !== 'stack') return end('succeeded', 'All calls were answered.');
  const { state, detail } = await followStack(ports.cloud, plan, (text) => tellProgress(ports, change, text));
  return end(state, detail);
}

/** INVARIANT: no call leaves after a halt: the switch is read in the transaction that makes the intent durable. */
function intend(ports: ExecutorPorts, change: Change, call: Call): boolean {
  return ports.ledger.transact((tx) => {
    if (ports.policy.halt() !== 'running') return false;
    tx.append({ kind: 'call.intended', changeId: change.id, body: { ...labelOf(call), digest: digestOf(call) } });
    return true;
  });
}

const labelOf = ({ step, service, operation }: Call) => ({ step, operation: `${service}:${operation}` });

function tellProgress(ports: ExecutorPorts, change: Change, text: string): void {
  ports.ledger.append({ kind: 'change.progress', changeId: change.id, body: { text } });
  ports.onProgress(text);
}

async function sendOnce(ports: ExecutorPorts, call: Call): Promise<Record<string, unknown>> {
  const permit = mintWritingPermit(call);
  try {
    return await ports.cloud.send(call, permit);
  } finally {
    revokePermit(permit);
  }
}

/** What was made and whose answer was lost is found by its tag; whatever else was lost stays unknown. */
async function sendAndLook(ports: ExecutorPorts, call: Call): Promise<Record<string, unknown>> {
  try {
    return await sendOnce(ports, call);
  } catch (error) {
    const found = hasAnswer(error) ? undefined : await ports.cloud.find(call).catch(() => undefined);
    if (found) return found;
    throw error;
  }
}

/** Of a state that an earlier call of the same plan changes first. */
const EARLIER_STATE = /^Incorrect(?:Instance)?State/;

/**
 * Before the first call leaves, each call of EC2 is asked for with DryRun, under the credentials that write. It proves
 * permission, not safety. What an endpoint answers as if it had done it, it may have done: that is unknown.
 *
 * @returns null when all may leave.
 */
async function tryPermissions(
  ports: ExecutorPorts,
  change: Change,
  plan: Plan,
): Promise<{ state: 'failed' | 'unknown'; detail: string } | null> {
  for (const call of plan.calls.filter(({ service }) => service === 'ec2')) {
    const permit = mintPlanningPermit(call.account, call.region);
    const label = labelOf(call);
    const about = (answer: string) =>
      ports.ledger.append({ kind: 'call.tried', changeId: change.id, body: { ...label, answer } });
    try {
      await ports.cloud.send({ ...call, input: { ...call.input, DryRun: true } }, permit);
      about('done');
      return { state: 'unknown', detail: `${label.operation}: the endpoint may have carried out a dry run.` };
    } catch (error) {
      const { name, message } = error as Error;
      about(name);
      if (name === 'DryRunOperation' || EARLIER_STATE.test(name)) continue;
      const code = name === 'UnauthorizedOperation' ? 'AWS_ACCESS_DENIED' : name;
      return { state: 'failed', detail: `Nothing was done. ${code}: ${label.operation}: ${message}` };
    } finally {
      revokePermit(permit);
    }
  }
  return null;
}

/** Did AWS answer with a refusal (nothing happened), or is it unknown whether the call arrived? */
function hasAnswer(error: unknown): boolean {
  if (error instanceof CountersignError) return true;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}
