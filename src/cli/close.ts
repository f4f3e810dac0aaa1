/** `reconcile` and `close`: what a person does about a change whose outcome is not known. */
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { mapsTo } from '../people/sign-in.ts';

/** What was seen, and what it means for the change. */
export function reconciled({ id, state }: Change, saw: string): string {
  if (state !== 'unknown' && state !== 'executing') return `${id} ${state}: ${saw}`;
  return [
    `${id} is still ${state}. ${saw}`,
    `Run countersign reconcile ${id} again later, or check the target yourself (countersign show ${id}) and sign the change off: countersign close ${id} --reason TEXT`,
  ].join('\n');
}

/** @param as a person of the policy; without it, who is signed in here. */
export async function closeChange(
  { policyFile, config, executor, policy }: App,
  changeId: string,
  { as, reason }: { as?: string; reason?: string },
): Promise<Change> {
  await policy.mustBeInForce();
  const people = policyFile?.people ?? [];
  const person = people.find((one) =>
    as === undefined ? config.actsAs.some((actor) => mapsTo(one, actor)) : one.name === as,
  );
  if (!person)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      as === undefined ? 'Your user name is not in the policy.' : `${as} is not in the policy.`,
      'Give your name in the policy with --as NAME.',
    );
  if (!reason?.trim())
    throw new CountersignError(
      'INPUT_INVALID',
      'No reason given.',
      'Describe your findings with --reason TEXT; they are recorded with your name.',
    );
  return executor.close(changeId, { person: person.name, why: reason });
}
