/**
 * Runs the calls of a change that is locked, looked at and rehearsed: intent → send → settle, one by one.
 *
 * INVARIANT: the provider says what became of a call, and nothing else does: a ledger that cannot append, a halt or a
 * defect of ours never turns a call that may have been carried out into a failure.
 */
import { type Call, resolveStepReferences } from '../core/call.ts';
import type { Change, Outcome } from '../core/change.ts';
import { digestOf } from '../core/digest.ts';
import { recordDurably, untilRecorded } from '../core/durable.ts';
import type { NewEvent } from '../core/events.ts';
import { haltIn } from '../core/folds.ts';
import type { Owner } from '../core/owner.ts';
import { mintWritingPermit, revokePermit } from '../core/permit.ts';
import type { Plan } from '../core/plan.ts';
import type { Followed, Ledger, Runner, Sent } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Rights } from '../core/rights.ts';
import type { Signing } from '../core/signing.ts';
import { wordsOf } from './about.ts';
import { comparedWithSigned } from './comparing.ts';

export interface RunPorts {
  ledger: Ledger;
  cloud: Runner;
  /** Of this execution. */
  owner: Owner;
  onProgress(text: string): void;
  /** Aborted: another runner looks after the change. Absent: it cannot be given away. */
  lost?: AbortSignal | undefined;
}

interface Run {
  /** Those that the newest call left under. */
  rights: Rights;
  /** As the intent of the newest call says. */
  signing: Signing;
  /** How it ended before a call left; null: every call may leave, and the intent of the first is recorded. */
  rehearsed: Followed | null;
}

/** @returns with the rights that the calls had in the end. */
export async function runCalls(
  ports: RunPorts,
  change: Change,
  plan: Plan,
  begun: Run,
): Promise<{ outcome: Outcome; rights: Rights; differs?: string[] }> {
  const run = { ...begun };
  const ended = await runEach(ports, change, plan, run);
  const { state, calls } = ended;
  const { detail, differs } =
    state === 'succeeded'
      ? await comparedWithSigned(ports.cloud, plan, ended.detail)
      : { detail: ended.detail, differs: [] };
  const outcome = { state, detail: makeVisibleLine(detail), credentials: run.rights.credentials, calls };
  return { outcome, rights: run.rights, ...(differs.length > 0 ? { differs } : {}) };
}

async function runEach(
  ports: RunPorts,
  change: Change,
  plan: Plan,
  run: Run,
): Promise<Followed & Pick<Outcome, 'calls'>> {
  const outputs: Record<string, Record<string, unknown>> = {};
  const calls: Outcome['calls'] = [];
  const end = (followed: Followed) => ({ ...whatElse(plan, calls, followed), calls });
  if (run.rehearsed) return end(run.rehearsed);
  for (const [index, planned] of plan.calls.entries()) {
    const label = labelOf(planned);
    const call = resolved(planned, outputs);
    if (typeof call === 'string') return end({ state: 'failed', detail: `${label.operation} was not sent: ${call}.` });
    const kept = index === 0 ? null : await intend(ports, change, call, run);
    if (kept !== null) return end({ state: 'failed', detail: kept });
    const sent = await sendUnder(ports, change, call, run);
    calls.push({ ...label, outcome: SENT[sent.kind].outcome });
    const made = sent.kind === 'done' ? ports.cloud.madeBy(call, sent.output) : [];
    await recordDurably(ports, { changeId: change.id, ...eventOf(label, sent, made) });
    if (sent.kind !== 'done')
      return end({ state: SENT[sent.kind].state, detail: `${nothingDone(calls)}${label.operation}: ${sent.reason}` });
    outputs[call.step] = sent.output;
    await tellProgress(ports, change, `${label.operation} was accepted`);
    const settled = await sentOf(() => telling(ports, change, (tell) => ports.cloud.settle(call, sent.output, tell)));
    if (settled.kind !== 'done') return end({ state: SENT[settled.kind].state, detail: settled.reason });
  }
  return end(await follow(ports, change, plan));
}

/** Beside what stopped it: which calls were carried out before, and which never left. */
function whatElse(plan: Plan, calls: Outcome['calls'], { state, detail }: Followed): Followed {
  if (state === 'succeeded' || calls.length === 0) return { state, detail };
  const done = calls.filter(({ outcome }) => outcome === 'done').map(({ operation }) => operation);
  const tried = calls.map(({ step }) => step);
  const notSent = plan.calls.filter(({ step }) => !tried.includes(step)).map((call) => labelOf(call).operation);
  const rest = notSent.filter((operation) => !detail.includes(`${operation} was not sent`));
  const verb = (of: readonly string[]) => `${of.join(' and ')} ${of.length === 1 ? 'was' : 'were'}`;
  return {
    state,
    detail: [
      detail.replace(/\.?$/, notSent.length > 0 ? '.' : ''),
      ...(notSent.length > 0 && done.length > 0 ? [`${verb(done)} carried out.`] : []),
      ...(rest.length > 0 ? [`${verb(rest)} not sent.`] : []),
    ].join(' '),
  };
}

const nothingDone = (calls: Outcome['calls']) =>
  calls.every(({ outcome }) => outcome === 'failed') ? 'Nothing was done. ' : '';

