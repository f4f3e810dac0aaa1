/**
 * Guarantees: every call is listed in the closed table of the provider for the action of the plan, with inputs that
 * weaken nothing. A nested stack or an instance of a stack set changes only through its owner. If another tool prepared
 * a change and the provider cannot show all of it, production needs an approval.
 * Does not cover: the effects of a listed call (other guards judge them); its preparation (a task of the planner).
 */
import { z } from 'zod';
import type { Call } from '../src/core/call.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import type { Action, AllowedCall } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  untold_role_seats: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Approvals required in production for a change that another tool prepared; elsewhere it is a note.'),
});

export const changeSetOnly: GuardDefinition<z.infer<typeof options>> = {
  name: 'change-set-only',
  rule: 'A plan may use only the calls, with the inputs, that are listed for its action: no direct update of a stack, no input that disables rollback or validation, no import. Nested stacks and instances of a stack set are changed only through their owner.',
  normally: 'deny; hold(1) in production for a change that another tool prepared',
  told: 'its owner',
  structural: true,
  options,
  create: ({ untold_role_seats }) => ({
    name: 'change-set-only',
    judge({ target, action, calls, subject: { parent } }, { provider: { allowedCalls }, environment }) {
      const refuse = (message: string, remedy: string) => deny('change-set-only', message, remedy);
      if (parent?.kind === 'part')
        return refuse(`${target.name} is nested in ${parent.name}.`, 'Plan the change on the parent stack.');
      if (parent)
        return refuse(
          `${target.name} is an instance of ${parent.name}.`,
          'Its owner must change it: plan the change there.',
        );
      for (const call of calls) {
        const why = refusalOf(call, action, allowedCalls);
        if (why) return refuse(`${call.operation} ${why}.`, 'Plan an update with one of the planning tools.');
      }
      const untold = calls.map((call) => untoldOf(call, allowedCalls)).find((text) => text !== undefined);
      if (untold === undefined) return pass('change-set-only');
      // Everyday corpus: other tools prepare changes every day; where no seat is asked the words must do.
      if (environment !== 'production') return note('change-set-only', untold);
      return hold(
        'change-set-only',
        untold_role_seats,
        untold,
        'Plan it with a tool of this server, or propose it for approval.',
      );
    },
  }),
};

function rowOf(call: Call, allowed: readonly AllowedCall[]): AllowedCall | undefined {
  return allowed.find(
    ({ provider, service, operation }) =>
      provider === call.provider && service === call.service && operation === call.operation,
  );
}

function untoldOf(call: Call, allowed: readonly AllowedCall[]): string | undefined {
  const prepared = rowOf(call, allowed)?.prepared;
  return prepared && !new RegExp(prepared.ours).test(String(call.input[prepared.input])) ? prepared.untold : undefined;
}

/** INVARIANT: a call that is not listed, not for what the plan says it does, or not with that input, is refused. */
function refusalOf(call: Call, action: Action, allowed: readonly AllowedCall[]): string | undefined {
  const row = rowOf(call, allowed);
  if (!row?.actions.includes(action)) return `of ${call.service} is not allowed for: ${action.replace('_', ' ')}`;
  for (const [name, value] of Object.entries(call.input)) {
    const input = Object.hasOwn(row.inputs, name) ? row.inputs[name] : undefined;
    if (input === undefined) return `with ${name} could weaken rollback, validation or ownership`;
    if (input && !new RegExp(input.pattern).test(String(value))) return `has ${input.else}`;
  }
  return undefined;
}
