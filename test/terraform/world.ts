/** A workspace with the real program: a git repository, a state of its own, and the policy that names both. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { isRequired, needs } from '../needs.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

/** Where the machine has it. */
export const BINARY = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'terraform'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const versionOf = (binary: string) =>
  (
    JSON.parse(execFileSync(binary, ['version', '-json'], { encoding: 'utf8', env: { CHECKPOINT_DISABLE: '1' } })) as {
      terraform_version: string;
    }
  ).terraform_version;
export const VERSION = BINARY === undefined ? '0.0.0' : versionOf(BINARY);
export const needsTerraform = (context: TestContext) => needs(context, 'terraform', BINARY !== undefined);
export const isHere = BINARY !== undefined || isRequired('terraform');

export interface WorkspaceWorld {
  world: TestWorld;
  app: App;
  root: string;
  statePath: string;
  /** Files of the working tree, by path. */
  write(files: Record<string, string>): void;
  commit(): string;
  policy(more?: string): string;
  plan(input?: Record<string, unknown>, app?: App): Promise<Record<string, unknown>>;
  propose(planId: unknown, goal?: string): Promise<string>;
  sign(changeId: string, ...people: string[]): Promise<void>;
  /** Proposed, and signed by so many as are needed. */
  proposed(plan: Record<string, unknown>, goal?: string): Promise<string>;
  /** The program itself, past Countersign, on the files as they are. */
  terraform(...args: string[]): string;
  applyPastUs(): void;
  state(): { serial: number; lineage: string; resources: { name: string; instances: unknown[] }[] } | null;
  close(): void;
}

export async function openWorkspaceWorld(settings = ''): Promise<WorkspaceWorld> {
  const world = await openTestWorld();
  const folder = mkdtempSync(join(tmpdir(), 'countersign-terraform-'));
  const root = join(folder, 'infra');
  const statePath = join(folder, 'state', 'network.tfstate');
  mkdirSync(root);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main');
  const policy = (more = settings) => `${world.policyText}workspaces:
  network:
    version: ${VERSION}
    binary: ${BINARY}
    root: ${root}
    execute: by_command
${/backend:/.test(more) ? '' : `    backend: { type: local, settings: { path: "${statePath}" } }\n`}${more}`;
  const app = await world.another({ policy: policy() });
  const call = async (tool: string, input: unknown, by = app) => {
    const answer = await by.pipeline(tool, input);
    return answer.ok ? answer.content : { ...answer.error };
  };
  const self: WorkspaceWorld = {
    world,
    app,
    root,
    statePath,
    policy,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    },
    commit() {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', 'c');
      return git('rev-parse', 'HEAD');
    },
    plan: (input = {}, by = app) => call('plan_workspace', { workspace: 'network', ...input }, by),
    async propose(planId, goal = 'deploy') {
      const change = await call('propose_change', { plan_id: planId, goal, reason: 'a test' });
      if (typeof change.change_id !== 'string') throw new Error(JSON.stringify(change));
      return change.change_id;
    },
    async sign(changeId, ...people) {
      for (const as of people)
        await approve(app, changeId, { decision: 'approve', key: world.keyOf(as), as, confirm: 'network' });
    },
    async proposed(plan, goal) {
      if (plan.plan_id === undefined) throw new Error(JSON.stringify(plan));
      const id = await self.propose(plan.plan_id, goal);
      const { seats } = (await call('describe_change', { change_id: id })) as { seats?: { needed: number } };
      await self.sign(id, ...['bob', 'carol'].slice(0, seats?.needed ?? 0));
      return id;
    },
    terraform(...args) {
      const copy = join(folder, 'past-us');
      rmSync(copy, { recursive: true, force: true });
      cpSync(root, copy, { recursive: true, filter: (file) => !/\.git$/.test(file) });
      writeFileSync(
        join(copy, 'backend.tf.json'),
        JSON.stringify({ terraform: { backend: { local: { path: statePath } } } }),
      );
      const run = (...given: string[]) =>
        execFileSync(BINARY!, given, {
          cwd: copy,
          stdio: 'pipe',
          encoding: 'utf8',
          env: { HOME: folder, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
        });
      run('init', '-input=false');
      return run(...args);
    },
    applyPastUs: () => void self.terraform('apply', '-input=false', '-auto-approve'),
    state: () => (existsSync(statePath) ? JSON.parse(readFileSync(statePath, 'utf8')) : null),
    close() {
      world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return self;
}

/** One resource with a value. */
export const data = (name: string, input: string, more = '') => `resource "terraform_data" "${name}" {
  input = ${JSON.stringify(input)}
${more}}
`;
