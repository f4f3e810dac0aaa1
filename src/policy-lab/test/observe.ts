/** What a step led to, in the words of expectations, and how it differs from what was expected. Pure. */
import type { ErrorAnswer } from '../../core/errors.ts';
import { guardCode, type Judgement, type Verdict } from '../../core/verdict.ts';
import type { Expectation } from './schema.ts';

export interface Observation {
  /** Refused by an error, not by a judgement. */
  error?: ErrorAnswer;
  decision?: string;
  codes: string[];
  seats: number;
  roles: string[];
  state?: string;
  characters: number;
  /** Why: one line each. */
  told: string[];
  /** The verdicts behind it that did not let it pass. */
  stopping: Verdict[];
  /** What later steps refer to. */
  content: Record<string, unknown>;
}
export interface Difference {
  what: string;
  expected: string;
  got: string;
}

export function refusal(error: ErrorAnswer, characters = 0): Observation {
  const told = [`${error.code}: ${error.message} ${error.remedy}`];
  return { error, codes: [error.code], seats: 0, roles: [], characters, told, stopping: [], content: { ...error } };
}

/** @param judgement of the plan or change that was answered, since an answer tells it only where it is news. */
export function answered(
  content: Record<string, unknown>,
  judgement: Judgement | undefined,
  characters: number,
): Observation {
  const decision = content.decision ?? judgement?.decision;
  const stopping = (judgement?.verdicts ?? []).filter(({ outcome }) => outcome === 'deny' || outcome === 'hold');
  return {
    ...(typeof decision === 'string' ? { decision } : {}),
    ...(typeof content.state === 'string' ? { state: content.state } : {}),
    codes: stopping.map(({ guard }) => guardCode(guard)),
    seats: judgement?.seats ?? 0,
    roles: judgement?.roles ?? [],
    characters,
    told: stopping.map(
      ({ guard, outcome, seats, message }) =>
        `${guardCode(guard)} ${outcome}${seats === undefined ? '' : `(${seats})`}: ${message}`,
    ),
    stopping,
    content,
  };
}

const ANSWER_SHOWN = 600;
const list = (values: readonly string[]) => (values.length === 0 ? 'none' : [...values].sort().join(', '));

export function differences(expected: Expectation, got: Observation): Difference[] {
  const { decision, codes, seats, roles, state, contains = [], characters } = expected;
  const found: Difference[] = [];
  const differs = (what: string, wanted: unknown, is: unknown) =>
    found.push({ what, expected: String(wanted), got: String(is ?? 'none') });
  if (decision !== undefined && decision !== got.decision)
    differs('decision', decision, got.decision ?? got.error?.code);
  if (codes?.some((code) => !got.codes.includes(code))) differs('codes', list(codes), list(got.codes));
  // INVARIANT: an error that nobody expected is never taken for a success.
  else if (got.error && !codes) differs('codes', 'no error', got.error.code);
  if (seats !== undefined && seats !== got.seats) differs('seats', seats, got.seats);
  if (roles !== undefined && list(roles) !== list(got.roles)) differs('roles', list(roles), list(got.roles));
  if (state !== undefined && state !== got.state) differs('state', state, got.state);
  const answer = JSON.stringify(got.content);
  for (const text of contains) if (!answer.includes(text)) differs('contains', text, answer.slice(0, ANSWER_SHOWN));
  if (characters !== undefined && got.characters > characters)
    differs('characters', `at most ${characters}`, got.characters);
  return found;
}
