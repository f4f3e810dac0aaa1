/**
 * Planning: the part of the pipeline that makes a dry run, judges it and stores it.
 *
 * identity → guards that need no dry run → planning permit → dry run → seal → all guards → append → answer.
 */
import { randomBytes } from 'node:crypto';
import { answerPlan } from './answer.ts';
import { attributed } from './attribution.ts';
import { isOwnChangeSet } from './call.ts';
import { deadPlans } from './dead-plans.ts';
import { CountersignError, type ErrorAnswer } from './errors.ts';
import { goalsAllowed, judgeAll } from './guard.ts';
import { mintPlanningPermit, revokePermit } from './permit.ts';
import type { Picture } from './picture.ts';
import { type Plan, type PlanDraft, sealPlan, type Target } from './plan.ts';
import type { ChangesPort, CloudPorts, Identity, Ledger, Planner, PolicyPort } from './ports.ts';
import { type PlanTool, placeOf } from './tool.ts';
import { guardCode } from './verdict.ts';

export interface PlanningPorts {
  cloud: CloudPorts;
  policy: PolicyPort;
  ledger: Ledger;
  changes: ChangesPort;
  now(): Date;
  /** Clients give up after 60 s: a plan that takes longer is answered with `planning` and made on. */
  answerWithinMilliseconds: number;
}
type Answer = Record<string, unknown>;
type Made = { id: string; tool: string; agent: string | null; endpoint: string; nonce: string };

/** `signal`: the client no longer waits for the answer. */
export interface Asking {
  agent: string | null;
  signal: AbortSignal | undefined;
}

/** @param toAnswer turns what a plan that is made on fails with into what describe_plan tells later. */
export async function makePlan(
  tool: PlanTool,
  input: Record<string, unknown>,
  { agent, signal }: Asking,
  ports: PlanningPorts,
  toAnswer: (error: unknown) => ErrorAnswer,
): Promise<Answer> {
  const id = `plan_${randomBytes(8).toString('hex')}`;
  const making = planAndStore(id, tool, input, agent, ports);
  const answered = await within(making, ports.answerWithinMilliseconds, signal);
  if (answered) return answered;
  // Taken up at once: it may fail while that it was begun is being recorded.
  const failed = making.then(
    () => undefined,
    (error: unknown) => toAnswer(error),
  );
  await ports.ledger.append({
    kind: 'plan.begun',
    planId: id,
    body: { tool: tool.name, target: tool.target(input).name },
  });
  failed.then((body) => body && ports.ledger.append({ kind: 'plan.failed', planId: id, body }));
  if (signal?.aborted) throw cancelled();
  return {
    decision: 'planning',
    plan_id: id,
    next: { tool: 'describe_plan', input: { plan_id: id, wait_seconds: 45 } },
  };
}

async function planAndStore(
  id: string,
  tool: PlanTool,
  input: Record<string, unknown>,
  agent: string | null,
  ports: PlanningPorts,
): Promise<Answer> {
  const place = placeOf(input);
  const identity = await ports.cloud.identity(place);
  const nonce = randomBytes(16).toString('hex');
  const made = { id, tool: tool.name, agent, endpoint: await ports.cloud.endpoint(place), nonce };
  const target: Target = { ...tool.target(input), account: identity.account, region: identity.region, ids: [] };
  await refuseBeforePlanning(target, identity, made, ports);
  // Written ahead: what the dry run leaves behind is counted, also when nothing is heard of it again.
  const about = { sponsor: ports.policy.sponsor().name, tool: tool.name, target };
  await ports.ledger.append({ kind: 'plan.started', planId: id, body: about });
  const permit = mintPlanningPermit(identity.account, identity.region);
  try {
    const planner = ports.cloud.planner(place, permit, nonce);
    const [draft] = await Promise.all([tool.run(input, { planner }), removeDead(target, planner, ports)]);
    return await storeOrDiscard(draft, made, planner, ports);
  } catch (error) {
    if (leftNothing(error)) await ports.ledger.append({ kind: 'plan.left_nothing', planId: id, body: {} });
    throw error;
  } finally {
    revokePermit(permit);
  }
}

/** Refused by us, or by AWS before it began anything. INVARIANT: of any other end it is not known. */
function leftNothing(error: unknown): boolean {
  if (!(error instanceof CountersignError)) return false;
  return /^(?:INPUT|STATE|CONFIG|GUARD)_/.test(error.code) || /^AWS_(?:VALIDATION|ACCESS_DENIED)$/.test(error.code);
}

