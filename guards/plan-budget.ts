/**
 * Guarantees: planning alone cannot flood the account with dry runs or fill it with empty stacks: a sponsor's agents
 * make a limited number of plans an hour, and plan a new stack only while few planned stacks are still empty.
 * Does not cover: other state folders (counts are per `--home`); leftovers of other tools.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const cap = (standard: number) => z.number().int().positive().default(standard);
const options = z.strictObject({
  plans_per_hour: cap(60).describe('Plans that the agents of one sponsor may make within an hour.'),
  empty_stacks: cap(5).describe(
    'Empty stacks that plans of one sponsor may have created within a week without an execution.',
  ),
});

export const planBudget: GuardDefinition<z.infer<typeof options>> = {
  name: 'plan-budget',
  rule: 'The agents of one sponsor may make 60 plans an hour and have 5 new stacks that are planned and not yet created.',
  normally: 'deny, before any call to the cloud',
  told: 'the count and the limit',
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
          `${counted(plans.lastHour, 'plan')} in the last hour; the limit is ${plans_per_hour}. This looks like a loop.`,
          {
            agent: 'Propose one of your plans, or wait; if you do not know the cause, tell the user.',
            person: 'Wait, and find out why the agents plan this often.',
          },
        );
      const isNew = action === 'create' && !plans.emptyStacks.includes(target.name);
      if (!isNew || plans.emptyStacks.length < empty_stacks) return pass('plan-budget');
      return deny(
        'plan-budget',
        `${counted(plans.emptyStacks.length, 'new stack is', 'new stacks are')} planned and not yet created; the limit is ${empty_stacks}: ${plans.emptyStacks.slice(0, 6).join(', ')}.`,
        {
          agent:
            'Plan one of these again (its empty stack is reused), or tell the user: countersign clean deletes those that no plan needs.',
          person: 'Delete those that no plan needs with: countersign clean',
        },
      );
    },
  }),
};
