/**
 * Planning: the part of the pipeline that makes a dry run, judges it and stores it.
 *
 * identity → guards that need no dry run → planning permit → dry run → seal → all guards → append → answer.
 */
import { randomBytes } from 'node:crypto';
import { attributed } from './attribution.ts';
import { cleaned, deadPlans } from './dead-plans.ts';
import type { Json } from './digest.ts';
import { recordDurably } from './durable.ts';
import { CountersignError, type ErrorAnswer } from './errors.ts';
import { tellingGone } from './gone.ts';
import { goalsAllowed, judgeAll } from './guard.ts';
import { heldBy } from './holder.ts';
import { tagged } from './kept.ts';
import { isAnyAfter, newestSeq } from './newest.ts';
import { mintPlanningPermit, type Permit, revokePermit } from './permit.ts';
import { type Plan, type PlanDraft, sealPlan, type Target } from './plan.ts';
import type { ChangesPort, Identity, Ledger, Place, PlanWith, PolicyPort, Provider } from './ports.ts';
import { remembered } from './protection.ts';
import { UNSEEN } from './subject.ts';
import { type PlanTool, placeOf } from './tool.ts';
import { guardCode, remediesOf, shortened } from './verdict.ts';
import { cancelled, within } from './within.ts';
import type { AgentWording } from './wording.ts';

export interface PlanningPorts {
  cloud: Provider;
  policy: PolicyPort;
  ledger: Ledger;
  changes: ChangesPort;
  wording: AgentWording;
  /** What may hold secrets, in a form that only this state folder reads. */
  seal(value: Json): { sealed: string };
  now(): Date;
  /** Clients give up after 60 s: a plan that takes longer is answered with `planning` and made on. */
  answerWithinMilliseconds: number;
  /** For what is not meant to be read outside: goes to the operator's log, never to the agent. */
  logDefect(error: unknown, toolName: string): void;
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
  const durably = { ledger: ports.ledger, onProgress: () => undefined };
  void failed
    .then((body) => body && recordDurably(durably, { kind: 'plan.failed', planId: id, body }))
    .catch((unwritten) => ports.logDefect(unwritten, tool.name));
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
  const about = tool.target(input);
  const place = { ...placeOf(input), kind: about.kind };
  const identity = await ports.cloud.identity(place);
  const nonce = randomBytes(16).toString('hex');
  const made = { id, tool: tool.name, agent, endpoint: await ports.cloud.endpoint(place), nonce };
  const target: Target = { ...about, account: identity.account, region: identity.region, ids: [] };
  const action = tool.action(input);
  await begin({ target, action }, identity, made, ports);
  const permit = mintPlanningPermit(identity.account, identity.region);
  try {
    const plan = planWith(ports.cloud.planners, { place, permit, nonce });
    const discard = (leftover: string) => ports.cloud.discard(leftover, place, permit);
    const [draft] = await Promise.all([tool.run(input, { plan }), removeDead(target, discard, ports)]);
    return await storeOrDiscard(draft, made, discard, ports);
  } catch (error) {
    if (leftNothing(error)) await ports.ledger.append({ kind: 'plan.left_nothing', planId: id, body: {} });
    throw await namingWhatWaits(error, target, ports);
  } finally {
    revokePermit(permit);
  }
}

/** What the judgement before planning reads of the ledger, whoever's it is. Of plans it reads those of its sponsor. */
const COUNTED = ['change.executing', 'removal.done', 'halted', 'resumed', 'policy.adopted'];

/**
 * Written ahead: what the dry run leaves behind is counted, also when nothing is heard of it again.
 *
 * INVARIANT: budgets hold across processes: what others began since the judgement was not in its facts, so it is made again.
 */
async function begin(
  about: Pick<PlanDraft, 'target' | 'action'>,
  identity: Identity,
  made: Made,
  ports: PlanningPorts,
): Promise<void> {
  const sponsor = ports.policy.sponsor().name;
  const judgedBy = [
    { kinds: COUNTED },
    // Of others they are nothing to it: many agents would make each other judge again, and none would begin.
    { kinds: ['plan.started'], tags: tagged.sponsor('began', sponsor) },
  ];
  const body = { sponsor, tool: made.tool, ...about };
  for (let isBegun = false; !isBegun; ) {
    const judgedAt = await newestSeq(ports.ledger);
    await refuseBeforePlanning(about, identity, made, ports);
    isBegun = await ports.ledger.transact(async (tx) => {
      if (await isAnyAfter(tx, judgedAt, judgedBy)) return false;
      await tx.append({ kind: 'plan.started', planId: made.id, body });
      return true;
    });
  }
}

/** A target that is busy with a change of ours is told with it: it ends by people's hands, not by waiting. */
async function namingWhatWaits(error: unknown, target: Target, { changes }: PlanningPorts): Promise<unknown> {
  if (!(error instanceof CountersignError) || error.code !== 'STATE_STACK_BUSY') return error;
  const [waiting] = await changes.openOn(target).catch(() => []);
  if (!waiting) return error;
  const { id, state } = waiting;
  if (state === 'unknown') {
    const { message, remedy } = heldBy({ changeId: id, isUnknown: true }, target);
    return new CountersignError(error.code, `${error.message} ${message}`, remedy);
  }
  return new CountersignError(
    error.code,
    `${error.message} The change ${id} is ${state} there.`,
    `Follow it with describe_change; people see it with: countersign show ${id}. withdraw_change withdraws it while it is not executing.`,
    { next: { tool: 'describe_change', input: { change_id: id } } },
  );
}

