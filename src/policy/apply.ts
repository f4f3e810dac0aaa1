/** The policy applied: account, seats, exceptions and adjustments that are in force for a plan. Pure. */
import type { Environment } from '../core/environment.ts';
import type { Adjustment, Exception, Facts, GuardDefinition, SeatRule } from '../core/guard.ts';
import type { Mark } from '../core/mark.ts';
import type { Plan } from '../core/plan.ts';
import type { ProviderRules } from '../core/ports.ts';
import type { Policy } from './model.ts';
import { durationSeconds } from './schema.ts';
import { type AppliedScope, type Subject, scopeFor, stacksOf } from './scope.ts';
import { exceptionEnd, exceptionStart } from './validate.ts';

/** Where a target is: an account that the policy names, or the place of all workspaces, which are in none. */
export const placeFor = (policy: Policy, { kind, account }: Plan['target']): Facts['account'] =>
  kind === 'workspace' ? { alias: account, id: account, regions: ['*'] } : accountFor(policy, account);

/** A management account has no regions here: it is known, and nothing in it is in reach. */
export function accountFor(policy: Policy, id: string): Facts['account'] {
  const found = Object.entries(policy.file.accounts).find(([, account]) => account.id === id);
  if (!found) return null;
  const [alias, { regions, management, planner_role: plannerRole }] = found;
  if (management) return { alias, id, regions: [], management };
  // A session has the role's name without its path.
  return { alias, id, regions, ...(plannerRole === undefined ? {} : { plannerRole: plannerRole.split('/').at(-1)! }) };
}

type SeatKind = keyof Facts['seatRules'];
/** GUARDS.md, last paragraph. */
const DEFAULT_SEATS: Record<Environment, Record<SeatKind, number>> = {
  production: { reversible: 1, recoverable: 2, irreversible: 2 },
  development: { reversible: 0, recoverable: 1, irreversible: 1 },
  disposable: { reversible: 0, recoverable: 0, irreversible: 0 },
};

export function seatRules(policy: Policy | null, environment: Environment): Facts['seatRules'] {
  const given = policy?.file.seats[environment];
  const rule = (kind: SeatKind): SeatRule => {
    const entry = given?.[kind] ?? DEFAULT_SEATS[environment][kind];
    const {
      seats,
      include,
      proof = given?.proof,
    } = typeof entry === 'number' ? { seats: entry, include: [], proof: undefined } : entry;
    return { seats, include, ...(proof === undefined ? {} : { proof }) };
  };
  return {
    reversible: rule('reversible'),
    recoverable: rule('recoverable'),
    irreversible: rule('irreversible'),
  };
}

export function defaultSeats(environment: Environment, kind: SeatKind): number {
  return DEFAULT_SEATS[environment][kind];
}

export function approveWithinSeconds(policy: Policy | null, environment: Environment): number {
  return durationSeconds(policy?.file.seats[environment]?.within ?? '8h');
}

/** Where a scope raises a guard, the guard is not only observed: the stricter word counts. */
export function adjustments(
  policy: Policy,
  guards: readonly GuardDefinition[],
  environment: Environment,
  scope: AppliedScope | null,
): Record<string, Adjustment> {
  return Object.fromEntries(
    guards.flatMap(({ name }): [string, Adjustment][] => {
      const raise = scope?.raise[name];
      if (raise !== undefined)
        return [[name, { raise: raise === 'deny' ? { outcome: 'deny' } : { outcome: 'hold', seats: raise } }]];
      return policy.isObserved(name, environment) ? [[name, { observe: true }]] : [];
    }),
  );
}

export function exceptionsInForce(policy: Policy, plan: Plan, account: string | null, now: Date): Exception[] {
  const workspace = plan.target.kind === 'workspace' ? plan.target.name : undefined;
  const stacks: (string | undefined)[] = plan.target.kind === 'stack' ? stacksOf(plan) : [undefined];
  return policy.file.exceptions
    .filter(
      (exception) =>
        stacks.includes(exception.stack) &&
        exception.workspace === workspace &&
        (exception.account ?? account) === account &&
        now >= exceptionStart(exception.until) &&
        now < exceptionEnd(exception.until),
    )
    .map(({ guard, resource, until, owner, reason }) => ({ guard, resource, until, owner, reason }));
}

/** Environment of what marks reach outside. Left out, and so production, is what cannot be placed for sure. */
export function reachedBy(policy: Policy, plan: Plan, placeOf: ProviderRules['placeOf']): Facts['reached'] {
  const targets = plan.effects.flatMap(({ marks }) => marks.flatMap(({ target }) => target ?? []));
  return Object.fromEntries(
    targets.flatMap((target): [string, Facts['reached'][string]][] => {
      const subject = subjectReached(plan, target, placeOf(target.id));
      const scope = subject && scopeFor(policy, [subject]);
      if (scope) return [[target.id, scope.environment]];
      // A stack that no scope could match, whatever its tags.
      const isOutside = subject?.kind === 'stack' && scopeFor(policy, [subject], true) === null;
      return isOutside ? [[target.id, 'out_of_scope']] : [];
    }),
  );
}

/** An id may name the account and region of the thing; one that does not is where the plan is. */
function subjectReached(
  plan: Plan,
  { id, stack }: NonNullable<Mark['target']>,
  { account, region }: { account?: string; region?: string },
): Subject | null {
  if (stack === undefined) return null;
  return {
    kind: stack === null ? 'resource' : 'stack',
    account: account || plan.target.account,
    region: region || plan.target.region,
    name: stack ?? id,
    tags: null,
  };
}

/** Tag keys by which anything is decided: no plan may set them. */
export function decidingTags({ file, rules }: Policy): string[] {
  const keys = [
    ...file.scopes.flatMap(({ tags }) => Object.keys(tags ?? {})),
    ...rules.rules.flatMap(({ reads }) => [...reads.tagKeys]),
  ];
  return [...new Set(['environment', ...keys])].sort();
}
