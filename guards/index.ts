/**
 * The guards, in the order in which their verdicts are told. All of them judge every plan; none replaces another.
 * What each guarantees, and what it does not cover, is at the top of its file.
 */
import type { GuardDefinition } from '../src/core/guard.ts';
import { approval } from './approval.ts';
import { blastRadius } from './blast-radius.ts';
import { changeSetOnly } from './change-set-only.ts';
import { execution } from './execution.ts';
import { halt } from './halt.ts';
import { identity } from './identity.ts';
import { intent } from './intent.ts';
import { labels } from './labels.ts';
import { ownership } from './ownership.ts';
import { planFirst } from './plan-first.ts';
import { protection } from './protection.ts';
import { rate } from './rate.ts';
import { recreate } from './recreate.ts';
import { scope } from './scope.ts';
import { stackDeletion } from './stack-deletion.ts';
import { stale } from './stale.ts';
import { statefulLoss } from './stateful-loss.ts';
import { unknownEffect } from './unknown-effect.ts';

export const guards: readonly GuardDefinition[] = [
  identity, // the account and region that the policy names
  scope, // in reach, and new only where allowed
  labels, // tags that decide are not touched
  execution, // plans only, until the policy says otherwise
  planFirst, // a fresh dry run that succeeded
  changeSetOnly, // the one way to change a stack
  recreate, // delete-and-recreate is seen as that
  statefulLoss, // data and identity are kept
  stackDeletion, // never alone, never under protection
  intent, // what it does is what it says
  unknownEffect, // unknown is the worst possible
  protection, // lowered alone, never with a loss
  blastRadius, // much at once waits for people
  ownership, // what a stack owns changes through the stack
  rate, // one at a time, no loops
  halt, // people can stop everything
  stale, // executed is what was signed
  approval, // the right people sign
];
