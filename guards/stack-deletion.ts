/**
 * Guarantees: a stack is deleted only with the approval of people who see all of its resources, and never under
 * termination protection or while other stacks import from it.
 * Does not cover: stacks that depend on this one by other means than exports (guard `reach`).
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { effectName } from '../src/core/effect.ts';
import type { Remedy } from '../src/core/errors.ts';
import { deny, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { lossesOf, type Plan } from '../src/core/plan.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const stackDeletion: GuardDefinition<z.infer<typeof options>> = {
  name: 'stack-deletion',
  rule: 'Deleting a stack needs 2 approvals. It is refused if the stack has termination protection, if another stack imports its exports, or if the plan does not list the resources of a nested stack.',
  normally: 'hold(2); deny under protection or imports',
  told: 'the deleted and the kept resources',
  denies: 'deleting a stack that is protected, or whose exports other stacks import',
  options,
  create: () => ({
    name: 'stack-deletion',
    judge(plan, facts) {
      const refuse = (message: string, remedy: Remedy) => deny('stack-deletion', message, remedy);
      const hidden = unexpanded(plan);
      if (hidden)
        return refuse(
          `The resources of the nested stack ${hidden} would or could be deleted, and the plan does not list them.`,
          'Plan with set or template, or have the other tool include nested stacks in its dry run; a nested stack that cannot be read cannot be deleted.',
        );
      if (plan.action !== 'delete') return pass('stack-deletion');
      const { subject, target } = plan;
      if (subject.itself === null) return refuse('The stack could not be observed.', 'Plan again.');
      if (subject.protectedFrom.includes('delete'))
        return refuse(`${target.name} has termination protection.`, {
          agent: 'A person must lift the protection outside of Countersign; an in-place update does not need that.',
          person: 'Lift the protection outside of Countersign; an in-place update does not need that.',
        });
      const used = subject.dependents.find(({ users }) => users.length > 0);
      if (used)
        return refuse(
          `Other stacks import ${used.name} of this stack: ${used.users.slice(0, 5).join(', ')}.`,
          'First change the importing stacks.',
        );
      if (isWorthless(subject))
        return note(
          'stack-deletion',
          `${target.name} was never created completely, so it has no resources worth keeping.`,
        );
      const stays = plan.effects.filter(({ retention }) => retention?.effective === 'Retain').length;
      const vanish = lossesOf(plan).length - stays;
      const message = `Deleting ${target.name} deletes ${counted(vanish, 'resource')} and keeps ${stays}.`;
      // Everyday corpus: a disposable stack is created and deleted ten times a day.
      if (facts.environment === 'disposable') return note('stack-deletion', message);
      const remedy = {
        agent: `To fix the stack, update it in place (${facts.provider.toolFor.update}); to keep a resource, first retain it in an update.`,
        person: 'To fix the stack, have it updated in place; to keep a resource, have it retained in an update first.',
      };
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
