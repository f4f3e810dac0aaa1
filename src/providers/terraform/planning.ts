/** One plan of a workspace: copied, read, initialised, planned, and its file kept. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import { APPLY } from './allowed-calls.ts';
import { holding, type Processes } from './busy.ts';
import { directoryOf, failed, freshCopy } from './copy.ts';
import { type Hide, hiding } from './effects/hiding.ts';
import type { ModuleBodies } from './effects/index.ts';
import { type Folders, PLAN_FILE } from './folders.ts';
import type { Modules } from './modules/fetch.ts';
import { mustBeSamePlan } from './plan-file.ts';
import { mustBeApplicable, readingPlan } from './plan-json/read.ts';
import type { TerraformPlan } from './plan-json/shape.ts';
import { environmentNames, type RunIn, runTool, type Variables } from './process.ts';
import { lockFileOf, mustBeReadable } from './reading/configuration.ts';
import { hasEphemeral } from './reading/ephemeral.ts';
import type { WorkspaceSettings } from './settings.ts';
import { digestOfSource, type Source, writeSource } from './source.ts';
import { pullState, type State } from './state.ts';

export interface Workshop {
  settings: WorkspaceSettings;
  folders: Folders;
  variables: Variables;
  processes: Processes;
  fileRoots: readonly string[];
}
export interface Made {
  /** Of the plan file. */
  digest: string;
  /** Of that file, as `show -json` tells it. */
  plan: TerraformPlan;
  state: State;
  /** Of every module, as it was read before. */
  bodies: ModuleBodies;
  /** With the modules that it calls. */
  source: Source;
}

/**
 * @param modules that are not in the source.
 * @param adopt a plan file that another made: it is kept in place of ours, if it is the same plan.
 * @param keep puts the plan file and what it was made of into the state folder.
 * @throws INPUT_CONFIGURATION_REFUSED, WORKSPACE_PLAN_FAILED and others.
 */
export async function planWorkspace(
  given: Source,
  workshop: Workshop,
  { modules, keep, adopt }: { modules: Modules; keep: boolean; adopt?: Buffer | undefined },
): Promise<Made> {
  const { settings, folders, processes } = workshop;
  const { source, bodies } = await mustBeReadable(given, settings, modules);
  return holding(folders, processes, async () => {
    const run = await freshCopy(source, settings, settings.planner, workshop);
    const state = await pullState(run);
    await plan(run, settings, state, hasEphemeral(bodies));
    const own = readFileSync(join(run.cwd, PLAN_FILE));
    if (adopt) mustBeSamePlan(adopt, own);
    const bytes = adopt ?? own;
    const digest = `sha256:${sha256Hex(bytes)}`;
    const shown = mustBeApplicable(await show(run, settings.tool, hiding(run.secrets, state.sensitive)));
    if (adopt) mustBeNew(digest, folders);
    if (keep) keepPlan(bytes, digest, source, folders);
    return { digest, plan: shown, state, bodies, source };
  });
}

/** Read as it is printed: its text is never held as a whole. */
async function show(run: RunIn, tool: WorkspaceSettings['tool'], hide: Hide): Promise<TerraformPlan> {
  const reading = readingPlan({ tool });
  const shown = await runTool(['show', '-json', '-no-color', PLAN_FILE], run, reading.push);
  if (shown.code !== 0) throw failed('show', shown, hide);
  return reading.end();
}

async function plan(
  run: RunIn,
  { variableFiles, tool }: WorkspaceSettings,
  state: State,
  isEphemeral: boolean,
): Promise<void> {
  const files = variableFiles.map((file) => `-var-file=${file}`);
  const args = ['plan', '-input=false', '-json', '-no-color', '-lock-timeout=0s', `-out=${PLAN_FILE}`, ...files];
  const ran = await runTool(args, run);
  // A file that is there in spite of it (the lock could not be given back) is no plan.
  if (ran.code === 0) return;
  const inPlan = await sensitiveInFailed(run, tool);
  if (inPlan === null) throw failed('plan', { ...ran, stdout: UNTOLD }, String);
  throw failed('plan', ran, hiding(run.secrets, state.sensitive, inPlan), isEphemeral ? 'in short' : 'whole');
}

const UNTOLD = Buffer.from(
  JSON.stringify({
    '@level': 'error',
    diagnostic: { summary: 'its words are not told, since what is sensitive in them is not known' },
  }),
);

