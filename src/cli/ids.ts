/**
 * The whole id of a change or plan that a person names by its beginning.
 *
 * SECURITY: nothing is guessed: a beginning that fits two, or none, is refused, and one that is so short that an agent
 * could make another like it is refused too. What was found is an id of this ledger, whole.
 */
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { type EventQuery, eventsOf } from '../core/events.ts';
import { nearest } from '../core/nearest.ts';
import type { LedgerView } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

/** Digits after the prefix: of 16 million beginnings, who proposes a few changes an hour meets none on purpose. */
const FEWEST_DIGITS = 6;
const TOLD = 5;

interface Kind {
  noun: 'change' | 'plan';
  prefix: string;
  digits: number;
  /** Where the ids of those there are stand. */
  begun: 'change.proposed' | 'plan.started';
  by(prefix: string): EventQuery;
  list: string;
}
const CHANGE: Kind = {
  noun: 'change',
  prefix: 'chg_',
  digits: 12,
  begun: 'change.proposed',
  by: (changeIdPrefix) => ({ changeIdPrefix }),
  list: 'countersign changes',
};
const PLAN: Kind = {
  noun: 'plan',
  prefix: 'plan_',
  digits: 16,
  begun: 'plan.started',
  by: (planIdPrefix) => ({ planIdPrefix }),
  list: 'countersign plans',
};
type View = Pick<LedgerView, 'events'>;

/** @throws INPUT_NOT_FOUND, INPUT_ID_AMBIGUOUS, INPUT_INVALID for one that is too short. */
export const changeIdOf = (view: View, given: string): Promise<string> => idOf(view, CHANGE, given);
/** Of a plan or a change. @throws as `changeIdOf`. */
export const subjectIdOf = (view: View, given: string): Promise<string> =>
  idOf(view, given.startsWith(PLAN.prefix) ? PLAN : CHANGE, given);

/** Of the same beginning, newest first: for completion. */
export async function idsLike(view: View, given: string, limit: number): Promise<Named[]> {
  const kinds = [CHANGE, PLAN].filter(({ prefix }) => prefix.startsWith(given) || given.startsWith(prefix));
  const found = await Promise.all(kinds.map((kind) => startingWith(view, kind, given, limit)));
  return found.flat();
}

interface Named {
  id: string;
  about: string;
}

async function startingWith(view: View, kind: Kind, given: string, limit: number): Promise<Named[]> {
  // Every id begins with the kind's own prefix: the newest are a page of that kind.
  const by = given.length > kind.prefix.length ? kind.by(given) : {};
  const events = await eventsOf(view, [kind.begun], { ...by, newestFirst: true, limit });
  return events.map(({ changeId, planId, body }) => ({
    id: (kind === CHANGE ? changeId : planId) ?? '',
    about: makeVisibleLine(body.target.name, 60),
  }));
}

async function idOf(view: View, kind: Kind, given: string): Promise<string> {
  const digits = given.slice(kind.prefix.length);
  if (given.startsWith(kind.prefix) && digits.length >= kind.digits) {
    const [whole] = await view.events({ ...kind.by(given), limit: 1 });
    if (whole) return given;
  }
  if (!given.startsWith(kind.prefix) || !/^[\da-f]*$/.test(digits)) throw notFound(kind, given);
  if (digits.length < FEWEST_DIGITS) throw tooShort(kind, given);
  const found = await startingWith(view, kind, given, TOLD + 1);
  if (found.length === 1) return found[0]!.id;
  if (found.length > 1) throw ambiguous(kind, given, found);
  throw notFound(kind, given, await near(view, kind, given));
}

const short = (given: string) => makeVisibleLine(given, 60);

function tooShort({ noun, prefix, list }: Kind, given: string): CountersignError {
  return new CountersignError(
    'INPUT_INVALID',
    `${short(given)} is too short for the id of a ${noun}: give at least ${FEWEST_DIGITS} characters after ${prefix}`,
    `Copy the id from: ${list}`,
  );
}

function ambiguous({ noun, list }: Kind, given: string, found: readonly Named[]): CountersignError {
  const told = found.slice(0, TOLD).map(({ id, about }) => `\n  ${id}  ${about}`);
  const count = found.length > TOLD ? `More than ${counted(TOLD, noun)}` : counted(found.length, noun);
  return new CountersignError(
    'INPUT_ID_AMBIGUOUS',
    `${count} ${found.length === 1 ? 'has' : 'have'} an id that begins with ${short(given)}:${told.join('')}`,
    `Give more of the id. List them with: ${list}`,
  );
}

function notFound({ noun, list }: Kind, given: string, found: readonly Named[] = []): CountersignError {
  const told = found.map(({ id, about }) => `\n  ${id}  ${about}`);
  return new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no ${noun} ${short(given)}.${told.length > 0 ? ` Did you mean:${told.join('')}` : ''}`,
    `List ${noun}s with: ${list}. Check --home.`,
  );
}

/** One wrong digit near the end: those that begin as well, the nearest of them. */
async function near(view: View, kind: Kind, given: string): Promise<Named[]> {
  const beginning = given.slice(0, kind.prefix.length + 4);
  const like = await startingWith(view, kind, beginning, 50);
  const ids = nearest(
    given,
    like.map(({ id }) => id.slice(0, given.length)),
  );
  return like.filter(({ id }) => ids.some((one) => id.startsWith(one))).slice(0, TOLD);
}
