/** Passkeys that count their signatures. */
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { tagged } from '../core/kept.ts';
import type { LedgerView } from '../core/ports.ts';
import type { SignedBy } from './signature.ts';

/**
 * SECURITY: a passkey that counts its signatures counts up, whatever it signs; one that does not is another copy of it,
 * or an answer that was given before. One that never counted says 0.
 */
export async function mustCountUp(
  view: Pick<LedgerView, 'events'>,
  { keyFingerprint, signCount }: SignedBy,
): Promise<void> {
  if (signCount === undefined) return;
  const decisions = await eventsOf(view, ['change.approved', 'change.rejected'], { tags: tagged.key(keyFingerprint) });
  // Few of a ledger are these.
  const others = await eventsOf(view, ['change.closed', 'glass.reviewed']);
  const made = [...decisions, ...others.filter(({ body }) => body.keyFingerprint === keyFingerprint)];
  const last = Math.max(0, ...made.map(({ body }) => body.signCount ?? 0));
  if (last === 0 || signCount > last) return;
  throw new CountersignError(
    'INPUT_SIGNATURE_INVALID',
    `The passkey has counted ${last} signatures before, and this one is its number ${signCount}: it was copied, or its answer was used before.`,
    'Sign again. If that is refused too, revoke the passkey: countersign people revoke NAME --fingerprint FINGERPRINT',
  );
}
