/** What `policy check` warns of: all of it is valid, and most of it is not what its author meant. Pure. */
import { counted } from '../core/counted.ts';
import { canonicalJson } from '../core/digest.ts';
import { ENVIRONMENTS, type Environment } from '../core/environment.ts';
import { matchesGlob } from '../core/glob.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { isProofEnough } from '../core/proof.ts';
import { bestProofOf } from '../people/key.ts';
import { defaultSeats, seatRules } from './apply.ts';
import { isOver } from './freeze.ts';
import type { Policy } from './model.ts';
import type { ScopeEntry } from './schema.ts';
import { everyScope, scopeText } from './scope.ts';
import { exceptionEnd } from './validate.ts';

export interface Warning {
  /** `line:column` in the policy, or `file:line:column` of a rule. */
  place: string;
  message: string;
}
export interface CheckAbout {
  policy: Policy;
  guards: readonly GuardDefinition[];
  now: Date;
  isKnownType(type: string): boolean;
  isKnownService(service: string): boolean;
}
type Warn = (path: PropertyKey[], message: string) => void;

export function checkPolicy(about: CheckAbout): Warning[] {
  const warnings: Warning[] = [];
  const warn: Warn = (path, message) => warnings.push({ place: about.policy.placeOf(path), message });
  checkScopes(about, warn);
  checkSeats(about, warn);
  checkPeople(about, warn);
  checkGuards(about, warn);
  checkDates(about, warn);
  return [...warnings, ...ruleWarnings(about)];
}

function checkScopes({ policy }: CheckAbout, warn: Warn): void {
  const { scopes, workspaces = {} } = policy.file;
  for (const [index, scope] of scopes.entries()) {
    const path = ['scopes', index];
    if (isShadowed(scope, scopes.slice(0, index)))
      warn(path, `this scope can never match: an earlier scope matches everything in it (${scopeText(scope)})`);
    checkExecution(policy, scope, path, warn);
  }
  for (const [name, entry] of Object.entries(workspaces)) {
    const path = ['workspaces', name];
    checkExecution(policy, entry, path, warn);
    const { planner, executor } = entry;
    const { role: _, ...variables } = executor;
    const isEmpty = planner.pass.length + Object.keys(planner.set).length === 0;
    if (entry.execute !== 'plan_only' && !isEmpty && canonicalJson(planner) === canonicalJson(variables))
      warn([...path, 'executor'], 'it has the credentials of the planner: what plans could then write as well');
  }
}

function checkExecution(
  policy: Policy,
  { environment, execute }: Pick<ScopeEntry, 'environment' | 'execute'>,
  path: PropertyKey[],
  warn: Warn,
): void {
  if (execute === 'by_runner') warn([...path, 'execute'], 'by_runner: approved changes run automatically');
  const { reversible } = seatRules(policy, environment);
  if (environment === 'production' && execute !== 'plan_only' && reversible.seats === 0)
    warn(
      [...path, 'execute'],
      'reversible changes in production need no approval here (seats.production.reversible is 0)',
    );
}

/** Every name that it matches is matched earlier, whatever tags the thing has. */
function isShadowed(scope: ScopeEntry, earlier: readonly ScopeEntry[]): boolean {
  const covering = earlier.filter(
    ({ account, tags }) =>
      account === scope.account && Object.entries(tags ?? {}).every(([key, value]) => scope.tags?.[key] === value),
  );
  if (covering.some(({ stacks, ids }) => !stacks && !ids)) return true;
  const isCovered = (kind: 'stacks' | 'ids') =>
    scope[kind]?.every((pattern) => {
      const samples = samplesOf(pattern);
      return covering.some((one) => one[kind]?.some((wider) => samples.every((name) => matchesGlob(wider, name))));
    }) ?? true;
  return (scope.stacks !== undefined || scope.ids !== undefined) && isCovered('stacks') && isCovered('ids');
}

/** Does one pattern match all that another does? Tried with samples: good enough to warn, not to decide. */
const samplesOf = (pattern: string): string[] =>
  ['', 'Zq', 'Z-0aB'].map((sample) => pattern.replaceAll('*', sample).replaceAll('?', 'Z'));

