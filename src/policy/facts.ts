/** Everything the guards are told of one plan: from the policy, the ledger and the clock. */

import type { Change, OnePerson } from '../core/change.ts';
import { digestOf } from '../core/digest.ts';
import { haltIn } from '../core/folds.ts';
import type { Facts, GuardDefinition, Phase, PolicyStanding } from '../core/guard.ts';
import { lossesOf, type Plan, seatKindOf, touchedBy } from '../core/plan.ts';
import type { LedgerView, ProviderRules } from '../core/ports.ts';
import { isProofEnough, strictestProof } from '../core/proof.ts';
import type { Goal } from '../core/verdict.ts';
import { bestProofOf } from '../people/key.ts';
import { accountFor, adjustments, decidingTags, exceptionsInForce, placeFor, reachedBy, seatRules } from './apply.ts';
import { freezesInForce } from './freeze.ts';
import { historyOf } from './history.ts';
import type { Policy } from './model.ts';
import type { createRuleJudge } from './rules/judge.ts';
import { isBeforePlanning, scopeFor, stacksOf, subjectsOf, workspacesOf } from './scope.ts';

export const NO_POLICY_DIGEST = digestOf('no policy');

/** Where facts come from. */
export interface FactSources {
  /** null: no policy; plans are judged as production and stay plans. */
  policy: Policy | null;
  guards: readonly GuardDefinition[];
  provider: Pick<ProviderRules, 'factsOf' | 'actionOf' | 'placeOf'>;
  ledger: LedgerView;
  now(): Date;
}

export interface FactsAbout {
  standing: PolicyStanding;
  sponsor: Facts['sponsor'];
  excluded: readonly string[];
  onePerson: OnePerson | null;
  fold(changeId: string): Promise<Change | undefined>;
  judgeRules: ReturnType<typeof createRuleJudge>;
}

export async function factsFor(
  { policy, guards, provider, ledger, now: clock }: FactSources,
  about: FactsAbout,
  plan: Plan,
  phase: Phase,
  goal: Goal | undefined,
): Promise<Facts> {
  const { target } = plan;
  const { sponsor, excluded } = about;
  const now = clock();
  const scope = policy ? scopeFor(policy, subjectsOf(plan), isBeforePlanning(plan)) : null;
  const environment = scope?.environment ?? 'production';
  const rules = seatRules(policy, environment);
  const proof = strictestProof(rules[seatKindOf(plan)].proof, about.onePerson ? 'touch' : undefined);
  const person = policy?.people.find(({ name }) => name === sponsor.name);
  return {
    now,
    phase,
    ...(goal ? { goal } : {}),
    halt: await haltIn(ledger),
    provider: provider.factsOf(target),
    sponsor,
    environment,
    seatRules: rules,
    ...(about.onePerson ? { onePerson: about.onePerson } : {}),
    approvers: (policy?.people ?? [])
      .filter(
        ({ name, keys }) => !excluded.includes(name) && keys.some((key) => isProofEnough(bestProofOf(key), proof)),
      )
      .map(({ name, roles }) => ({ name, roles })),
    history: await historyOf(ledger, {
      target,
      environment,
      sponsor: sponsor.name,
      planId: plan.id,
      actionOf: provider.actionOf,
      touched: touchedBy(plan),
      ...(lossesOf(plan).length === 0 ? {} : { protections: plan.protections }),
      lowered: plan.lowered,
      now,
      fold: about.fold,
    }),
    ...(policy
      ? {
          policy: { present: true, digest: policy.digest, standing: about.standing },
          account: placeFor(policy, target),
          ownAccounts: policy.file.accounts ? Object.values(policy.file.accounts).map(({ id }) => id) : [],
          scope: scope ? { text: scope.text, create: scope.create, execute: scope.execute } : null,
          adjustments: adjustments(policy, guards, environment, scope),
          ...fromPolicy(policy, plan, provider.placeOf, environment, now),
          rules: about.judgeRules(plan, {
            now,
            zone: policy.file.zone,
            environment,
            sponsor: { name: sponsor.name, roles: person?.roles ?? [] },
            goal,
          }),
        }
      : withoutPolicy(target.account)),
  };
}

function fromPolicy(
  policy: Policy,
  plan: Plan,
  placeOf: ProviderRules['placeOf'],
  environment: Facts['environment'],
  now: Date,
) {
  const account = accountFor(policy, plan.target.account)?.alias ?? null;
  return {
    decidingTags: decidingTags(policy),
    reached: reachedBy(policy, plan, placeOf),
    freezes: freezesInForce(
      policy.file.freezes,
      { account, environment, stacks: stacksOf(plan), workspaces: workspacesOf(plan) },
      now,
    ),
    exceptions: exceptionsInForce(policy, plan, account, now),
  };
}

/** Judged as production under every guard's defaults, and only planned. */
function withoutPolicy(account: string) {
  return {
    policy: { present: false, digest: NO_POLICY_DIGEST, standing: 'none' as const },
    account: { alias: 'ambient', id: account, regions: ['*'] },
    ownAccounts: [account],
    scope: { text: 'no policy', create: false, execute: 'plan_only' as const },
    decidingTags: ['environment'],
    reached: {},
    freezes: [],
    rules: [],
    adjustments: {},
    exceptions: [],
  };
}
