/**
 * Applies one plan file, once.
 *
 * INVARIANT: a digest is applied at most once, by whoever: the folder of its run is made before anything is started, and
 * who does not make it starts nothing. Terraform writes its own lines to a file there, so that they outlive the executor.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../core/call.ts';
import { programOf } from '../../core/call-records.ts';
import { sha256Hex } from '../../core/digest.ts';
import { CountersignError, type ErrorCode } from '../../core/errors.ts';
import { hold, mustBeQuiet, processIn, runningIn } from './busy.ts';
import {
  backendOnly,
  diagnosticsIn,
  directoryOf,
  errorsIn,
  freshCopy,
  type Message,
  messagesIn,
  saveUnsaved,
} from './copy.ts';
import type { KeptSecrets, PlannedChange } from './draft.ts';
import { type Hide, hiding } from './effects/hiding.ts';
import { type Folders, makeFolders, PLAN_FILE } from './folders.ts';
import { type Ended, outcomeOf } from './outcome.ts';
import { APPLY_ARGUMENTS, applyCall, keptSource, mustBeKept, type Workshop } from './planning.ts';
import { type RunIn, secretsOf } from './process.ts';
import { pullState, readState, type State } from './state.ts';

export interface Started {
  digest: string;
  /** The process has ended, and nothing holds the workspace any more. */
  ended: Promise<void>;
}

const POLL_MILLISECONDS = 100;
const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));

/** @throws CountersignError when nothing was started; then nothing can be started for this call any more either. */
export async function start(call: Call, workshop: Workshop): Promise<Started> {
  const { folders, settings, processes } = workshop;
  const digest = String(call.input.plan);
  makeFolders(folders);
  const held = await hold(folders);
  try {
    mustBeQuiet(folders, processes);
    mustBeKept(digest, folders);
    const source = keptSource(digest, folders, {});
    const run = await freshCopy(source, settings, settings.executor, workshop);
    const state = await pullState(run);
    mustBeSame(call, applyCall({ digest, state, source }, workshop, call));
    copyFileSync(folders.plan(digest).file, join(run.cwd, PLAN_FILE));
    if (`sha256:${sha256Hex(readFileSync(join(run.cwd, PLAN_FILE)))}` !== digest)
      throw stale('the plan file is not the signed one');
    claim(digest, folders);
    // The clouds record it with each call that a provider makes.
    const env = { ...run.env, TF_APPEND_USER_AGENT: programOf(digest) };
    return { digest, ended: begin(digest, { ...run, env }, workshop).finally(() => held.close()) };
  } catch (error) {
    held.close();
    throw error;
  }
}

const stale = (why: string) =>
  new CountersignError('STATE_STALE', `Nothing was applied: ${why}.`, 'Have an agent plan it again.');

function mustBeSame(signed: Call, now: Call): void {
  const differs = Object.keys({ ...signed.input, ...now.input }).filter(
    (name) => signed.input[name] !== now.input[name],
  );
  if (differs.length > 0) throw stale(`it differs from what was signed: ${differs.join(', ')}`);
}

/** @throws STATE_NONCE_USED when this plan file was applied, or looked for, before. */
export function claim(digest: string, folders: Folders): void {
  const { all } = folders.run(digest);
  mkdirSync(join(all, '..'), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(all, { mode: 0o700 });
  } catch {
    throw new CountersignError(
      'STATE_NONCE_USED',
      'This plan file has been applied, or its apply was given up: it is never applied a second time.',
      'Have an agent plan it again.',
    );
  }
}

function durably(file: string, text: string): void {
  const making = `${file}.making`;
  const to = openSync(making, 'w', 0o600);
  writeFileSync(to, text);
  fsyncSync(to);
  closeSync(to);
  renameSync(making, file);
}

/** In a session of its own: an executor that dies, or is interrupted, does not stop it half-way. */
function begin(digest: string, run: RunIn, { folders, processes }: Workshop): Promise<void> {
  const { log, errors, ended } = folders.run(digest);
  const [out, err] = [openSync(log, 'w', 0o600), openSync(errors, 'w', 0o600)];
  const note = (pid: number) => durably(folders.running, JSON.stringify({ digest, owner: processes.of(pid) }));
  note(process.pid);
  const child = spawn(run.binary, APPLY_ARGUMENTS, {
    cwd: run.cwd,
    env: run.env,
    stdio: ['ignore', out, err],
    detached: true,
  });
  if (child.pid !== undefined) note(child.pid);
  closeSync(out);
  closeSync(err);
  return new Promise((resolve) => {
    const end = (text: string) => {
      durably(ended, JSON.stringify({ how: text }));
      rmSync(folders.running, { force: true });
      resolve();
    };
    child.on('error', (error) => end(String(error)));
    child.on('close', (code, signal) => end(signal ?? String(code)));
  });
}

export const linesOf = (digest: string, folders: Folders): Message[] => messagesIn(textOf(folders.run(digest).log));

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** SECURITY: not in Terraform's own words, which have the id of what was made: it may be the secret itself. */
const TOLD: Readonly<Record<string, string>> = {
  apply_start: 'begun',
  apply_complete: 'done',
  apply_errored: 'failed',
  apply_progress: 'still running',
};
const toldOf = ({ type = '', hook }: Message): string[] =>
  Object.hasOwn(TOLD, type) && hook?.resource?.addr
    ? [`${hook.resource.addr}: ${hook.action ?? 'apply'} ${TOLD[type]}`]
    : [];

