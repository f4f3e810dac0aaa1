/** The policy as the pipeline and the executor ask it. */

import type { Caller } from '../core/caller.ts';
import type { Environment } from '../core/environment.ts';
import { changeIn, haltIn } from '../core/folds.ts';
import type { Facts, GuardDefinition, PolicyStanding } from '../core/guard.ts';
import type { Owners } from '../core/owner.ts';
import { type Plan, seatKindOf } from '../core/plan.ts';
import type { LedgerView, PolicyPort } from '../core/ports.ts';
import { strictestProof } from '../core/proof.ts';
import { runnersIn } from '../core/runners.ts';
import { areSeatsFilled } from '../people/seats.ts';
import { mapsTo } from '../people/sign-in.ts';
import { approveWithinSeconds, seatRules } from './apply.ts';
import { describePolicy } from './describe.ts';
import { signersIn } from './directory.ts';
import { type FactSources, factsFor, NO_POLICY_DIGEST } from './facts.ts';
import { executedLately, spentBy } from './history.ts';
import { observations } from './observed.ts';
import { digestInForce, pinOf, requireInForce, standingOf } from './pin.ts';
import { type Here, provenNow } from './proven.ts';
import { createRuleJudge } from './rules/judge.ts';
import type { LoadedRules } from './rules/load.ts';
import { durationSeconds } from './schema.ts';
import { isBeforePlanning, scopeFor, scopesFor, subjectsOf } from './scope.ts';

export interface PolicyPortOptions extends FactSources {
  /** For whom it judges. What the cloud calls this process stands in each plan. */
  caller: Caller;
  /** Without them nothing is told of runners. */
  owners?: Owners;
  /** Of a policy that is only tried (a replay): as if it were adopted. */
  isHypothetical?: boolean;
  /** People sign with keys of a trial, which no adopted text lists. */
  hasTrialKeys?: boolean;
  /** Without it nothing that doctor recorded counts here. */
  here?: Here | undefined;
}
const WEEK_MILLISECONDS = 7 * 86_400_000;

