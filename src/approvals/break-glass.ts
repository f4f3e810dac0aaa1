/**
 * Break-glass: in an emergency one person gives all approvals of one stack or workspace alone, with a key that is used for nothing else.
 *
 * Guarantees: it is opened by a signed statement with a reason, for one stack of one account and region, or one
 * workspace, for at most 30 minutes; each change is still signed by itself. Every opening waits for a review that a person closes by a signature.
 */
import { canonicalJson, digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { type BodyOf, type EventOf, eventsOf } from '../core/events.ts';
import { tagged } from '../core/kept.ts';
import type { Target } from '../core/plan.ts';
import type { LedgerView } from '../core/ports.ts';
import { hidesSomething } from '../core/render-safe.ts';
import { ownerOf, ownerOfBreakGlass, type Person } from '../people/person.ts';
import { type SignedBy, type TakenAt, verifySignature } from './signature.ts';
import { canonicalSignature, verifySshSignature } from './ssh-signature.ts';

export const BREAK_GLASS_NAMESPACE = 'countersign-break-glass@v1';
export const REVIEW_NAMESPACE = 'countersign-review@v1';
export const MOST_MINUTES = 30;
const MOST_CHARACTERS = 500;
/** Between the clock of whoever signs and that of the ledger. */
const SKEW_MILLISECONDS = 120_000;

type Body = BodyOf<'glass.broken'>;
export type Opening = EventOf<'glass.broken'>;
type Stated = Pick<Body, 'target' | 'person' | 'reason' | 'from' | 'until'>;

/** The exact bytes to sign. @param ledger its origin: a signature is for one ledger. */
export function buildOpening(ledger: string, { target, person, reason, from, until }: Stated): string {
  const { kind, account, region, name } = target;
  return canonicalJson({
    v: 1,
    type: 'countersign-break-glass',
    ledger,
    // Stacks were the first: what was signed for them says it of no kind.
    target: { ...(kind === 'stack' ? {} : { kind }), account, region, name },
    person,
    reason,
    from,
    until,
  });
}

const invalid = (message: string, remedy = 'Open it again with: countersign break-glass open ID --reason TEXT') =>
  new CountersignError('INPUT_INVALID', message, remedy);

/**
 * INVARIANT: one stack or workspace, a reason, at most 30 minutes from now, by a break-glass key of that person.
 *
 * @throws INPUT_INVALID, INPUT_SIGNATURE_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_KEY_NOT_ALLOWED.
 */
export function checkOpening(
  stated: Stated,
  signature: string,
  { ledger, people, now }: { ledger: string; people: readonly Person[]; now: Date },
): { person: string; keyFingerprint: string; statement: string } {
  const { target, person, reason, from, until } = stated;
  if (!isOpenable(target)) throw invalid('Break-glass opens for one stack or one workspace.');
  if (reason.trim() === '' || reason.length > MOST_CHARACTERS || hidesSomething(reason))
    throw invalid(`Break-glass needs a reason: plain text of at most ${MOST_CHARACTERS} characters.`);
  const [begins, ends] = [Date.parse(from), Date.parse(until)];
  if (!(ends > begins && ends - begins <= MOST_MINUTES * 60_000))
    throw invalid(`Break-glass is open for at most ${MOST_MINUTES} minutes.`);
  if (Math.abs(begins - now.getTime()) > SKEW_MILLISECONDS)
    throw invalid('Break-glass opens at once, and not for another time.');
  const statement = buildOpening(ledger, stated);
  return { ...signerOf(statement, signature, people, person), statement };
}

function signerOf(statement: string, signature: string, people: readonly Person[], person: string) {
  const key = verifySshSignature(Buffer.from(statement, 'utf8'), signature, BREAK_GLASS_NAMESPACE);
  if (ownerOf(people, key.fingerprint))
    throw new CountersignError(
      'APPROVAL_KEY_NOT_ALLOWED',
      `The key ${key.fingerprint} approves in everyday work, and opens no break-glass.`,
      'Sign with a break-glass key of the policy.',
    );
  if (ownerOfBreakGlass(people, key.fingerprint)?.name !== person)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `The key ${key.fingerprint} is not a break-glass key of ${person} in the policy.`,
      'Sign with a break-glass key that the policy lists for you.',
    );
  return { person, keyFingerprint: key.fingerprint };
}

const isOpenable = ({ kind }: Pick<Target, 'kind'>): boolean => kind === 'stack' || kind === 'workspace';

/** SECURITY: by what was signed, and nothing that was recorded beside it; a resource of the same name is no stack. */
const isItsOwn = ({ target: opened }: Pick<Body, 'target'>, { kind, account, region, name }: Target): boolean =>
  isOpenable({ kind }) &&
  opened.kind === kind &&
  opened.account === account &&
  opened.region === region &&
  opened.name === name;

