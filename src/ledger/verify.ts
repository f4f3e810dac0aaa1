/**
 * Computes the whole ledger again from its bytes and names the first row that is not as it was appended.
 *
 * Guarantees: rows are read one after the other, in memory that does not grow with them; every document is as its
 * digest says, and every document that an event names, or a document that it names (`documents.ts`), is there.
 * Limit: what is not anchored elsewhere can be rewritten whole, or cut at its end; only a checkpoint that was kept
 * elsewhere shows that.
 */
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import type { LedgerEvent } from '../core/events.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Checkpoint } from './checkpoint.ts';
import { documentProblem, missingDocuments } from './documents.ts';
import { eventIn } from './events.ts';
import type { Evidence, StoredRow } from './evidence.ts';
import { appendHexPeak, asHex, type HexHash, hexLeaf, hexLeafOfText, hexRootOf, splitHex } from './hex-tree.ts';
import { comparedWithKept } from './keeping.ts';

export type Problem =
  | 'changed'
  | 'removed'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'tree'
  | 'document'
  | 'kept'
  | 'signature';

/** `seq`: the first event concerned, from 1; 0 when no event names the changed document. */
export type Verification =
  | { ok: true; size: number; rootHash: string; anchored: 'nothing' | 'checkpoint' }
  | { ok: false; problem: Problem; seq: number; message: string; remedy: string };

/** `rootSaid`: of the tree up to this row, as it was stored. */
interface Row extends Omit<StoredRow, 'root'> {
  hash: HexHash;
  rootSaid: HexHash;
}

/**
 * Read-only, over one snapshot. Each of `checkpoints` must be a prefix of the ledger.
 *
 * @throws INPUT_INVALID for another ledger's checkpoint, and as the store's `withEvidence`.
 */
export async function verifyEvidence(evidence: Evidence, checkpoints: readonly Checkpoint[]): Promise<Verification> {
  const foreign = checkpoints.find((one) => one.origin !== evidence.origin);
  if (foreign) {
    throw new CountersignError(
      'INPUT_INVALID',
      `The checkpoint is from the ledger ${foreign.origin}; this ledger is ${evidence.origin}.`,
      'Pass a checkpoint of this ledger; if this is one, the ledger was replaced.',
    );
  }
  const missingIn = missingDocuments(evidence);
  const kept = evidence.kept && comparedWithKept(evidence.kept, evidence.asColumn);
  let keptProblem: Verification | undefined;
  let before: HexHash[] = [];
  let peaks: HexHash[] = [];
  const sizes = new Set(checkpoints.map((one) => one.size));
  const roots = new Map([[0, hexRootOf([])]]);
  let size = 0;
  let missing: { digest: string; seq: number } | undefined;
  for await (const row of evidence.rows()) {
    const event = readEvent(row);
    const hash = hashOf(row);
    const next = appendHexPeak(peaks, size, hash);
    if (!event || !isAsAppended(row, event, { seq: size + 1, hash, peaks: next, asColumn: evidence.asColumn })) {
      const standing = { index: size, peaks, before, evidence };
      return problemAt({ ...row, hash, rootSaid: rootSaid(row) }, standing);
    }
    before = peaks;
    peaks = next;
    size += 1;
    if (sizes.has(size)) roots.set(size, hexRootOf(peaks));
    // Most rows have nothing to wait for, and a ledger has many.
    const naming = missing ? undefined : missingIn(row.kind, event, row.text);
    const digest = naming && (await naming);
    if (digest !== undefined) missing = { digest, seq: size };
    const follows = kept?.follow(event) ?? true;
    if (follows !== true && !(await follows)) keptProblem ??= keptFailure(size, `row ${size}`);
  }
  const cut = tailProblem(evidence, size, peaks);
  if (cut) return cut;
  for (const checkpoint of checkpoints) {
    const unlike = unlikeness(checkpoint, size, roots);
    if (unlike) return unlike;
  }
  const anchored = checkpoints.some((one) => one.size > 0) ? 'checkpoint' : 'nothing';
  const problem = await documentProblem(evidence, missing);
  if (problem) return failure('document', problem.seq, problem.message);
  const otherwise = keptProblem ? undefined : await kept?.end();
  if (otherwise !== undefined) return keptFailure(0, otherwise);
  return keptProblem ?? { ok: true, size, rootHash: hexRootOf(peaks).toLowerCase(), anchored };
}

/** A store that says where its end is says so of the rows that are there. */
function tailProblem({ tail }: Evidence, size: number, peaks: readonly HexHash[]): Verification | undefined {
  if (!tail || (tail.size === size && asHex(tail.peaks) === peaks.join(''))) return undefined;
  if (tail.size > size)
    return failure(
      'truncated',
      size + 1,
      `The head of the ledger is at ${counted(tail.size, 'event')}; the ledger has only ${size}.`,
    );
  return failure('tree', size, `The head of the ledger does not match its ${counted(size, 'event')}.`);
}

/** Why the ledger does not begin with the events of a checkpoint. `roots`: of the first events, by their number. */
function unlikeness(
  checkpoint: Checkpoint,
  size: number,
  roots: ReadonlyMap<number, HexHash>,
): Verification | undefined {
  if (checkpoint.size > size) {
    return failure(
      'truncated',
      size + 1,
      `The checkpoint covers ${counted(checkpoint.size, 'event')}; the ledger has only ${size}.`,
    );
  }
  if (roots.get(checkpoint.size)?.toLowerCase() === checkpoint.rootHash) return undefined;
  return failure(
    'tree',
    1,
    `The first ${counted(checkpoint.size, 'event')} do not match the checkpoint: the ledger was rewritten.`,
  );
}