function checkSeats({ policy }: CheckAbout, warn: Warn): void {
  const executing = new Set(
    everyScope(policy)
      .filter(({ execute }) => execute !== 'plan_only')
      .map(({ environment }) => environment),
  );
  for (const environment of ENVIRONMENTS)
    for (const [kind, { seats, include, proof = 'software' }] of Object.entries(seatRules(policy, environment))) {
      const path = ['seats', environment, kind];
      const what = `${environment}, ${kind}`;
      const usual = defaultSeats(environment, kind as 'reversible');
      if (seats < usual) warn(path, `${what}: needs ${counted(seats, 'approval')}, fewer than the default of ${usual}`);
      // In solo mode the one person gives all approvals, with a key that the policy was refused without.
      if (!executing.has(environment) || policy.file.solo) continue;
      const able = policy.people.filter(({ keys }) => keys.some((key) => isProofEnough(bestProofOf(key), proof)));
      const canSign = new Set(able);
      const key = proof === 'software' ? 'a key' : 'a security key or passkey';
      const stuck = policy.people.filter((sponsor) => able.length - (canSign.has(sponsor) ? 1 : 0) < seats);
      if (seats > 0 && stuck.length > 0)
        warn(
          path,
          stuck.length === policy.people.length
            ? `${what}: needs ${counted(seats, 'approval')}, but ${able.length === 0 ? `no person has ${key}` : `only ${counted(able.length, 'person has', 'people have')} ${key}`}${able.length < seats ? '' : ' and a sponsor cannot approve'}: no change here can ever be approved`
            : `${what}: needs ${counted(seats, 'approval')}; changes that ${stuck.map(({ name }) => name).join(' or ')} ${stuck.length === 1 ? 'sponsors' : 'sponsor'} can never get ${seats === 1 ? 'it' : 'them'} (too few others have ${key})`,
        );
      for (const role of include) warnOfRole(role, able, [...path, 'include'], warn);
    }
}

function warnOfRole(role: string, able: Policy['people'], path: PropertyKey[], warn: Warn): void {
  const holders = able.filter(({ roles }) => roles.includes(role));
  if (holders.length === 0)
    warn(path, `no person with the role ${role} has a key, so a change that needs this role can never be approved`);
  if (holders.length === 1)
    warn(
      path,
      `only ${holders[0]!.name} has the role ${role}: changes that ${holders[0]!.name} sponsors can never get its approval`,
    );
}

/** Some stack of the account that changes are executed on has none. */
const lacksServiceRole = ({ file }: Policy, alias: string): boolean =>
  file.scopes.some(
    ({ account, execute, service_role }) => account === alias && execute !== 'plan_only' && service_role === undefined,
  );

function checkPeople({ policy }: CheckAbout, warn: Warn): void {
  for (const { name, keys, signsInAs } of policy.people) {
    if (keys.length === 0) warn(['people', name], `${name} has no key and cannot sign`);
    if (signsInAs.length === 0)
      warn(
        ['people', name],
        `${name} has no signs_in_as: Countersign recognizes the account of ${name} only if it is named ${name}`,
      );
  }
  for (const [alias, { executor_role, service_role }] of Object.entries(policy.file.accounts))
    if (executor_role !== undefined && service_role === undefined && lacksServiceRole(policy, alias))
      warn(
        ['accounts', alias, 'executor_role'],
        'executor_role without service_role: only stacks that have a service role of their own can be changed',
      );
  if (policy.file.read === 'all')
    warn(['read'], 'read: all lets agents read resources that are in no scope, including templates');
}

/** What a guard takes when the option is not written, where that depends on the environment (GUARDS.md). */
const HOURLY: Record<string, Record<Environment, number>> = {
  rate: { production: 5, development: 30, disposable: 30 },
};
/** The guard whose lists make it stricter. Every other list names what is let through. */
const STRICTER_WHEN_LONGER: ReadonlySet<string> = new Set(['labels']);

