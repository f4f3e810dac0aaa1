/**
 * Guarantees: a stack is deleted only with people's consent who see all that vanishes, and never under protection or
 * while others import from it.
 * Does not cover: stacks that use this one by other means than exports (guard `reach`).
 */
import { z } from 'zod';
import { effectName } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { lossesOf, type Plan } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';
import { nestedStacks } from '../src/providers/aws/knowledge/nested-stacks.ts';

const options = z.strictObject({});

export const stackDeletion: GuardDefinition<z.infer<typeof options>> = {
  name: 'stack-deletion',
  rule: 'Deleting a stack holds for two seats; it is refused under termination protection, while its exports are imported, or when what a nested stack holds is not in the plan.',
  normally: 'hold(2); deny under protection or imports',
  told: 'what vanishes, what stays',
  options,
  create: () => ({
    name: 'stack-deletion',
    judge(plan, facts) {
      const refuse = (message: string, remedy: string) => deny('stack-deletion', message, remedy);
      const hidden = unexpanded(plan);
      if (hidden)
        return refuse(
          `What is in the nested stack ${hidden} would vanish or could, and it is not in the plan.`,
          'Plan with set or template, or have the change set prepared with --include-nested-stacks; a nested stack that cannot be read is not deleted.',
        );
      if (!plan.calls.some(({ operation }) => operation === 'DeleteStack')) return pass('stack-deletion');
      const stack = plan.observed.stack;
      if (!stack) return refuse('The stack could not be observed.', 'Plan again.');
      if (stack.terminationProtection)
        return refuse(
          `${stack.stackName} is under termination protection.`,
          'People lift it outside of plans; an in-place update (plan_stack_update) is not affected.',
        );
      const used = stack.importedExports.find(({ importers }) => importers.length > 0);
      if (used)
        return refuse(
          `Its export ${used.name} is imported by ${used.importers.slice(0, 5).join(', ')}.`,
          'Change the importing stacks first.',
        );
      if (stack.neverCompleted)
        return note('stack-deletion', `${stack.stackName} never completed its creation; nothing of worth is in it.`);
      const stays = plan.effects.filter(({ retention }) => retention?.effective === 'Retain').length;
      const vanish = lossesOf(plan).length - stays;
      const message = `${vanish} resource(s) vanish with ${stack.stackName}; ${stays} stay.`;
      // Everyday corpus: a disposable stack is created and deleted ten times a day.
      if (facts.environment === 'disposable') return note('stack-deletion', message);
      const remedy = 'To mend the stack, plan_stack_update in place; to keep a resource, retain it in an update first.';
      return hold('stack-deletion', seatsIn(facts, 2), message, remedy);
    },
  }),
};

/** A nested stack that goes while nothing of what is in it is in the plan. */
function unexpanded(plan: Plan): string | undefined {
  const losses = lossesOf(plan);
  const { closed } = nestedStacks(plan.effects);
  const hidden = closed.find((effect) => losses.includes(effect) && effect.retention?.effective !== 'Retain');
  return hidden && effectName(hidden);
}
