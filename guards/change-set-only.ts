/**
 * Guarantees: every call is one that the provider's closed table lists for what the plan says it does, with inputs that
 * weaken nothing; what is nested in something else, or was made by it, changes only through that.
 * Does not cover: what a listed call does (other guards judge that), or how it was prepared (the planner's own rules).
 */
import { z } from 'zod';
import type { Call } from '../src/core/call.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import type { Action, AllowedCall } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const changeSetOnly: GuardDefinition<z.infer<typeof options>> = {
  name: 'change-set-only',
  rule: 'Only calls that are listed for what the plan says it does, with listed inputs: no direct update of a stack, nothing that disables rollback or validation, no import; nested stacks and instances of a set only through their owner.',
  normally: 'deny',
  told: 'who owns it',
  structural: true,
  options,
  create: () => ({
    name: 'change-set-only',
    judge({ target, action, calls, subject: { parent } }, { provider }) {
      const refuse = (message: string, remedy: string) => deny('change-set-only', message, remedy);
      if (parent?.kind === 'part')
        return refuse(`${target.name} is nested in ${parent.name}.`, 'Plan the change on the parent stack.');
      if (parent)
        return refuse(`${target.name} is an instance of ${parent.name}.`, 'What made it owns it; it is changed there.');
      for (const call of calls) {
        const why = refusalOf(call, action, provider.allowedCalls);
        if (why) return refuse(`${call.operation} ${why}.`, 'Plan an update with the tools that there are.');
      }
      return pass('change-set-only');
    },
  }),
};

/** INVARIANT: a call that is not listed, not for what the plan says it does, or not with that input, is refused. */
function refusalOf(call: Call, action: Action, allowed: readonly AllowedCall[]): string | undefined {
  const row = allowed.find(
    ({ provider, service, operation }) =>
      provider === call.provider && service === call.service && operation === call.operation,
  );
  if (!row?.actions.includes(action))
    return `of ${call.service} is no way to ${action.replace('_', ' ')} something here`;
  for (const [name, value] of Object.entries(call.input)) {
    const input = Object.hasOwn(row.inputs, name) ? row.inputs[name] : undefined;
    if (input === undefined) return `with ${name} could weaken rollback, validation or ownership`;
    if (input && !new RegExp(input.pattern).test(String(value))) return `has ${input.else}`;
  }
  return undefined;
}