/** Refused by us, or by the cloud before it began anything. INVARIANT: of any other end it is not known. */
function leftNothing(error: unknown): boolean {
  if (!(error instanceof CountersignError)) return false;
  return /^(?:INPUT|STATE|CONFIG|GUARD)_/.test(error.code) || /^AWS_(?:VALIDATION|ACCESS_DENIED)$/.test(error.code);
}

/** INVARIANT: a planner sees no input that its own schema does not take. */
function planWith(
  planners: Provider['planners'],
  { place, permit, nonce }: { place: Place; permit: Permit; nonce: string },
): PlanWith {
  return async (name, input) => {
    const planner = planners.find((one) => one.name === name);
    if (!planner) throw uncallable(name, 'unknown');
    const parsed = planner.input.safeParse(input);
    if (parsed.success) return planner.plan(parsed.data, place, permit, nonce);
    throw uncallable(name, parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  };
}

const uncallable = (planner: string, why: string) =>
  new CountersignError('INTERNAL', `The planner ${planner} cannot be called: ${why}.`, {
    agent: 'This is a defect: tell the user to report it.',
    person: 'This is a defect: report it.',
  });

type Discard = (leftover: string) => Promise<void>;

/** INVARIANT: what making a plan left in the cloud does not stay there when no stored plan names it. */
async function storeOrDiscard(draft: PlanDraft, made: Made, discard: Discard, ports: PlanningPorts): Promise<Answer> {
  try {
    return await store(await sealed(draft, made, ports), draft, ports);
  } catch (error) {
    const leftover = ports.cloud.leftoverOf(draft);
    if (leftover !== null) await discard(leftover).catch(() => undefined);
    throw error;
  }
}

/** Never in the way of the plan: what cannot be removed now is tried again by the next one. */
async function removeDead(target: Target, discard: Discard, { ledger, changes, now }: PlanningPorts): Promise<void> {
  const dead = await deadPlans(ledger, changes, target, now()).catch(() => []);
  await Promise.allSettled(
    dead.map(async ({ planId, leftover }) => {
      await discard(leftover);
      await ledger.append(cleaned({ planId, leftover }));
    }),
  );
}

/** Identity, scope and halt are judged before a dry run may leave a trace in the cloud. */
async function refuseBeforePlanning(
  { target, action }: Pick<PlanDraft, 'target' | 'action'>,
  { account, name, role }: Identity,
  made: Made,
  ports: PlanningPorts,
) {
  const nothingYet: PlanDraft = {
    target,
    action,
    subject: UNSEEN,
    actor: { account, name, role },
    calls: [],
    effects: [],
    observed: {},
    dryRun: { kind: 'synthesised', succeeded: true },
    recipe: { planner: 'none', input: null },
    notes: [],
  };
  const plan = await sealed(nothingYet, made, ports);
  const judge = await ports.policy.judgeFor(plan, 'preview');
  if (judge.guardsBeforePlanning.length === 0)
    throw new CountersignError('CONFIG_INVALID', 'No guards are loaded.', {
      agent: 'Tell the user to reinstall countersign: without guards it makes no plan.',
      person: 'Reinstall countersign: without guards it makes no plan.',
    });
  const denial = judgeAll(judge.guardsBeforePlanning, plan, judge.facts).verdicts.find(
    ({ outcome }) => outcome === 'deny',
  );
  if (denial) throw new CountersignError(guardCode(denial.guard), denial.message, remediesOf(denial));
}

async function sealed(draft: PlanDraft, made: Made, ports: PlanningPorts): Promise<Plan> {
  return sealPlan(draft, {
    ...made,
    sponsor: ports.policy.sponsor().name,
    policyDigest: await ports.policy.digest(),
    now: ports.now(),
  });
}

async function store(plan: Plan, draft: Pick<PlanDraft, 'picture' | 'before'>, ports: PlanningPorts): Promise<Answer> {
  const judge = await ports.policy.judgeFor(plan, 'preview');
  const judgement = attributed(judge.guards, plan, judge.facts, judgeAll(judge.guards, plan, judge.facts));
  const goals = goalsAllowed(judge.guards, plan, judge.facts);
  const kept = draft.before === undefined ? undefined : ports.seal(draft.before);
  await ports.ledger.transact(async (tx) => {
    const document = await tx.putDocument(plan);
    if (draft.picture) await tx.putDocument(draft.picture);
    const before = kept && (await tx.putDocument(kept));
    await tx.append({
      kind: 'plan.made',
      planId: plan.id,
      body: {
        document,
        digest: plan.digest,
        target: plan.target,
        tool: plan.tool,
        changeSet: ports.cloud.leftoverOf(plan),
        expiresAt: plan.expiresAt,
        ...(before === undefined ? {} : { before }),
        protections: remembered(plan.protections),
        capacity: (plan.lowered ?? []).map(({ of, what, was }) => ({ of, what, was })),
        ...shortened(judgement),
        goals,
        // A replay under another policy asks who could not have signed then.
        excluded: judge.excluded,
      },
    });
  });
  const about = await ports.changes.aboutPlan(plan);
  const open = await tellingGone(about.open, ports);
  const assurance = await ports.policy.assurance();
  return ports.wording.plan(plan, judgement, { ...about, open, goals, assurance });
}
