/** `break-glass open`, `break-glass close`: an emergency that one person answers for, and its review. */
import {
  BREAK_GLASS_NAMESPACE,
  buildOpening,
  buildReview,
  checkOpening,
  checkReview,
  MOST_MINUTES,
  type Opening,
  openReviews,
  REVIEW_NAMESPACE,
} from '../approvals/break-glass.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { canonicalSignature } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { noKey } from './confirm.ts';
import { findOwnKey, type KnownPerson } from './own-key.ts';

export interface GlassOptions {
  reason?: string;
  key?: string;
  as?: string;
  minutes?: number;
}

/** Opens it for the stack of a change. @returns until when, and the position of the opening. */
export async function openGlass(
  app: App,
  changeId: string,
  { reason = '', key, as, minutes = MOST_MINUTES }: GlassOptions,
  now = new Date(),
): Promise<Opening> {
  await app.policy.mustBeInForce();
  const { target } = await app.changes.find(changeId);
  const people = app.policyFile?.people ?? [];
  const known = people.map(
    ({ name, breakGlass = [] }): KnownPerson => ({ name, keys: breakGlass.map(({ fingerprint }) => fingerprint) }),
  );
  const own = key === undefined ? undefined : await findOwnKey(known, { key, as });
  if (!own)
    throw new CountersignError(
      'INPUT_INVALID',
      'No break-glass key given.',
      'Name it with --key FILE; a break-glass key is never looked for.',
    );
  const stated = {
    target,
    person: own.person,
    reason,
    from: now.toISOString(),
    until: new Date(now.getTime() + minutes * 60_000).toISOString(),
  };
  const about = { ledger: app.ledger.origin, people, now };
  const signature = await signWithSshKeygen(buildOpening(about.ledger, stated), own.file, BREAK_GLASS_NAMESPACE);
  return recordOpening(app, stated, signature, about);
}

/** @throws as checkOpening. */
export async function recordOpening(
  app: App,
  stated: Parameters<typeof checkOpening>[0],
  signature: string,
  about: Parameters<typeof checkOpening>[2],
): Promise<Opening> {
  const checked = checkOpening(stated, signature, about);
  const policyDigest = await app.policy.digest();
  const { seq } = await app.ledger.transact(async (tx) => {
    await app.policy.mustBeInForce(tx);
    return tx.append({
      kind: 'glass.broken',
      body: { ...stated, ...checked, signature: canonicalSignature(signature), policyDigest },
    });
  });
  return reviewAt(app, seq);
}

async function reviewAt(app: App, seq: number): Promise<Opening> {
  const found = (await openReviews(app.ledger)).find((one) => one.seq === seq);
  if (found) return found;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no open review ${seq}.`,
    'List them with: countersign audit show --kind glass.broken',
  );
}

/** A person closes the review of an opening, by its position. */
export async function closeReview(app: App, seq: number, { reason = '', key, as }: GlassOptions): Promise<Opening> {
  await app.policy.mustBeInForce();
  const opening = await reviewAt(app, seq);
  const people = app.policyFile?.people ?? [];
  const own = await findOwnKey(
    people.map(({ name, keys }) => ({ name, keys: keys.map(({ fingerprint }) => fingerprint) })),
    { key, as },
  );
  if (!own) throw noKey(as);
  const { person, file } = own;
  const ledger = app.ledger.origin;
  const signature = await signWithSshKeygen(buildReview(ledger, opening, person, reason), file, REVIEW_NAMESPACE);
  const checked = checkReview(opening, { person, findings: reason, signature }, { ledger, people });
  const policyDigest = await app.policy.digest();
  await app.ledger.transact(async (tx) => {
    await app.policy.mustBeInForce(tx);
    if (!(await openReviews(tx)).some((one) => one.seq === seq))
      throw new CountersignError('STATE_ALREADY_SIGNED', 'This review is closed already.', 'There is nothing to sign.');
    await tx.append({
      kind: 'glass.reviewed',
      body: {
        opened: seq,
        person,
        findings: reason,
        ...checked,
        signature: canonicalSignature(signature),
        policyDigest,
      },
    });
  });
  return opening;
}
