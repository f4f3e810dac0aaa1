/**
 * Guarantees: the changes of all agents of one sponsor, in all processes and plans, stay within limits for an hour and
 * for a day. Once a day's losses would need two approvals as one plan, every further loss needs them too.
 * Does not cover: other state folders (sums are per `--home`); several sponsors who act together; a single large plan
 * (guard `blast-radius`).
 */

import { z } from 'zod';
import type { Environment } from '../src/core/environment.ts';
import { deny, type GuardDefinition, hold, note, type Spent, seatsIn } from '../src/core/guard.ts';
import { sumsOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

type Window = 'hour' | 'day';
const most = (changes: number, updated: number, created: number, lost: number) => ({ changes, updated, created, lost });
/** Ten times a day a disposable stack comes and goes; a working day in development is a hundred small deploys. */
const STANDARD: Record<Environment, Record<Window, Spent>> = {
  production: { hour: most(20, 60, 200, 20), day: most(60, 200, 500, 50) },
  development: { hour: most(60, 300, 500, 50), day: most(300, 1500, 2000, 50) },
  disposable: { hour: most(120, 2000, 3000, 3000), day: most(500, 10_000, 15_000, 15_000) },
};
const KEYS = ['changes', 'updated', 'created', 'lost'] as const;
const VERBS = { changes: 'make', updated: 'update', created: 'create', lost: 'lose' };
const agentsOf = (sponsor: string | null) => `${sponsor ?? 'this sponsor'}'s agents`;
const told = (window: Window) =>
  Object.entries(STANDARD).map(([name, caps]) => `${KEYS.map((key) => caps[window][key]).join(', ')} in ${name}`);
const cap = z.number().int().min(0).optional();
const caps = (window: Window) =>
  z
    .strictObject({ changes: cap, updated: cap, created: cap, lost: cap })
    .prefault({})
    .describe(`Limits within one ${window}: \`${KEYS.join(', ')}\`. Defaults: ${told(window).join('; ')}.`);
const options = z.strictObject({
  hour: caps('hour'),
  day: caps('day'),
  lost_alone: z.number().int().min(0).default(3).describe('Losses in a day above which every further loss is held.'),
});

function inForce(given: z.infer<typeof options>, environment: Environment, window: Window): Spent {
  const standard = STANDARD[environment][window];
  return Object.fromEntries(KEYS.map((key) => [key, given[window][key] ?? standard[key]])) as unknown as Spent;
}

export const budget: GuardDefinition<z.infer<typeof options>> = {
  name: 'budget',
  rule: 'Within one hour and within one day, the changes, losses (deletions and replacements), updates and creations of all agents of a sponsor stay within limits; splitting a change into several plans does not raise the limits.',
  normally: 'deny; hold(2) if one plan with all of the losses would be held',
  told: 'the sum, the limit and the share of this plan',
  options,
  caps: (given, environment) => ({
    hour: inForce(given, environment, 'hour'),
    day: inForce(given, environment, 'day'),
  }),
  create: (given) => ({
    name: 'budget',
    judge(plan, facts) {
      if (plan.effects.length === 0 && plan.calls.length === 0) return pass('budget');
      const { updated, created, lost } = sumsOf(plan);
      const own: Spent = { changes: 1, updated, created, lost };
      const { spent } = facts.history;
      for (const window of ['hour', 'day'] as const) {
        for (const key of KEYS) {
          const allowed = inForce(given, facts.environment, window)[key];
          const sum = spent[window][key] + own[key];
          if (spent[window][key] === 0 || own[key] === 0 || sum <= allowed) continue;
          return deny(
            'budget',
            `${agentsOf(facts.sponsor.name)} would ${VERBS[key]} ${sum} ${key === 'changes' ? key : 'resources'} within one ${window}; the limit is ${allowed} (${own[key]} from this plan).`,
            `Wait until the ${window} has passed, or withdraw changes that are not needed; smaller plans do not help.`,
          );
        }
      }
      if (lost === 0 || spent.day.lost === 0 || spent.day.lost + lost <= given.lost_alone) return pass('budget');
      const message = `${agentsOf(facts.sponsor.name)} would lose ${spent.day.lost + lost} resources within one day (${lost} from this plan); above ${given.lost_alone}, a loss needs the approvals of one plan that loses them all.`;
      if (facts.environment === 'disposable') return note('budget', message);
      return hold('budget', seatsIn(facts, 2), message, 'Propose it for approval; smaller plans do not help.');
    },
  }),
};
