/** What one part of the policy says about another, and what no schema can say. */

import { counted } from '../core/counted.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { orMeant } from '../core/nearest.ts';
import { kindOf, parseKey } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import { formsOf } from '../people/sign-in.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import type { PolicyFile } from './schema.ts';
import { validateRaise, validateWorkspaces } from './validate-workspaces.ts';
import { instantsOf } from './wall-clock.ts';
import type { Report } from './yaml-file.ts';

export const EXCEPTION_MAX_DAYS = 14;
const DAY_MILLISECONDS = 86_400_000;

/** The end of an exception's last day. */
export const exceptionEnd = (until: string): Date => new Date(Date.parse(until) + DAY_MILLISECONDS);
/** Before this no policy could have had it: a replay of what was earlier is not excepted. */
export const exceptionStart = (until: string): Date =>
  new Date(Date.parse(until) - EXCEPTION_MAX_DAYS * DAY_MILLISECONDS);

/**
 * SECURITY: a key or a sign-in name belongs to one person; else one person could sit in two seats. Names are compared
 * in all their forms, since `alice@acme.com`, `ACME\alice` and a role session of alice are one login.
 */
export function readPeople(file: PolicyFile, report: Report): Person[] {
  const owners = new Map<string, string>();
  const keyOwners = new Map<string, string>();
  const credentials = new Set<string>();
  const claim = (what: string, shown: string, name: string, path: PropertyKey[]) => {
    const owner = owners.get(what);
    if (owner !== undefined && owner !== name) report(path, `${shown} belongs to ${owner} already`);
    owners.set(what, name);
  };
  for (const name of Object.keys(file.people)) claim(name, name, name, ['people', name]);
  const people = Object.entries(file.people).map(([name, { signs_in_as, roles, keys }]) => {
    for (const [index, known] of signs_in_as.entries())
      for (const form of formsOf(known)) claim(form, form, name, ['people', name, 'signs_in_as', index]);
    // By its material: a key listed plainly and as a security key is one key.
    const parsed = readKeys(keys, ['people', name, 'keys'], report, ({ material, fingerprint, passkey }, path) => {
      const owner = keyOwners.get(material);
      if (owner !== undefined) report(path, `the key ${fingerprint} belongs to ${owner} already`);
      keyOwners.set(material, name);
      if (passkey === undefined) return;
      if (credentials.has(passkey.credentialId)) report(path, 'this passkey is listed twice');
      credentials.add(passkey.credentialId);
    });
    return { name, signsInAs: signs_in_as.map((known) => known.toLowerCase()), roles, keys: parsed };
  });
  return people.map((person) => {
    const breakGlass = readBreakGlass(file, person.name, report, (key, path) => {
      const owner = keyOwners.get(key.material);
      if (owner !== undefined)
        report(
          path,
          `the key ${key.fingerprint} belongs to ${owner} already: a break-glass key is used for nothing else`,
        );
      keyOwners.set(key.material, person.name);
    });
    return breakGlass.length > 0 ? { ...person, breakGlass } : person;
  });
}

function readBreakGlass(
  { people }: PolicyFile,
  name: string,
  report: Report,
  claim: (key: PublicKey, path: PropertyKey[]) => void,
): PublicKey[] {
  return readKeys(people[name]?.break_glass ?? [], ['people', name, 'break_glass'], report, (key, path) => {
    claim(key, path);
    if (kindOf(key) !== 'security key') report(path, 'a break-glass key must be a security key of OpenSSH (sk-…)');
  });
}

export function readKeys(
  texts: readonly string[],
  path: PropertyKey[],
  report: Report,
  claim: (key: PublicKey, path: PropertyKey[]) => void,
): PublicKey[] {
  return texts.flatMap((text, index) => {
    try {
      const key = parseKey(text);
      claim(key, [...path, index]);
      return [key];
    } catch (error) {
      report([...path, index], error instanceof Error ? error.message : 'not a public key');
      return [];
    }
  });
}

