/** Reads the policy file; every error has line and column, and one error refuses the whole file. */

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { type GuardOptions, readGuardOptions } from './guard-options.ts';
import type { Policy } from './model.ts';
import { loadRules, loadRuleTexts } from './rules/load.ts';
import { policySchema } from './schema.ts';
import { readPeople, validate } from './validate.ts';
import { readYaml } from './yaml-file.ts';

/** @throws CountersignError CONFIG_POLICY_UNREADABLE, CONFIG_POLICY_INVALID. */
export function loadPolicy(path: string, guards: readonly GuardDefinition[], now = new Date()): Policy {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CountersignError(
      'CONFIG_POLICY_UNREADABLE',
      `The policy ${path} cannot be read (${(cause as { code?: string }).code}).`,
      {
        agent: 'Tell the user: without a readable policy Countersign refuses every call.',
        person: 'Check --policy or COUNTERSIGN_POLICY; without a readable policy Countersign refuses every call.',
      },
      { cause },
    );
  }
  return parsePolicy(text, path, guards, now);
}

/**
 * @param fileName stands in messages; globs of `rules` start at its folder.
 * @param texts of the rules, where they are kept elsewhere than in files.
 */
export function parsePolicy(
  text: string,
  fileName: string,
  guards: readonly GuardDefinition[],
  now = new Date(),
  texts?: Readonly<Record<string, string>>,
): Policy {
  const { value: file, problems, report, placeOf } = readYaml(text, fileName, policySchema);
  const people = file ? readPeople(file, report) : [];
  const options: GuardOptions = file ? readGuardOptions(file.guards, guards, report) : new Map();
  if (file) validate(file, guards, now, report);
  const problem = (text: string) => void problems.push(text);
  const rules = file
    ? texts
      ? loadRuleTexts(new Map(Object.entries(texts)), problem)
      : loadRules(file.rules, dirname(fileName), report, problem)
    : undefined;
  if (!file || !rules || problems.length > 0) {
    throw new CountersignError(
      'CONFIG_POLICY_INVALID',
      `The policy is not valid, so nothing is allowed:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      {
        agent: 'Tell the user to fix these lines of the policy.',
        person: 'Fix these lines, then run countersign policy check.',
      },
      { cause: problems },
    );
  }
  const { digest: rulesDigest } = rules;
  const isWritten = writtenIn(text);
  return {
    file,
    digest: digestOf({ file, rules: rulesDigest }),
    source: { policy: text, rules: rules.texts },
    people,
    rules,
    optionsFor: (guard, environment) => options.get(`${guard}/${environment}`)?.options,
    isObserved: (guard, environment) => options.get(`${guard}/${environment}`)?.observed ?? false,
    placeOf,
    placeIfWritten: (path) => (isWritten(path) ? placeOf(path) : undefined),
  };
}

/** Before defaults; aliases are followed. Unfolded when it is first asked: only explanations do. */
function writtenIn(text: string): (path: readonly PropertyKey[]) => boolean {
  let whole: unknown;
  return (path) => {
    whole ??= parseDocument(text).toJS({ maxAliasCount: 50 });
    let value = whole;
    for (const key of path) {
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return false;
      value = (value as Record<PropertyKey, unknown>)[key];
    }
    return true;
  };
}
