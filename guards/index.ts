/**
 * The guards, in the order in which their verdicts are told. All of them judge every plan; none replaces another.
 * What each guarantees, and what it does not cover, is at the top of its file; `docs/guards.md` lists them.
 */
import type { GuardDefinition } from '../src/core/guard.ts';
import { approval } from './approval.ts';
import { backupFirst } from './backup-first.ts';
import { blastRadius } from './blast-radius.ts';
import { budget } from './budget.ts';
import { changeSetOnly } from './change-set-only.ts';
import { cost } from './cost.ts';
import { deputy } from './deputy.ts';
import { execution } from './execution.ts';
import { exposure } from './exposure.ts';
import { freeze } from './freeze.ts';
import { halt } from './halt.ts';
import { identity } from './identity.ts';
import { intent } from './intent.ts';
import { labels } from './labels.ts';
import { lostUpdate } from './lost-update.ts';
import { ownership } from './ownership.ts';
import { pinned } from './pinned.ts';
import { planBudget } from './plan-budget.ts';
import { planFirst } from './plan-first.ts';
import { protection } from './protection.ts';
import { rate } from './rate.ts';
import { reach } from './reach.ts';
import { recreate } from './recreate.ts';
import { render } from './render.ts';
import { rules } from './rules.ts';
import { scope } from './scope.ts';
import { slowLoss } from './slow-loss.ts';
import { stackDeletion } from './stack-deletion.ts';
import { stale } from './stale.ts';
import { statefulLoss } from './stateful-loss.ts';
import { unknownEffect } from './unknown-effect.ts';

export const guards: readonly GuardDefinition[] = [
  identity, // the account, region and role that the policy names
  scope, // in reach, and new only where allowed
  labels, // tags that decide are not touched
  execution, // plans only, until the policy says otherwise
  planBudget, // dry runs are counted too
  planFirst, // a fresh dry run that succeeded
  changeSetOnly, // the one way to change a stack
  recreate, // delete-and-recreate is seen as that
  statefulLoss, // data and identity are kept
  stackDeletion, // seen whole, never under protection
  intent, // what it does is what it says
  unknownEffect, // unknown is the worst possible
  deputy, // what acts under a role is that role's worst
  reach, // an effect outside is judged as there
  pinned, // what is signed is what is read
  slowLoss, // expiring, disabling and cutting off is losing
  lostUpdate, // live values are not erased unseen
  protection, // lowered alone, never with a loss
  backupFirst, // a copy before it is gone for good
  blastRadius, // much at once waits for people
  budget, // much in small pieces too
  rate, // one at a time, no loops
  ownership, // what a stack owns changes through the stack
  exposure, // opened to the world, or to more power
  freeze, // not now
  halt, // people can stop everything
  cost, // sizes and numbers of the policy
  render, // what is read is what is there
  stale, // executed is what was signed
  approval, // the right people sign
  rules, // and what the team's own rules say
];
