/** Where in the policy file a fact or a guard's setting stands: `policy.yaml:12:5 seats.production.reversible`. */

import { z } from 'zod';
import { ENVIRONMENTS } from '../../core/environment.ts';
import type { Facts, GuardDefinition } from '../../core/guard.ts';
import type { Plan } from '../../core/plan.ts';
import type { Verdict } from '../../core/verdict.ts';
import { freezesInForce } from '../../policy/freeze.ts';
import type { Policy } from '../../policy/model.ts';
import { type Counted, isBeforePlanning, scopesFor, stacksOf, subjectsOf, workspacesOf } from '../../policy/scope.ts';

export interface Judged {
  policy: Policy | null;
  /** Its name, as places begin with it. */
  policyName: string;
  plan: Plan;
  facts: Facts;
}
type Path = PropertyKey[];
type Lines = (about: Judged & { policy: Policy; scopes: Path[] }) => Path[];

const ofScopes =
  (...key: string[]): Lines =>
  ({ scopes }) =>
    scopes.length > 0 ? scopes.map((scope) => [...scope, ...key]) : [['scopes']];

/** The policy's part in a fact, by the first word of its path or by the whole of it. */
const LINES: Record<string, Lines> = {
  account: ({ facts }) => (facts.account ? [['accounts', facts.account.alias]] : [['accounts']]),
  scope: ofScopes(),
  'scope.create': ofScopes('create'),
  'scope.execute': ofScopes('execute'),
  environment: ofScopes('environment'),
  policy: () => [[]],
  reached: () => [['scopes']],
  approvers: () => [['people']],
  sponsor: ({ facts }) => [['people', facts.sponsor.name ?? '']],
  decidingTags: ({ policy }) =>
    policy.file.scopes.flatMap(({ tags }, index): Path[] => (tags ? [['scopes', index, 'tags']] : [])),
  freezes: ({ policy, plan, facts }) => {
    const { environment, account, now } = facts;
    const subject = {
      account: account?.alias ?? null,
      environment,
      stacks: stacksOf(plan),
      workspaces: workspacesOf(plan),
    };
    return policy.file.freezes.flatMap((freeze, index): Path[] =>
      freezesInForce([freeze], subject, now).length > 0 ? [['freezes', index]] : [],
    );
  },
};
/** What does not come from the policy. */
const ELSEWHERE: Record<string, string> = {
  history: 'the ledger',
  halt: 'the ledger',
  now: 'the clock',
  phase: 'the call',
  goal: 'the call',
  differences: 'the executor',
};

export interface Places {
  /** Where a fact comes from; empty: nothing of the policy has a part in it. */
  ofFact(path: string): string[];
  /** What of the policy bends this guard here: its options, a scope that raises it, observation, exceptions. */
  ofGuard(guard: GuardDefinition, verdict: Verdict): string[];
}

export function placesIn(judged: Judged): Places {
  const { policy, policyName, plan, facts } = judged;
  if (!policy) return { ofFact: (path) => [elsewhere(path) ?? 'default (no policy)'], ofGuard: () => [] };
  const scopes = (scopesFor(policy, subjectsOf(plan), isBeforePlanning(plan)) ?? []).map(
    (scope): Path =>
      scope.workspace === undefined
        ? ['scopes', (policy.file.scopes as readonly Counted[]).indexOf(scope)]
        : ['workspaces', scope.workspace],
  );
  const told = (path: Path): string => {
    const place = policy.placeIfWritten(path);
    if (path.length === 0) return policyName;
    const name = path.map(String).join('.');
    return place ? `${policyName}:${place} ${name}` : `default (no ${name})`;
  };
  return {
    ofFact(path) {
      const outside = elsewhere(path);
      if (outside) return [outside];
      const [first = '', second = ''] = path.split('.');
      if (first === 'rules') return facts.rules.map(({ id }) => rulePlace(policy, id));
      if (first === 'seatRules') return [told(['seats', facts.environment, second])];
      return (LINES[path] ?? LINES[first])?.({ ...judged, policy, scopes }).map(told) ?? [];
    },
    ofGuard: ({ name, options }, { exceptions = [] }) => [
      ...optionPaths(policy, name, options, facts.environment).map(told),
      ...scopes
        .map((scope): Path => [...scope, 'raise', name])
        .filter(policy.placeIfWritten)
        .map(told),
      ...exceptions.flatMap((text) =>
        policy.file.exceptions.flatMap(({ guard, resource }, index) =>
          guard === name && text.startsWith(`${resource} `) ? [told(['exceptions', index])] : [],
        ),
      ),
    ],
  };
}

const elsewhere = (path: string): string | undefined => ELSEWHERE[path.split('.')[0]!];

/** A rule's place names its own file. */
function rulePlace(policy: Policy, id: string): string {
  const rule = policy.rules.rules.find((one) => one.id === id);
  return rule ? `${rule.place} ${id}` : id;
}

/** Options that are written for this environment; where none is, the place where they would stand. */
function optionPaths(policy: Policy, name: string, schema: GuardDefinition['options'], environment: string): Path[] {
  const given = policy.file.guards[name];
  const takesSome = schema instanceof z.ZodObject && Object.keys(schema.shape).length > 0;
  if (!given) return takesSome ? [['guards', name]] : [];
  const isSplit = ENVIRONMENTS.some((key) => key in given);
  const options = isSplit ? given[environment] : given;
  const path = ['guards', name, ...(isSplit ? [environment] : [])];
  if (options === undefined) return [path];
  return options !== null && typeof options === 'object' ? Object.keys(options).map((key) => [...path, key]) : [path];
}
