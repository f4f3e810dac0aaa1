/** `ledger migrate` and `audit rebuild` on PostgreSQL: what only the owner of the database does. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { CountersignError } from '../../core/errors.ts';
import { KEPT_KINDS, KEPT_VERSION, standingIdOf, tagsOf } from '../../core/kept.ts';
import { parseEvent } from '../events.ts';
import type { KeptStanding } from '../evidence.ts';
import { standingLeftBy } from '../keeping.ts';
import { requirePrivate, shownAddress } from './address.ts';
import { asColumn } from './column.ts';
import { connectTo } from './connect.ts';
import { FORMAT, ROLES, SCHEMA } from './schema.ts';
import { readable } from './trouble.ts';

export interface Migrated {
  /** Where, without its password. */
  place: string;
  origin: string;
  events: number;
  format: string;
  roles: readonly string[];
}

/** One process at a time: any number of them may be started at once. */
const LOCK = 'SELECT pg_advisory_xact_lock(7203714)';

/** @param origin of a ledger that is moved here; absent: a new one is begun where there is none. */
export async function migrate(url: string, origin = `countersign-ledger/${randomUUID()}`): Promise<Migrated> {
  requirePrivate(url);
  const place = shownAddress(url);
  return inOwnersTransaction(url, place, async (client) => {
    await client.query(LOCK);
    const before = await formatOf(client);
    if (before && before.major > FORMAT.major)
      throw new CountersignError(
        'LEDGER_NEWER_VERSION',
        `The ledger in ${place} has format ${before.major}.${before.minor}; this version supports ${FORMAT.major}.`,
        'Use a newer version of countersign.',
      );
    await client.query(SCHEMA);
    await client.query({
      text: 'INSERT INTO countersign.ledger (id, origin, major, minor, kept) VALUES (1, $1, $2, $3, $4) ON CONFLICT DO NOTHING',
      values: [origin, FORMAT.major, FORMAT.minor, KEPT_VERSION],
    });
    await client.query("INSERT INTO countersign.head (id, size, peaks) VALUES (1, 0, '') ON CONFLICT DO NOTHING");
    await client.query({
      // A minor number counts within its major one.
      text: 'UPDATE countersign.ledger SET minor = CASE major WHEN $1 THEN greatest(minor, $2) ELSE $2 END, major = $1',
      values: [FORMAT.major, FORMAT.minor],
    });
    if (before && before.kept !== KEPT_VERSION) await computeKept(client);
    const { rows } = await client.query<{ origin: string; size: string; minor: number }>(
      'SELECT origin, size, minor FROM countersign.ledger JOIN countersign.head USING (id)',
    );
    const { origin: own, size, minor } = rows[0]!;
    const format = `${FORMAT.major}.${minor}`;
    return { place, origin: own, events: Number(size), format, roles: Object.values(ROLES) };
  });
}

async function formatOf(client: Client): Promise<{ major: number; minor: number; kept: number } | undefined> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('countersign.ledger') IS NOT NULL AS there",
  );
  if (!rows[0]!.there) return undefined;
  return (
    await client.query<{ major: number; minor: number; kept: number }>(
      'SELECT major, minor, kept FROM countersign.ledger',
    )
  ).rows[0];
}

/** @throws CONFIG_INVALID for a role that does not own the tables. */
export const keepAgain = (url: string, place: string): Promise<void> =>
  inOwnersTransaction(url, place, async (client) => {
    await client.query('SELECT FROM countersign.locked_head()');
    await computeKept(client);
  });

const PAGE = 1_000;

/** Forgets what is kept beside the events and makes it again from them. Nobody appends meanwhile. */
export async function computeKept(client: Client): Promise<void> {
  await client.query('DELETE FROM countersign.tags; DELETE FROM countersign.standings');
  const standings = new Map<string, KeptStanding>();
  for (let seq = 0; ; ) {
    const { rows } = await client.query<{ bytes: Buffer }>({
      text: `SELECT bytes FROM countersign.events WHERE seq > $1 AND kind = ANY($2) ORDER BY seq LIMIT ${PAGE}`,
      values: [seq, KEPT_KINDS],
    });
    const tags: [string, string, number][] = [];
    for (const { bytes } of rows) {
      const event = parseEvent(bytes);
      for (const tag of tagsOf(event)) tags.push([asColumn(tag), event.at, event.seq]);
      const subject = standingIdOf(event);
      const key = subject === undefined ? undefined : asColumn(subject);
      const standing = key === undefined ? undefined : standingLeftBy(event, standings.get(key));
      if (key !== undefined && standing) standings.set(key, standing);
      seq = event.seq;
    }
    await keep(client, tags, []);
    if (rows.length < PAGE) break;
  }
  await keep(client, [], [...standings]);
  await client.query({ text: 'UPDATE countersign.ledger SET kept = $1 WHERE id = 1', values: [KEPT_VERSION] });
}

async function keep(
  client: Client,
  tags: readonly [string, string, number][],
  standings: readonly [string, KeptStanding][],
): Promise<void> {
  await client.query({
    text: 'SELECT countersign.keep($1, $2, $3, $4, $5, $6, $7)',
    values: [
      ...([0, 1, 2] as const).map((at) => tags.map((tag) => tag[at])),
      standings.map(([subject]) => subject),
      ...(['state', 'until', 'seq'] as const).map((part) => standings.map(([, standing]) => standing[part])),
    ],
  });
}

/** Through `locked_head`, nobody appends meanwhile. @throws CONFIG_INVALID for a role that may not. */
export async function inOwnersTransaction<T>(
  url: string,
  place: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  let client: Client | undefined;
  try {
    client = await connectTo(url, { lock_timeout: LOCK_WAITS_MILLISECONDS });
    await client.query('BEGIN');
    const result = await use(client);
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
    return result;
  } catch (error) {
    throw readable(error, place);
  } finally {
    void client?.end().catch(() => undefined);
  }
}
const LOCK_WAITS_MILLISECONDS = 60_000;
