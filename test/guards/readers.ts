/** Each reader of a remedy is told what that reader can do: an agent has tools, a person has commands. */
import { expect } from 'vitest';
import type { Verdict } from '../../src/core/verdict.ts';

/** Words that tell an agent what to do. */
const FOR_AGENTS =
  /\b(?:tell|report[^.;]*to) the user\b|\bend your turn\b|\b(?:describe|plan|propose|withdraw)_[a-z]+\b/i;
/** A command that an agent must not be sent to, unless the sentence hands it to a person. */
const COMMAND = /\bcountersign (?:init|policy|approve|execute|reconcile|close|clean|halt|resume|show)\b/;
const HANDED_ON = /\b(?:person|user|policy owners?)\b/;

export function expectOneReaderEach({ remedy, remedyForPeople }: Verdict): void {
  expect(remedyForPeople ?? remedy).not.toMatch(FOR_AGENTS);
  if (COMMAND.test(remedy)) expect(remedy).toMatch(HANDED_ON);
}