const NO_RULES: LoadedRules = { rules: [], digest: '', texts: {}, warnings: [] };
/** A replay makes a port for each moment; what was prepared of the rules is the same for all. */
const ruleJudges = new WeakMap<LoadedRules, ReturnType<typeof createRuleJudge>>();
function ruleJudgeOf(rules: LoadedRules): ReturnType<typeof createRuleJudge> {
  const judge = ruleJudges.get(rules) ?? createRuleJudge(rules);
  ruleJudges.set(rules, judge);
  return judge;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over one policy; its functions are short.
export function createPolicyPort(options: PolicyPortOptions): PolicyPort {
  const { policy, guards, ledger, caller } = options;
  const people = policy?.people ?? [];
  const sponsorNamed = (name: string | null) => ({ name, known: people.some((person) => person.name === name) });
  const { signedIn } = caller;
  const sponsor: Facts['sponsor'] = { ...sponsorNamed(caller.sponsor), ...(signedIn ? { signedIn } : {}) };
  const standing = async (view: LedgerView = ledger): Promise<PolicyStanding> =>
    options.isHypothetical ? (policy ? 'adopted' : 'none') : standingOf(view, policy);
  const judgeRules = ruleJudgeOf(policy?.rules ?? NO_RULES);

  const onePerson: PolicyPort['onePerson'] = () =>
    policy?.file.solo && people.length === 1
      ? { person: people[0]!.name, waitSeconds: durationSeconds(policy.file.solo.wait) }
      : null;

  /** SECURITY: the sponsor, whose agent made the plan, and whoever it and this process act as, here or in the cloud: no seat. */
  const excludedFrom = (plan?: Plan): string[] => {
    // The labelled exception: nobody else is there.
    if (onePerson()) return [];
    const actors = [...caller.actsAs, ...(plan ? [plan.actor.name] : [])];
    return people
      .filter(
        (person) =>
          person.name === sponsor.name ||
          person.name === plan?.sponsor ||
          actors.some((actor) => mapsTo(person, actor)),
      )
      .map(({ name }) => name);
  };

  const guardsFor = (environment: Environment, only?: (guard: GuardDefinition) => boolean) =>
    guards
      .filter((guard) => only?.(guard) ?? true)
      .map((guard) => guard.create(policy ? policy.optionsFor(guard.name, environment) : guard.options.parse({})));

  const digest = async (): Promise<string> => {
    if (!policy) return NO_POLICY_DIGEST;
    return options.isHypothetical ? policy.digest : digestInForce(ledger, policy);
  };
  const assurance: PolicyPort['assurance'] = async () => {
    const about = { here: options.here, sponsor: sponsor.name, policyDigest: await digest(), people };
    return (await provenNow(ledger, { ...about, now: options.now() })).assurance;
  };
  const runners = async () => (options.owners ? runnersIn(ledger, options.owners) : []);

  const fold = (changeId: string) => changeIn(ledger, changeId, options.now(), areSeatsFilled);

  return {
    digest,
    describe: async () =>
      describePolicy({
        policy,
        guards,
        standing: await standing(),
        sponsor,
        excluded: excludedFrom(),
        halt: await haltIn(ledger),
        spent: await spentBy(ledger, sponsor.name, options.now(), fold),
        executed: await executedLately(ledger, options.now()),
        assurance: await assurance(),
        runners,
        observations: () => observations(ledger, new Date(options.now().getTime() - WEEK_MILLISECONDS)),
        now: options.now(),
      }),
    async judgeFor(plan, phase, goal, whose) {
      const excluded = whose?.excluded ?? excludedFrom(plan);
      const about = {
        standing: await standing(),
        sponsor: whose ? sponsorNamed(whose.sponsor) : sponsor,
        onePerson: onePerson(),
        excluded,
        fold,
        judgeRules,
      };
      const facts = await factsFor(options, about, plan, phase, goal);
      return {
        guards: guardsFor(facts.environment),
        guardsBeforePlanning: guardsFor(facts.environment, ({ beforePlanning }) => beforePlanning === true),
        transient: new Set(guards.filter((guard) => guard.transient).map(({ name }) => name)),
        facts,
        seatsWithinSeconds: approveWithinSeconds(policy, facts.environment),
        excluded,
      };
    },
    standing,
    mustBeInForce: async (view = ledger) => requireInForce(await standing(view), await pinOf(view)),
    sponsor: () => sponsor,
    environmentOf({ account, region, name, tags }) {
      if (!policy) return { environment: 'production', scope: null };
      const scope = scopeFor(policy, [{ kind: 'stack', account, region, name, tags }]);
      return { environment: scope?.environment ?? 'out_of_scope', scope: scope?.text ?? null };
    },
    serviceRoleOf({ account, region, name, tags }) {
      const [scope] = (policy && scopesFor(policy, [{ kind: 'stack', account, region, name, tags }])) ?? [];
      return (
        scope?.service_role ?? Object.values(policy?.file.accounts ?? {}).find(({ id }) => id === account)?.service_role
      );
    },
    runners,
    executionOf: (plan) => (policy && scopeFor(policy, subjectsOf(plan), isBeforePlanning(plan)))?.execute ?? null,
    scopeOf(plan) {
      const scope = policy && scopeFor(policy, subjectsOf(plan), isBeforePlanning(plan));
      if (!policy) return 'production (no policy)';
      return scope ? `${scope.environment} (${scope.text})` : 'none';
    },
    mayRead: (subject) => !policy || policy.file.read === 'all' || scopeFor(policy, [subject]) !== null,
    isFilled: areSeatsFilled,
    signersNow: async (view) => (options.isHypothetical || options.hasTrialKeys ? undefined : signersIn(view)),
    proofFor: (plan) => {
      const scope = policy && scopeFor(policy, subjectsOf(plan), isBeforePlanning(plan));
      const { proof } = seatRules(policy, scope?.environment ?? 'production')[seatKindOf(plan)];
      return strictestProof(proof, onePerson() ? 'touch' : undefined);
    },
    onePerson,
    assurance,
  };
}
