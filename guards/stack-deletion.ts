/**
 * Guarantees: a stack is deleted only with people's consent, and never under protection or while others import from it.
 * Does not cover: stacks that use this one by other means than exports (guard `reach`).
 */
import { z } from 'zod';
import { isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const stackDeletion: GuardDefinition<z.infer<typeof options>> = {
  name: 'stack-deletion',
  rule: 'Deleting a stack holds for two seats; it is refused under termination protection or while its exports are imported.',
  normally: 'hold(2); deny under protection or imports',
  told: 'what vanishes, what stays',
  options,
  create: () => ({
    name: 'stack-deletion',
    judge(plan, facts) {
      if (!plan.calls.some(({ operation }) => operation === 'DeleteStack')) return pass('stack-deletion');
      const stack = plan.observed.stack;
      if (!stack) return deny('stack-deletion', 'The stack could not be observed.', 'Plan again.');
      if (stack.terminationProtection)
        return deny(
          'stack-deletion',
          `${stack.stackName} is under termination protection.`,
          'People lift it outside of plans; an in-place update (plan_stack_update) is not affected.',
        );
      const used = stack.importedExports.find(({ importers }) => importers.length > 0);
      if (used)
        return deny(
          'stack-deletion',
          `Its export ${used.name} is imported by ${used.importers.slice(0, 5).join(', ')}.`,
          'Change the importing stacks first.',
        );
      if (stack.neverCompleted)
        return note('stack-deletion', `${stack.stackName} never completed its creation; nothing of worth is in it.`);
      const losses = plan.effects.filter(isLoss);
      const message = `${losses.length} resource(s) vanish with ${stack.stackName}; ${plan.effects.length - losses.length} stay.`;
      if (facts.environment === 'disposable') return note('stack-deletion', message);
      return hold(
        'stack-deletion',
        facts.environment === 'production' ? 2 : 1,
        message,
        'To mend the stack, plan_stack_update in place.',
      );
    },
  }),
};