export function validate(file: PolicyFile, guards: readonly GuardDefinition[], now: Date, report: Report): void {
  validateAccounts(file, report);
  validateScopes(file, guards, report);
  validateWorkspaces(file, guards, report);
  validateSeats(file, report);
  validateExceptions(file, guards, now, report);
  validateFreezes(file, report);
  validateOwners(file, report);
  validateDeciders(file, report);
  validateSolo(file, report);
}

function validateAccounts({ accounts }: PolicyFile, report: Report): void {
  const aliases = new Map<string, string>();
  for (const [alias, { id, profile, planner_role }] of Object.entries(accounts)) {
    const other = aliases.get(id);
    if (other !== undefined) report(['accounts', alias, 'id'], `account ${id} is already listed as ${other}`);
    aliases.set(id, alias);
    if (profile !== undefined && planner_role !== undefined)
      report(['accounts', alias, 'planner_role'], 'name a profile or a planner role, not both');
  }
}

function validateScopes({ accounts, scopes }: PolicyFile, guards: readonly GuardDefinition[], report: Report): void {
  for (const [index, { account, stacks, ids, tags, raise }] of scopes.entries()) {
    const path = ['scopes', index];
    if (!Object.hasOwn(accounts, account))
      report([...path, 'account'], `there is no account ${account}${orMeant(account, Object.keys(accounts))}`);
    else if (accounts[account]?.management)
      report([...path, 'account'], `${account} is a management account and cannot be in a scope`);
    if (!stacks && !ids && !tags) report(path, 'name stacks, ids or tags; `stacks: ["*"]` is every stack');
    if (tags && Object.keys(tags).length === 0) report([...path, 'tags'], 'name at least one tag');
    validateRaise(raise, guards, path, report);
  }
}

function validateSeats({ people, seats }: PolicyFile, report: Report): void {
  const roles = new Set(Object.values(people).flatMap((person) => person.roles));
  for (const [environment, rules] of Object.entries(seats))
    for (const [kind, rule] of Object.entries(rules ?? {})) {
      if (typeof rule !== 'object') continue;
      for (const [index, role] of rule.include.entries())
        if (!roles.has(role))
          report(
            ['seats', environment, kind, 'include', index],
            `no person has the role ${role}${orMeant(role, roles)}`,
          );
      if (rule.include.length > 0 && rule.seats === 0)
        report(['seats', environment, kind, 'seats'], 'include names a role, but seats is 0');
    }
}

function validateExceptions(
  { exceptions, people, accounts, workspaces = {} }: PolicyFile,
  guards: readonly GuardDefinition[],
  now: Date,
  report: Report,
): void {
  const latest = Date.parse(now.toISOString().slice(0, 10)) + EXCEPTION_MAX_DAYS * DAY_MILLISECONDS;
  for (const [index, { guard: name, until, owner, account, stack, workspace }] of exceptions.entries()) {
    const path = ['exceptions', index];
    if (workspace !== undefined && (stack !== undefined || account !== undefined))
      report([...path, 'workspace'], 'a workspace stands alone: it is in no account, and is no stack');
    if (workspace !== undefined && !Object.hasOwn(workspaces, workspace))
      report(
        [...path, 'workspace'],
        `there is no workspace ${workspace}${orMeant(workspace, Object.keys(workspaces))}`,
      );
    const guard = guards.find((one) => one.name === name);
    if (!guard)
      report(
        [...path, 'guard'],
        `there is no guard ${name}${orMeant(
          name,
          guards.map((one) => one.name),
        )}`,
      );
    else if (guard.structural) report([...path, 'guard'], `${name} is structural: it cannot have exceptions`);
    if (!Object.hasOwn(people, owner))
      report([...path, 'owner'], `there is no person ${owner}${orMeant(owner, Object.keys(people))}`);
    if (account !== undefined && !Object.hasOwn(accounts, account))
      report([...path, 'account'], `there is no account ${account}${orMeant(account, Object.keys(accounts))}`);
    if (Date.parse(until) > latest)
      report(
        [...path, 'until'],
        `must be at most ${EXCEPTION_MAX_DAYS} days ahead: ${new Date(latest).toISOString().slice(0, 10)}`,
      );
  }
}

