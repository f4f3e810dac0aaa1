/** Reads files of policy tests; every error has line and column, and one error refuses the whole file. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { CountersignError } from '../../core/errors.ts';
import { keysOf } from '../../policy/schema-keys.ts';
import { readYaml, reportIssue, type SchemaIssue, type YamlFile } from '../../policy/yaml-file.ts';
import { type CaseFile, caseFileSchema, type Expectation, type Step } from './schema.ts';

/** As written; what is relative in it starts at `folder`. */
export interface NamedWorld {
  description: Record<string, unknown>;
  folder: string;
}
export interface PolicyCase {
  name: string;
  file: string;
  /** `line:column`. */
  place: string;
  /** null: the policy that is tested. */
  policy: string | null;
  /** null: the default world. */
  world: NamedWorld | null;
  /** undefined: the first person of the policy. */
  sponsor: string | null | undefined;
  at: Date | undefined;
  steps: { step: Step; place: string }[];
  expect: Expectation;
  folder: string;
}

/**
 * @param worldSchema the sandbox's own shape of a world.
 * @throws CountersignError CONFIG_INVALID with all problems of the file and of the worlds that it names.
 */
export function loadCases(file: string, worldSchema: z.ZodType): PolicyCase[] {
  const yaml = readYaml(readText(file), file, caseFileSchema);
  const folder = dirname(resolve(file));
  const worldOf = (given: CaseFile['world'], path: PropertyKey[]): NamedWorld | null => {
    if (given === undefined) return null;
    if (typeof given === 'string') return worldFromFile(resolve(folder, given), worldSchema, path, yaml);
    checkWorld(given, worldSchema, path, yaml);
    return { description: given, folder };
  };
  const { value } = yaml;
  const shared = value && worldOf(value.world, ['world']);
  const cases = (value?.cases ?? []).map((one, index): PolicyCase => {
    const path = ['cases', index];
    const { name, calls, expect = {}, policy = value?.policy, sponsor = value?.sponsor, at = value?.at } = one;
    return {
      name,
      file,
      place: yaml.placeOf([...path, 'name']),
      policy: policy === undefined ? null : resolve(folder, policy),
      world: one.world === undefined ? (shared ?? null) : worldOf(one.world, [...path, 'world']),
      sponsor,
      at: at === undefined ? undefined : new Date(at),
      steps: calls.map((step, at) => ({ step, place: yaml.placeOf([...path, 'calls', at]) })),
      expect,
      folder,
    };
  });
  if (yaml.problems.length > 0)
    throw new CountersignError(
      'CONFIG_INVALID',
      `These policy tests cannot be run:\n${yaml.problems.map((problem) => `  ${problem}`).join('\n')}`,
      'Fix these lines; docs/policy.md describes the format.',
      { cause: yaml.problems },
    );
  return cases;
}

function worldFromFile(
  file: string,
  worldSchema: z.ZodType,
  namedAt: PropertyKey[],
  by: YamlFile<unknown>,
): NamedWorld | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    by.report(namedAt, `${file} cannot be read`);
    return null;
  }
  const yaml = readYaml(text, file, z.record(z.string(), z.json()));
  if (yaml.value) checkWorld(yaml.value, worldSchema, [], yaml);
  by.problems.push(...yaml.problems);
  return { description: yaml.value ?? {}, folder: dirname(file) };
}

function checkWorld(given: unknown, worldSchema: z.ZodType, path: PropertyKey[], { report }: YamlFile<unknown>): void {
  const parsed = worldSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) reportIssue(issue as SchemaIssue, path, report, keysOf(worldSchema));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CountersignError('CONFIG_INVALID', `${file} cannot be read.`, 'Name an existing file.', { cause });
  }
}
