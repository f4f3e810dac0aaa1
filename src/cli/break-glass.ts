/** `break-glass open`, `break-glass close`: an emergency that one person answers for, and its review. */
import {
  BREAK_GLASS_NAMESPACE,
  buildOpening,
  buildReview,
  checkOpening,
  checkReview,
  MOST_MINUTES,
  mayReview,
  type Opening,
  openReviews,
  REVIEW_NAMESPACE,
} from '../approvals/break-glass.ts';
import { mustCountUp } from '../approvals/counting.ts';
import type { RelyingParty } from '../approvals/relying-party.ts';
import { provenBy } from '../approvals/signature.ts';
import { canonicalSignature } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { personFor, type SigningOptions, signerFrom } from './signer.ts';

export interface GlassOptions extends SigningOptions {
  reason?: string | undefined;
  minutes?: number | undefined;
}
type Stated = Parameters<typeof checkOpening>[0];

const MINUTE_MILLISECONDS = 60_000;
/** A signature that is made elsewhere comes a little later: openings begin with a minute, and the last ones are tried. */
const BEGUN_MINUTES_AGO = [0, 1, 2];

async function stated(
  app: App,
  changeId: string,
  { person, reason = '', minutes = MOST_MINUTES }: { person: string } & GlassOptions,
  now: Date,
): Promise<Stated> {
  const from = Math.floor(now.getTime() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
  const until = new Date(from + minutes * MINUTE_MILLISECONDS).toISOString();
  const { target } = await app.changes.find(changeId);
  return { target, person, reason, from: new Date(from).toISOString(), until };
}

/** @returns the exact bytes to sign elsewhere, within two minutes. */
export async function openingStatement(
  app: App,
  changeId: string,
  options: GlassOptions,
  now = new Date(),
): Promise<string> {
  await app.policy.mustBeInForce();
  const person = await personFor(app, options, 'break-glass');
  return buildOpening(await app.ledger.origin(), await stated(app, changeId, { ...options, person }, now));
}

/** Opens it for the stack of a change. @returns until when, and the position of the opening. */
export async function openGlass(app: App, changeId: string, options: GlassOptions, now = new Date()): Promise<Opening> {
  await app.policy.mustBeInForce();
  const { person, sign } = await signerFrom(app, options, { purpose: 'break-glass' });
  const about = { ledger: await app.ledger.origin(), people: app.policyFile?.people ?? [], now };
  const ago = options.signature === undefined ? [0] : BEGUN_MINUTES_AGO;
  let refusal: unknown;
  for (const minutes of ago) {
    const then = new Date(now.getTime() - minutes * MINUTE_MILLISECONDS);
    const opening = await stated(app, changeId, { ...options, person }, then);
    const signature = await sign(buildOpening(about.ledger, opening), BREAK_GLASS_NAMESPACE);
    try {
      checkOpening(opening, signature, about);
    } catch (error) {
      refusal ??= error;
      continue;
    }
    return recordOpening(app, opening, signature, about);
  }
  throw refusal;
}

/** @throws as checkOpening. */
export async function recordOpening(
  app: App,
  opening: Stated,
  signature: string,
  about: Parameters<typeof checkOpening>[2],
): Promise<Opening> {
  const checked = checkOpening(opening, signature, about);
  const policyDigest = await app.policy.digest();
  const { seq } = await app.ledger.transact(async (tx) => {
    await app.policy.mustBeInForce(tx);
    return tx.append({
      kind: 'glass.broken',
      body: { ...opening, ...checked, signature: canonicalSignature(signature), policyDigest },
    });
  });
  return reviewAt(app, seq);
}

/** @throws INPUT_NOT_FOUND */
export async function reviewAt(app: App, seq: number): Promise<Opening> {
  const found = (await openReviews(app.ledger)).find((one) => one.seq === seq);
  if (found) return found;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no open review ${seq}.`,
    'List them with: countersign audit show --kind glass.broken',
  );
}

/** @returns the exact bytes to sign for the review of an opening. */
export async function reviewStatement(app: App, seq: number, options: GlassOptions): Promise<string> {
  await app.policy.mustBeInForce();
  const opening = await reviewAt(app, seq);
  return buildReview(await app.ledger.origin(), opening, await personFor(app, options), options.reason ?? '');
}

/** A person closes the review of an opening, by its position. */
export async function closeReview(app: App, seq: number, options: GlassOptions): Promise<Opening> {
  await app.policy.mustBeInForce();
  const opening = await reviewAt(app, seq);
  const { person, sign } = await signerFrom(app, options);
  mayReview(opening, person, app.policyFile?.people ?? []);
  const findings = options.reason ?? '';
  const signature = await sign(buildReview(await app.ledger.origin(), opening, person, findings), REVIEW_NAMESPACE);
  return recordReview(app, opening, { person, findings, signature });
}

/** @throws as checkReview; STATE_ALREADY_SIGNED. */
export async function recordReview(
  app: App,
  opening: Opening,
  review: Parameters<typeof checkReview>[1],
  page?: RelyingParty,
): Promise<Opening> {
  const { seq } = opening;
  const about = { ledger: await app.ledger.origin(), people: app.policyFile?.people ?? [] };
  const { statement, signed } = await checkReview(opening, review, about, { page });
  const policyDigest = await app.policy.digest();
  await app.ledger.transact(async (tx) => {
    await app.policy.mustBeInForce(tx);
    await mustCountUp(tx, signed);
    if (!(await openReviews(tx)).some((one) => one.seq === seq))
      throw new CountersignError('STATE_ALREADY_SIGNED', 'This review is closed already.', 'There is nothing to sign.');
    const { signature, keyFingerprint } = signed;
    const { person, findings } = review;
    await tx.append({
      kind: 'glass.reviewed',
      body: {
        opened: seq,
        person,
        findings,
        statement,
        signature,
        keyFingerprint,
        ...provenBy(signed),
        policyDigest,
      },
    });
  });
  return opening;
}
