/**
 * Guarantees: a stack is deleted only with people's consent who see all that vanishes, and never under protection or
 * while others import from it.
 * Does not cover: stacks that use this one by other means than exports (guard `reach`).
 */
import { z } from 'zod';
import { effectName } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { lossesOf, type Plan } from '../src/core/plan.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

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
          `What is in ${hidden}, a stack of its own, would vanish or could, and it is not in the plan.`,
          'Plan with set or template, or have what was prepared by another tool include its nested stacks; a nested stack that cannot be read is not deleted.',
        );
      if (plan.action !== 'delete') return pass('stack-deletion');
      const { subject, target } = plan;
      if (subject.itself === null) return refuse('The stack could not be observed.', 'Plan again.');
      if (subject.protectedFrom.includes('delete'))
        return refuse(
          `${target.name} is under termination protection.`,
          'People lift it outside of plans; an in-place update is not affected.',
        );
      const used = subject.dependents.find(({ users }) => users.length > 0);
      if (used)
        return refuse(
          `Its export ${used.name} is imported by ${used.users.slice(0, 5).join(', ')}.`,
          'Change the importing stacks first.',
        );
      if (isWorthless(subject))
        return note('stack-deletion', `${target.name} never completed its creation; nothing of worth is in it.`);
      const stays = plan.effects.filter(({ retention }) => retention?.effective === 'Retain').length;
      const vanish = lossesOf(plan).length - stays;
      const message = `${vanish} resource(s) vanish with ${target.name}; ${stays} stay.`;
      // Everyday corpus: a disposable stack is created and deleted ten times a day.
      if (facts.environment === 'disposable') return note('stack-deletion', message);
      const remedy = `To mend the stack, ${facts.provider.toolFor.update} in place; to keep a resource, retain it in an update first.`;
      return hold('stack-deletion', seatsIn(facts, 2), message, remedy);
    },
  }),
};

/** A nested stack that goes while nothing of what is in it is in the plan. */
function unexpanded(plan: Plan): string | undefined {
  const losses = lossesOf(plan);
  const hidden = losses.find(({ contents, retention }) => contents === 'hidden' && retention?.effective !== 'Retain');
  return hidden && effectName(hidden);
}
