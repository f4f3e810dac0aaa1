/**
 * Guarantees: planning alone neither floods the account with dry runs nor leaves it full of stacks that are only plans:
 * a sponsor's agents make a bounded number of plans an hour, and begin a new stack only while few begun ones are empty.
 * Does not cover: other state folders (counts hold per `--home`); plans that several processes begin in one moment; what
 * other tools leave behind.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const cap = (standard: number) => z.number().int().positive().default(standard);
const options = z.strictObject({
  plans_per_hour: cap(60).describe('Plans of one sponsor within an hour.'),
  empty_stacks: cap(5).describe('Stacks of one sponsor that plans began within a week and that nothing executed.'),
});

export const planBudget: GuardDefinition<z.infer<typeof options>> = {
  name: 'plan-budget',
  rule: 'At most 60 plans an hour, and 5 stacks that are only plans yet, for each sponsor.',
  normally: 'deny, before anything is asked of the cloud',
  told: 'count against cap',
  options,
  beforePlanning: true,
  create: ({ plans_per_hour, empty_stacks }) => ({
    name: 'plan-budget',
    judge({ action, target }, { phase, history: { plans } }) {
      // What was planned within the budget is proposed and executed whatever was planned since.
      if (phase !== 'preview') return pass('plan-budget');
      if (plans.lastHour >= plans_per_hour)
        return deny(
          'plan-budget',
          `${plans.lastHour} plans within an hour against ${plans_per_hour}: suspected loop.`,
          'Propose one of the plans that you have, or wait; report it to the user if you do not know why.',
        );
      const isNew = action === 'create' && !plans.emptyStacks.includes(target.name);
      if (!isNew || plans.emptyStacks.length < empty_stacks) return pass('plan-budget');
      return deny(
        'plan-budget',
        `${plans.emptyStacks.length} stacks are only plans yet, against ${empty_stacks}: ${plans.emptyStacks.slice(0, 6).join(', ')}.`,
        'Plan one of these again: its empty stack is used. Or tell the user: countersign clean removes those that no plan waits on.',
      );
    },
  }),
};
