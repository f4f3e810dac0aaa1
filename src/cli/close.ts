/** `reconcile` and `close`: what a person does about a change whose outcome is not known. */
import { buildClosing, CLOSING_NAMESPACE } from '../approvals/closing.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { personFor, type SigningOptions, signerFrom } from './signer.ts';

/** What was seen, and what it means for the change. */
export function reconciled({ id, state }: Change, saw: string): string {
  if (state !== 'unknown' && state !== 'executing') return `${id} ${state}: ${saw}`;
  return [
    `${id} is still ${state}. ${saw}`,
    `Run countersign reconcile ${id} again later, or check the target yourself (countersign show ${id}) and sign the change off: countersign close ${id} --reason TEXT --key KEY`,
  ].join('\n');
}

export interface ClosingOptions extends SigningOptions {
  reason?: string | undefined;
}

/** @returns the exact bytes to sign. @throws for a change whose outcome is known, and without a person or findings. */
export async function closingStatement(app: App, changeId: string, options: ClosingOptions): Promise<string> {
  const why = await findings(app, options);
  return buildClosing(await app.changes.find(changeId), await personFor(app, options), why);
}

/** Signs here with a key, or takes a signature that was made elsewhere over the same bytes. */
export async function closeChange(app: App, changeId: string, options: ClosingOptions): Promise<Change> {
  const why = await findings(app, options);
  const signer = await signerFrom(app, options);
  const statement = buildClosing(await app.changes.find(changeId), signer.person, why);
  return app.executor.close(changeId, { statement, signature: await signer.sign(statement, CLOSING_NAMESPACE) });
}

async function findings({ policy }: App, { reason }: ClosingOptions): Promise<string> {
  await policy.mustBeInForce();
  if (reason?.trim()) return reason;
  throw new CountersignError(
    'INPUT_INVALID',
    'No reason given.',
    'Describe your findings with --reason TEXT; they are signed and recorded with your name.',
  );
}
