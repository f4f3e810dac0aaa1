/** The bytes of events as they were hashed, one after the other, in memory that does not grow with them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CountersignError } from '../core/errors.ts';
import type { EventQuery } from '../core/events.ts';
import { LEDGER_FILE, readable } from './database.ts';

/** Over one snapshot; nothing is made or written. @throws INPUT_NOT_FOUND without a ledger. */
export async function* exportedEvents(
  home: string,
  { sinceAt, changeId, kinds }: Pick<EventQuery, 'sinceAt' | 'changeId' | 'kinds'>,
): AsyncGenerator<string> {
  const path = join(home, LEDGER_FILE);
  if (!existsSync(path))
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `There is no ledger in ${home}.`,
      'Choose the state folder with --home.',
    );
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, timeout: 10_000 });
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
