/** The statement by which a person signs off a change of unknown outcome, bound to the change as it stands. */
import type { Change } from '../core/change.ts';
import { canonicalJson } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Person } from '../people/person.ts';
import { type SignedBy, type TakenAt, verifySignature } from './signature.ts';

/** No signature that approves is one that signs off. */
export const CLOSING_NAMESPACE = 'countersign-closing@v1';

export interface Closing {
  statement: string;
  signature: string;
}

/** @param person their name. @param why their findings. Another event of the change makes the statement worthless. */
export function buildClosing(change: Change, person: string, why: string): string {
  const { id, digest, version, target } = change;
  return canonicalJson({
    v: 1,
    type: 'countersign-closing',
    change_id: id,
    change_digest: digest,
    as_of_event: version,
    target: { account: target.account, region: target.region, name: target.name },
    outcome: 'unknown',
    person,
    why,
  });
}

/** As the change's history tells it. */
export const closedBy = (person: string, why: string): string => makeVisibleLine(`closed by ${person}: ${why}`);

/**
 * INVARIANT: the signed bytes are exactly those that are built here for this change, that person and those findings.
 *
 * By any key of everyday work of the person. @param takenAt as of an approval.
 * @throws as verifySignature; APPROVAL_KEY_UNKNOWN, APPROVAL_WRONG_STATEMENT.
 */
export async function checkClosing(
  { statement, signature }: Closing,
  change: Change,
  people: readonly Person[],
  takenAt: TakenAt = { page: undefined },
): Promise<{ person: string; why: string; signed: SignedBy }> {
  const signed = await verifySignature(statement, signature, people, takenAt, CLOSING_NAMESPACE);
  const { person } = signed;
  if (signed.isBreakGlass)
    throw new CountersignError(
      'APPROVAL_KEY_NOT_ALLOWED',
      `The key ${signed.keyFingerprint} is for break-glass, which approves only.`,
      'Sign with a key of everyday work.',
    );
  const why = whyIn(statement);
  if (why === undefined || statement !== buildClosing(change, person.name, why))
    throw new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The signature does not match this change as it is now, or was made for a person other than ${person.name}.`,
      `Look at the change again (countersign show ${change.id}), and sign a new statement with countersign close.`,
    );
  return { person: person.name, why, signed };
}

function whyIn(statement: string): string | undefined {
  try {
    const { why } = JSON.parse(statement) as { why?: unknown };
    return typeof why === 'string' && why.trim() !== '' ? why : undefined;
  } catch {
    return undefined;
  }
}
