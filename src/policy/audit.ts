/**
 * Goes through a ledger's pins: was each adopted by those who had to sign it, and does each event name the policy that
 * was in force?
 *
 * Limit: whether a signer was the sponsor of a change that was open then is not computed again.
 */
import { z } from 'zod';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { EVENT_BODIES, type EventKind, type EventOf, type LedgerEvent, parsedBody } from '../core/events.ts';
import type { Ledger } from '../core/ports.ts';
import { decidersOf, proposalIn, signatureOf, signersOf } from './adopt.ts';
import { directoryOf } from './directory.ts';
import { type Pin, pinIn, pinOf } from './pin.ts';

export interface AuditProblem {
  seq: number;
  message: string;
}
type Reading = Pick<Ledger, 'events' | 'document'> & { origin(): Promise<string> };

export async function auditPins(ledger: Reading): Promise<AuditProblem[]> {
  const pins = (await ledger.events({ kinds: ['policy.adopted'] })).map(pinIn);
  const problems: AuditProblem[] = [];
  for (const [index, pin] of pins.entries()) {
    const why = await orItsError(() => problemOf(ledger, pin, pins[index - 1]));
    if (why !== undefined) problems.push({ seq: pin.seq, message: `Row ${pin.seq} adopts a policy: ${why}` });
  }
  return problems;
}

async function orItsError(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CountersignError) return error.message;
    throw error;
  }
}

async function problemOf(ledger: Reading, pin: Pin, before: Pin | undefined): Promise<string | undefined> {
  await directoryOf(ledger, pin);
  if (!before) return undefined;
  if (pin.previous !== before.seq) return 'it does not refer to the policy that it replaces.';
  const directory = await directoryOf(ledger, before);
  const { threshold } = decidersOf(directory, []);
  const [proposed] = await ledger.events({ kinds: ['policy.proposed'], sinceSeq: (pin.proposal ?? 0) - 1, limit: 1 });
  const proposal = proposed && proposalIn(proposed);
  if (!proposal || proposal.seq !== pin.proposal || proposal.text !== pin.text || proposal.digest !== pin.digest)
    return 'it is not the proposed policy.';
  const signed = await signersOf(
    { events: (query) => ledger.events({ ...query, untilSeq: pin.seq }) },
    await ledger.origin(),
    before,
    proposal,
    directory,
  );
  return signed.length < threshold
    ? `it has ${signed.length} of the ${counted(threshold, 'signature')} that the previous policy requires.`
    : undefined;
}

/** Of events that were judged under a policy. What ends a change is under the policy that it was begun under. */
export const NAMING_KINDS: readonly string[] = ['change.proposed', 'change.executing'] satisfies EventKind[];

/** @returns of each event of those kinds, in their order: why it does not name the policy that was in force then. */
export async function nameAudit(ledger: Reading): Promise<(event: LedgerEvent) => Promise<string | undefined>> {
  const pins = (await ledger.events({ kinds: ['policy.adopted'] })).map(pinIn);
  let inForce = 0;
  return (event) => {
    while ((pins[inForce]?.seq ?? Number.POSITIVE_INFINITY) < event.seq) inForce += 1;
    return orItsError(async () => {
      const named = policyNamedBy(event);
      // Also in a folder without a pin, of an older version: neither names one.
      if (named === 'none asked' || named === pins[inForce - 1]?.digest) return undefined;
      return named === undefined ? 'it does not name a policy.' : 'it names a policy that was not in force.';
    });
  };
}

/** What is read of those events, and nothing else: a ledger has many of them. */
const executing = EVENT_BODIES['change.executing'].pick({ policyDigest: true });
const proposed = EVENT_BODIES['change.proposed']
  .pick({ policyDigest: true })
  .extend({ judgement: z.object({ decision: z.string() }) });

/** What was refused when it was proposed needs none: nothing of it is ever signed or executed. */
function policyNamedBy(event: LedgerEvent): string | undefined {
  if (event.kind === 'change.executing') return parsedBody(executing, 'change.executing', event).policyDigest;
  const { policyDigest, judgement } = parsedBody(proposed, 'change.proposed', event);
  return judgement.decision === 'denied' || judgement.decision === 'plan_only' ? 'none asked' : policyDigest;
}

/**
 * A signature under a proposed policy, whether or not it was the one that adopted it.
 *
 * @returns why it is none.
 */
export async function auditSignedPolicy(
  ledger: Reading,
  { seq, body }: EventOf<'policy.signed'>,
): Promise<string | undefined> {
  const [proposed] = await ledger.events({ kinds: ['policy.proposed'], sinceSeq: body.proposal - 1, limit: 1 });
  const proposal = proposed && proposalIn(proposed);
  if (!proposal || proposal.seq !== body.proposal || proposal.seq > seq)
    return 'the policy that it signs was never proposed.';
  const pin = await pinOf(ledger, seq);
  if (!pin || pin.seq !== proposal.previous) return 'the policy that it signs would not replace the one in force.';
  const signed = signatureOf(await ledger.origin(), pin, proposal, await directoryOf(ledger, pin), body.signature);
  if (signed.decider === undefined) return 'its key could not sign a policy.';
  const isSo = (['statement', 'signature', 'decider', 'keyFingerprint'] as const).every(
    (part) => signed[part] === body[part],
  );
  return isSo ? undefined : 'it tells something other than was signed.';
}
