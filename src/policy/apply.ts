/** The policy applied: which scope, account and seats are in force for a target. Pure. */
import { glob } from '../core/glob.ts';
import type { Environment, Facts, SeatRule } from '../core/guard.ts';
import type { Target } from '../core/plan.ts';
import type { Policy } from './load.ts';
import { durationSeconds, type ScopeEntry } from './schema.ts';

/** First match wins; none is null. Instances match only scopes that name instances. */
export function scopeFor(
  policy: Policy,
  target: Pick<Target, 'kind' | 'account' | 'region' | 'name'>,
): ScopeEntry | null {
  const names = target.kind === 'stack' ? [target.name] : target.name.split(',');
  const found = policy.file.scopes.find((scope) => {
    const account = policy.file.accounts[scope.account];
    if (account?.id !== target.account || !account.regions.includes(target.region)) return false;
    const patterns = target.kind === 'stack' ? scope.stacks : scope.instances;
    return patterns !== undefined && names.every((name) => patterns.some((pattern) => glob(pattern).test(name)));
  });
  return found ?? null;
}

export function scopeText(scope: ScopeEntry): string {
  return `${scope.account}: ${[...(scope.stacks ?? []).map((name) => `stack ${name}`), ...(scope.instances ?? []).map((id) => `instance ${id}`)].join(', ')}`;
}

export function accountFor(policy: Policy, id: string): Facts['account'] {
  const found = Object.entries(policy.file.accounts).find(([, account]) => account.id === id);
  return found ? { alias: found[0], id, regions: found[1].regions } : null;
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
    return typeof entry === 'number' ? { seats: entry, include: [] } : entry;
  };
  return {
    reversible: rule('reversible'),
    recoverable: rule('recoverable'),
    irreversible: rule('irreversible'),
  };
}

export function approveWithinSeconds(policy: Policy | null, environment: Environment): number {
  return durationSeconds(policy?.file.seats[environment]?.within ?? '8h');
}
