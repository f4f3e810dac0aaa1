/**
 * Receipts (C2SP `tlog-proof`): the newest milestone of a change, its inclusion proof and a signed checkpoint, in one
 * text. `extra` has the event's bytes and, one per line, those of the earlier milestones that its `record` names by
 * leaf hash.
 *
 * Guarantees: one receipt has one text, so that it can be compared, kept and hashed; its checkpoint is signed by a key
 * that the caller knows. Limit: it proves what the ledger had at its checkpoint, not that nothing came after.
 */
import { CountersignError } from '../core/errors.ts';
import { type LedgerEvent, MILESTONES } from '../core/events.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { parseEvent } from './events.ts';
import type { OpenLedger } from './ledger.ts';
import type { SignedHead } from './log-key.ts';
import { type Hash, leafHash, verifyInclusion } from './merkle.ts';
import { exactBase64, type NoteKey, splitNote } from './note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const LINE_END = Buffer.from('\n');

type Milestones = Pick<OpenLedger, 'events' | 'leaf' | 'inclusionProof'>;

/**
 * @param sign the ledger's head, after the event was read.
 * @param isShort without the earlier milestones, whose hashes stay in its event.
 * @throws INPUT_NOT_FOUND
 */
export async function receiptFor(
  ledger: Milestones,
  changeId: string,
  sign: () => Promise<SignedHead>,
  isShort = false,
): Promise<string> {
  const milestones = await ledger.events({ changeId, kinds: MILESTONES });
  const event = milestones.at(-1);
  if (!event) {
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `The ledger has no change ${changeId}.`,
      'List them with `countersign changes`.',
    );
  }
  const { checkpoint, text } = await sign();
  const [closing, ...earlier] = (await Promise.all(
    [event, ...milestones.slice(0, -1)].map(async ({ seq }) => (await ledger.leaf(seq)).bytes),
  )) as [Buffer, ...Buffer[]];
  const named = recordIn(closing);
  const isBound = named.length === earlier.length && named.every((leaf, at) => leafHash(earlier[at]!).equals(leaf));
  return formatReceipt({
    // An event of an older version names no record: it is proven alone.
    events: [closing, ...(isBound && !isShort ? earlier : [])],
    index: event.seq - 1,
    proof: await ledger.inclusionProof(event.seq, checkpoint.size),
    checkpoint: text,
  });
}

/** The leaf hashes that an event names, in their order. */
function recordIn(bytes: Buffer): Hash[] {
  const { record = [] } = JSON.parse(bytes.toString('utf8')) as { record?: unknown };
  if (!Array.isArray(record)) throw invalid('names a record that is not a list of hashes');
  return record.map((text: unknown) => {
    const hash = typeof text === 'string' ? exactBase64(text) : undefined;
    if (hash?.length !== 32) throw invalid('names a record that is not a list of hashes');
    return hash;
  });
}

interface Parts {
  events: readonly Buffer[];
  index: number;
  proof: readonly Hash[];
  checkpoint: string;
}

function formatReceipt({ events, index, proof, checkpoint }: Parts): string {
  const extra = Buffer.concat(events.flatMap((bytes, at) => (at === 0 ? [bytes] : [LINE_END, bytes])));
  const hashes = proof.map((hash) => hash.toString('base64'));
  return `${[HEADER, `extra ${extra.toString('base64')}`, `index ${index}`, ...hashes].join('\n')}\n\n${checkpoint}`;
}

export interface Receipt {
  /** The newest milestone, which the proof is of. */
  event: LedgerEvent;
  /** The milestones before it, oldest first. */
  earlier: LedgerEvent[];
  /** Earlier milestones that the event names; the receipt has them all, or none. */
  named: number;
  checkpoint: Checkpoint;
}

/** Needs no ledger. @param known the ledger's verifier keys. @throws INPUT_INVALID */
export function verifyReceipt(text: string, known: readonly NoteKey[]): Receipt {
  const parts = parseReceipt(text);
  // SECURITY: one receipt has one text: nothing stands between, before or behind its parts.
  if (formatReceipt(parts) !== text) throw invalid('is not in canonical form');
  const { checkpoint, signed } = openCheckpoint(parts.checkpoint, known);
  if (signed !== 'signed') throw invalid(`has a checkpoint that is ${signed}`);
  if (splitNote(parts.checkpoint).signatures.length !== 1) throw invalid('has more than one signature line');
  const [closing, ...earlier] = parts.events as [Buffer, ...Buffer[]];
  const root = Buffer.from(checkpoint.rootHash, 'hex');
  if (!verifyInclusion(leafHash(closing), parts.index, checkpoint.size, parts.proof, root))
    throw invalid('does not prove that its event is in its checkpoint');
  try {
    return readReceipt(closing, earlier, parts.index, checkpoint);
  } catch (error) {
    // What is no event is no fault of the ledger here.
    if (error instanceof CountersignError && error.code !== 'LEDGER_TAMPERED') throw error;
    throw invalid('has an event that cannot be read');
  }
}

function readReceipt(closing: Buffer, earlier: readonly Buffer[], index: number, checkpoint: Checkpoint): Receipt {
  const named = recordIn(closing);
  const isWhole = named.length === earlier.length && named.every((leaf, at) => leafHash(earlier[at]!).equals(leaf));
  if (earlier.length > 0 && !isWhole) throw invalid('has other earlier events than its event names');
  const event = parseEvent(closing);
  if (event.seq !== index + 1) throw invalid('contains an event from another position');
  return { event, earlier: earlier.map(parseEvent), named: named.length, checkpoint };
}

function parseReceipt(text: string): Parts {
  const split = text.indexOf('\n\n');
  const [header, extra = '', index = '', ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  const bytes = exactBase64(extra.replace(/^extra /, ''));
  const isFormed = header === HEADER && extra.startsWith('extra ') && /^index (0|[1-9][0-9]{0,14})$/.test(index);
  const proof = lines.map((line) => exactBase64(line));
  if (!isFormed || !bytes || proof.some((hash) => hash?.length !== 32))
    throw invalid('does not have the form of a receipt');
  return {
    events: linesOf(bytes),
    index: Number(index.slice('index '.length)),
    proof: proof as Hash[],
    checkpoint: text.slice(split + 2),
  };
}

/** Canonical JSON has no line end of its own. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const end = bytes.indexOf(LINE_END, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    from = end < 0 ? bytes.length + 1 : end + 1;
  }
  return lines;
}

function invalid(why: string): CountersignError {
  return new CountersignError('INPUT_INVALID', `This receipt ${why}.`, 'Do not rely on it; ask for a new receipt.');
}
