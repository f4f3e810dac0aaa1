/** `run`: the long-lived executor as a process: its signals, its health file, and what it opens again. */

import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guards } from '../../guards/index.ts';
import { type App, createApp, openSandbox } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Target } from '../core/plan.ts';
import type { Watch } from '../core/ports.ts';
import { loadDispatch } from '../dispatch/load.ts';
import { type Health, type Opened, runUntilStopped } from '../execute/runner.ts';
import { LEDGER_FILE, requireLedger } from '../ledger/sqlite/database.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import { policyStamp } from '../policy/stamp.ts';
import { createOwners } from '../processes.ts';
import type { Context } from './command.ts';
import { EXIT } from './exit.ts';

export interface RunOptions {
  concurrency: number;
  health?: string;
  account?: string[];
  stopWithin?: number;
}

/** Writes of one moment are one reason to look. */
const TOGETHER_MILLISECONDS = 100;
const SECOND_MILLISECONDS = 1_000;
/** For what is printed last. */
const EXIT_AFTER_MILLISECONDS = 300;

/** @returns ids of changes that it left under way, since it was told not to wait for their end. */
export async function run(context: Context, options: RunOptions): Promise<string[]> {
  const { config, sandboxed, tell } = context;
  const { account = [], concurrency, stopWithin } = options;
  mustKnow(config.policyPath, account);
  const owners = createOwners();
  const { owner, end } = owners.begin();
  const news = newsOf();
  const health = options.health === undefined ? undefined : healthFile(options.health);
  const sandbox = sandboxed ? await openSandbox(config.home) : undefined;
  const watching = await context.watching();
  const { stop, leave } = signals(stopWithin, news.poke);
  let underWay: string[] = [];

  const { ledgerUrl } = config;
  const dispatch =
    ledgerUrl === undefined ? undefined : async () => (await loadDispatch()).dispatchOn(ledgerUrl, concurrency, tell);

  async function open(): Promise<Opened> {
    // A ledger that is away is waited for: opening one that is not there would make it.
    if (config.ledgerUrl === undefined) requireLedger(config.home);
    const { policyPath } = config;
    const file = join(config.home, LEDGER_FILE);
    const before = policyStamp(policyPath, null);
    const app = createApp(config, { owners, watching, ...(sandbox ? { sandbox } : {}) });
    const stamp = before === policyStamp(policyPath, null) ? policyStamp(policyPath, app.policyFile) : '';
    // Anew with each opening: the folder may be another one.
    news.follow(app.ledger.watch);
    const place = placeOf(file);
    const isCurrent = () => stamp === policyStamp(policyPath, app.policyFile) && place === placeOf(file);
    return { ...app, isCurrent, isFor: targetsIn(app, account) };
  }
  function report(now: Health): void {
    underWay = now.under_way;
    health?.write({ ...now, pid: process.pid, at: new Date().toISOString() });
  }
  try {
    const now = () => new Date();
    const running = runUntilStopped({
      open,
      owner,
      wait: news.wait,
      poke: news.poke,
      tell,
      report,
      stop,
      now,
      concurrency,
      dispatch,
    });
    const isLeft = await Promise.race([running.then(() => false), leave.then(() => true)]);
    if (!isLeft) return [];
    setTimeout(() => process.exit(EXIT.failed), EXIT_AFTER_MILLISECONDS);
    return underWay;
  } finally {
    health?.remove();
    news.close();
    end();
    sandbox?.store.close();
  }
}

/** The first signal stops taking more; a second one, or the time that was given, leaves what is under way. */
function signals(stopWithin: number | undefined, poke: () => void): { stop: AbortSignal; leave: Promise<void> } {
  const asked = new AbortController();
  const leave = new Promise<void>((resolve) => {
    const ask = () => {
      if (asked.signal.aborted) resolve();
      else if (stopWithin !== undefined) setTimeout(resolve, stopWithin * SECOND_MILLISECONDS).unref();
      asked.abort();
      poke();
    };
    process.on('SIGTERM', ask);
    process.on('SIGINT', ask);
  });
  return { stop: asked.signal, leave };
}

/** By inode: a folder that was mounted anew, or a file that was replaced, is another ledger. null: it is away. */
function placeOf(file: string): string | null {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev}/${stat.ino}` : null;
}

/** A mistyped name is refused at once. A policy that cannot be read now is waited for. */
function mustKnow(policyPath: string | undefined, aliases: readonly string[]): void {
  if (aliases.length === 0 || policyPath === undefined) return;
  let policyFile: Policy;
  try {
    policyFile = loadPolicy(policyPath, guards);
  } catch {
    return;
  }
  targetsIn({ policyFile }, aliases);
}

function targetsIn({ policyFile }: Pick<App, 'policyFile'>, aliases: readonly string[]): Opened['isFor'] {
  if (aliases.length === 0) return () => true;
  const { accounts = {} } = policyFile?.file ?? {};
  const unknown = aliases.find((alias) => !Object.hasOwn(accounts, alias));
  if (unknown !== undefined)
    throw new CountersignError(
      'INPUT_ACCOUNT_UNKNOWN',
      `The policy has no account ${unknown}.${didYouMean(unknown, Object.keys(accounts))}`,
      'Name accounts as the policy does: --account ALIAS.',
    );
  const ids = new Set(aliases.map((alias) => accounts[alias]?.id));
  return ({ account }: Target) => ids.has(account);
}

/** Tells that the ledger was written to, by whatever process, or that the time is up. */
function newsOf() {
  let isNew = false;
  let wake: () => void = () => undefined;
  let stop: () => void = () => undefined;
  const poke = () => {
    isNew = true;
    wake();
  };
  return {
    poke,
    follow(watch: Watch): void {
      stop();
      stop = watch(poke);
    },
    async wait(milliseconds: number): Promise<void> {
      if (!isNew)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      await new Promise((resolve) => setTimeout(resolve, TOGETHER_MILLISECONDS));
      isNew = false;
      wake = () => undefined;
    },
    close: () => stop(),
  };
}

/** Written whole, so that nobody reads half of it. One that cannot be written stops nothing. */
function healthFile(path: string) {
  // SECURITY: a name that nobody guesses, and a file that is not there yet: in a shared folder no link is followed.
  const next = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  return {
    write(health: Record<string, unknown>): void {
      try {
        writeFileSync(next, `${JSON.stringify(health)}\n`, { mode: 0o644, flag: 'wx' });
        renameSync(next, path);
      } catch {
        rmSync(next, { force: true });
      }
    },
    remove(): void {
      rmSync(path, { force: true });
    },
  };
}
