/** All of a ledger in PostgreSQL over one snapshot, read with cursors: in memory that does not grow with it. */
import type { Client } from 'pg';
import type { EventQuery } from '../../core/events.ts';
import { bytesUnlike, type Evidence, type KeptStanding, type StoredRow } from '../evidence.ts';
import { shownAddress } from './address.ts';
import { asColumn } from './column.ts';
import { connectTo } from './connect.ts';
import { readable } from './trouble.ts';

const EVENTS_AT_ONCE = 500;
/** Plans and templates: some are long. */
const DOCUMENTS_AT_ONCE = 20;

/** @throws LEDGER_UNREACHABLE, LEDGER_NOT_MIGRATED. */
export async function* withSnapshot<T>(url: string, use: (client: Client) => AsyncIterable<T>): AsyncGenerator<T> {
  let client: Client | undefined;
  try {
    client = await connectTo(url);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    yield* use(client);
  } catch (error) {
    throw readable(error, shownAddress(url));
  } finally {
    void client?.end().catch(() => undefined);
  }
}

let cursors = 0;
async function* rowsOf<Row extends object>(
  client: Client,
  sql: string,
  values: unknown[],
  atOnce: number,
): AsyncGenerator<Row[]> {
  cursors += 1;
  const name = `c${cursors}`;
  await client.query({ text: `DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, values });
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${atOnce} FROM ${name}`);
    if (rows.length > 0) yield rows;
    if (rows.length < atOnce) break;
  }
  await client.query(`CLOSE ${name}`);
}

/** @throws as withSnapshot. */
export async function withPgEvidence<T>(url: string, use: (evidence: Evidence) => Promise<T>): Promise<T> {
  for await (const result of withSnapshot(url, async function* (client) {
    yield await use(await evidenceOf(client));
  }))
    return result;
  throw new Error('a snapshot was not used');
}

const ROWS = `SELECT seq, kind, at, change_id, plan_id, bytes, upper(encode(leaf, 'hex')) AS leaf,
  upper(encode(peaks, 'hex')) AS peaks FROM countersign.events ORDER BY seq`;
type Stored = Omit<StoredRow, 'seq' | 'text' | 'root'> & { seq: string; bytes: Buffer };

async function evidenceOf(client: Client): Promise<Evidence> {
  const one = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await client.query<Row>({ text, values })).rows[0];
  const { origin } = (await one<{ origin: string }>('SELECT origin FROM countersign.ledger'))!;
  const tail = (await one<{ size: string; peaks: Buffer }>('SELECT size, peaks FROM countersign.head'))!;
  /** Of the events that were read last: they are asked for right after. */
  let tags = new Set<string>();
  async function readTags(from: number, to: number): Promise<void> {
    const text = 'SELECT tag, at, seq FROM countersign.tags WHERE seq BETWEEN $1 AND $2';
    const { rows } = await client.query<{ tag: string; at: string; seq: string }>({ text, values: [from, to] });
    tags = new Set(rows.map(({ tag, at, seq }) => tagKey(tag, at, Number(seq))));
  }
  async function* rows(isFollowed: boolean): AsyncGenerator<StoredRow> {
    for await (const page of rowsOf<Stored>(client, ROWS, [], EVENTS_AT_ONCE)) {
      if (isFollowed) await readTags(Number(page[0]!.seq), Number(page.at(-1)!.seq));
      for (const { seq, bytes, ...row } of page) {
        const text = bytes.toString('utf8');
        yield { ...row, seq: Number(seq), text, ...bytesUnlike(text, () => bytes), root: '' };
      }
    }
  }
  let isFollowed = false;
  return {
    origin,
    tail: { size: Number(tail.size), peaks: tail.peaks },
    asColumn,
    rows() {
      // The first reading is the one that is followed; a second one looks for a row.
      const first = !isFollowed;
      isFollowed = true;
      return rows(first);
    },
    document: async (digest) =>
      (await one<{ bytes: Buffer }>('SELECT bytes FROM countersign.documents WHERE digest = $1', [asColumn(digest)]))
        ?.bytes,
    async *documents() {
      const text = 'SELECT digest, bytes FROM countersign.documents';
      for await (const page of rowsOf<{ digest: string; bytes: Buffer }>(client, text, [], DOCUMENTS_AT_ONCE))
        yield* page;
    },
    async firstNaming(digest) {
      const text = 'SELECT min(seq) AS seq FROM countersign.events WHERE position($1::bytea IN bytes) > 0';
      const found = await one<{ seq: string | null }>(text, [Buffer.from(digest)]);
      return found?.seq === null || found === undefined ? undefined : Number(found.seq);
    },
    kept: {
      hasTag: (tag, at, seq) => tags.has(tagKey(tag, at, seq)),
      tagCount: async () => Number((await one<{ n: string }>('SELECT count(*) AS n FROM countersign.tags'))!.n),
      async *standings() {
        const text = 'SELECT subject, state, until, seq FROM countersign.standings';
        type Standing = Omit<KeptStanding, 'seq'> & { subject: string; seq: string };
        for await (const page of rowsOf<Standing>(client, text, [], EVENTS_AT_ONCE))
          for (const { seq, ...standing } of page) yield { ...standing, seq: Number(seq) };
      },
    },
  };
}
const tagKey = (tag: string, at: string, seq: number): string => JSON.stringify([tag, at, seq]);

/** The bytes of events as they were hashed, one after the other. */
export async function* exportedFromPg(
  url: string,
  { sinceAt, changeId, kinds }: Pick<EventQuery, 'sinceAt' | 'changeId' | 'kinds'>,
): AsyncGenerator<string> {
  const values: unknown[] = [];
  const given = (text: string, value: unknown) => text.replace('?', `$${values.push(value)}`);
  const conditions = [
    'true',
    ...(sinceAt === undefined ? [] : [given('at >= ?', sinceAt)]),
    ...(changeId === undefined ? [] : [given('change_id = ?', asColumn(changeId))]),
    ...(kinds === undefined ? [] : [given('kind = ANY(?)', kinds)]),
  ];
  const sql = `SELECT bytes FROM countersign.events WHERE ${conditions.join(' AND ')} ORDER BY seq`;
  for await (const page of withSnapshot(url, (client) =>
    rowsOf<{ bytes: Buffer }>(client, sql, values, EVENTS_AT_ONCE),
  ))
    for (const { bytes } of page) yield bytes.toString('utf8');
}
