/**
 * One transaction of a ledger in PostgreSQL, from the lock on its head to its commit.
 *
 * INVARIANT: events take their numbers here, after the head that was locked; they are inserted before anything is read
 * that could see them, and before a savepoint, so that what a part throws undoes its own rows alone.
 */
import type { Client } from 'pg';
import { canonicalJson, digestOf } from '../../core/digest.ts';
import { AUDIT_REMEDY, CountersignError } from '../../core/errors.ts';
import { type LedgerEvent, MILESTONES } from '../../core/events.ts';
import { standingIdOf, tagsOf } from '../../core/kept.ts';
import { eventBytes, isMilestone, parseEvent, type WrittenEvent } from '../events.ts';
import type { KeptStanding } from '../evidence.ts';
import { isKept, standingLeftBy } from '../keeping.ts';
import { appendPeak, type Hash, leafHash } from '../merkle.ts';
import type { Doing } from '../turns.ts';
import { aheadOfHere } from './clock.ts';
import { asColumn } from './column.ts';
import { asked, type Query } from './connect.ts';
import { mustBeKnown, type StoredFormat } from './format.ts';
import { headIn, viewOf } from './reading.ts';

interface Row {
  event: LedgerEvent;
  bytes: Buffer;
  leaf: Hash;
  peaks: Hash[];
}
/** Asked once, since nobody else writes until the end. */
interface Known {
  /** Leaf hashes of a change's milestones, as base64. */
  milestones: Map<string, string[]>;
  standings: Map<string, KeptStanding | undefined>;
}

export interface Writing extends Doing {
  /** Inserts what was appended. */
  flush(): Promise<void>;
  save(): Promise<void>;
  release(): Promise<void>;
  /** To the savepoint. */
  undo(): Promise<void>;
  /** The last event that this transaction inserts; undefined: it inserts none. */
  last(): { seq: number; leaf: Hash } | undefined;
}

/** A statement of its own, so that it sees what was committed while the lock was waited for. */
const NEWEST = 'SELECT at FROM countersign.events ORDER BY seq DESC LIMIT 1';

/**
 * @param place as it may be shown. @param seen how many events this process has committed or seen.
 * @throws when the head is not this one's in time, as `mustBeKnown`, or LEDGER_TAMPERED.
 */
export async function begin(client: Client, now: () => Date, place = 'the database', seen = 0): Promise<Writing> {
  const text = `BEGIN; SELECT *, clock_timestamp() AS time FROM countersign.locked_head(); ${NEWEST}`;
  const results = (await asked(client, { text })) as unknown as {
    rows: (StoredFormat & { size: string; peaks: Buffer; time: Date })[];
  }[];
  const head = results[1]!.rows[0]!;
  const [newest] = results[2]!.rows as unknown as { at: string }[];
  mustBeKnown(head, place);
  mustHaveAll(Number(head.size), seen, place);
  return writingOn(client, headIn(head), timeOf(now, aheadOfHere(head.time), newest?.at));
}

/**
 * A backup that is older than this process, or a standby that had not got everything, in the place of the ledger: what
 * is missing may have been executed.
 */
function mustHaveAll(size: number, seen: number, place: string): void {
  if (size >= seen) return;
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `The ledger in ${place} has ${size} events, and this process has seen ${seen}: the newest ones are missing.`,
    {
      agent: AUDIT_REMEDY.agent,
      person:
        'Do not go on with it before you know what is missing: verify it with a checkpoint (countersign audit verify --checkpoint) and compare it with the log of the cloud (countersign audit reconcile). Then restart this process.',
    },
  );
}

/**
 * INVARIANT: times of events are of the database's clock, whichever machine appends, and none is before the one of the
 * event before it.
 *
 * @param newest the time of that event.
 */
