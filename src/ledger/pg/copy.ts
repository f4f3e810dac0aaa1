/**
 * Moves a ledger from its file into a database: the same events, documents, claims and origin.
 *
 * INVARIANT: the database's own trigger computes the tree of what comes in, and what was there already must be the
 * beginning of the file's ledger. The file is locked for the last part; when both heads are equal it takes no more
 * events, of any version, so that one history does not go on as two.
 */
import type Database from 'better-sqlite3';
import type { Client } from 'pg';
import { AUDIT_REMEDY, CountersignError } from '../../core/errors.ts';
import { parseEvent } from '../events.ts';
import type { Head } from '../ledger.ts';
import { rootOf, splitHashes } from '../merkle.ts';
import { openDatabase, retire } from '../sqlite/database.ts';
import { readingOf } from '../sqlite/reading.ts';
import { requirePrivate, shownAddress } from './address.ts';
import { asColumn } from './column.ts';
import { computeKept, inOwnersTransaction, migrate } from './migrate.ts';
import { headIn } from './reading.ts';
import { insertOf } from './writing.ts';

export interface Copied extends Head {
  from: string;
  /** Without its password. */
  to: string;
  origin: string;
}

const AT_ONCE = 200;
const WAITS_MILLISECONDS = 10_000;

/**
 * @param url of the role that owns the database. @param fingerprint of the secret of the state folder.
 * @throws INPUT_INVALID for a database that has another ledger; LEDGER_TAMPERED.
 */
export async function copyToDatabase(
  home: string,
  url: string,
  fingerprint: string,
  tell: (progress: string) => void,
): Promise<Copied> {
  requirePrivate(url);
  const to = shownAddress(url);
  const db = openDatabase(home, WAITS_MILLISECONDS);
  try {
    const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
    const { origin: own, events } = await migrate(url, origin);
    if (own !== origin)
      throw new CountersignError(
        'INPUT_INVALID',
        `The database ${to} has another ledger (${own}).`,
        'Name an empty database: one ledger is moved into one database.',
      );
    if (events > 0) tell(`${to} has ${events} events of this ledger already.`);
    // Most of it while others go on appending, and the rest under the file's lock.
    await inOwnersTransaction(url, to, (client) => copyRest(db, client, tell));
    db.exec('BEGIN IMMEDIATE');
    const head = await inOwnersTransaction(url, to, async (client) => {
      await copyRest(db, client, tell);
      await copyBeside(db, client);
      await computeKept(client);
      await client.query({ text: 'SELECT countersign.bound_to($1)', values: [fingerprint] });
      return mustBeEqual(db, client, to);
    });
    retire(db, to);
    db.exec('COMMIT');
    return { from: home, to, origin, ...head };
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.close();
  }
}

async function copyRest(db: Database.Database, client: Client, tell: (progress: string) => void): Promise<void> {
  await mustBeBeginning(db, client);
  const select = db.prepare('SELECT seq, bytes, leaf, peaks FROM events WHERE seq > ? ORDER BY seq LIMIT ?');
  for (let seq = (await headOf(client)).size; ; ) {
    const rows = select.all(seq, AT_ONCE) as { seq: number; bytes: Buffer; leaf: Buffer; peaks: Buffer }[];
    if (rows.length === 0) break;
    const written = rows.map(({ bytes, leaf, peaks }) => ({
      event: parseEvent(bytes),
      bytes,
      leaf,
      peaks: splitHashes(peaks),
    }));
    await client.query(insertOf(written));
    seq = rows.at(-1)!.seq;
    if (seq % 10_000 < AT_ONCE) tell(`copied ${seq} events`);
  }
}

async function headOf(client: Client) {
  const { rows } = await client.query<{ size: string; peaks: Buffer }>(
    'SELECT size, peaks FROM countersign.locked_head()',
  );
  return headIn(rows[0]!);
}

/** What the database has is what the file begins with. */
async function mustBeBeginning(db: Database.Database, client: Client): Promise<void> {
  const { size, peaks } = await headOf(client);
  if (size === 0) return;
  const own = db.prepare('SELECT peaks FROM events WHERE seq = ?').pluck().get(size) as Buffer | undefined;
  if (own?.equals(Buffer.concat(peaks))) return;
  throw new CountersignError(
    'INPUT_INVALID',
    'The database has events that this ledger does not begin with: events were appended in both places.',
    'Name an empty database, or go on with the one in the database; nothing was changed.',
  );
}

async function copyBeside(db: Database.Database, client: Client): Promise<void> {
  const documents = db.prepare('SELECT digest, bytes FROM documents').iterate() as IterableIterator<{
    digest: string;
    bytes: Buffer;
  }>;
  for (const { digest, bytes } of documents)
    await client.query({
      text: 'INSERT INTO countersign.documents (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      values: [digest, bytes],
    });
  const claims = db.prepare('SELECT name, at FROM claims').iterate() as IterableIterator<{ name: string; at: string }>;
  for (const { name, at } of claims)
    await client.query({
      text: 'INSERT INTO countersign.claims (name, at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      values: [asColumn(name), at],
    });
}

async function mustBeEqual(db: Database.Database, client: Client, to: string): Promise<Head> {
  const own = readingOf(db).head();
  const { size, peaks } = await headOf(client);
  const rootHash = rootOf(peaks).toString('hex');
  if (size === own.size && rootHash === own.rootHash) return own;
  throw new CountersignError('LEDGER_TAMPERED', `The copy in ${to} is not this ledger.`, AUDIT_REMEDY);
}
