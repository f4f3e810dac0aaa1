/**
 * The long-lived executor: it executes what is approved in its scopes, one change per target at a time.
 *
 * INVARIANT: it has no authority of its own. Each change goes through the executor as by hand, which re-checks, locks
 * and records; a second runner, or a person, beside it makes no call twice. What refuses is tried again later, and what
 * was begun and not ended is only ever looked into.
 */
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { haltIn, isSameTarget, openExecutions } from '../core/folds.ts';
import type { Owner } from '../core/owner.ts';
import type { Target } from '../core/plan.ts';
import type { ChangesPort, Executor, Ledger, PolicyPort } from '../core/ports.ts';
import { type Dispatch, offersOf } from './dispatch.ts';

/** What it works with until the policy changes or the ledger is away. */
export interface Opened {
  ledger: Ledger;
  changes: ChangesPort;
  policy: Pick<PolicyPort, 'executionOf' | 'mustBeInForce'>;
  executor: Pick<Executor, 'run' | 'reconcile'>;
  /** Is it what is there now? */
  isCurrent(): boolean;
  isFor(target: Target): boolean;
  close(): void;
}
export interface RunnerPorts {
  /** @throws CountersignError for what is locked, away or not readable now. */
  open(): Promise<Opened>;
  owner: Owner;
  /** Resolves when the ledger may have changed, `poke` was called, or the time is up. */
  wait(milliseconds: number): Promise<void>;
  poke(): void;
  tell(text: string): void;
  report(health: Health): void;
  /** Aborted: take no more. */
  stop: AbortSignal;
  now(): Date;
  /** Changes at the same time. */
  concurrency: number;
  /** Where runners are on several machines. Absent: this one finds its changes itself. */
  dispatch?: (() => Promise<Dispatch>) | undefined;
}
export interface Health {
  /** `waiting`: something that it needs is away, and it tries again. */
  state: 'ready' | 'waiting' | 'halted' | 'stopping';
  problem: string | null;
  under_way: string[];
  /** Of unknown outcome, in its scopes: looked into again and again. */
  unsettled: string[];
}

const IDLE_MILLISECONDS = 10_000;
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 300_000;
const BEGUN: readonly Change['state'][] = ['executing', 'unknown'];
/** What a decision of a person or of an agent changes for a runner. */
const NEWS = [
  'change.proposed',
  'change.approved',
  'change.executing',
  'change.finished',
  'change.closed',
  'halted',
  'resumed',
  'policy.adopted',
  'glass.reviewed',
];

interface Later {
  at: number;
  pause: number;
  said: string;
}

