/**
 * Which scope of the policy a thing is in. First match wins; no match is out of reach. Pure.
 *
 * What is not known yet (tags before planning; tags of a stack of which only the name is known) makes a scope that
 * reads it a *possible* match: then the strictest of all that it could be counts.
 */
import type { Environment } from '../core/environment.ts';
import { matchesGlob } from '../core/glob.ts';
import type { Plan } from '../core/plan.ts';
import type { Policy } from './model.ts';
import type { ScopeEntry } from './schema.ts';

export interface Subject {
  kind: 'stack' | 'resource' | 'workspace';
  account: string;
  region: string;
  /** A stack's or workspace's name, or a physical id. */
  name: string;
  /** null: not known. */
  tags: Readonly<Record<string, string>> | null;
  /** A resource whose owner was not looked up yet: a stack's scope may turn out to be its own. */
  ownerUnknown?: boolean;
  /** A new stack without the tags that it is given: where no scope is for it, the labelled one alone counts. */
  ifInScope?: boolean;
}

/** What counts of an entry of `scopes`, or of `workspaces`. */
export type Counted = Pick<ScopeEntry, 'account' | 'environment' | 'create' | 'execute' | 'raise'> &
  Partial<Pick<ScopeEntry, 'stacks' | 'ids' | 'tags' | 'service_role'>> & { workspace?: string };

/** What is in force: one entry, or the strictest parts of several. */
export interface AppliedScope {
  text: string;
  account: string;
  environment: Environment;
  create: boolean;
  execute: ScopeEntry['execute'];
  raise: ScopeEntry['raise'];
}
type Match = 'no' | 'possible' | 'certain';

const STRICTER_ENVIRONMENT: readonly Environment[] = ['disposable', 'development', 'production'];
const STRICTER_EXECUTION: readonly ScopeEntry['execute'][] = ['by_runner', 'by_command', 'plan_only'];
const strictest = <T>(order: readonly T[], values: readonly T[]): T =>
  order[Math.max(...values.map((value) => order.indexOf(value)))]!;

function matches(policy: Policy, scope: ScopeEntry, subject: Subject): Match {
  const account = policy.file.accounts[scope.account];
  if (account?.id !== subject.account || account.management || !account.regions.includes(subject.region)) return 'no';
  const byName = matchesName(scope, subject);
  if (byName === 'no' || scope.tags === undefined) return byName;
  if (subject.tags === null) return 'possible';
  const { tags } = subject;
  return Object.entries(scope.tags).every(([key, value]) => tags[key] === value) ? byName : 'no';
}

function matchesName(scope: ScopeEntry, { kind, name, ownerUnknown }: Subject): Match {
  const patterns = kind === 'stack' ? scope.stacks : scope.ids;
  const byTagsAlone = scope.stacks === undefined && scope.ids === undefined;
  if (byTagsAlone || patterns?.some((pattern) => matchesGlob(pattern, name)))
    return ownerUnknown ? 'possible' : 'certain';
  return ownerUnknown && scope.stacks !== undefined ? 'possible' : 'no';
}

/** Each entry of `workspaces` is the scope of that workspace. */
function ofWorkspaces({ file }: Policy): Counted[] {
  return Object.entries(file.workspaces ?? {}).map(([workspace, { environment, execute, raise }]) => ({
    workspace,
    account: '',
    environment,
    create: true,
    execute,
    raise,
  }));
}

export const everyScope = (policy: Policy): Counted[] => [...policy.file.scopes, ...ofWorkspaces(policy)];

/** Every scope that could be the first match, in order. `certain`: one of them surely is. */
function candidates(policy: Policy, subject: Subject): { found: Counted[]; certain: boolean } {
  if (subject.kind === 'workspace') {
    const found = ofWorkspaces(policy).filter(({ workspace }) => workspace === subject.name);
    return { found, certain: found.length > 0 };
  }
  const found: Counted[] = [];
  for (const scope of policy.file.scopes) {
    const match = matches(policy, scope, subject);
    if (match !== 'no') found.push(scope);
    if (match === 'certain') return { found, certain: true };
  }
  return { found, certain: false };
}

/** null when one of the subjects is, or after planning could be, in no scope. */
export function scopeFor(policy: Policy, subjects: readonly Subject[], beforePlanning = false): AppliedScope | null {
  const scopes = scopesFor(policy, subjects, beforePlanning);
  return scopes && combined(scopes);
}

/** The entries that count, in the policy's own order for each subject. */
export function scopesFor(policy: Policy, subjects: readonly Subject[], beforePlanning = false): Counted[] | null {
  const each = subjects
    .map((subject) => ({ ...candidates(policy, subject), ifInScope: subject.ifInScope ?? false }))
    .filter(({ found, ifInScope }) => found.length > 0 || !ifInScope);
  if (each.some(({ found, certain }) => found.length === 0 || !(certain || beforePlanning))) return null;
  const scopes = [...new Set(each.flatMap(({ found }) => found))];
  return scopes.length === 0 ? null : scopes;
}