/** What is open for this stack or workspace and that person. */
export async function openingFor(
  view: Pick<LedgerView, 'events'>,
  target: Target,
  person: string,
  now: Date,
): Promise<Opening | undefined> {
  const opened = await eventsOf(view, ['glass.broken'], { tags: tagged.place(target), newestFirst: true });
  return opened.find(
    ({ body }) => body.person === person && isItsOwn(body, target) && Date.parse(body.until) > now.getTime(),
  );
}

/**
 * The opening that an approval names, verified again. INVARIANT: until when it is open is read from what was signed.
 *
 * @returns why it is none.
 */
export async function verifiedOpening(
  { events, origin }: Pick<LedgerView, 'events'> & { origin(): Promise<string> },
  { brokenGlass, person }: { brokenGlass: { opened: number; until: string }; person: string },
  target: Target,
  people: readonly Person[],
): Promise<string | null> {
  const [opening] = await eventsOf({ events }, ['glass.broken'], { sinceSeq: brokenGlass.opened - 1, limit: 1 });
  if (opening?.seq !== brokenGlass.opened) return 'The break-glass that it names was never opened.';
  const { body } = opening;
  if (!isItsOwn(body, target)) return 'Break-glass was opened for another stack or workspace.';
  if (body.until !== brokenGlass.until || body.person !== person) return 'Break-glass was opened otherwise.';
  return problemOf(opening, await origin(), people);
}

/** @returns null: it was opened as it says. @param people of when it was. */
export function problemOf({ at, body }: Opening, origin: string, people: readonly Person[]): string | null {
  try {
    const { statement, keyFingerprint } = checkOpening(body, body.signature, {
      ledger: origin,
      people,
      now: new Date(at),
    });
    if (statement !== body.statement) return 'Its statement is another.';
    return keyFingerprint === body.keyFingerprint && canonicalSignature(body.signature) === body.signature
      ? null
      : 'It names another key or signature than it has.';
  } catch (error) {
    return error instanceof Error ? error.message : 'It cannot be read.';
  }
}

/** Openings whose review no person has closed, oldest first. */
export async function openReviews(view: Pick<LedgerView, 'events'>): Promise<Opening[]> {
  const all = await eventsOf(view, ['glass.broken', 'glass.reviewed']);
  const closed = new Set(all.flatMap((event) => (event.kind === 'glass.reviewed' ? [event.body.opened] : [])));
  return all.filter((event): event is Opening => event.kind === 'glass.broken' && !closed.has(event.seq));
}

export function buildReview(ledger: string, opening: Opening, person: string, findings: string): string {
  return canonicalJson({
    v: 1,
    type: 'countersign-review',
    ledger,
    opened_at: opening.seq,
    opening: digestOf(opening.body.statement),
    person,
    findings,
  });
}

/**
 * By a person's key of everyday work, of either kind; by another person than who opened it, where there is one.
 *
 * @throws as verifySignature; INPUT_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_SPONSOR_EXCLUDED.
 */
export async function checkReview(
  opening: Opening,
  { person, findings, signature }: { person: string; findings: string; signature: string },
  { ledger, people }: { ledger: string; people: readonly Person[] },
  takenAt: TakenAt = { page: undefined },
): Promise<{ statement: string; signed: SignedBy }> {
  if (findings.trim() === '' || findings.length > MOST_CHARACTERS || hidesSomething(findings))
    throw invalid(
      `A review needs findings: plain text of at most ${MOST_CHARACTERS} characters.`,
      'Give them with --reason TEXT.',
    );
  const statement = buildReview(ledger, opening, person, findings);
  const signed = await verifySignature(statement, signature, people, takenAt, REVIEW_NAMESPACE);
  if (signed.isBreakGlass || signed.person.name !== person)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `The key ${signed.keyFingerprint} is not a key of ${person} for everyday work in the policy.`,
      'Sign with a key that the policy lists for you.',
    );
  mayReview(opening, person, people);
  return { statement, signed };
}

/** @throws APPROVAL_SPONSOR_EXCLUDED */
export function mayReview({ body }: Opening, person: string, people: readonly Person[]): void {
  const others = people.filter(({ name, keys }) => name !== body.person && keys.length > 0);
  if (person !== body.person || others.length === 0) return;
  throw new CountersignError(
    'APPROVAL_SPONSOR_EXCLUDED',
    `${person} opened this break-glass and cannot close its review.`,
    `Another person must review it: ${others.map(({ name }) => name).join(', ')}.`,
  );
}
