/**
 * What is kept beside the events (`core/kept.ts`), as tables: written in the transaction of the event, made again from
 * all events when a version keeps something else, and compared with them by `audit verify`.
 */
import type Database from 'better-sqlite3';
import type { LedgerEvent } from '../../core/events.ts';
import { KEPT_KINDS, KEPT_VERSION, standingIdOf, tagsOf } from '../../core/kept.ts';
import { parseEvent } from '../events.ts';
import type { KeptStanding } from '../evidence.ts';
import { isKept, standingLeftBy } from '../keeping.ts';

export const KEPT_TABLES = `
  CREATE TABLE IF NOT EXISTS tags (
    tag TEXT NOT NULL, at TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (tag, at, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS standings (
    subject TEXT PRIMARY KEY, state TEXT NOT NULL, until TEXT NOT NULL, seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS standings_seq ON standings (state, seq);
  CREATE INDEX IF NOT EXISTS standings_until ON standings (state, until);
  CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
`;

/** @returns keeps what an event leaves; inside of its transaction. */
export function keepingIn(db: Database.Database): (event: LedgerEvent) => void {
  const insertTag = db.prepare('INSERT OR IGNORE INTO tags (tag, at, seq) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT state, until, seq FROM standings WHERE subject = ?');
  const write = db.prepare(
    'INSERT INTO standings (subject, state, until, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, until = excluded.until',
  );
  return (event) => {
    if (!isKept(event.kind)) return;
    for (const tag of tagsOf(event)) insertTag.run(tag, event.at, event.seq);
    const subject = standingIdOf(event);
    if (subject === undefined) return;
    const before = select.get(subject) as KeptStanding | undefined;
    const standing = standingLeftBy(event, before);
    if (standing) write.run(subject, standing.state, standing.until, standing.seq);
  };
}

/** Inside of a transaction: forgets what is kept and makes it again from the events. */
export function keepAgain(db: Database.Database): void {
  db.exec('DELETE FROM tags; DELETE FROM standings;');
  const keep = keepingIn(db);
  const select = db.prepare(
    `SELECT bytes FROM events WHERE seq > ? AND kind IN (${KEPT_KINDS.map(() => '?').join(',')}) ORDER BY seq LIMIT ${PAGE}`,
  );
  for (let seq = 0; ; ) {
    const rows = select.all(seq, ...KEPT_KINDS) as { bytes: Buffer }[];
    for (const { bytes } of rows) {
      const event = parseEvent(bytes);
      keep(event);
      seq = event.seq;
    }
    if (rows.length < PAGE) break;
  }
  db.prepare('INSERT OR REPLACE INTO kept (id, version) VALUES (1, ?)').run(KEPT_VERSION);
}
/** SQLite writes nothing while rows are iterated. */
const PAGE = 1000;

export const isKeptByThisVersion = (db: Database.Database): boolean =>
  db.prepare('SELECT version FROM kept').pluck().get() === KEPT_VERSION;
