/** The copy of a workspace's files that is planned and applied: fresh each time, with our backend, and initialised. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { type Hide, hiding } from './effects/hiding.ts';
import { type Folders, PLAN_FILE } from './folders.ts';
import { environmentFor, mustBeVersion, type Ran, type RunIn, runTool, secretsOf, type Variables } from './process.ts';
import type { RoleSettings, WorkspaceSettings } from './settings.ts';
import { type Source, writeSource } from './source.ts';

export const directoryOf = (folders: Folders, { module }: Pick<WorkspaceSettings, 'module'>): string =>
  module === '.' ? folders.work : join(folders.work, module);

/** An override file: whatever the configuration says of its backend, this is in its place. */
const backendFile = ({ backend: { type, settings } }: WorkspaceSettings): string =>
  JSON.stringify({ terraform: { backend: { [type]: settings } } });

/** @throws CONFIG_TOOL_DIFFERS, WORKSPACE_PLAN_FAILED where `init` fails. */
export async function freshCopy(
  source: Pick<Source, 'files'>,
  settings: WorkspaceSettings,
  role: RoleSettings,
  at: At,
): Promise<RunIn> {
  saveUnsaved(directoryOf(at.folders, settings), at.folders);
  const run = await written(source, settings, role, at);
  const packages = settings.providerPackages === undefined ? [] : [`-plugin-dir=${settings.providerPackages}`];
  const ran = await runTool([...INIT, ...packages], run);
  if (ran.code !== 0) throw failed('init', ran, hiding(run.secrets));
  return run;
}

const INIT = ['init', '-get=false', '-input=false', '-no-color', '-lockfile=readonly'];

interface At {
  folders: Folders;
  variables: Variables;
}

/** The files, and ours beside them; nothing is run yet but what says its version. */
async function written(
  source: Pick<Source, 'files'>,
  settings: WorkspaceSettings,
  role: RoleSettings,
  { folders, variables }: At,
): Promise<RunIn> {
  writeSource(source, folders.work);
  const run: RunIn = {
    binary: settings.binary,
    cwd: directoryOf(folders, settings),
    env: environmentFor(folders, role, variables),
    secrets: secretsOf(role, variables),
  };
  writeFileSync(join(run.cwd, 'countersign_override.tf.json'), backendFile(settings), { mode: 0o600 });
  await mustBeVersion(settings, run);
  return run;
}

/**
 * A state that an apply could not write to its backend is kept with that apply: the copy is about to be made anew.
 *
 * INVARIANT: the only record of what was made is never removed.
 */
export function saveUnsaved(directory: string, folders: Folders): void {
  const unsaved = join(directory, 'errored.tfstate');
  if (!existsSync(unsaved)) return;
  const to = folders.run(`sha256:${sha256Hex(readFileSync(join(directory, PLAN_FILE)))}`);
  mkdirSync(to.all, { recursive: true, mode: 0o700 });
  renameSync(unsaved, to.unsaved);
}

/**
 * Of a read alone: the backend, and neither a configuration nor a provider. Those that the state names are not there, so
 * that `init` fails once it has the backend.
 */
export async function backendOnly(settings: WorkspaceSettings, { folders, variables }: At): Promise<RunIn> {
  const files = new Map([[join(settings.module, 'countersign.tf'), Buffer.from('terraform {\n}\n')]]);
  const look = { ...folders, work: join(folders.all, 'look') };
  const run = await written({ files }, settings, settings.planner, { folders: look, variables });
  const ran = await runTool([...INIT, `-plugin-dir=${folders.none}`], run);
  if (!existsSync(join(run.cwd, '.terraform/terraform.tfstate'))) throw failed('init', ran, hiding(run.secrets));
  return run;
}

export function failed(
  step: string,
  { stdout, stderr, code }: Ran,
  hide: Hide,
  how: Parameters<typeof errorsIn>[1] = 'whole',
): CountersignError {
  const words = hide(errorsIn(stdout.toString('utf8'), how) || stderr || `it ended with ${code}`);
  const isLocked = /state lock|already locked/i.test(words);
  return new CountersignError(
    isLocked ? 'WORKSPACE_LOCKED' : 'WORKSPACE_PLAN_FAILED',
    makeVisibleLine(
      `${isLocked ? 'The state is locked by another' : `${step} failed`}: ${words.replace(/^\s*Error: /m, '')}`,
      1_000,
    ),
    isLocked
      ? 'Wait until the other run has ended, then try again. A lock that was left behind is removed by a person, with force-unlock.'
      : 'Fix what it says in the configuration, then plan again; tell the user where it is about credentials or the backend.',
  );
}

/**
 * Of the JSON lines that `-json` prints: the errors, each once.
 *
 * @param how `in short`: of what is made of values, nothing; only words of Terraform's own, and the place.
 */
export function errorsIn(lines: string, how: 'whole' | 'in short' = 'whole'): string {
  const told = diagnosticsIn(messagesIn(lines)).map(({ summary = '', detail = '', address, range }) => {
    const on = address ? `${address}: ` : '';
    if (how === 'whole') return `${on}${summary}${detail ? `: ${detail.split('\n\n')[0]}` : ''}`;
    const place = range?.filename ? ` (${range.filename}, line ${range.start?.line ?? '?'})` : '';
    return `${on}${/^[A-Z][A-Za-z ]{1,80}$/.test(summary) ? summary : 'An error'}${place}`;
  });
  return [...new Set(told)].slice(0, 5).join('; ');
}

/** Errors of a run. */
export const diagnosticsIn = (messages: readonly Message[]): NonNullable<Message['diagnostic']>[] =>
  messages.flatMap(({ '@level': level, diagnostic }) => (level === 'error' && diagnostic ? [diagnostic] : []));

export interface Message {
  '@level'?: string;
  '@message'?: string;
  type?: string;
  diagnostic?: {
    severity?: string;
    summary?: string;
    detail?: string;
    address?: string;
    range?: { filename?: string; start?: { line?: number } };
  };
  hook?: { resource?: { addr?: string }; action?: string; id_key?: string; id_value?: string };
  changes?: { operation?: string };
}
export const messagesIn = (lines: string): Message[] =>
  lines.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Message];
    } catch {
      return [];
    }
  });
