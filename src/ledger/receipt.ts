/**
 * Receipts (C2SP `tlog-proof`): one event, its inclusion proof and the checkpoint it leads to, in one text.
 * The event's bytes are the `extra` line.
 *
 * Limit: the checkpoint inside is not signed yet, so a receipt alone proves only that its parts fit together.
 * It proves something about a ledger when its checkpoint is compared with one that was kept elsewhere.
 * (A root hash does not fix the tree's size: compare origin, size and root, all three.)
 */
import { CountersignError } from '../core/errors.ts';
import type { LedgerEvent } from '../core/events.ts';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { parseEvent } from './events.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import type { OpenLedger } from './store.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';

/** The receipt of the newest event of a change. @throws INPUT_NOT_FOUND */
export async function receiptFor(ledger: OpenLedger, changeId: string): Promise<string> {
  const [event] = await ledger.events({ changeId, newestFirst: true, limit: 1 });
  if (!event) {
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `The ledger has no change ${changeId}.`,
      'List them with `countersign changes`.',
    );
  }
  const { size, rootHash } = ledger.head();
  const proof = ledger.inclusionProof(event.seq, size);
  const { bytes } = ledger.leaf(event.seq);
  return formatReceipt(bytes, event.seq - 1, proof, { origin: ledger.origin, size, rootHash });
}

function formatReceipt(bytes: Buffer, index: number, proof: readonly Buffer[], checkpoint: Checkpoint): string {
  const hashes = proof.map((hash) => hash.toString('base64'));
  const lines = [HEADER, `extra ${bytes.toString('base64')}`, `index ${index}`, ...hashes];
  return `${lines.join('\n')}\n\n${formatCheckpoint(checkpoint)}`;
}

/** Needs no ledger. Answers the event and the checkpoint that it is proven under. @throws INPUT_INVALID */
export function verifyReceipt(text: string): { event: LedgerEvent; checkpoint: Checkpoint } {
  const split = text.indexOf('\n\n');
  const [header, extra = '', index = '', ...proof] = text.slice(0, Math.max(split, 0)).split('\n');
  if (header !== HEADER || !extra.startsWith('extra ') || !/^index (0|[1-9][0-9]*)$/.test(index))
    throw invalid('does not have the form of a receipt');
  const checkpoint = parseCheckpoint(text.slice(split + 2));
  const bytes = Buffer.from(extra.slice('extra '.length), 'base64');
  const position = Number(index.slice('index '.length));
  const hashes = proof.map((line) => Buffer.from(line, 'base64'));
  const root = Buffer.from(checkpoint.rootHash, 'hex');
  if (
    hashes.some(({ length }) => length !== 32) ||
    !verifyInclusion(leafHash(bytes), position, checkpoint.size, hashes, root)
  ) {
    throw invalid('does not prove that its event is in its checkpoint');
  }
  // SECURITY: one receipt has one text (canonical base64, nothing behind the checkpoint), so that its text can be
  // compared, kept and hashed. Signature lines are not ours to check yet, so a made-up one must not stand there.
  if (text !== formatReceipt(bytes, position, hashes, checkpoint)) throw invalid('is not in canonical form');
  const event = parseEvent(bytes);
  if (event.seq !== position + 1) throw invalid('contains an event from another position');
  return { event, checkpoint };
}

function invalid(why: string): CountersignError {
  return new CountersignError('INPUT_INVALID', `This receipt ${why}.`, 'Do not rely on it; ask for a new receipt.');
}