/** INVARIANT: a change set of ours that no stored plan names is not left in the cloud. */
async function storeOrDiscard(draft: PlanDraft, made: Made, planner: Planner, ports: PlanningPorts): Promise<Answer> {
  try {
    return await store(sealed(draft, made, ports), draft.picture, ports);
  } catch (error) {
    const changeSet = changeSetOf(draft);
    if (changeSet !== null) await planner.discard(changeSet).catch(() => undefined);
    throw error;
  }
}

/** Never in the way of the plan: what cannot be removed now is tried again by the next one. */
async function removeDead(target: Target, planner: Planner, { ledger, changes, now }: PlanningPorts): Promise<void> {
  const dead = await deadPlans(ledger, changes, target, now()).catch(() => []);
  await Promise.allSettled(
    dead.map(async ({ planId, changeSet }) => {
      await planner.discard(changeSet);
      await ledger.append({ kind: 'plan.cleaned', planId, body: { changeSet } });
    }),
  );
}

/** @returns undefined when the time is up first, or nobody waits any more; the promise goes on. */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  let stop: () => void = () => undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    const end = () => resolve(undefined);
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    };
  });
  return Promise.race([promise, timeUp]).finally(() => stop());
}

/** For the ledger: the client, gone or tired of waiting, reads no answer. */
export const cancelled = (): CountersignError =>
  new CountersignError('STATE_CALL_CANCELLED', 'The client cancelled this call.', 'Call again to have an answer.');

/** Identity, scope and halt are judged before a dry run may leave a trace in the cloud. */
async function refuseBeforePlanning(target: Target, identity: Identity, made: Made, ports: PlanningPorts) {
  const nothingYet: PlanDraft = {
    target,
    calls: [],
    effects: [],
    observed: { identity: { account: identity.account, arn: identity.arn } },
    dryRun: { kind: 'synthesised', succeeded: true },
    recipe: { planner: 'none', input: null },
    notes: [],
  };
  const plan = sealed(nothingYet, made, ports);
  const judge = await ports.policy.judgeFor(plan, 'preview');
  if (judge.guardsBeforePlanning.length === 0)
    throw new CountersignError(
      'CONFIG_INVALID',
      'No guards are loaded.',
      'Reinstall countersign: without guards nothing is planned.',
    );
  const denial = judgeAll(judge.guardsBeforePlanning, plan, judge.facts).verdicts.find(
    ({ outcome }) => outcome === 'deny',
  );
  if (denial) throw new CountersignError(guardCode(denial.guard), denial.message, denial.remedy);
}

function sealed(draft: PlanDraft, made: Made, ports: PlanningPorts): Plan {
  return sealPlan(draft, {
    ...made,
    sponsor: ports.policy.sponsor().name,
    policyDigest: ports.policy.digest(),
    now: ports.now(),
  });
}

async function store(plan: Plan, picture: Picture | undefined, ports: PlanningPorts): Promise<Answer> {
  const judge = await ports.policy.judgeFor(plan, 'preview');
  const judgement = attributed(judge.guards, plan, judge.facts, judgeAll(judge.guards, plan, judge.facts));
  const goals = goalsAllowed(judge.guards, plan, judge.facts);
  await ports.ledger.transact(async (tx) => {
    const document = await tx.putDocument(plan);
    if (picture) await tx.putDocument(picture);
    await tx.append({
      kind: 'plan.made',
      planId: plan.id,
      body: {
        document,
        digest: plan.digest,
        target: plan.target,
        tool: plan.tool,
        changeSet: changeSetOf(plan),
        expiresAt: plan.expiresAt,
        judgement,
        goals,
        // A replay under another policy asks who could not have signed then.
        excluded: judge.excluded,
      },
    });
  });
  return answerPlan(plan, judgement, goals, ports.policy.assurance());
}

/** The change set that this plan would execute, when we made it. */
function changeSetOf({ calls }: Pick<PlanDraft, 'calls'>): string | null {
  const id = calls.find(({ operation }) => operation === 'ExecuteChangeSet')?.input.ChangeSetName;
  return typeof id === 'string' && isOwnChangeSet(id) ? id : null;
}