/**
 * A plan that failed after it began to read values is written all the same, and says which are sensitive; before that no
 * value was read. null: there is such a file, and it cannot be read.
 */
async function sensitiveInFailed(run: RunIn, tool: WorkspaceSettings['tool']): Promise<ReadonlySet<string> | null> {
  if (!existsSync(join(run.cwd, PLAN_FILE))) return new Set();
  try {
    return (await show(run, tool, String)).sensitive;
  } catch {
    return null;
  }
}

/** INVARIANT: no two plans name one file: what is removed with one would be missing to the other, and to its outcome. */
function mustBeNew(digest: string, folders: Folders): void {
  if (![folders.plan(digest).all, folders.run(digest).all].some((folder) => existsSync(folder))) return;
  throw new CountersignError(
    'STATE_PLAN_USED',
    'This plan file was adopted before.',
    'Go on with that plan or its change; if it has expired, plan again. Without plan_file, Countersign makes a plan of its own.',
  );
}

/** INVARIANT: a plan folder that is there is whole. */
function keepPlan(bytes: Buffer, digest: string, source: Source, folders: Folders): void {
  const { all } = folders.plan(digest);
  const making = `${all}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  writeFileSync(join(making, PLAN_FILE), bytes, { mode: 0o600 });
  writeSource(source, join(making, 'source'));
  rmSync(all, { recursive: true, force: true });
  renameSync(making, all);
}

export const discardPlan = (digest: string, folders: Folders): void =>
  rmSync(folders.plan(digest).all, { recursive: true, force: true });

/** Once it is known how its apply ended: what holds secrets goes, and what tells the outcome stays. */
export function tidy(digest: string, { folders, settings }: Pick<Workshop, 'folders' | 'settings'>): void {
  const { file, source, sensitive } = folders.plan(digest);
  for (const path of [file, source, sensitive, join(directoryOf(folders, settings), PLAN_FILE)])
    rmSync(path, { recursive: true, force: true });
}

/** @throws WORKSPACE_PLAN_FILE_MISSING when it is not here, STATE_PLAN_FILE_CHANGED when it is not of that digest. */
export function mustBeKept(digest: string, folders: Folders): void {
  const { file } = folders.plan(digest);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new CountersignError('WORKSPACE_PLAN_FILE_MISSING', 'The plan file is not in this state folder.', {
      agent: 'Plan again.',
      person:
        'Execute it with the state folder in which it was planned; if the file was removed, have it planned again.',
    });
  }
  if (`sha256:${sha256Hex(bytes)}` !== digest) throw changed();
}

const changed = () =>
  new CountersignError(
    'STATE_PLAN_FILE_CHANGED',
    'The plan file is not the one that was planned: its SHA-256 differs.',
    {
      agent: 'Plan again.',
      person: 'Have an agent plan it again.',
    },
  );

/** What was planned, as it was copied then. */
export function keptSource(
  digest: string,
  folders: Folders,
  { commit = null, modules = [] }: Partial<Pick<Source, 'commit' | 'modules'>>,
): Source {
  const { source } = folders.plan(digest);
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(source.length + 1), readFileSync(path));
    }
  return { files, commit, modules };
}

/** All that decides what `apply FILE` does, as it is signed. */
export function applyCall(
  { digest, state, source }: { digest: string; state: State; source: Source },
  { settings, folders }: Pick<Workshop, 'settings' | 'folders'>,
  { account, region }: { account: string; region: string },
) {
  return {
    step: 'step1',
    ...APPLY,
    input: {
      workspace: settings.name,
      plan: digest,
      state: state.digest,
      configuration: digestOfSource(source),
      lockFile: `sha256:${sha256Hex(lockFileOf(source, settings))}`,
      settings: digestOfSettings(settings),
      directory: directoryOf(folders, settings),
      arguments: APPLY_ARGUMENTS.join(' '),
      environment: environmentNames(settings.executor),
      version: `${settings.tool} ${settings.version}`,
    },
    account,
    region,
  };
}

export const APPLY_ARGUMENTS = ['apply', '-input=false', '-json', '-no-color', '-lock-timeout=0s', PLAN_FILE] as const;

export const digestOfSettings = (settings: WorkspaceSettings): string => digestOf(settings);
