/**
 * A runner for `action.yml`, by the contract of GitHub's runner for composite actions: inputs with their defaults,
 * expressions, the event's file, command files, `shell: bash` as `bash --noprofile --norc -eo pipefail FILE`, and the
 * lines of the output in which a runner looks for commands. Steps of other actions are told, not run.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = new URL('../..', import.meta.url).pathname;
export const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
  'working-directory'?: string;
}
interface Action {
  inputs: Record<string, { required?: boolean; default?: string; description: string }>;
  outputs: Record<string, { value: string; description: string }>;
  runs: { using: string; steps: Step[] };
}

export interface Job {
  inputs: Record<string, string>;
  eventName: string;
  event: object;
  actor: string;
  api: string;
  token: string;
  repository: string;
  /** More of the job's environment. */
  env?: Record<string, string>;
}
export interface Ran {
  exit: number;
  output: string;
  outputs: Record<string, string>;
  summary: string;
  /** What was written for later steps of the job: variables and folders of programs. */
  leaks: string;
  /** Lines that the runner takes as commands. */
  commands: string[];
  /** Steps of other actions that ran, with their inputs. */
  used: { uses: string; with: Record<string, string> }[];
  /** Of the file that the action names. */
  file: string;
  /** The runner's folders, after the job. */
  isClean: boolean;
}

const VERSION = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** In place of the registry: the built command, and only for the version of this checkout. */
function npxIn(folder: string): void {
  const script = `#!/bin/sh
if [ "$1 $2" != "--yes countersign@${VERSION}" ]; then echo "npx $*" >&2; exit 97; fi
shift 2
exec "${process.execPath}" "${join(root, 'bin/countersign.js')}" "$@"
`;
  writeFileSync(join(folder, 'npx'), script);
  chmodSync(join(folder, 'npx'), 0o755);
}

export async function runAction(job: Job): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-runner-'));
  try {
    for (const name of ['bin', 'temp', 'workspace', 'home', 'files']) mkdirSync(join(folder, name));
    npxIn(join(folder, 'bin'));
    return await inFolder(job, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inFolder(job: Job, folder: string): Promise<Ran> {
  const inputs: Record<string, string> = {};
  for (const [name, { required, default: usual = '' }] of Object.entries(action.inputs)) {
    if (required && !job.inputs[name]) throw new Error(`input ${name} is required`);
    inputs[name] = job.inputs[name] ?? expand(usual, { 'github.token': job.token });
  }
  for (const name of Object.keys(job.inputs)) if (!action.inputs[name]) throw new Error(`there is no input ${name}`);
  const known: Record<string, string> = { 'github.token': job.token, 'runner.temp': join(folder, 'temp') };
  for (const [name, value] of Object.entries(inputs)) known[`inputs.${name}`] = value;
  const ran: Ran = {
    exit: 0,
    output: '',
    outputs: {},
    summary: '',
    leaks: '',
    commands: [],
    used: [],
    file: '',
    isClean: true,
  };
  const files = (name: string) => join(folder, 'files', name);
  for (const name of ['output', 'summary', 'env', 'path', 'state']) writeFileSync(files(name), '');
  writeFileSync(files('event.json'), JSON.stringify(job.event));
  for (const step of action.runs.steps) {
    if (!isDue(step, known, ran)) continue;
    if (step.uses) {
      const given = Object.entries(step.with ?? {}).map(([name, value]) => [name, expand(String(value), known)]);
      ran.used.push({ uses: step.uses, with: Object.fromEntries(given) });
      const path = ran.used.at(-1)!.with.path;
      if (path && existsSync(path)) ran.file = readFileSync(path, 'utf8');
      continue;
    }
    const { exit, output } = await runStep(step, job, folder, known);
    ran.exit = exit;
    ran.output += output;
    for (const line of readFileSync(files('output'), 'utf8').split('\n').filter(Boolean)) {
      const [name, ...value] = line.split('=');
      known[`steps.${step.id}.outputs.${name}`] = value.join('=');
    }
  }
  ran.summary = readFileSync(files('summary'), 'utf8');
  ran.leaks = ['env', 'path', 'state'].map((name) => readFileSync(files(name), 'utf8')).join('');
  ran.commands = ran.output.split('\n').filter((line) => /^\s*::|##\[/.test(line));
  for (const [name, { value }] of Object.entries(action.outputs)) ran.outputs[name] = expand(value, known);
  return ran;
}

/** A step without a condition runs where none failed. */
function isDue({ if: condition }: Step, known: Record<string, string>, ran: Ran): boolean {
  if (condition === undefined) return ran.exit === 0;
  const [, name] = /^\$\{\{ !cancelled\(\) && ([\w.-]+) != '' \}\}$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`this runner does not know the condition ${condition}`);
  return (known[name] ?? '') !== '';
}

const expand = (text: string, known: Record<string, string>): string =>
  text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => known[name] ?? '');

function runStep(
  { run = '', shell, env = {}, 'working-directory': cwd = '' }: Step,
  job: Job,
  folder: string,
  known: Record<string, string>,
): Promise<{ exit: number; output: string }> {
  if (shell !== 'bash') throw new Error(`this runner does not know the shell ${shell}`);
  const script = join(folder, 'files', 'step.sh');
  writeFileSync(script, expand(run, known));
  const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(value, known)]));
  const files = (name: string) => join(folder, 'files', name);
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: expand(cwd, known) || join(folder, 'workspace'),
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: join(folder, 'home'),
      RUNNER_TEMP: join(folder, 'temp'),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: job.actor,
      GITHUB_API_URL: job.api,
      GITHUB_EVENT_NAME: job.eventName,
      GITHUB_EVENT_PATH: files('event.json'),
      GITHUB_OUTPUT: files('output'),
      GITHUB_STEP_SUMMARY: files('summary'),
      GITHUB_ENV: files('env'),
      GITHUB_PATH: files('path'),
      GITHUB_STATE: files('state'),
      GITHUB_REPOSITORY: job.repository,
      GITHUB_RUN_ID: '42',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_WORKSPACE: join(folder, 'workspace'),
      ...job.env,
      ...given,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit: exit ?? 1, output })));
}
