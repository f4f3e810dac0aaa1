/** A ledger rewritten whole by somebody with its file: rows, tree, records of milestones and kept tables all fit. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LedgerEvent } from '../../src/core/events.ts';
import { eventBytes, isMilestone, parseEvent } from '../../src/ledger/events.ts';
import { appendPeak, type Hash, leafHash } from '../../src/ledger/merkle.ts';
import { keepAgain } from '../../src/ledger/sqlite/kept.ts';

/** @param alter each event. @param into a folder that is made anew. */
export function rewriteLedger(home: string, into: string, alter: (event: LedgerEvent) => LedgerEvent): void {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { mode: 0o700 });
  const from = new Database(join(home, 'ledger.db'));
  from.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  from.close();
  copyFileSync(join(home, 'ledger.db'), join(into, 'ledger.db'));
  const db = new Database(join(into, 'ledger.db'));
  try {
    const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as {
      name: string;
      sql: string;
    }[];
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    const rows = db.prepare('SELECT bytes FROM events ORDER BY seq').all() as { bytes: Buffer }[];
    const update = db.prepare('UPDATE events SET bytes = ?, leaf = ?, peaks = ? WHERE seq = ?');
    db.transaction(() => {
      let peaks: Hash[] = [];
      const milestones = new Map<string, string[]>();
      for (const [index, { bytes }] of rows.entries()) {
        const event = alter(parseEvent(bytes));
        const record = isMilestone(event) ? (milestones.get(event.changeId!) ?? []) : undefined;
        const written = eventBytes(event, event.seq, event.at, record);
        const leaf = leafHash(written);
        if (record) milestones.set(event.changeId!, [...record, leaf.toString('base64')]);
        peaks = appendPeak(peaks, index, leaf);
        update.run(written, leaf, Buffer.concat(peaks), event.seq);
      }
      keepAgain(db);
    })();
    for (const { sql } of triggers) db.exec(sql);
  } finally {
    db.close();
  }
}
