/** `reconcile` and `close`: what a person does about a change whose outcome is not known. */
import { buildClosing, CLOSING_NAMESPACE } from '../approvals/closing.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { signedIn } from '../people/sign-in.ts';
import { givenText } from './given-text.ts';

/** What was seen, and what it means for the change. */
export function reconciled({ id, state }: Change, saw: string): string {
  if (state !== 'unknown' && state !== 'executing') return `${id} ${state}: ${saw}`;
  return [
    `${id} is still ${state}. ${saw}`,
    `Run countersign reconcile ${id} again later, or check the target yourself (countersign show ${id}) and sign the change off: countersign close ${id} --reason TEXT --key KEY`,
  ].join('\n');
}

export interface ClosingOptions {
  reason?: string;
  as?: string;
  key?: string;
  signature?: string;
}

/** @returns the exact bytes to sign. @throws for a change whose outcome is known, and without a person or findings. */
export async function closingStatement(app: App, changeId: string, options: ClosingOptions): Promise<string> {
  await app.policy.mustBeInForce();
  const person = personFor(app, options.as);
  if (!options.reason?.trim())
    throw new CountersignError(
      'INPUT_INVALID',
      'No reason given.',
      'Describe your findings with --reason TEXT; they are signed and recorded with your name.',
    );
  return buildClosing(await app.changes.find(changeId), person, options.reason);
}

/** Signs here with a key, or takes a signature that was made elsewhere over the same bytes. */
export async function closeChange(app: App, changeId: string, options: ClosingOptions): Promise<Change> {
  const { key, signature } = options;
  const statement = await closingStatement(app, changeId, options);
  if (key === undefined && signature === undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      'No key given.',
      'Add --key ~/.ssh/id_ed25519 (or its .pub, when an agent or security key holds it), or --signature FILE.',
    );
  const signed =
    signature === undefined ? await signWithSshKeygen(statement, key!, CLOSING_NAMESPACE) : await givenText(signature);
  return app.executor.close(changeId, { statement, signature: signed });
}

/** Without `as`, the person that is signed in here. */
function personFor({ policyFile, config }: App, as: string | undefined): string {
  const people = policyFile?.people ?? [];
  const person = as === undefined ? signedIn(people, config.actsAs) : people.find(({ name }) => name === as);
  if (person) return person.name;
  throw new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    as === undefined ? 'Your user name is not in the policy.' : `${as} is not in the policy.`,
    'Give your name in the policy with --as NAME.',
  );
}