function combined(scopes: readonly Counted[]): AppliedScope {
  const raise: ScopeEntry['raise'] = {};
  for (const [guard, to] of scopes.flatMap((scope) => Object.entries(scope.raise))) {
    const before = raise[guard];
    raise[guard] = to === 'deny' || before === 'deny' ? 'deny' : Math.max(to, before ?? 0);
  }
  return {
    text: scopes.map(scopeText).join('; '),
    account: scopes[0]!.account,
    environment: strictest(
      STRICTER_ENVIRONMENT,
      scopes.map(({ environment }) => environment),
    ),
    create: scopes.every(({ create }) => create),
    execute: strictest(
      STRICTER_EXECUTION,
      scopes.map(({ execute }) => execute),
    ),
    raise,
  };
}

export function scopeText({ account, stacks, ids, tags, workspace }: Counted): string {
  if (workspace !== undefined) return `workspace ${workspace}`;
  const named = [...(stacks ?? []).map((name) => `stack ${name}`), ...(ids ?? []).map((id) => `id ${id}`)];
  const tagged = Object.entries(tags ?? {}).map(([key, value]) => `${key}=${value}`);
  return `${account}: ${[named.join(', '), tagged.length > 0 ? `tagged ${tagged.join(' and ')}` : ''].filter(Boolean).join(' ')}`;
}

/** Nothing was asked of the cloud yet. */
export function isBeforePlanning({ calls, subject, recipe }: Plan): boolean {
  return calls.length === 0 && recipe.planner === 'none' && subject.lifecycle === 'unseen';
}

/**
 * What a plan is about, before and after it: with the tags that are there and with those that it would set, so that
 * no plan can label itself into a milder environment.
 */
export function subjectsOf(plan: Plan): Subject[] {
  const { target, subject: seen } = plan;
  const place = { account: target.account, region: target.region };
  // Its scope reads no tags.
  if (target.kind === 'workspace') return [{ ...place, kind: 'workspace', name: target.name, tags: {} }];
  if (target.kind === 'stack') {
    const subject = { ...place, kind: 'stack' as const, name: target.name };
    if (isBeforePlanning(plan)) return [{ ...subject, tags: null }];
    const before = seen.itself ? seen.tags : undefined;
    const after = withTagChanges(plan, before ?? {}, ({ type, physicalId, logicalId }) =>
      seen.itself?.type === type && logicalId === undefined
        ? physicalId === undefined || seen.itself.ids.includes(physicalId)
        : false,
    );
    // A new stack has its tags from its plan: it chooses no milder environment by them than without.
    const unlabelled = seen.lifecycle === 'new';
    return [
      ...(before ? [{ ...subject, tags: before }] : []),
      ...(unlabelled ? [{ ...subject, tags: {}, ifInScope: true }] : []),
      { ...subject, tags: after },
    ];
  }
  return target.name.split(',').flatMap((id): Subject[] => {
    const subject = { ...place, kind: 'resource' as const, name: id };
    if (isBeforePlanning(plan)) return [{ ...subject, tags: null, ownerUnknown: true }];
    const resource = seen.resources.find((one) => one.id === id);
    // Not seen: it can be in no scope by name alone, since a stack may own it.
    if (!resource) return [{ ...subject, tags: null, ownerUnknown: true }];
    if (resource.owner?.kind === 'stack' && !resource.owner.released)
      return [{ ...place, kind: 'stack', name: resource.owner.name, tags: null }];
    const after = withTagChanges(plan, resource.tags, ({ physicalId }) => physicalId === id);
    return [
      { ...subject, tags: resource.tags },
      { ...subject, tags: after },
    ];
  });
}

function withTagChanges(
  plan: Plan,
  tags: Record<string, string>,
  isIt: (effect: Plan['effects'][number]) => boolean,
): Record<string, string> {
  const after = { ...tags };
  for (const { path, after: value } of plan.effects.filter(isIt).flatMap(({ properties }) => properties)) {
    if (!path.startsWith('Tags.')) continue;
    const key = path.slice('Tags.'.length);
    if (value === undefined) delete after[key];
    else after[key] = value;
  }
  return after;
}

export const workspacesOf = ({ target }: Plan): string[] => (target.kind === 'workspace' ? [target.name] : []);

/** Stacks that a plan is about: its target, or the owners of its resources. */
export function stacksOf(plan: Plan): string[] {
  if (plan.target.kind === 'stack') return [plan.target.name];
  const owners = plan.subject.resources.map(({ owner }) => owner);
  return [...new Set(owners.filter((owner) => owner?.kind === 'stack').map((owner) => owner!.name))];
}