function timeOf(now: () => Date, ahead: number, newest: string | undefined): () => Date {
  // What is no time was not appended by one of ours, and ends nothing.
  let last = Date.parse(newest ?? '') || Number.NEGATIVE_INFINITY;
  return () => {
    last = Math.max(last, now().getTime() + ahead);
    return new Date(last);
  };
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over the tree's end and what waits to be inserted.
function writingOn(client: Client, begun: { size: number; peaks: Hash[] }, now: () => Date): Writing {
  const ask = <R extends object>(query: Query) => asked<R>(client, query);
  const view = viewOf(ask);
  let head = begun;
  let saved = begun;
  let newest: Row | undefined;
  let savedNewest: Row | undefined;
  let waiting: Row[] = [];
  let known: Known = { milestones: new Map(), standings: new Map() };
  let left: { tags: [tag: string, at: string, seq: number][]; standings: Map<string, KeptStanding> } = none();

  async function milestonesOf(changeId: string): Promise<string[]> {
    const seen = known.milestones.get(changeId);
    if (seen) return seen;
    const text = `SELECT leaf FROM countersign.events WHERE change_id = $1 AND kind = ANY($2) ORDER BY seq`;
    const values = [asColumn(changeId), MILESTONES];
    const { rows } = await ask<{ leaf: Buffer }>({ name: 'milestones', text, values });
    const leaves = rows.map(({ leaf }) => leaf.toString('base64'));
    // Another append may have asked meanwhile.
    known.milestones.set(changeId, known.milestones.get(changeId) ?? leaves);
    return known.milestones.get(changeId)!;
  }

  async function learnStanding(subject: string): Promise<void> {
    if (known.standings.has(subject)) return;
    const text = 'SELECT state, until, seq FROM countersign.standings WHERE subject = $1';
    const { rows } = await ask<KeptStanding & { seq: string }>({ name: 'standing', text, values: [subject] });
    if (known.standings.has(subject)) return;
    known.standings.set(subject, rows[0] && { ...rows[0], seq: Number(rows[0].seq) });
  }

  async function append(event: WrittenEvent): Promise<LedgerEvent> {
    const change = isMilestone(event) ? event.changeId! : undefined;
    if (change !== undefined) await milestonesOf(change);
    const subject = isKept(event.kind) ? standingIdOf(event) : undefined;
    const column = subject === undefined ? undefined : asColumn(subject);
    if (column !== undefined) await learnStanding(column);
    // From here on nothing is awaited: appends that were begun together do not take one number.
    const seq = head.size + 1;
    const at = now().toISOString();
    const record = change === undefined ? undefined : known.milestones.get(change)!;
    const bytes = eventBytes(event, seq, at, record && [...record]);
    const leaf = leafHash(bytes);
    const peaks = appendPeak(head.peaks, head.size, leaf);
    const written = { ...event, seq, at };
    head = { size: seq, peaks };
    newest = { event: written, bytes, leaf, peaks };
    waiting.push(newest);
    record?.push(leaf.toString('base64'));
    if (isKept(event.kind)) keep(parseEvent(bytes), column);
    return written;
  }

  function keep(event: LedgerEvent, column: string | undefined): void {
    for (const tag of tagsOf(event)) left.tags.push([asColumn(tag), event.at, event.seq]);
    if (column === undefined) return;
    const standing = standingLeftBy(event, known.standings.get(column));
    if (!standing) return;
    known.standings.set(column, standing);
    left.standings.set(column, standing);
  }

  async function flush(): Promise<void> {
    const [rows, kept] = [waiting, left];
    waiting = [];
    left = none();
    // Both are sent now, one behind the other, before anything that is asked after.
    const inserted = rows.length > 0 ? ask(insertOf(rows)) : undefined;
    const keeping = kept.tags.length + kept.standings.size > 0 ? ask(keepOf(kept)) : undefined;
    await Promise.all([inserted, keeping]);
  }

  return {
    append,
    flush,
    async events(query) {
      await flush();
      return view.events(query);
    },
    document: view.document,
    async putDocument(document) {
      const digest = digestOf(document);
      const text = 'INSERT INTO countersign.documents (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING';
      await ask({ name: 'put', text, values: [digest, Buffer.from(canonicalJson(document))] });
      return digest;
    },
    async claim(name) {
      const text = 'INSERT INTO countersign.claims (name, at) VALUES ($1, $2) ON CONFLICT DO NOTHING';
      return (await ask({ name: 'claim', text, values: [asColumn(name), now().toISOString()] })).rowCount === 1;
    },
    async save() {
      await flush();
      await ask({ text: 'SAVEPOINT part' });
      [saved, savedNewest] = [head, newest];
    },
    async release() {
      await flush();
      await ask({ text: 'RELEASE SAVEPOINT part' });
    },
    async undo() {
      [head, newest] = [saved, savedNewest];
      waiting = [];
      left = none();
      known = { milestones: new Map(), standings: new Map() };
      await ask({ text: 'ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part' });
    },
    last: () => newest && { seq: newest.event.seq, leaf: newest.leaf },
  };
}

function none(): { tags: [tag: string, at: string, seq: number][]; standings: Map<string, KeptStanding> } {
  return { tags: [], standings: new Map() };
}

const COLUMNS = ['seq', 'at', 'kind', 'change_id', 'plan_id', 'bytes', 'leaf', 'peaks'] as const;
const TYPES = ['bigint', 'text', 'text', 'text', 'text', 'bytea', 'bytea', 'bytea'];
const INSERT = `INSERT INTO countersign.events (${COLUMNS.join(', ')}) SELECT * FROM unnest(${TYPES.map((type, at) => `$${at + 1}::${type}[]`).join(', ')})`;

const optional = (text: string | undefined): string | null => (text === undefined ? null : asColumn(text));
export function insertOf(rows: readonly Row[]): Query {
  const columns = rows.map(({ event, bytes, leaf, peaks }) => [
    event.seq,
    event.at,
    asColumn(event.kind),
    optional(event.changeId),
    optional(event.planId),
    bytes,
    leaf,
    Buffer.concat(peaks),
  ]);
  return { name: 'insert', text: INSERT, values: COLUMNS.map((_, at) => columns.map((row) => row[at])) };
}

function keepOf({ tags, standings }: ReturnType<typeof none>): Query {
  const all = [...standings];
  return {
    name: 'keep',
    text: 'SELECT countersign.keep($1, $2, $3, $4, $5, $6, $7)',
    values: [
      tags.map(([tag]) => tag),
      tags.map(([, at]) => at),
      tags.map(([, , seq]) => seq),
      all.map(([subject]) => subject),
      all.map(([, { state }]) => state),
      all.map(([, { until }]) => until),
      all.map(([, { seq }]) => seq),
    ],
  };
}
