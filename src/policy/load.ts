/** Reads the policy file; every error has line and column, and one error refuses the whole file. */
import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { type PublicKey, parsePublicKey } from '../approvals/ssh-key.ts';
import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { Environment, GuardDefinition } from '../core/guard.ts';
import { type PolicyFile, policySchema } from './schema.ts';

export interface Person {
  name: string;
  signsInAs: string[];
  roles: string[];
  keys: PublicKey[];
}
export interface Policy {
  file: PolicyFile;
  digest: string;
  people: Person[];
  optionsFor(guard: string, environment: Environment): unknown;
}
type Report = (path: PropertyKey[], message: string) => void;
type Issue = { code: string; path: PropertyKey[]; message: string; keys?: string[] };

const ENVIRONMENTS: readonly Environment[] = ['production', 'development', 'disposable'];

/** @throws CountersignError CONFIG_POLICY_UNREADABLE, CONFIG_POLICY_INVALID. */
export function loadPolicy(path: string, guards: readonly GuardDefinition[]): Policy {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CountersignError(
      'CONFIG_POLICY_UNREADABLE',
      `The policy ${path} cannot be read (${(cause as { code?: string }).code}).`,
      'Check --policy or COUNTERSIGN_POLICY; without a readable policy nothing is allowed.',
      { cause },
    );
  }
  return parsePolicy(text, path, guards);
}

export function parsePolicy(text: string, fileName: string, guards: readonly GuardDefinition[]): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const place = (offset: number) => `${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  const problems = document.errors.map((error) => `${place(error.pos[0])} ${error.message.split('\n')[0]}`);
  const report: Report = (path, message) =>
    problems.push(`${place(offsetOf(document, path))} ${path.map(String).join('.') || 'the file'}: ${message}`);
  let file: PolicyFile | undefined;
  if (problems.length === 0) {
    const parsed = policySchema.safeParse(document.toJS({ maxAliasCount: 50 }));
    if (parsed.success) file = parsed.data;
    else for (const issue of parsed.error.issues) reportIssue(issue as Issue, [], report);
  }
  const people = file ? readPeople(file, report) : [];
  const options = file ? readGuardOptions(file, guards, report) : new Map<string, unknown>();
  for (const [index, { account }] of (file?.scopes ?? []).entries()) {
    if (!file?.accounts[account]) report(['scopes', index, 'account'], `there is no account ${account}`);
  }
  if (!file || problems.length > 0) {
    throw new CountersignError(
      'CONFIG_POLICY_INVALID',
      `The policy is not valid, so nothing is allowed:\n${problems.map((problem) => `  ${fileName}:${problem}`).join('\n')}`,
      'Mend these lines; countersign policy check reads it again.',
    );
  }
  return {
    file,
    digest: digestOf(file),
    people,
    optionsFor: (guard, environment) => options.get(`${guard}/${environment}`),
  };
}

function reportIssue(issue: Issue, base: PropertyKey[], report: Report): void {
  if (issue.code !== 'unrecognized_keys') return void report([...base, ...issue.path], issue.message);
  for (const key of issue.keys ?? []) report([...base, ...issue.path, key], `there is no key ${key} here`);
}

/** The place of the key that a path ends in, or of the nearest node above it. */
function offsetOf(document: Document, path: PropertyKey[]): number {
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  const key = pair?.key as Node | undefined;
  if (key?.range) return key.range[0];
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** SECURITY: a key or a sign-in name belongs to one person; else one person could sit in two seats. */
function readPeople(file: PolicyFile, report: Report): Person[] {
  const owners = new Map<string, string>();
  const claim = (what: string, name: string, path: PropertyKey[], shown = what) => {
    if (owners.has(what)) report(path, `${shown} belongs to ${owners.get(what)} already`);
    owners.set(what, name);
  };
  return Object.entries(file.people).map(([name, { signs_in_as, roles, keys }]) => {
    for (const [index, known] of signs_in_as.entries())
      claim(known.toLowerCase(), name, ['people', name, 'signs_in_as', index]);
    const parsed = keys.flatMap((text, index) => {
      try {
        const key = parsePublicKey(text);
        claim(key.material, name, ['people', name, 'keys', index], key.fingerprint);
        return [key];
      } catch (error) {
        report(['people', name, 'keys', index], error instanceof Error ? error.message : 'not a public key');
        return [];
      }
    });
    return { name, signsInAs: signs_in_as.map((known) => known.toLowerCase()), roles, keys: parsed };
  });
}

/** `rate: {perHour: 5}` for every environment, or `rate: {production: {perHour: 5}}` for one. */
function readGuardOptions(file: PolicyFile, guards: readonly GuardDefinition[], report: Report): Map<string, unknown> {
  const options = new Map<string, unknown>();
  for (const name of Object.keys(file.guards)) {
    if (!guards.some((guard) => guard.name === name)) report(['guards', name], `there is no guard ${name}`);
  }
  for (const guard of guards) {
    const given = (file.guards[guard.name] ?? {}) as Record<string, unknown>;
    const split = Object.keys(given).some((key) => ENVIRONMENTS.includes(key as Environment));
    for (const environment of ENVIRONMENTS) {
      const parsed = guard.options.safeParse(split ? (given[environment] ?? {}) : given);
      if (parsed.success) options.set(`${guard.name}/${environment}`, parsed.data);
      else
        for (const issue of parsed.error.issues)
          reportIssue(issue as Issue, ['guards', guard.name, ...(split ? [environment] : [])], report);
    }
    for (const key of split ? Object.keys(given) : [])
      if (!ENVIRONMENTS.includes(key as Environment))
        report(['guards', guard.name, key], 'options stand either per environment or flat');
  }
  return options;
}
