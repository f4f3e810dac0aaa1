/** Planning a workspace with the real program, against a script that does the same in a fresh copy. Empty: it is not here. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOwners, ownerOf } from '../src/processes.ts';
import { foldersOf } from '../src/providers/terraform/folders.ts';
import { fetchedModules } from '../src/providers/terraform/modules/fetch.ts';
import { planWorkspace } from '../src/providers/terraform/planning.ts';
import type { WorkspaceSettings } from '../src/providers/terraform/settings.ts';
import { readSource } from '../src/providers/terraform/source.ts';
import { inTurns, type Row, ratioRow } from './measure.ts';

const RESOURCES = 200;
const ROUNDS = 9;
const NO_ROLE = { set: {}, pass: [] };

export async function benchWorkspaces(): Promise<Row[]> {
  const binary = programHere();
  if (binary === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const root = join(folder, 'infra');
  const backend = { type: 'local', settings: { path: join(folder, 'state') } };
  mkdirSync(root);
  const resource = (_: unknown, index: number) => `resource "terraform_data" "r${index}" {\n  input = "${index}"\n}\n`;
  writeFileSync(join(root, 'main.tf'), Array.from({ length: RESOURCES }, resource).join(''));
  const run = (cwd: string, ...args: string[]) =>
    execFileSync(binary, args, {
      cwd,
      env: { HOME: folder, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' },
    });
  const settings: WorkspaceSettings = {
    name: 'bench',
    tool: 'terraform',
    version: JSON.parse(run(folder, 'version', '-json').toString('utf8')).terraform_version,
    binary,
    root,
    module: '.',
    variableFiles: [],
    backend,
    environment: 'production',
    execute: 'plan_only',
    providers: {},
    providerBlocks: {},
    modules: [],
    data: [],
    ephemeral: [],
    planner: NO_ROLE,
    executor: NO_ROLE,
  };
  const processes = { of: ownerOf, presenceOf: createOwners().presenceOf };
  const workshop = { settings, folders: foldersOf(folder, 'bench'), variables: () => ({}), processes, fileRoots: [] };
  const script = () => {
    const copy = join(folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(root, copy, { recursive: true });
    writeFileSync(
      join(copy, 'backend.tf.json'),
      JSON.stringify({ terraform: { backend: { local: backend.settings } } }),
    );
    run(copy, 'init', '-input=false', '-lockfile=readonly');
    run(copy, 'plan', '-input=false', '-json', '-out=plan');
    run(copy, 'show', '-json', 'plan');
    run(copy, 'state', 'pull');
  };
  try {
    const ours = async () =>
      planWorkspace(await readSource(root, undefined), workshop, {
        modules: fetchedModules(settings, workshop.folders.fetching),
        keep: true,
      });
    const times = await inTurns(ROUNDS, ours, script);
    return [ratioRow(`planning a workspace of ${RESOURCES} resources, the parser kept`, times, 'ms', 1.15)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function programHere(): string | undefined {
  try {
    return execFileSync('which', ['terraform'], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
