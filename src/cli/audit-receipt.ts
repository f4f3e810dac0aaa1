/** `audit receipt` and `audit verify FILE`: one change, proven without its ledger. */
import { readOffered } from '../approvals/offered-keys.ts';
import { isPasskeySignature, verifyPasskeySignature } from '../approvals/passkey-signature.ts';
import { type VerifiedKey, verifySshSignature } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { type Approval, changeDigest, onePersonLabels, type Proposal } from '../core/change.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { bodyOf, type LedgerEvent, readEvent } from '../core/events.ts';
import { isProofEnough, PROOF_TEXTS, type Proof, proofOf } from '../core/proof.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { NoteKey } from '../ledger/note.ts';
import { type Receipt, receiptFor, verifyReceipt } from '../ledger/receipt.ts';
import { signedHead } from './log-keys.ts';

export interface ReceiptFacts {
  ok: true;
  change: string;
  state: string;
  at: string;
  change_digest: string | null;
  sponsor: string | null;
  assurance: string | null;
  policy_digest: string | null;
  credentials: 'confined' | 'unconfined' | null;
  target: string | null;
  outcome: string | null;
  /** Solo mode or break-glass, in words; null: neither. */
  one_person: string | null;
  /** Each with the key that the signature itself has, which its policy assigns to a person. */
  signatures: {
    decision: string;
    person: string;
    key: string;
    proof: Proof;
    at: string;
    policy_digest: string | null;
    /** Of a rejection, as it was signed; absent: none. */
    reason?: string;
  }[];
  /** Milestones of the change: those in the receipt, and those that are only named by their hash. */
  events: { seq: number; at: string; kind: string }[];
  only_named: number;
  origin: string;
  size: number;
  root_hash: string;
}

export const makeReceipt = (
  { ledger }: App,
  home: string,
  { change, key, short = false }: { change: string; key?: string | undefined; short?: boolean | undefined },
): Promise<string> => receiptFor(ledger, change, () => signedHead(ledger, home, key), short);

/** @throws INPUT_INVALID for what is not proven; INPUT_SIGNATURE_INVALID, APPROVAL_WRONG_STATEMENT. */
export async function checkReceipt(text: string, known: readonly NoteKey[]): Promise<ReceiptFacts> {
  if (known.length === 0)
    throw new CountersignError(
      'INPUT_INVALID',
      'A receipt proves something only under the key of its ledger, and no key was given.',
      'Pass the verifier key that the owner of the ledger gave you: --vkey KEY',
    );
  return factsOf(verifyReceipt(text, known));
}

const ENDED = { 'change.withdrawn': 'withdrawn', 'change.stale': 'stale', 'change.closed': 'closed' } as const;
const WAITING = {
  'change.rejected': 'rejected',
  'change.executing': 'executing',
  'change.approved': 'signed',
} as const;
const STATES: Readonly<Record<string, string>> = { ...ENDED, ...WAITING, 'change.proposed': 'proposed' };

async function factsOf({ event, earlier, named, checkpoint }: Receipt): Promise<ReceiptFacts> {
  const events = [...earlier, event];
  if (events.some(({ changeId }) => changeId !== event.changeId)) throw mixed();
  const proposed = events.flatMap((one) => readEvent(['change.proposed'], one) ?? [])[0]?.body;
  const ran = events.flatMap((one) => readEvent(['change.executing', 'change.finished'], one) ?? []).at(-1);
  const outcome = ran?.kind === 'change.finished' ? ran.body.outcome : undefined;
  const digest = proposed ? changeDigest(proposed) : (ran?.body.changeDigest ?? null);
  if (ran?.body.changeDigest !== undefined && ran.body.changeDigest !== digest) throw mixed();
  return {
    ok: true,
    change: event.changeId ?? '',
    state: event.kind === 'change.finished' ? (outcome?.state ?? '') : (STATES[event.kind] ?? event.kind),
    at: event.at,
    change_digest: digest,
    sponsor: proposed?.sponsor ?? ran?.body.sponsor ?? null,
    assurance: proposed?.assurance ?? ran?.body.assurance ?? null,
    policy_digest: ran?.body.policyDigest ?? proposed?.policyDigest ?? null,
    credentials: outcome?.credentials ?? null,
    target: (ran?.body.target ?? proposed?.target)?.name ?? null,
    outcome: outcome?.detail ?? null,
    one_person: onePersonIn(events, proposed),
    signatures: (await Promise.all(events.map((one) => signatureOf(one, digest)))).flatMap((one) => one ?? []),
    events: events.map(({ seq, at, kind }) => ({ seq, at, kind })),
    only_named: earlier.length === 0 ? named : 0,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root_hash: checkpoint.rootHash,
  };
}

