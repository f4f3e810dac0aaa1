/** `policy test`: the team's own cases, each with a ledger and a simulated cloud of its own, at once and off-line. */
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { guards as allGuards } from '../../guards/index.ts';
import { CountersignError } from '../core/errors.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { loadPolicy } from '../policy/load.ts';
import { loadCases, type PolicyCase } from '../policy-lab/test/load.ts';
import { junitXml, resultText } from '../policy-lab/test/report.ts';
import { type CaseResult, runCase } from '../policy-lab/test/run.ts';
import { worldSchema } from '../sandbox/seed-schema.ts';
import { openBench } from './policy-bench.ts';

export { resultText };

export interface PolicyTestOptions {
  /** Without: those beside the policy. */
  files?: string[];
  /** The policy that is tested. */
  policy: string | undefined;
  junit?: string | undefined;
  /** For tests of what one guard stops. */
  guards?: readonly GuardDefinition[];
}

/** @throws CountersignError when there is nothing to run, or a file or the policy is not valid. */
export async function policyTest({ files = [], junit, ...options }: PolicyTestOptions): Promise<CaseResult[]> {
  const { policy } = options;
  const named = files.length > 0 ? files : casesBeside(policy);
  const cases = named.flatMap((file) => loadCases(file, worldSchema));
  const first = cases.find((one) => one.policy === null);
  // One error, rather than one for each case.
  if (policy !== undefined && first) loadPolicy(policy, allGuards, first.at);
  const results = await runCases(cases, options);
  if (junit !== undefined) writeFileSync(junit, junitXml(results));
  return results;
}

/** One after the other, each in a folder of its own that is gone afterwards. */
export async function runCases(
  cases: readonly PolicyCase[],
  { policy, guards = allGuards }: Pick<PolicyTestOptions, 'policy' | 'guards'>,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of cases) {
    const home = mkdtempSync(join(tmpdir(), 'countersign-policy-test-'));
    try {
      results.push(await runCase(one, (about) => openBench(about, { home, policy: about.policy ?? policy, guards })));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  return results;
}

/** Beside the policy and in its folder `tests`. */
const BESIDE = ['*.countersign-test.yaml', 'tests/*.countersign-test.yaml'];

function casesBeside(policy: string | undefined): string[] {
  if (policy === undefined)
    throw new CountersignError(
      'CONFIG_NO_POLICY',
      'No policy and no file of cases given.',
      'Name the policy with --policy or COUNTERSIGN_POLICY.',
    );
  const folder = dirname(policy);
  const found = globSync(BESIDE, { cwd: folder }).sort();
  // Nothing to run is no success: a CI job that has lost its cases must not stay green.
  if (found.length === 0)
    throw new CountersignError(
      'CONFIG_INVALID',
      `No policy tests were found beside ${policy} (${BESIDE.join(', ')}).`,
      'Write one, or name the files; docs/policy.md describes the format.',
    );
  return found.map((file) => relative('', join(folder, file)));
}
