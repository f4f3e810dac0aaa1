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

/** @param toAnswer turns what a plan that is made on fails with into what describe_plan tells later. */
export async function makePlan(
  tool: PlanTool,
  input: Record<string, unknown>,
  agent: string | null,
  ports: PlanningPorts,
  toAnswer: (error: unknown) => ErrorAnswer,
): Promise<Answer> {
  const id = `plan_${randomBytes(8).toString('hex')}`;
  const making = planAndStore(id, tool, input, agent, ports);
  const answered = await within(making, ports.answerWithinMilliseconds);
  if (answered) return answered;
  const { append } = ports.ledger;
  append({ kind: 'plan.begun', planId: id, body: { tool: tool.name, target: tool.target(input).name } });
  making.catch((error) => append({ kind: 'plan.failed', planId: id, body: toAnswer(error) }));
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
  const made = { id, tool: tool.name, agent, endpoint: await ports.cloud.endpoint(), nonce };
  const target: Target = { ...tool.target(input), account: identity.account, region: identity.region, ids: [] };
  await refuseBeforePlanning(target, identity, made, ports);
  const permit = mintPlanningPermit(identity.account, identity.region);
  try {
    const planner = ports.cloud.planner(place, permit, nonce);
    const [draft] = await Promise.all([tool.run(input, { planner }), removeDead(target, planner, ports)]);
    return await store(sealed(draft, made, ports), draft.picture, ports);
  } finally {
    revokePermit(permit);
  }
}

/** Never in the way of the plan: what cannot be removed now is tried again by the next one. */
async function removeDead(target: Target, planner: Planner, { ledger, changes, now }: PlanningPorts): Promise<void> {
  await Promise.allSettled(
    deadPlans(ledger, changes, target, now()).map(async ({ planId, changeSet }) => {
      await planner.discard(changeSet);
      ledger.append({ kind: 'plan.cleaned', planId, body: { changeSet } });
    }),
  );
}

/** @returns undefined when the time is up first; the promise goes on. */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, timeUp]).finally(() => clearTimeout(timer));
}

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
  ports.ledger.transact((tx) => {
    const document = tx.putDocument(plan);
    if (picture) tx.putDocument(picture);
    tx.append({
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
function changeSetOf({ calls }: Plan): string | null {
  const id = calls.find(({ operation }) => operation === 'ExecuteChangeSet')?.input.ChangeSetName;
  return typeof id === 'string' && isOwnChangeSet(id) ? id : null;
}