/** Resolves when it was stopped and nothing is under way any more. */
export async function runUntilStopped(ports: RunnerPorts): Promise<void> {
  const runner = createRunner(ports);
  let pause = FIRST_PAUSE_MILLISECONDS;
  let trouble: string | null = null;
  while (!ports.stop.aborted) {
    try {
      await runner.look();
      if (trouble !== null) ports.tell('The runner goes on.');
      trouble = null;
      pause = FIRST_PAUSE_MILLISECONDS;
      await ports.wait(runner.idleFor());
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const problem = `${error.code}: ${error.message}`;
      if (trouble !== problem) ports.tell(`The runner waits. ${problem} ${error.remedyForPeople}`);
      trouble = problem;
      runner.letGo();
      runner.report('waiting', problem);
      await ports.wait(pause);
      pause = Math.min(LONGEST_PAUSE_MILLISECONDS / 5, pause * 2);
    }
  }
  await runner.end();
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over what is under way; its functions are short.
function createRunner(ports: RunnerPorts) {
  const underWay = new Map<string, { change: Change; ended: Promise<void> }>();
  /** Refused, or not settled yet: when it is tried again. */
  const later = new Map<string, Later>();
  let opened: Opened | undefined;
  let isAnnounced = false;
  let seenNews = -1;
  let health: Health['state'] = 'waiting';
  let unsettled: string[] = [];
  let entering: Promise<Opened> | undefined;
  let dispatch: Dispatch | undefined;
  const offers = offersOf(ports.now);

  /** Whoever asks meanwhile gets the same. */
  function current(): Promise<Opened> {
    entering ??= enter().finally(() => {
      entering = undefined;
    });
    return entering;
  }

  async function enter(): Promise<Opened> {
    if (opened && !opened.isCurrent()) letGo();
    opened ??= await ports.open();
    await opened.policy.mustBeInForce();
    if (ports.dispatch && !dispatch) {
      const made = await ports.dispatch();
      await made.start(given);
      dispatch = made;
    }
    if (!isAnnounced) await opened.ledger.append({ kind: 'runner.started', body: { owner: ports.owner } });
    isAnnounced = true;
    return opened;
  }

  /** What is under way keeps what it was begun with. */
  function letGo(): void {
    if (underWay.size === 0) opened?.close();
    opened = undefined;
    seenNews = -1;
  }

  async function look(): Promise<void> {
    const with_ = await current();
    const [newest] = await with_.ledger.events({ kinds: NEWS, newestFirst: true, limit: 1 });
    const now = ports.now().getTime();
    const isDue = [...later.values()].some(({ at }) => at <= now) || offers.isDue();
    if ((newest?.seq ?? 0) === seenNews && !isDue) return report(health, null);
    seenNews = newest?.seq ?? 0;
    await settleBegun(with_);
    const isHalted = (await haltIn(with_.ledger)) !== 'running';
    if (!isHalted) await startApproved(with_);
    report(isHalted ? 'halted' : 'ready', null);
  }

  const isMine = async ({ policy, changes, isFor }: Opened, change: Change): Promise<boolean> =>
    isFor(change.target) && policy.executionOf((await changes.plan(change.planId)).plan) === 'by_runner';
  const mayTry = (id: string) => (later.get(id)?.at ?? 0) <= ports.now().getTime();

  /** Begun by an executor that is gone, or ended without a known outcome. */
  async function settleBegun(with_: Opened): Promise<void> {
    const left: string[] = [];
    for (const { changeId } of await openExecutions(with_.ledger)) {
      if (underWay.has(changeId)) continue;
      await apart(changeId, async () => {
        const change = await with_.changes.find(changeId);
        if (!(await isMine(with_, change))) return;
        if (dispatch && mayTry(changeId)) await offers.offer(dispatch, change);
        if (dispatch ? change.state === 'unknown' : !mayTry(changeId) || !(await isSettled(with_, changeId)))
          left.push(changeId);
      });
    }
    unsettled = left;
  }

  /** One change that cannot be read is no reason to stop; a ledger that cannot be is. */
  async function apart(id: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (error instanceof CountersignError && /^(?:LEDGER_BUSY|LEDGER_CANNOT_APPEND)$/.test(error.code)) throw error;
      refused(id, error);
    }
  }

  async function isSettled({ executor }: Opened, changeId: string, isGiven = false): Promise<boolean> {
    try {
      const { change, saw } = await executor.reconcile(changeId, { isGiven });
      const isOpen = BEGUN.includes(change.state);
      if (isOpen) tryLater(changeId, `${changeId}: ${saw}`);
      else done(changeId, `${changeId} ${change.state}: ${saw}`);
      return !isOpen;
    } catch (error) {
      refused(changeId, error);
      return false;
    }
  }

  async function startApproved(with_: Opened): Promise<void> {
    const at = ports.now().toISOString();
    const waiting = await eventsOf(with_.ledger, ['change.proposed'], { standing: { states: ['waiting'], at } });
    for (const { body } of waiting) {
      if (ports.stop.aborted || (!dispatch && underWay.size >= ports.concurrency)) return;
      await apart(body.id, async () => {
        const change = await with_.changes.find(body.id);
        if (change.state !== 'approved' || underWay.has(change.id) || !mayTry(change.id)) return;
        if (dispatch) {
          if (await isMine(with_, change)) await offers.offer(dispatch, change);
          return;
        }
        const isBusy = [...underWay.values()].some((one) => isSameTarget(one.change.target, change.target));
        if (!isBusy && (await isMine(with_, change))) start(with_, change);
      });
    }
  }

  /** One that this runner was given: executed if it is approved, else looked into. It never throws. */
  async function given(changeId: string, lost: AbortSignal): Promise<void> {
    try {
      const with_ = await current();
      const change = await with_.changes.find(changeId);
      if (ports.stop.aborted || underWay.has(changeId) || !(await isMine(with_, change))) return;
      if (BEGUN.includes(change.state)) await isSettled(with_, changeId, true);
      if (change.state !== 'approved' || (await haltIn(with_.ledger)) !== 'running') return;
      start(with_, change, lost);
      await underWay.get(changeId)?.ended;
    } catch (error) {
      refused(changeId, error);
    }
  }

  function start({ executor }: Opened, change: Change, lost?: AbortSignal): void {
    const { id } = change;
    ports.tell(`${id} begins: ${change.target.name}`);
    const ended = executor
      .run(id, (text) => ports.tell(`${id}: ${text}`), { unattended: true, lost })
      .then(
        ({ state, outcome }) => done(id, `${id} ${state}: ${outcome?.detail ?? ''}`),
        (error: unknown) => refused(id, error),
      )
      .finally(() => {
        underWay.delete(id);
        seenNews = -1;
        ports.poke();
      });
    underWay.set(id, { change, ended });
  }

  function done(id: string, text: string): void {
    later.delete(id);
    ports.tell(text);
  }

  /** A refusal leaves the change as it is: what is approved is tried again, until it expires or another has it. */
  function refused(id: string, error: unknown): void {
    const known = error instanceof CountersignError ? `${error.code}: ${error.message}` : `INTERNAL: ${String(error)}`;
    tryLater(id, `${id} is not executed now. ${known}`);
  }

  function tryLater(id: string, text: string): void {
    const before = later.get(id);
    const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, (before?.pause ?? FIRST_PAUSE_MILLISECONDS / 2) * 2);
    later.set(id, { at: ports.now().getTime() + pause, pause, said: text });
    if (before?.said !== text) ports.tell(text);
  }

  function report(state: Health['state'], problem: string | null): void {
    health = state;
    ports.report({ state, problem, under_way: [...underWay.keys()], unsettled });
  }

  return {
    look,
    letGo,
    report,
    /** Until something that was refused is due. */
    idleFor(): number {
      const now = ports.now().getTime();
      for (const [id, { at, pause }] of later) if (at + LONGEST_PAUSE_MILLISECONDS + pause < now) later.delete(id);
      const due = [...later.values()].map(({ at }) => Math.max(FIRST_PAUSE_MILLISECONDS / 10, at - now));
      return Math.min(IDLE_MILLISECONDS, ...due);
    },
    /** Waits for what is under way. */
    async end(): Promise<void> {
      report('stopping', null);
      const stopped = dispatch?.stop();
      if (underWay.size > 0) ports.tell(`Stopping. Under way: ${[...underWay.keys()].join(', ')}`);
      while (underWay.size > 0) await Promise.all([...underWay.values()].map(({ ended }) => ended));
      await stopped;
      if (isAnnounced)
        await opened?.ledger
          .append({ kind: 'runner.stopped', body: { token: ports.owner.token } })
          .catch(() => undefined);
      opened?.close();
    },
  };
}
