/**
 * Runs the workspace's own program: our arguments, an environment that has nothing of this process but what the policy
 * hands on, and bounded time and output.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import type { Folders } from './folders.ts';
import type { RoleSettings, WorkspaceSettings } from './settings.ts';

export interface Ran {
  /** null: a signal ended it. */
  code: number | null;
  stdout: Buffer;
  stderr: string;
}
/** What this process was given, by name. */
export type Variables = () => Readonly<Record<string, string | undefined>>;

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const SECONDS = 10 * 60;

/** SECURITY: the policy's own words; what stands for Terraform in the environment of whoever runs this does not count. */
export function environmentFor(folders: Folders, role: RoleSettings, variables: Variables): Record<string, string> {
  return {
    ...role.set,
    ...passedOn(role, variables),
    HOME: folders.home,
    PATH: '/usr/bin:/bin',
    TF_CLI_CONFIG_FILE: folders.cliConfiguration,
    TF_PLUGIN_CACHE_DIR: folders.plugins,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
  };
}

function passedOn({ pass }: RoleSettings, variables: Variables): Record<string, string> {
  const given = variables();
  return Object.fromEntries(pass.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const])));
}

/** Names of variables whose values are no secrets, whoever hands them on: errors are of no use without them. */
const PLAIN = /(?:^|_)(?:REGION|PROFILE|PROJECT|ZONE|LOCATION|ENVIRONMENT|ARN|FILE)$/;

/** SECURITY: values that are never told. */
export const secretsOf = (role: RoleSettings, variables: Variables): string[] =>
  Object.entries(passedOn(role, variables)).flatMap(([name, value]) => (PLAIN.test(name) ? [] : [value]));

/** The names of all that a role gives. They are signed; values are not. */
export const environmentNames = ({ set, pass }: RoleSettings): string =>
  [...new Set([...Object.keys(set), ...pass])].sort().join(',');

export interface RunIn {
  binary: string;
  cwd: string;
  env: Record<string, string>;
  /** Of its environment: values that are never told. */
  secrets: readonly string[];
  seconds?: number;
  signal?: AbortSignal;
}

/**
 * @param take gets what it prints as it comes, in place of `stdout`; what it throws ends the program.
 * @throws WORKSPACE_TIMEOUT, INPUT_TOO_LARGE, CONFIG_TOOL_DIFFERS where there is no such program.
 */
export async function runTool(
  args: readonly string[],
  { binary, cwd, env, seconds = SECONDS }: Omit<RunIn, 'secrets'>,
  take?: (chunk: Buffer) => void,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let why: unknown;
    const keep = take ?? ((chunk: Buffer) => void chunks.push(chunk));
    const stop = (error: unknown) => {
      why ??= error;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () =>
        stop(
          new CountersignError(
            'WORKSPACE_TIMEOUT',
            `${args[0]} did not end within ${seconds} s.`,
            'Plan again; if it keeps failing, tell the user: a provider or the backend does not answer.',
          ),
        ),
      seconds * 1000,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (why !== undefined) return;
      if (size > MAX_OUTPUT_BYTES)
        return stop(
          new CountersignError('INPUT_TOO_LARGE', `${args[0]} printed more than 256 MB.`, 'Split the workspace.'),
        );
      try {
        keep(chunk);
      } catch (error) {
        stop(error);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 100_000) stderr += chunk.toString('utf8');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(noTool(binary, `it cannot be started (${error.code})`));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (why !== undefined) reject(why);
      else resolve({ code, stdout: Buffer.concat(chunks), stderr });
    });
  });
}

const noTool = (binary: string, why: string) =>
  new CountersignError('CONFIG_TOOL_DIFFERS', `${binary}: ${why}.`, {
    agent: 'Tell the user: the program of this workspace is not the one that the policy names.',
    person: 'Install the version that the policy names, or change `binary` and `version` in the policy.',
  });

/** By what a file is known again: asked once for each that is there. */
const versions = new Map<string, string>();

/** @throws CONFIG_TOOL_DIFFERS when the program says that it is of another version. */
export async function mustBeVersion(
  { binary, tool, version }: WorkspaceSettings,
  run: Omit<RunIn, 'binary' | 'secrets'>,
): Promise<void> {
  let key: string;
  try {
    const { ino, mtimeMs, size } = statSync(binary);
    key = JSON.stringify([binary, ino, mtimeMs, size]);
  } catch {
    throw noTool(binary, 'it is not there');
  }
  const is = versions.get(key) ?? (await askVersion(binary, run));
  versions.set(key, is);
  if (is !== version)
    throw noTool(binary, `it is version ${makeVisibleLine(is, 40)}, and the policy names ${tool} ${version}`);
}

async function askVersion(binary: string, run: Omit<RunIn, 'binary' | 'secrets'>): Promise<string> {
  const { stdout } = await runTool(['version', '-json'], { ...run, binary, seconds: 60 });
  try {
    return String((JSON.parse(stdout.toString('utf8')) as { terraform_version?: unknown }).terraform_version);
  } catch {
    throw noTool(binary, 'it does not say its version');
  }
}
