/**
 * The incident corpus and the everyday corpus, as files of policy tests: what each row must lead to stands there.
 * Each incident comes with its benign twin; switching off a guard that it names must turn its replay red.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { runCases } from '../../src/cli/policy-test.ts';
import { loadCases, type PolicyCase } from '../../src/policy-lab/test/load.ts';
import { resultText } from '../../src/policy-lab/test/report.ts';
import type { CaseResult } from '../../src/policy-lab/test/run.ts';
import type { Step } from '../../src/policy-lab/test/schema.ts';
import { worldSchema } from '../../src/sandbox/seed-schema.ts';

const here = new URL('.', import.meta.url).pathname;
const rowsIn = (folder: string) => readdirSync(join(here, folder)).map((file) => file.replace(/\.yaml$/, ''));
const casesOf = (folder: string, row: string) => loadCases(join(here, folder, `${row}.yaml`), worldSchema);
const run = (folder: string, row: string) => runCases(casesOf(folder, row), { policy: undefined });
/** What must be stopped, without what must pass. */
const attacksOf = (row: string) => casesOf('incidents', row).filter(({ name }) => !name.startsWith('twin'));
const number = expect.any(Number);
const EVERYTHING = { decision: expect.any(String), seats: number, tool_calls: number, characters: number };
const red = (results: CaseResult[]) => results.filter(({ passed }) => !passed);
const differing = (results: CaseResult[]) =>
  new Set(red(results).flatMap(({ failures }) => failures.flatMap((one) => one.differences.map(({ what }) => what))));

/** Which guards must stop it. None: the road itself does, by digest, directory, tool surface or strict reading. */
const INCIDENTS: Record<string, string[]> = {
  'kiro-cost-explorer': ['recreate', 'intent', 'stack-deletion', 'approval'],
  'kiro-cdk-destroy': ['intent', 'stack-deletion'],
  'wrong-state-destroy': ['scope', 'stateful-loss', 'backup-first'],
  'volume-delete': ['scope', 'stateful-loss', 'backup-first'],
  'wiper-prompt': ['ownership', 'budget'],
  'wrong-account': ['identity'],
  'single-operator': ['approval', 'blast-radius'],
  'wrapper-approval': [],
  'deceptive-prompt': ['render'],
  'client-approves': ['approval'],
  'poisoned-channel': [],
  'ignored-stop': ['halt'],
  'model-set-boolean': [],
  'name-deny-list': ['deputy', 'intent', 'stateful-loss'],
  'fail-open-config': [],
};

describe('the incident corpus', () => {
  it('has a replay of every row, with its twin', () => {
    expect(rowsIn('incidents').sort()).toEqual(Object.keys(INCIDENTS).sort());
  });
  it.each(Object.keys(INCIDENTS))('%s is stopped, and its honest twin gets through', async (row) => {
    const results = await run('incidents', row);
    expect(red(results), resultText(results)).toEqual([]);
    expect(results.map(({ name }) => name)).toEqual(expect.arrayContaining(['incident', 'twin']));
  });

  it('expects no change at the cloud of any attack, and everything of each twin', () => {
    for (const { name, expect: expected } of Object.keys(INCIDENTS).flatMap((row) => casesOf('incidents', row)))
      if (!name.startsWith('twin')) expect(expected.mutating_calls).toBe(0);
      else expect(expected).toMatchObject(EVERYTHING);
  });

  const ablations = Object.entries(INCIDENTS).flatMap(([row, names]) => names.map((name) => [row, name] as const));
  it.each(ablations)('%s turns red without the guard %s', async (row, without) => {
    const left = guards.filter(({ name }) => name !== without);
    const results = await runCases(attacksOf(row), { policy: undefined, guards: left });
    expect(red(results)).not.toEqual([]);
    // By what is decided, not because the replay could not be played.
    expect([...differing(results)].some((what) => ['decision', 'codes', 'seats', 'state'].includes(what))).toBe(true);
  });
});

/** What binds where no guard does: the same steps, done honestly or under a policy that is one. */
const UNBOUND: Record<string, (one: PolicyCase) => PolicyCase> = {
  'wrapper-approval': without('statement_of'),
  'poisoned-channel': without('key_of'),
  'model-set-boolean': without('statement_of'),
  'fail-open-config': (one) => ({ ...one, policy: join(here, 'policies/production.yaml') }),
};
function without(key: string): (one: PolicyCase) => PolicyCase {
  const strip = (step: Step) => Object.fromEntries(Object.entries(step).filter(([name]) => name !== key)) as Step;
  return (one) => ({ ...one, steps: one.steps.map(({ step, place }) => ({ step: strip(step), place })) });
}

describe('the incidents that no guard stops', () => {
  const rows = Object.keys(INCIDENTS).filter((row) => INCIDENTS[row]!.length === 0);
  it.each(rows)('%s turns red where nothing is forged', async (row) => {
    const results = await runCases(attacksOf(row).map(UNBOUND[row]!), { policy: undefined });
    expect(results.every(({ passed }) => !passed)).toBe(true);
    expect(differing(results)).toContain('codes');
  });
});

/** The rows of the everyday corpus, with the files that replay them. */
const EVERYDAY: Record<string, string[]> = {
  'function memory 512 → 1024 (`set`)': ['function-memory', 'function-runtime'],
  'ECS image bump (revision type)': ['ecs-image', 'ecs-image-by-parameter'],
  'SAM or CDK deploy with hashed version and deployment resources (`change_set`)': ['sam-deploy', 'cdk-deploy'],
  'instance type of a stack’s EBS-backed instance': [
    'instance-type',
    'instance-type-by-tool',
    'instance-type-with-role',
  ],
  'database class (interrupts)': ['database-class', 'database-class-and-storage'],
  'port opened to a private range': ['port-private', 'port-private-by-tool', 'port-private-by-resource'],
  'port 443 to the world where the policy lists 443': ['port-443', 'port-443-by-tool'],
  'alarm threshold, log retention lengthened, tag that decides nothing': [
    ...['alarm-threshold', 'log-retention', 'tag', 'tag-of-stack', 'tag-of-large-stack', 'tag-by-tool'],
  ],
  'queue added with its policy inside the stack': ['queue-with-policy'],
  'stack whose first create failed: deleted and created again': ['failed-creation'],
  'stack in UPDATE_ROLLBACK_FAILED continued': ['rollback-continued'],
  'development stack with a log group deleted': ['log-group-deleted'],
  'disposable stack created and deleted ten times a day': ['disposable-stack'],
  'instance stopped for the night and started (owned by nobody)': ['instance-stop', 'instance-start', 'instance-night'],
  'stand-alone instance terminated, snapshots made first': ['instance-terminate'],
  'nothing to change': ['nothing-to-change'],
};

describe('the everyday corpus', () => {
  it('has a replay of every row', () => {
    expect(
      rowsIn('everyday').sort(),
      'List each file of test/corpus/everyday in EVERYDAY of this test, under the change that it replays.',
    ).toEqual(Object.values(EVERYDAY).flat().sort());
  });
  it('expects decision, seats, calls and size of each', () => {
    for (const { expect: expected } of rowsIn('everyday').flatMap((row) => casesOf('everyday', row)))
      expect(expected).toMatchObject(EVERYTHING);
  });
  it.each(rowsIn('everyday'))('%s stays easy', async (row) => {
    const results = await run('everyday', row);
    expect(red(results), resultText(results)).toEqual([]);
  });
});