/** As the ledger wrote it, at its place. A row that is not is looked at again, for what became of it. */
function isAsAppended(
  row: StoredRow,
  event: LedgerEvent,
  own: { seq: number; hash: HexHash; peaks: readonly HexHash[]; asColumn: Evidence['asColumn'] },
): boolean {
  return (
    row.seq === own.seq &&
    event.seq === own.seq &&
    row.leaf === own.hash &&
    row.peaks === own.peaks.join('') &&
    (row.root === '' || row.root === hexRootOf(own.peaks)) &&
    hasItsColumns(row, event, own.asColumn)
  );
}

async function* rowsOf(evidence: Pick<Evidence, 'rows'>): AsyncGenerator<Row> {
  for await (const row of evidence.rows()) yield { ...row, hash: hashOf(row), rootSaid: rootSaid(row) };
}

/** Rows of the first format say it; of those since it follows from their peaks. */
const rootSaid = ({ root, peaks }: StoredRow): HexHash => root || hexRootOf(splitHex(peaks));
const hashOf = ({ text, bytes }: StoredRow): HexHash => (bytes ? hexLeaf(bytes) : hexLeafOfText(text));

/** Where a row stands: the tree before it, that before its predecessor, and the store, to look for its own again. */
interface Standing {
  index: number;
  peaks: HexHash[];
  before: HexHash[];
  evidence: Evidence;
}

/**
 * Every row keeps its place inside its hashed bytes and the root of the tree up to itself. So a row that stands
 * elsewhere still says where it belongs, and the root says which row truly came next.
 *
 * @param row that is not `isAsAppended`.
 */
async function problemAt(row: Row, { index, peaks, before, evidence }: Standing): Promise<Verification> {
  const seq = index + 1;
  if (row.seq < 1) return failure('inserted', row.seq, `Row ${row.seq} is before the first row.`);
  if (row.seq > seq) return failure('removed', seq, `Row ${seq} is missing; the next one is ${row.seq}.`);
  const rootWith = (hash: HexHash): HexHash => hexRootOf(appendHexPeak(peaks, index, hash));
  const event = readEvent(row);
  const treeProblem = () => failure('tree', seq, `Row ${seq}: its stored tree nodes do not match the events up to it.`);
  if (row.leaf === row.hash && row.rootSaid === rootWith(row.hash) && event) {
    if (event.seq !== seq) return failure('inserted', seq, `Row ${seq} contains the event of row ${event.seq}.`);
    if (row.peaks !== appendHexPeak(peaks, index, row.hash).join('')) return treeProblem();
    return failure('changed', seq, `Row ${seq}: its index columns do not match its bytes.`);
  }
  if (event?.seq === seq - 1 && index > 0 && row.rootSaid === hexRootOf(appendHexPeak(before, index - 1, row.hash))) {
    return failure('inserted', seq - 1, `Row ${seq - 1} was inserted: the original row is now row ${seq}.`);
  }
  const original = await positionOf(
    rowsOf(evidence),
    (other, at) => at > index && (other.rootSaid === rootWith(other.hash) || row.rootSaid === rootWith(other.hash)),
  );
  if (original > index) {
    const moved = event !== undefined && event.seq !== seq;
    if (moved || original > index + 1) {
      return failure('reordered', seq, `The original row ${seq} is now row ${original + 1}.`);
    }
    return failure('inserted', seq, `Row ${seq} was inserted: the original row is now row ${original + 1}.`);
  }
  if (event && row.leaf === row.hash && event.seq > seq) {
    return failure('removed', seq, `Row ${seq} is missing: the original row ${event.seq} is in its place.`);
  }
  if (event?.seq === seq && row.leaf === row.hash && !hasNodesBefore(row, peaks, index)) return treeProblem();
  const rewritten =
    event && row.leaf === row.hash
      ? ' together with its leaf hash, or the row before it was rewritten with all of its hashes'
      : '';
  return failure(
    'changed',
    seq,
    `Row ${seq} (${row.kind}, ${absoluteTime(row.at)}) was rewritten after it was appended${rewritten}.`,
  );
}

/** What a row alone adds to the tree is its last node: are the others those of the rows before it? */
function hasNodesBefore({ peaks: stored, hash }: Row, peaks: HexHash[], index: number): boolean {
  const others = appendHexPeak(peaks, index, hash).slice(0, -1).join('');
  return stored.length === others.length + 64 && stored.startsWith(others);
}

async function positionOf(rows: AsyncIterable<Row>, fits: (row: Row, at: number) => boolean): Promise<number> {
  let at = -1;
  for await (const row of rows) {
    at += 1;
    if (fits(row, at)) return at;
  }
  return -1;
}

function readEvent({ text }: Pick<StoredRow, 'text'>): LedgerEvent | undefined {
  try {
    return eventIn(text);
  } catch {
    return undefined;
  }
}

function hasItsColumns(row: StoredRow, event: LedgerEvent, asColumn: Evidence['asColumn']): boolean {
  const column = (text: string | undefined) => (text === undefined ? null : asColumn(text));
  return (
    column(event.kind) === row.kind &&
    column(event.at) === row.at &&
    column(event.changeId) === row.change_id &&
    column(event.planId) === row.plan_id
  );
}

function keptFailure(seq: number, what: string): Verification {
  return {
    ok: false,
    problem: 'kept',
    seq,
    message: `The tables beside the events differ from them in ${what}: the file was edited.`,
    remedy:
      'Keep a copy of the state folder as evidence, then run: countersign audit rebuild. Until then guards may be told less than happened.',
  };
}

function failure(problem: Problem, seq: number, message: string): Verification {
  const remedy = 'Do not execute any change; keep the state folder as evidence and compare it with a backup.';
  return { ok: false, problem, seq, message, remedy };
}