/** @returns the call as it leaves, or why it cannot: what an earlier step should have returned is missing. */
function resolved(planned: Call, outputs: Record<string, Record<string, unknown>>): Call | string {
  try {
    return { ...planned, input: resolveStepReferences(planned.input, outputs) as Call['input'] };
  } catch (error) {
    return wordsOf(error);
  }
}

const SENT = {
  done: { outcome: 'done', state: 'succeeded' },
  refused: { outcome: 'failed', state: 'failed' },
  unknown: { outcome: 'unknown', state: 'unknown' },
} as const;

function eventOf(label: ReturnType<typeof labelOf>, sent: Sent, made: string[] = []): NewEvent {
  if (sent.kind === 'done') return { kind: 'call.returned', body: { ...label, ...(made.length > 0 ? { made } : {}) } };
  const kind = sent.kind === 'refused' ? 'call.failed' : 'call.unknown';
  return { kind, body: { ...label, why: makeVisibleLine(sent.reason) } };
}

/** A defect on the way tells nothing of what happened. */
async function sentOf(run: () => Promise<Sent>): Promise<Sent> {
  try {
    return await run();
  } catch (error) {
    return { kind: 'unknown', reason: `a defect in Countersign: ${wordsOf(error)}` };
  }
}

/**
 * INVARIANT: no call leaves after a halt: the switch is read in the transaction that makes the intent durable.
 *
 * Calls before it may have been carried out, and half a change is worse than a late one: a ledger that is held is
 * waited for, and the call is signed anew then.
 *
 * @returns why the call did not leave; null when it may.
 */
async function intend(
  ports: RunPorts,
  change: Change,
  call: Call,
  run: Run,
  rights = run.rights,
): Promise<string | null> {
  const label = labelOf(call);
  const record = async () => {
    const signing = await ports.cloud.signing(call, rights);
    return ports.ledger.transact(async (tx) => {
      if (ports.lost?.aborted)
        return `${label.operation} was not sent: this runner was not heard of, and another was given the change.`;
      if ((await haltIn(tx)) !== 'running') return `A person halted changes before ${label.operation} was sent.`;
      const ended = { changeId: change.id, kinds: ['change.finished', 'change.closed'], limit: 1 };
      if ((await tx.events(ended)).length > 0)
        return `${label.operation} was not sent: a person ended the change in the meantime.`;
      await tx.append(intentOf(change, call, { owner: ports.owner, signing }));
      Object.assign(run, { rights, signing });
      return null;
    });
  };
  try {
    return await untilRecorded(ports.onProgress, `The intent of ${label.operation}`, record);
  } catch (error) {
    return `${label.operation} was not sent, because it could not be signed (${wordsOf(error)})`;
  }
}

export const intentOf = (change: Change, call: Call, by: { owner: Owner; signing: Signing }): NewEvent => ({
  kind: 'call.intended',
  changeId: change.id,
  body: { ...labelOf(call), digest: digestOf(call), ...by },
});

export const labelOf = ({ step, service, operation }: Call) => ({ step, operation: `${service}:${operation}` });

async function tellProgress(ports: RunPorts, change: Change, text: string): Promise<void> {
  await recordDurably(ports, { kind: 'change.progress', changeId: change.id, body: { text } });
  ports.onProgress(text);
}

/**
 * A refusal is a fact, so the same call may leave once more under wider rights: with an intent of its own.
 *
 * INVARIANT: nothing that may have been carried out is sent again.
 */
async function sendUnder(ports: RunPorts, change: Change, call: Call, run: Run): Promise<Sent> {
  const sent = await sentOf(() => sendAndLook(ports.cloud, call, run));
  if (sent.kind !== 'refused') return sent;
  const wider = await ports.cloud.widenRights(run.rights, sent).catch(() => null);
  if (!wider) return sent;
  await recordDurably(ports, { changeId: change.id, ...eventOf(labelOf(call), sent) });
  const kept = await intend(ports, change, call, run, wider);
  return kept === null ? sentOf(() => sendAndLook(ports.cloud, call, run)) : { ...sent, reason: kept };
}

/** What was made and whose answer was lost is found by its tag; whatever else was lost stays unknown. */
async function sendAndLook(cloud: Runner, call: Call, { rights, signing }: Run): Promise<Sent> {
  const permit = mintWritingPermit(call);
  let sent: Sent;
  try {
    sent = await cloud.send(call, permit, rights, signing);
  } finally {
    revokePermit(permit);
  }
  const found = sent.kind === 'unknown' ? await cloud.find(call).catch(() => undefined) : undefined;
  return found ? { kind: 'done', output: found } : sent;
}

async function follow(ports: RunPorts, change: Change, plan: Plan): Promise<Followed> {
  try {
    return await telling(ports, change, (tell) => ports.cloud.follow(plan, tell));
  } catch (error) {
    return { state: 'unknown', detail: `The outcome could not be read: ${wordsOf(error)}` };
  }
}

/** What is told on the way is recorded in its order, beside the looking: a ledger that is held decides no outcome. */
async function telling<T>(
  ports: RunPorts,
  change: Change,
  look: (tell: (text: string) => void) => Promise<T>,
): Promise<T> {
  let told = Promise.resolve();
  try {
    return await look((text) => {
      const line = makeVisibleLine(text);
      told = told.then(() => tellProgress(ports, change, line)).catch(() => undefined);
    });
  } finally {
    await told;
  }
}