function checkGuards({ policy, guards }: CheckAbout, warn: Warn): void {
  for (const guard of guards) {
    const defaults = guard.options.safeParse({}).data;
    const said = new Set<string>();
    for (const environment of ENVIRONMENTS) {
      const given = policy.file.guards[guard.name];
      const path = ['guards', guard.name, ...(given && environment in given ? [environment] : [])];
      const messages = laxer(guard.name, environment, policy.optionsFor(guard.name, environment), defaults);
      if (policy.isObserved(guard.name, environment))
        messages.push(`${guard.name} is in observe mode: its verdicts are recorded, but stop no change`);
      for (const message of messages) {
        if (!said.has(message)) warn(path, message);
        said.add(message);
      }
    }
  }
}

/** A greater cap, a longer list, a changed switch; lists and numbers that have no default only make a guard stricter. */
function laxer(guard: string, environment: Environment, options: unknown, defaults: unknown, above = ''): string[] {
  return Object.entries((options ?? {}) as Record<string, unknown>).flatMap(([key, value]) => {
    const name = `${above}${key}`;
    const hourly = /per_?hour$/i.test(key) ? HOURLY[guard]?.[environment] : undefined;
    const usual = (defaults as Record<string, unknown> | undefined)?.[key] ?? hourly;
    if (usual === undefined || STRICTER_WHEN_LONGER.has(guard)) return [];
    if (Array.isArray(value) && Array.isArray(usual)) {
      const added = value.filter((one) => !usual.includes(one));
      return added.length > 0 ? [`${guard} is weaker than by default: ${name} also allows ${added.join(', ')}`] : [];
    }
    if (value !== null && typeof value === 'object') return laxer(guard, environment, value, usual, `${name}.`);
    const isLaxer = typeof value === 'number' && typeof usual === 'number' ? value > usual : value !== usual;
    return isLaxer ? [`${guard} is weaker than by default: ${name} is ${value} (default ${usual})`] : [];
  });
}

function checkDates({ policy, now }: CheckAbout, warn: Warn): void {
  const { exceptions, freezes, scopes } = policy.file;
  for (const [index, { guard, account, stack, resource, until }] of exceptions.entries()) {
    const path = ['exceptions', index];
    if (now >= exceptionEnd(until)) warn([...path, 'until'], `this exception expired on ${until}: remove it`);
    const accounts = new Set(
      scopes
        .filter(
          (scope) =>
            stack === undefined || scope.stacks?.some((pattern) => matchesGlob(pattern, stack)) || isTagged(scope),
        )
        .map((scope) => scope.account),
    );
    const places = [...accounts].flatMap((alias) =>
      (policy.file.accounts[alias]?.regions ?? []).map((region) => `${alias}/${region}`),
    );
    if (account === undefined && places.length > 1)
      warn(
        path,
        `this exception covers more than one resource: ${guard} on ${stack ?? 'no stack'}/${resource} in ${places.join(', ')}; name its account`,
      );
  }
  for (const [index, freeze] of freezes.entries())
    if (isOver(freeze, now)) warn(['freezes', index], 'this freeze is over: remove it');
}
const isTagged = ({ stacks, ids }: ScopeEntry) => !stacks && !ids;

function ruleWarnings({ policy, isKnownType, isKnownService }: CheckAbout): Warning[] {
  const { rules, warnings } = policy.rules;
  return [
    ...warnings,
    ...rules.flatMap(({ id, place, observed, reads }) => {
      const unknown = [
        ...[...reads.types]
          .filter((type) => !isKnownType(type) && !/^Custom::./.test(type))
          .map((type) => [type, 'type']),
        ...[...reads.services]
          .filter((service) => !isKnownService(service) && !/^Custom::./.test(service))
          .map((service) => [service, 'service']),
      ];
      return [
        ...(observed ? [{ place, message: `the rule ${id} is in observe mode` }] : []),
        ...unknown.map(([name, what]) => ({
          place,
          message: `the rule ${id} names the unknown ${what} ${name}: it may never match`,
        })),
      ];
    }),
  ];
}
