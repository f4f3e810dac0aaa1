/** The action and the examples, read by GitHub's own parser, and held against each other and the command. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { parseWorkflow } from '@actions/workflow-parser';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ci } from '../../src/cli/commands/ci.ts';
import { action } from './runner.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const WORKFLOWS = [...filesIn('examples/github-actions'), ...filesIn('.github/workflows')];
const GITLAB = 'examples/gitlab-ci/countersign.gitlab-ci.yml';

type Parse = typeof parseWorkflow;
let github: { parseAction: Parse; parseWorkflow: Parse; NoOperationTraceWriter: new () => never };
/** Its package imports JSON as only a bundler takes it. */
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { parseWorkflow, NoOperationTraceWriter } from '@actions/workflow-parser';
        export { parseAction } from '@actions/workflow-parser/actions/action-parser';`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
  });
  github = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
});
const errorsOf = (parser: Parse, name: string, content: string) =>
  parser({ name, content }, new github.NoOperationTraceWriter())
    .context.errors.getErrors()
    .map(({ message }) => message);

describe('action.yml', () => {
  it('is an action by GitHub’s schema, which refuses a misspelt key', () => {
    const text = read('action.yml');
    expect(errorsOf(github.parseAction, 'action.yml', text)).toEqual([]);
    expect(errorsOf(github.parseAction, 'action.yml', text.replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  });

  it('runs this version, outside the workspace, and puts no expression into a script', () => {
    const runs = action.runs.steps.filter(({ run }) => run !== undefined);
    for (const { run, 'working-directory': folder } of runs) {
      expect(run).not.toContain('${{');
      expect(run).toContain(`npx --yes countersign@${version} ci `);
      expect(folder).toBe('${{ runner.temp }}');
    }
    expect(runs).toHaveLength(1);
  });

  it('hands every input on, to options that the command has', () => {
    const [{ run = '', env = {} } = {}] = action.runs.steps.filter(({ id }) => id === 'countersign');
    const used = [
      ...Object.values(env)
        .join(' ')
        .matchAll(/inputs\.([\w-]+)/g),
    ].map(([, name]) => name);
    expect(used.sort()).toEqual(Object.keys(action.inputs).sort());
    const given = [...run.matchAll(/--([\w-]+)="\$(\w+)"/g)];
    for (const [, option, variable] of given) {
      expect(
        ci.options.some(({ flags }) => flags.startsWith(`--${option} `)),
        option,
      ).toBe(true);
      expect(env).toHaveProperty(variable!);
    }
    expect(given.map(([, , variable]) => variable).sort()).toEqual(
      Object.keys(env)
        .filter((name) => name.startsWith('INPUT_'))
        .sort(),
    );
  });
});

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { environment?: string; steps: { uses?: string; run?: string; with?: Record<string, string> }[] }
  >;
}

describe('workflows', () => {
  it.each(WORKFLOWS)('%s is one by GitHub’s schema', (file) => {
    expect(errorsOf(github.parseWorkflow, file, read(file))).toEqual([]);
    expect(errorsOf(github.parseWorkflow, file, read(file).replace('runs-on', 'run-on'))).not.toEqual([]);
  });

  it.each(filesIn('examples/github-actions'))(
    '%s calls this version with inputs that it has, and runs nothing',
    (file) => {
      const { jobs } = parse(read(file)) as Workflow;
      const steps = Object.values(jobs).flatMap((job) => job.steps);
      const ours = steps.filter(({ uses }) => uses?.startsWith('countersign/'));
      expect(ours.map(({ uses }) => uses)).toEqual([`countersign/countersign@v${version}`]);
      const inputs = ours[0]!.with ?? {};
      for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
      expect(steps.filter(({ run }) => run !== undefined)).toEqual([]);
      const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'));
      // Of a stack the template is read through the API.
      expect(checkouts.length).toBe('workspace' in inputs ? 2 : 0);
      for (const { with: given } of checkouts) expect(given).toMatchObject({ 'persist-credentials': 'false' });
    },
  );

  it('one that checks a pull request out has no key, and takes its policy from the default branch', () => {
    const { on, jobs } = parse(read('examples/github-actions/countersign-workspace.yml')) as Workflow;
    expect(Object.keys(on)).toEqual(['pull_request']);
    const [policy] = jobs.plan!.steps;
    expect(policy!.with).toMatchObject({ ref: '${{ github.event.repository.default_branch }}', path: 'policy' });
    expect(JSON.stringify(jobs)).not.toMatch(/secrets\.|ssh/);
  });

  it('one that has keys is the default branch’s own, in an environment', () => {
    const { on, jobs, permissions } = parse(read('examples/github-actions/countersign.yml')) as Workflow;
    expect(Object.keys(on).sort()).toEqual(['pull_request_target', 'schedule', 'workflow_dispatch']);
    expect(jobs.countersign!.environment).toBe('countersign');
    expect(permissions).toEqual({ contents: 'read', 'pull-requests': 'write', statuses: 'write' });
  });
});

describe('GitLab', () => {
  const pipeline = parse(read(GITLAB)) as Record<string, { script?: string[]; extends?: string }>;
  const scripts = Object.values(pipeline).flatMap(({ script = [] }) => script);
  it('runs this version, with options that the command has', () => {
    const lines = scripts.filter((line) => line.startsWith('npx'));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(new RegExp(`^npx --yes countersign@${version.replaceAll('.', '\\.')} ci `));
      for (const [, flag] of line.matchAll(/ (--[\w-]+)/g))
        if (flag !== '--yes')
          expect(
            ci.options.some(({ flags }) => flags.split(' ')[0] === flag),
            flag,
          ).toBe(true);
    }
  });
  it('only what a protected branch runs has a key, chosen by a name that is written out', () => {
    expect(JSON.stringify(pipeline['countersign plan'])).not.toMatch(/SSH|--propose|--ssh/);
    expect(scripts.join('\n')).toContain('case "$GITLAB_USER_LOGIN" in');
    expect(scripts.join('\n')).not.toMatch(/\$CI_(?:COMMIT|MERGE_REQUEST)_(?:TITLE|DESCRIPTION|MESSAGE|REF)|eval/);
  });
});
