/**
 * Guarantees: a stack changes only by a change set executed by its ARN (or by deletion); nested stacks only through their owner.
 * Does not cover: what the change set does; other guards judge that.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const ALLOWED = new Set(['cloudformation:ExecuteChangeSet', 'cloudformation:DeleteStack']);
const WEAKENING = [
  'DisableRollback',
  'OnStackFailure',
  'ImportExistingResources',
  'ResourcesToImport',
  'RetainExceptOnCreate',
  'DeletionMode',
];

export const changeSetOnly: GuardDefinition<z.infer<typeof options>> = {
  name: 'change-set-only',
  rule: 'No UpdateStack; nothing that disables rollback or validation; no import; nested stacks only through their owner.',
  normally: 'deny',
  told: 'who owns it',
  structural: true,
  options,
  create: () => ({
    name: 'change-set-only',
    judge(plan) {
      const parent = plan.observed.stack?.parentId;
      if (parent)
        return deny(
          'change-set-only',
          `${plan.target.name} is nested in ${parent}.`,
          'Plan the change on the parent stack.',
        );
      if (plan.target.name.startsWith('StackSet-'))
        return deny(
          'change-set-only',
          `${plan.target.name} is an instance of a StackSet.`,
          'Its StackSet owns it; it is changed there.',
        );
      for (const call of plan.calls) {
        if (call.service === 'cloudformation' && !ALLOWED.has(`cloudformation:${call.operation}`)) {
          return deny(
            'change-set-only',
            `cloudformation:${call.operation} is not a way to change a stack here.`,
            'Plan an update; it runs as a change set.',
          );
        }
        const weakened = WEAKENING.find((key) => call.input[key] !== undefined);
        if (call.service === 'cloudformation' && weakened)
          return deny('change-set-only', `${weakened} weakens rollback, validation or ownership.`, 'Leave it out.');
      }
      return pass('change-set-only');
    },
  }),
};
