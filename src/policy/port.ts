/** The policy as the pipeline and the executor ask it: facts from the policy file, the ledger and the clock. */
import { fillSeats } from '../approvals/seats.ts';
import { foldChange } from '../core/change.ts';
import { digestOf } from '../core/digest.ts';
import type { Environment, Facts, GuardDefinition } from '../core/guard.ts';
import type { Plan } from '../core/plan.ts';
import type { Ledger, PolicyPort } from '../core/ports.ts';
import { accountFor, approveWithinSeconds, scopeFor, scopeText, seatRules } from './apply.ts';
import { historyOf, inFlightOn } from './history.ts';
import type { Policy } from './load.ts';

export interface PolicyPortOptions {
  /** null: no policy; plans are judged as production and stay plans. */
  policy: Policy | null;
  guards: readonly GuardDefinition[];
  ledger: Ledger;
  sponsor: string | undefined;
  /** Names under which this process acts: the OS user and the like. People who map to them are excluded too. */
  actsAs: string[];
  now(): Date;
}
const NO_POLICY_DIGEST = digestOf('no policy');

export function createPolicyPort(options: PolicyPortOptions): PolicyPort {
  const { policy, guards, ledger } = options;
  const sponsor = {
    name: options.sponsor ?? null,
    known: policy?.people.some(({ name }) => name === options.sponsor) ?? false,
  };
  const excluded = (policy?.people ?? [])
    .filter(
      ({ name, signsInAs }) =>
        name === sponsor.name || options.actsAs.some((alias) => signsInAs.includes(alias.toLowerCase())),
    )
    .map(({ name }) => name);
  const guardsFor = (environment: Environment, only?: (guard: GuardDefinition) => boolean) =>
    guards
      .filter((guard) => only?.(guard) ?? true)
      .map((guard) => guard.create(policy ? policy.optionsFor(guard.name, environment) : guard.options.parse({})));

  const isFilled: PolicyPort['isFilled'] = (proposal, approvals) =>
    fillSeats(
      { needed: proposal.judgement.seats, roles: proposal.judgement.roles, excluded: proposal.excluded },
      approvals.filter(({ decision }) => decision === 'approve'),
    ).filled;

  function factsFor(plan: Plan, phase: Facts['phase'], goal: Facts['goal']): Facts {
    const { target } = plan;
    const scope = policy ? scopeFor(policy, target) : null;
    const environment = scope?.environment ?? 'production';
    const now = options.now();
    return {
      now,
      phase,
      ...(goal ? { goal } : {}),
      halt: haltOf(ledger),
      policy: { present: policy !== null, digest: policy?.digest ?? NO_POLICY_DIGEST },
      account: policy ? accountFor(policy, target.account) : { alias: 'ambient', id: target.account, regions: ['*'] },
      scope: policy
        ? scope
          ? { text: scopeText(scope), create: scope.create, execute: scope.execute }
          : null
        : { text: 'no policy', create: false, execute: 'plan_only' },
      environment,
      decidingTags: ['environment'],
      sponsor,
      reached: {},
      freezes: [],
      rules: [],
      adjustments: {},
      exceptions: [],
      seatRules: seatRules(policy, environment),
      approvers: (policy?.people ?? [])
        .filter(({ name, keys }) => !excluded.includes(name) && keys.length > 0)
        .map(({ name, roles }) => ({ name, roles })),
      history: historyOf(ledger, {
        target,
        environment,
        sponsor: sponsor.name,
        planId: plan.id,
        now,
        fold: (changeId) => foldChange(ledger.events({ changeId }), now, isFilled),
      }),
    };
  }

  return {
    digest: () => policy?.digest ?? NO_POLICY_DIGEST,
    describe: () => describePolicy(options, sponsor, excluded),
    async judgeFor(plan, phase, goal) {
      const facts = factsFor(plan, phase, goal);
      return {
        guards: guardsFor(facts.environment),
        guardsBeforePlanning: guardsFor(facts.environment, ({ beforePlanning }) => beforePlanning === true),
        facts,
        seatsWithinSeconds: approveWithinSeconds(policy, facts.environment),
        excluded,
      };
    },
    inFlight: (target) => inFlightOn(ledger, target, options.now()),
    sponsor: () => sponsor,
    environmentOf: ({ account, region, name }) =>
      policy
        ? (scopeFor(policy, { kind: 'stack', account, region, name })?.environment ?? 'out_of_scope')
        : 'production',
    isFilled,
    assurance: () => 'L0',
  };
}

/** INVARIANT: a switch that cannot be read is a halt. */
export function haltOf(ledger: Ledger): Facts['halt'] {
  try {
    const [newest] = ledger.events({ kinds: ['halted', 'resumed'], limit: 1, newestFirst: true });
    return newest?.kind === 'halted' ? 'halted' : 'running';
  } catch {
    return 'unreadable';
  }
}

function describePolicy(
  { policy, ledger, guards }: PolicyPortOptions,
  sponsor: { name: string | null; known: boolean },
  excluded: string[],
): Record<string, unknown> {
  return {
    policy: policy ? 'in force' : 'none: describe and plan only',
    sponsor:
      sponsor.name === null
        ? 'not set: describe and plan only'
        : `${sponsor.name} (${sponsor.known ? 'claimed' : 'unknown: describe and plan only'})`,
    accounts: Object.entries(policy?.file.accounts ?? {}).map(([alias, { id, regions }]) => ({
      alias,
      id,
      regions,
    })),
    scopes: (policy?.file.scopes ?? []).map((scope) => ({
      reach: scopeText(scope),
      environment: scope.environment,
      create: scope.create,
      execute: scope.execute,
    })),
    seats: Object.fromEntries(
      (['production', 'development', 'disposable'] as const).map((environment) => [
        environment,
        Object.fromEntries(Object.entries(seatRules(policy, environment)).map(([kind, { seats }]) => [kind, seats])),
      ]),
    ),
    approvers: (policy?.people ?? [])
      .filter(({ name, keys }) => !excluded.includes(name) && keys.length > 0)
      .map(({ name }) => name),
    guards: guards.map(({ name }) => name),
    halt: haltOf(ledger),
    assurance: 'L0',
  };
}