function validateFreezes({ freezes, accounts, workspaces = {} }: PolicyFile, report: Report): void {
  for (const [index, freeze] of freezes.entries()) {
    const path = ['freezes', index];
    if (freeze.account !== undefined && !Object.hasOwn(accounts, freeze.account))
      report(
        [...path, 'account'],
        `there is no account ${freeze.account}${orMeant(freeze.account, Object.keys(accounts))}`,
      );
    for (const name of freeze.workspaces ?? [])
      if (!Object.hasOwn(workspaces, name))
        report([...path, 'workspaces'], `there is no workspace ${name}${orMeant(name, Object.keys(workspaces))}`);
    const { environment, account, stacks } = freeze;
    if ([environment, account, stacks, freeze.workspaces].every((part) => part === undefined))
      report(path, 'name an environment, an account, stacks or workspaces to freeze; `stacks: ["*"]` is every stack');
    const empty =
      'to' in freeze
        ? instantsOf(freeze.to, freeze.zone).latest <= instantsOf(freeze.from, freeze.zone).earliest
        : freeze.weekly.from === freeze.weekly.to;
    if (empty) report([...path, 'to' in freeze ? 'to' : 'weekly'], 'the freeze ends before it begins');
  }
}

function validateSolo({ solo, people }: PolicyFile, report: Report): void {
  if (!solo) return;
  const names = Object.keys(people);
  if (names.length !== 1)
    report(['solo'], `solo mode is for one person; the policy lists ${counted(names.length, 'person', 'people')}`);
  const lines = Object.values(people).flatMap(({ keys }) => keys);
  if (!lines.some((line) => /^(?:passkey|sk-)/.test(line.trim())))
    report(['solo'], 'solo mode needs a security key or passkey: a key in software is no touch of a person');
}

/** So many people sign the next policy, where no owners do. */
export const deciding = (people: readonly { keys: readonly unknown[] }[]): number =>
  Math.min(2, people.filter(({ keys }) => keys.length > 0).length);

/** A policy that could never be replaced is not taken. */
function validateDeciders({ owners, people }: PolicyFile, report: Report): void {
  if (owners) return;
  const able = Object.values(people).filter(({ keys }) => keys.some((line) => !/^\s*passkey\s/.test(line))).length;
  const needed = deciding(Object.values(people));
  if (able < needed)
    report(
      ['people'],
      `a passkey cannot sign a policy: give ${counted(needed, 'person', 'people')} an OpenSSH key too, or write owners`,
    );
}

function validateOwners({ owners, people }: PolicyFile, report: Report): void {
  if (!owners) return;
  const seen = new Set<string>();
  const lines = Object.values(people).flatMap((person) => person.break_glass ?? []);
  const glass = new Set(
    readKeys(
      lines,
      [],
      () => undefined,
      () => undefined,
    ).map(({ material }) => material),
  );
  readKeys(owners.keys, ['owners', 'keys'], report, ({ fingerprint, material, passkey }, path) => {
    if (passkey) report(path, 'a policy is signed with OpenSSH keys: a passkey cannot be an owner’s key');
    if (seen.has(material)) report(path, `the key ${fingerprint} is already listed`);
    if (glass.has(material))
      report(path, `the key ${fingerprint} is a break-glass key, which is used for nothing else`);
    seen.add(material);
  });
  if (owners.threshold > owners.keys.length)
    report(
      ['owners', 'threshold'],
      `threshold is ${owners.threshold}, but there ${owners.keys.length === 1 ? 'is' : 'are'} only ${counted(owners.keys.length, 'key')}`,
    );
}
