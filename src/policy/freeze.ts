/** Freezes: calendars in the policy. A freeze whose edge falls into the hour that daylight saving repeats is longer. */
import type { Environment } from '../core/environment.ts';
import { matchesGlob } from '../core/glob.ts';
import type { Facts } from '../core/guard.ts';
import type { FreezeEntry } from './schema.ts';
import { instantsOf, minuteOfWeek, parseWeekTime, wallClock } from './wall-clock.ts';

export interface FreezeSubject {
  /** Alias. */
  account: string | null;
  environment: Environment;
  /** The stack; for resources of stacks, all stacks that own them. */
  stacks: readonly string[];
  workspaces?: readonly string[];
}

export function isOver(freeze: FreezeEntry, now: Date): boolean {
  return 'to' in freeze && now >= instantsOf(freeze.to, freeze.zone).latest;
}

function isNow(freeze: FreezeEntry, now: Date): boolean {
  if ('from' in freeze) return now >= instantsOf(freeze.from, freeze.zone).earliest && !isOver(freeze, now);
  const [from, to, at] = [
    parseWeekTime(freeze.weekly.from),
    parseWeekTime(freeze.weekly.to),
    minuteOfWeek(wallClock(now, freeze.zone)),
  ];
  return from < to ? from <= at && at < to : at >= from || at < to;
}

function isAbout(freeze: FreezeEntry, subject: FreezeSubject): boolean {
  return (
    (freeze.environment ?? subject.environment) === subject.environment &&
    (freeze.account ?? subject.account) === subject.account &&
    (freeze.stacks === undefined ||
      freeze.stacks.some((pattern) => subject.stacks.some((name) => matchesGlob(pattern, name)))) &&
    (freeze.workspaces === undefined || freeze.workspaces.some((name) => subject.workspaces?.includes(name)))
  );
}

export function freezesInForce(freezes: readonly FreezeEntry[], subject: FreezeSubject, now: Date): Facts['freezes'] {
  return freezes
    .filter((freeze) => isAbout(freeze, subject) && isNow(freeze, now))
    .map((freeze) => ({ text: freeze.reason, until: untilText(freeze) }));
}

export function untilText(freeze: FreezeEntry): string {
  return `${'to' in freeze ? freeze.to : `next ${freeze.weekly.to}`} ${freeze.zone}`;
}
