/**
 * Asks a witness (C2SP `tlog-witness`) to cosign a checkpoint: it remembers the newest one of each log that it has seen,
 * and cosigns no other history.
 *
 * SECURITY: its answer is text of others: bounded, verified by the key that was named, and nothing else of it is kept.
 */
import { counted } from '../core/counted.ts';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { isPrivateUrl } from '../core/private-url.ts';
import { type Cosignature, cosignaturesOf, type WitnessKey } from '../ledger/cosignature.ts';
import type { OpenLedger } from '../ledger/ledger.ts';
import type { SignedHead } from '../ledger/log-key.ts';
import { splitNote } from '../ledger/note.ts';

const ANSWERS_WITHIN_MILLISECONDS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const CONFLICT = 409;

type Log = Pick<OpenLedger, 'consistencyProof'>;
export interface Cosigned extends SignedHead {
  cosignatures: Cosignature[];
}

/**
 * @param prefix the witness's submission prefix.
 * @returns the head with the witness's signature lines.
 * @throws LEDGER_TAMPERED when the witness has seen a longer or another history; WITNESS_NO_COSIGNATURE.
 */
export async function cosigned(ledger: Log, head: SignedHead, prefix: string, key: WitnessKey): Promise<Cosigned> {
  const url = submissionUrl(prefix);
  const send = async (old: number) => post(url, await requestOf(ledger, head, old));
  let answer = await send(0);
  if (answer.status === CONFLICT) answer = await send(seenBefore(answer.text, head, key));
  if (answer.status !== 200) throw refused(answer.status, head, key);
  const lines = answer.text.split('\n').filter((line) => line.startsWith(`— ${key.name} `));
  const text = `${head.text}${lines.map((line) => `${line}\n`).join('')}`;
  const cosignatures = cosignaturesOf(splitNote(text), head.checkpoint, [key]);
  if (cosignatures.length > 0) return { ...head, text, cosignatures };
  throw noCosignature(`${key.name} answered without a cosignature by the key that was named`);
}

/** @throws INPUT_INVALID for an address that others on the way could read. */
function submissionUrl(prefix: string): URL {
  const url = URL.canParse(prefix) ? new URL(`${prefix.replace(/\/$/, '')}/add-checkpoint`) : undefined;
  if (url && isPrivateUrl(url)) return url;
  throw new CountersignError(
    'INPUT_INVALID',
    'A witness needs an https address.',
    'Name its submission prefix: --witness https://…',
  );
}

async function requestOf(ledger: Log, { checkpoint, text }: SignedHead, old: number): Promise<string> {
  const proof = old === 0 ? [] : await ledger.consistencyProof(old, checkpoint.size);
  return [`old ${old}`, ...proof.map((hash) => hash.toString('base64')), '', text].join('\n');
}

/** @returns how many events of this log the witness has seen. */
function seenBefore(text: string, { checkpoint }: SignedHead, { name }: WitnessKey): number {
  if (!/^(0|[1-9][0-9]{0,15})\n?$/.test(text)) throw noCosignature(`${name} did not say what it has seen of this log`);
  const seen = Number(text);
  if (seen <= checkpoint.size) return seen;
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `${name} has seen ${counted(seen, 'event')} of this ledger, which has ${checkpoint.size}: its end was cut off.`,
    AUDIT_REMEDY,
  );
}

const UNKNOWN_LOG = [403, 404];
const OTHER_HISTORY = 422;

function refused(status: number, { checkpoint }: SignedHead, { name }: WitnessKey): CountersignError {
  if (status === OTHER_HISTORY)
    return new CountersignError(
      'LEDGER_TAMPERED',
      `${name} has seen a history of this ledger that the ledger does not continue.`,
      AUDIT_REMEDY,
    );
  if (!UNKNOWN_LOG.includes(status)) return noCosignature(`${name} answered with status ${status}`);
  return new CountersignError(
    'WITNESS_NO_COSIGNATURE',
    `${name} does not know the log ${checkpoint.origin} with this key.`,
    'Give its operator the verifier key that `countersign audit key` prints.',
  );
}

const noCosignature = (why: string, cause?: unknown) =>
  new CountersignError(
    'WITNESS_NO_COSIGNATURE',
    `${why}. The checkpoint is not cosigned.`,
    'Check the address and the verifier key of the witness, then run this again.',
    { cause },
  );

async function post(url: URL, body: string): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MILLISECONDS);
  try {
    const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
    const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    return { status: answer.status, text: await boundedText(answer) };
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw noCosignature(`${url.host} did not answer`, error);
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw noCosignature('The witness answered with too much text');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const cosignedText = ({ name, at }: Cosignature): string =>
  `cosigned by ${name} at ${new Date(at * 1000).toISOString()}`;