function onePersonIn(events: readonly LedgerEvent[], proposed: Proposal | undefined): string | null {
  const approvals = events.flatMap((one) => {
    const read = readEvent(['change.approved'], one);
    return read ? [{ ...read.body, at: read.at, seq: read.seq }] : [];
  });
  return onePersonLabels({ approvals, ...(proposed?.onePerson ? { onePerson: proposed.onePerson } : {}) })[0] ?? null;
}

/** The signature verifies over a statement for this change, by the key that the event names. */
async function signatureOf(
  event: LedgerEvent,
  digest: string | null,
): Promise<ReceiptFacts['signatures'][number] | undefined> {
  if (event.kind !== 'change.approved' && event.kind !== 'change.rejected') return undefined;
  const approval = bodyOf(event.kind, event);
  const { decision, person, keyFingerprint, statement, policyDigest } = approval;
  const { fingerprint, userVerified } = await keyThatSigned(approval);
  const said = membersOf(statement);
  const claims = { change_id: event.changeId, decision, person, ...(digest === null ? {} : { change_digest: digest }) };
  const fits = Object.entries(claims).every(([name, value]) => said[name] === value);
  const proof = proofOf({ userVerified });
  if (fingerprint !== keyFingerprint || !fits || !isProofEnough(proof, proofOf(approval)))
    throw new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The signature of ${makeVisibleLine(person, 60)} is over another statement, or by another key, than the receipt states.`,
      'Do not rely on this receipt; ask for the ledger.',
    );
  const reason = typeof said.reason === 'string' ? { reason: said.reason } : {};
  return { decision, person, key: fingerprint, proof, at: event.at, policy_digest: policyDigest ?? null, ...reason };
}

/** A passkey's signature does not carry its key: the record does. */
async function keyThatSigned({ person, statement, signature, keyLine }: Approval): Promise<VerifiedKey> {
  if (!isPasskeySignature(signature)) return verifySshSignature(Buffer.from(statement), signature);
  const keys = keyLine === undefined ? [] : [readOffered(keyLine)];
  return verifyPasskeySignature(statement, signature, [{ name: person, signsInAs: [], roles: [], keys }]);
}

/** Of a statement; none where it is not an object. */
function membersOf(statement: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(statement) as object) };
  } catch {
    return {};
  }
}

const mixed = () =>
  new CountersignError(
    'INPUT_INVALID',
    'This receipt has events of more than one change.',
    'Do not rely on it; ask for a new receipt.',
  );

export function receiptText(facts: ReceiptFacts): string {
  const line = (text: string) => makeVisibleLine(text, Number.POSITIVE_INFINITY);
  const { change, state, signatures, only_named: onlyNamed } = facts;
  return [
    `The receipt verifies: ${line(change)} ${line(state)} at ${facts.at}.`,
    ...(facts.target === null ? [] : [`Target: ${line(facts.target)}`]),
    ...(facts.outcome === null ? [] : [`Outcome: ${line(facts.outcome)}`]),
    ...(facts.one_person === null ? [] : [`ONE PERSON: ${line(facts.one_person)}`]),
    `Sponsor: ${line(facts.sponsor ?? 'none')} · assurance ${line(facts.assurance ?? 'not recorded')} · credentials ${facts.credentials ?? 'none used'}`,
    `Policy: ${line(facts.policy_digest ?? 'not recorded')}`,
    ...signatures.flatMap(({ decision, person, key, proof, at, reason }) => [
      `Signed: ${decision} by ${line(person)} with the key ${key} (${PROOF_TEXTS[proof]}) at ${at}`,
      ...(reason === undefined ? [] : [`Reason: ${line(reason)}`]),
    ]),
    ...(onlyNamed > 0
      ? [`${counted(onlyNamed, 'earlier event')} of the change are named by hash only: no signature was verified.`]
      : []),
    `Proven under the checkpoint of ${line(facts.origin)} with ${counted(facts.size, 'event')}, root ${facts.root_hash}.`,
    'The policy with this digest states whose key it is. The receipt cannot show events after its checkpoint.',
  ].join('\n');
}
