/**
 * Guarantees: a stack changes only by a change set executed by its ARN, by deletion or by rollback, with inputs that
 * weaken nothing; nested stacks and StackSet instances only through their owner. A change set of another tool, whose
 * role AWS does not tell, is signed in production, with words.
 * Does not cover: what the change set does (other guards judge that), or how it was made (the planner's own rules).
 */
import { z } from 'zod';
import { isOwnChangeSet } from '../src/core/call.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  untold_role_seats: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Seats in production for a change set of another tool; elsewhere a note.'),
});
/** INVARIANT: what is not listed is refused, so that an option AWS adds later (or we forgot) weakens nothing. */
const ALLOWED: Record<string, readonly string[]> = {
  ExecuteChangeSet: ['ChangeSetName', 'StackName', 'ClientRequestToken'],
  DeleteStack: ['StackName', 'ClientRequestToken', 'RoleARN'],
};
const BY_ROLLBACK: Record<string, readonly string[]> = {
  ContinueUpdateRollback: ['StackName', 'ClientRequestToken', 'RoleARN', 'ResourcesToSkip'],
  RollbackStack: ['StackName', 'ClientRequestToken', 'RoleARN'],
  CancelUpdateStack: ['StackName', 'ClientRequestToken'],
};

const UNTOLD =
  'Another tool prepared this change set: AWS does not tell under which role it works, and the stack keeps that role.';

export const changeSetOnly: GuardDefinition<z.infer<typeof options>> = {
  name: 'change-set-only',
  rule: 'No UpdateStack; nothing that disables rollback or validation; no import; StackSet instances and nested stacks only through their owner.',
  normally: 'deny; hold(1) in production for a change set of another tool',
  told: 'who owns it',
  structural: true,
  options,
  create: ({ untold_role_seats }) => ({
    name: 'change-set-only',
    judge({ target, tool, calls, observed }, facts) {
      const refuse = (message: string, remedy: string) => deny('change-set-only', message, remedy);
      const parent = observed.stack?.parentId;
      if (parent) return refuse(`${target.name} is nested in ${parent}.`, 'Plan the change on the parent stack.');
      if (/^StackSet-/i.test(target.name))
        return refuse(`${target.name} is an instance of a StackSet.`, 'Its StackSet owns it; it is changed there.');
      const allowed = tool === 'plan_stack_rollback' ? { ...ALLOWED, ...BY_ROLLBACK } : ALLOWED;
      for (const { service, operation, input } of calls) {
        if (service !== 'cloudformation') continue;
        const inputs = allowed[operation];
        if (!inputs)
          return refuse(
            `cloudformation:${operation} is not a way to change a stack here.`,
            'Plan an update; it runs as a change set.',
          );
        const other = Object.keys(input).find((key) => !inputs.includes(key));
        const could = 'could weaken rollback, validation or ownership';
        if (other) return refuse(`${operation} with ${other} ${could}.`, 'Leave it out and plan again.');
        if (operation === 'ExecuteChangeSet' && !String(input.ChangeSetName).startsWith('arn:'))
          return refuse(
            `The change set ${String(input.ChangeSetName)} is named, not given by its ARN: another could take its name.`,
            'Plan again; a plan names its change set by ARN.',
          );
      }
      const executed = calls.find(({ operation }) => operation === 'ExecuteChangeSet');
      if (!executed || isOwnChangeSet(executed.input.ChangeSetName)) return pass('change-set-only');
      // Everyday corpus: cdk and sam prepare change sets every day; where no seat is asked the words must do.
      return facts.environment === 'production'
        ? hold(
            'change-set-only',
            untold_role_seats,
            UNTOLD,
            'Plan with template or template_file; or let people decide.',
          )
        : note('change-set-only', UNTOLD);
    },
  }),
};
