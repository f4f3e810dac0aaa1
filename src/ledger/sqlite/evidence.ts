/** The file of a ledger as evidence: read-only, over one snapshot. */
import Database from 'better-sqlite3';
import { CountersignError } from '../../core/errors.ts';
import { bytesUnlike, type Evidence, type KeptStanding, type StoredRow } from '../evidence.ts';
import { LEDGER_VERSION, openReadOnly, requireLedger } from './database.ts';

/** @throws INPUT_NOT_FOUND without a ledger; LEDGER_NEWER_VERSION; LEDGER_TAMPERED when SQLite cannot read the file. */
export async function withEvidence<T>(home: string, use: (evidence: Evidence) => Promise<T>): Promise<T> {
  requireLedger(home);
  let db: Database.Database | undefined;
  try {
    db = openReadOnly(home);
    db.exec('BEGIN');
    return await use(evidenceOf(db));
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new CountersignError(
      'LEDGER_TAMPERED',
      `The ledger in ${home} cannot be read (${error.code}).`,
      'Check the permissions of the state folder; if they are correct, restore the file from a backup.',
      { cause: error },
    );
  } finally {
    db?.close();
  }
}

const ROWS = `SELECT seq, kind, at, change_id, plan_id, CAST(bytes AS TEXT) AS text,
  hex(leaf) AS leaf, hex(root) AS root, hex(peaks) AS peaks FROM events ORDER BY seq`;

function evidenceOf(db: Database.Database): Evidence {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > LEDGER_VERSION) {
    throw new CountersignError(
      'LEDGER_NEWER_VERSION',
      `The ledger has format ${version}.`,
      'Use a newer version of countersign.',
    );
  }
  const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
  const document = db.prepare('SELECT bytes FROM documents WHERE digest = ?').pluck();
  const documents = db.prepare('SELECT digest, bytes FROM documents');
  const naming = db.prepare('SELECT min(seq) FROM events WHERE instr(bytes, ?) > 0').pluck();
  return {
    origin,
    rows: () => rowsOf(db),
    document: (digest) => document.get(digest) as Buffer | undefined,
    documents: () => documents.iterate() as IterableIterator<{ digest: string; bytes: Buffer }>,
    firstNaming: (digest) => (naming.get(Buffer.from(digest)) as number | null) ?? undefined,
    ...(version === LEDGER_VERSION ? { kept: keptEvidenceOf(db) } : {}),
    asColumn: (text) => text,
  };
}

/** A statement of its own for each: rows are read again while they are read. */
function* rowsOf(db: Database.Database): Generator<StoredRow> {
  const bytes = db.prepare('SELECT bytes FROM events WHERE seq = ?').pluck();
  for (const row of db.prepare(ROWS).iterate() as IterableIterator<StoredRow>) {
    const unlike = bytesUnlike(row.text, () => bytes.get(row.seq) as Buffer);
    yield unlike ? { ...row, ...unlike } : row;
  }
}

function keptEvidenceOf(db: Database.Database): NonNullable<Evidence['kept']> {
  const hasTag = db.prepare('SELECT 1 FROM tags WHERE tag = ? AND at = ? AND seq = ?').pluck();
  const count = db.prepare('SELECT count(*) FROM tags').pluck();
  const standings = db.prepare('SELECT subject, state, until, seq FROM standings');
  return {
    hasTag: (tag, at, seq) => hasTag.get(tag, at, seq) !== undefined,
    tagCount: () => count.get() as number,
    standings: () => standings.iterate() as IterableIterator<KeptStanding & { subject: string }>,
  };
}