/** Until the process has ended. @param tell is told of each resource. */
export async function watch(
  { digest, ended }: Started,
  workshop: Workshop,
  tell: (text: string) => void,
): Promise<void> {
  const { folders } = workshop;
  const by = tellingOf(digest, workshop);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (let told = 0; ; ) {
    const wasOver = isOver;
    const lines = linesOf(digest, folders);
    for (const text of lines.slice(told).flatMap(toldOf)) tell(by?.hide(text) ?? 'a resource');
    told = lines.length;
    if (wasOver) return;
    await pause();
  }
}

/** Until it has ended, or has begun to change something. */
export async function untilBegun({ digest, ended }: Started, folders: Folders): Promise<'ended' | 'begun'> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (;;) {
    if (isOver) return 'ended';
    if (linesOf(digest, folders).some(({ type }) => type === 'apply_start')) return 'begun';
    await pause();
  }
}

/** @throws STATE_CHANGE_RUNNING while a process of it runs, or may run on another machine. */
export function mustBeOver(digest: string, { folders, processes }: Pick<Workshop, 'folders' | 'processes'>): void {
  const last = runningIn(folders);
  if (last?.digest !== digest) return;
  const left = processIn(folders);
  if (left !== null)
    throw new CountersignError(
      'STATE_CHANGE_RUNNING',
      `A process of its apply still runs: ${left}.`,
      'Wait until it ends, then look again.',
    );
  if (processes.presenceOf(last.owner) === 'dead') return;
  throw new CountersignError(
    'STATE_CHANGE_RUNNING',
    `Its apply ${processes.presenceOf(last.owner) === 'alive' ? 'is' : 'may still be'} running: process ${last.owner.pid} on ${last.owner.host}.`,
    'Wait until it ends, then look again.',
  );
}

/** Terraform 1.11, internal/command/clistate and internal/backend/local: what is wrong with the state, after everything was done. */
const OF_THE_STATE = /^(?:Error releasing the state lock|Failed to (?:save|persist) state)/;

/** Looks for what became of it: reads only. */
export async function look(
  call: Call,
  signed: Parameters<typeof outcomeOf>[0]['signed'],
  workshop: Workshop,
  inCloud?: ReadonlyMap<string, 'done' | 'failed'>,
): Promise<Ended> {
  const { folders, settings, processes } = workshop;
  const digest = String(call.input.plan);
  mustBeOver(digest, workshop);
  const last = runningIn(folders);
  const { errors, ended: end, unsaved } = folders.run(digest);
  const held = await hold(folders);
  const now = await backendOnly(settings, workshop)
    .then(pullState)
    .finally(() => held.close());
  saveUnsaved(directoryOf(folders, settings), folders);
  const lines = textOf(folders.run(digest).log);
  const by = tellingOf(digest, workshop, now.sensitive);
  const ended = outcomeOf({
    changes: JSON.parse(readFileSync(folders.plan(digest).changes, 'utf8')) as PlannedChange[],
    messages: messagesIn(lines),
    hasFailed: diagnosticsIn(messagesIn(lines)).some(({ summary = '' }) => !OF_THE_STATE.test(summary)),
    errors: by
      ? by.hide(errorsIn(lines, by.how) || (by.how === 'whole' ? textOf(errors).trim() : '')).slice(0, 1_000)
      : '',
    signed,
    now,
    ...(inCloud ? { inCloud } : {}),
    hasUnsaved: existsSync(unsaved) && !holds(now, readState(textOf(unsaved))),
    linesMayBeLost: !existsSync(end) && last !== null && last.owner.boot !== processes.of(process.pid).boot,
  });
  // Keys of instances may be values.
  return by ? { ...ended, detail: by.hide(ended.detail) } : ended;
}

/** Once its outcome is known, the lines of Terraform are kept as people may read them. */
export function hideInLines(digest: string, workshop: Workshop): void {
  const { log, errors } = workshop.folders.run(digest);
  const by = tellingOf(digest, workshop);
  for (const file of [log, errors]) {
    const text = textOf(file);
    if (text !== '') durably(file, by?.how === 'whole' ? by.hide(text) : '');
  }
}

/** undefined: what is sensitive in the plan is not known any more, so that nothing of Terraform's own words is told. */
function tellingOf(
  digest: string,
  { folders, settings, variables }: Workshop,
  inState: Iterable<string> = [],
): { hide: Hide; how: 'whole' | 'in short' } | undefined {
  const text = textOf(folders.plan(digest).sensitive);
  if (text === '') return undefined;
  const { values, isEphemeral } = JSON.parse(text) as KeptSecrets;
  const hide = hiding(values, secretsOf(settings.executor, variables), inState);
  return { hide, how: isEphemeral ? 'in short' : 'whole' };
}

/** Has a person pushed it since? */
const holds = (now: State, unsaved: State): boolean =>
  now.lineage === unsaved.lineage && (now.serial ?? -1) >= (unsaved.serial ?? 0);

export const codeOf = (error: unknown): ErrorCode => (error instanceof CountersignError ? error.code : 'INTERNAL');
