/** The bytes of events as they were hashed, one after the other, in memory that does not grow with them. */
import type Database from 'better-sqlite3';
import type { EventQuery } from '../../core/events.ts';
import { openReadOnly, readable, requireLedger } from './database.ts';

/** Over one snapshot; nothing is made or written. @throws INPUT_NOT_FOUND without a ledger. */
export async function* exportedEvents(
  home: string,
  { sinceAt, changeId, kinds }: Pick<EventQuery, 'sinceAt' | 'changeId' | 'kinds'>,
): AsyncGenerator<string> {
  requireLedger(home);
  let db: Database.Database | undefined;
  try {
    db = openReadOnly(home);
    const conditions: [text: string, values: readonly string[]][] = [['1 = 1', []]];
    if (sinceAt !== undefined) conditions.push(['at >= ?', [sinceAt]]);
    if (changeId !== undefined) conditions.push(['change_id = ?', [changeId]]);
    if (kinds !== undefined) conditions.push([`kind IN (${kinds.map(() => '?').join(',')})`, kinds]);
    const where = conditions.map(([text]) => text).join(' AND ');
    const rows = db.prepare(`SELECT bytes FROM events WHERE ${where} ORDER BY seq`).pluck();
    const values = conditions.flatMap(([, given]) => given);
    for (const bytes of rows.iterate(...values) as IterableIterator<Buffer>) yield bytes.toString('utf8');
  } catch (error) {
    throw readable(error);
  } finally {
    db?.close();
  }
}
