/** The ledger in PostgreSQL: who may do what in it, how it is begun and moved there, and what its faults leave. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tagged } from '../../src/core/kept.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { openLedgerAt, readLedgerAt, shownPlace, verifyLedger } from '../../src/ledger/open.ts';
import { copyToDatabase } from '../../src/ledger/pg/copy.ts';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { postgresHere } from '../postgres-here.ts';

const server = postgresHere();
let url: string;
let folder: string;
let opened: OpenLedger[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-database-'));
  url = await server().database();
});
afterEach(() => {
  for (const ledger of opened) ledger.close();
  opened = [];
  if (folder) rmSync(folder, { recursive: true, force: true });
});
const open = (place: string, fingerprint?: string) => {
  const ledger = openLedgerAt(place, () => new Date(), fingerprint === undefined ? undefined : () => fingerprint);
  opened.push(ledger);
  return ledger;
};
const coded = (code: string) => expect.objectContaining({ code });
const turn = (n: number) => ({ kind: 'test.turn', changeId: `chg_${n}`, body: { n } });
async function connected<T>(place: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: place });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

describe('the role of a server', () => {
  const REFUSED = [
    'UPDATE countersign.events SET bytes = bytes',
    'DELETE FROM countersign.events',
    'TRUNCATE countersign.events',
    'UPDATE countersign.documents SET bytes = bytes',
    'DELETE FROM countersign.documents',
    'DELETE FROM countersign.claims',
    'UPDATE countersign.head SET size = 0',
    "INSERT INTO countersign.head VALUES (2, 0, decode('', 'hex'))",
    'DELETE FROM countersign.head',
    'UPDATE countersign.ledger SET origin = $$other$$',
    'UPDATE countersign.ledger SET secret = NULL',
    'DELETE FROM countersign.tags',
    'INSERT INTO countersign.tags VALUES ($$t$$, $$a$$, 1)',
    'UPDATE countersign.standings SET state = $$closed$$',
    'DROP TRIGGER appended ON countersign.events',
    'ALTER TABLE countersign.events DISABLE TRIGGER ALL',
    'SET session_replication_role = replica',
    'CREATE TABLE countersign.more (id integer)',
    'SELECT countersign.appended()',
  ];
  it('appends and reads, and can change or remove nothing, nor write the head or what is kept', async () => {
    await migrate(url);
    const place = await server().as(url, 'app_rights', 'countersign_server');
    const ledger = open(place);
    const put = await ledger.putDocument({ plan: 1 });
    await ledger.append(turn(1));
    expect(await ledger.transact((tx) => tx.claim('nonce'))).toBe(true);
    expect(await ledger.document(put)).toEqual({ plan: 1 });
    await connected(place, async (client) => {
      for (const sql of REFUSED)
        await expect(client.query(sql), sql).rejects.toThrow(/permission denied|must be owner|trigger functions/);
    });
    expect(await verifyLedger(place)).toMatchObject({ ok: true, size: 1 });
    await expect(ledger.keepAgain()).rejects.toThrow(coded('CONFIG_INVALID'));
  });

  it('appends no row that does not continue the tree, however it inserts it', async () => {
    await migrate(url);
    const place = await server().as(url, 'app_tree', 'countersign_server');
    const ledger = open(place);
    for (let n = 1; n < 4; n += 1) await ledger.append(turn(n));
    await connected(place, async (client) => {
      const { rows } = await client.query('SELECT * FROM countersign.events WHERE seq = 3');
      const insert = (row: Record<string, unknown>) =>
        client.query({
          text: 'INSERT INTO countersign.events (seq, at, kind, bytes, leaf, peaks) VALUES ($1, $2, $3, $4, $5, $6)',
          values: [row.seq, row.at, row.kind, row.bytes, row.leaf, row.peaks],
        });
      await expect(insert({ ...rows[0], seq: 5 })).rejects.toThrow('does not follow');
      await expect(insert({ ...rows[0], seq: 0 })).rejects.toThrow('does not follow');
      await expect(insert({ ...rows[0], seq: 4, bytes: Buffer.from('{}') })).rejects.toThrow('not what its leaf says');
      await expect(insert({ ...rows[0], seq: 4 })).rejects.toThrow('does not continue the tree');
    });
    expect(await verifyLedger(place)).toMatchObject({ ok: true, size: 3 });
  });

  it('of a reader reads and verifies, and appends nothing; a role without rights is told what it needs', async () => {
    await migrate(url);
    await open(url).append(turn(1));
    const reader = await server().as(url, 'app_reader', 'countersign_reader');
    expect(await readLedgerAt(reader).events()).toHaveLength(1);
    expect(await verifyLedger(reader)).toMatchObject({ ok: true, size: 1 });
    await expect(open(reader).append(turn(2))).rejects.toThrow(coded('CONFIG_INVALID'));
    const nobody = await server().as(url, 'app_nobody', 'pg_monitor');
    await expect(open(nobody).events()).rejects.toThrow(coded('CONFIG_INVALID'));
  });

  it('has nothing that everybody has: each function is taken from PUBLIC again when it is made again', async () => {
    await migrate(url);
    await migrate(url);
    await connected(url, async (client) => {
      const { rows } = await client.query(
        "SELECT proname, proconfig, prosecdef FROM pg_proc WHERE pronamespace = 'countersign'::regnamespace AND has_function_privilege('pg_monitor', oid, 'EXECUTE')",
      );
      expect(rows).toEqual([]);
      const all = await client.query(
        "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'countersign'::regnamespace AND prosecdef",
      );
      expect(all.rows).toHaveLength(4);
      for (const { proconfig } of all.rows) expect(proconfig).toEqual(['search_path=pg_catalog, pg_temp']);
    });
  });
});

describe('a ledger in a database', () => {
  it('is not made by a server: it says who makes it', async () => {
    await expect(open(url).append(turn(1))).rejects.toThrow(coded('LEDGER_NOT_MIGRATED'));
    await expect(verifyLedger(url)).rejects.toThrow(coded('LEDGER_NOT_MIGRATED'));
    await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(await open(url).append(turn(1))).toMatchObject({ seq: 1 });
  });

  it('reads a newer minor format, and refuses a newer major one', async () => {
    await migrate(url);
    const set = (column: string) =>
      connected(url, (client) => client.query(`UPDATE countersign.ledger SET ${column} = ${column} + 1`));
    await set('minor');
    const running = open(url);
    expect(await running.append(turn(1))).toMatchObject({ seq: 1 });
    expect(await migrate(url)).toMatchObject({ format: '1.1' });
    await set('major');
    await expect(running.append(turn(2))).rejects.toThrow(coded('LEDGER_NEWER_VERSION'));
    expect(await running.events()).toHaveLength(1);
    await expect(open(url).events()).rejects.toThrow(coded('LEDGER_NEWER_VERSION'));
    await expect(migrate(url)).rejects.toThrow(coded('LEDGER_NEWER_VERSION'));
  });

  it('is used with the secret that it was begun with, and with no other', async () => {
    await migrate(url);
    const place = await server().as(url, 'app_secret', 'countersign_server');
    await open(place, 'first').append(turn(1));
    expect(await open(place, 'first').append(turn(2))).toMatchObject({ seq: 2 });
    for (const use of [(one: OpenLedger) => one.append(turn(3)), (one: OpenLedger) => one.events()])
      await expect(use(open(place, 'second'))).rejects.toThrow(coded('LEDGER_OTHER_SECRET'));
    expect(await open(place).events()).toHaveLength(2);
  });

  it('tells its address without user and password, and none that others could read', async () => {
    expect(shownPlace('postgres://me:hunter2@db.example:5433/ledger?sslmode=require')).toBe(
      'postgres://db.example:5433/ledger',
    );
    const bad = coded('CONFIG_INVALID');
    expect(() => openLedgerAt('postgres://me:hunter2@db.example/ledger')).toThrow(bad);
    expect(() => openLedgerAt('postgres://me:hun%ter2@[x/ledger')).toThrow(bad);
    const away = 'postgres://me:hunter2@127.0.0.1:1/ledger';
    const error = await migrate(away).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LEDGER_UNREACHABLE' });
    expect(JSON.stringify([error, String(error), (error as Error).message])).not.toContain('hunter2');
  });

  it.each([
    [
      'changed',
      'UPDATE countersign.events SET bytes = convert_to(replace(convert_from(bytes, $$UTF8$$), $$"n":3$$, $$"n":8$$), $$UTF8$$) WHERE seq = 3',
      3,
    ],
    ['removed', 'DELETE FROM countersign.events WHERE seq = 2', 2],
    ['truncated', 'DELETE FROM countersign.events WHERE seq = 6', 6],
    ['document', 'DELETE FROM countersign.documents', 6],
    ['kept', 'DELETE FROM countersign.tags', 5],
  ])('is verified: a row %s by its owner is named', async (problem, sql, seq) => {
    await migrate(url);
    const ledger = open(url);
    for (let n = 1; n < 5; n += 1) await ledger.append(turn(n));
    await ledger.append({ kind: 'plan.started', planId: 'pln_1', body: { sponsor: 'ann' } });
    await ledger.append({ kind: 'x.y', body: { document: await ledger.putDocument({ plan: 1 }) } });
    expect(await verifyLedger(url)).toMatchObject({ ok: true, size: 6 });
    await connected(url, (client) => client.query(sql));
    expect(await verifyLedger(url)).toMatchObject({ ok: false, problem, seq });
    if (problem !== 'kept') return;
    expect(await ledger.events({ tags: tagged.sponsor('began', 'ann') })).toEqual([]);
    await ledger.keepAgain();
    expect(await verifyLedger(url)).toMatchObject({ ok: true });
    expect(await ledger.events({ tags: tagged.sponsor('began', 'ann') })).toHaveLength(1);
  });
});

describe('a ledger that is moved from its file', () => {
  async function filled(home: string): Promise<OpenLedger> {
    const ledger = openLedger(home);
    opened.push(ledger);
    const document = await ledger.putDocument({ plan: 'delete nothing' });
    for (let n = 1; n <= 450; n += 1) await ledger.append({ ...turn(n), body: { n, document } });
    await ledger.append({ kind: 'plan.started', planId: 'pln_1', body: { sponsor: 'ann' } });
    await ledger.transact((tx) => tx.claim('nonce/1'));
    return ledger;
  }

  it('is the same in the database, and takes no more events in its file, from whoever has it open', async () => {
    const ledger = await filled(folder);
    const head = { origin: await ledger.origin(), ...(await ledger.head()) };
    expect(await copyToDatabase(folder, url, 'secret', () => undefined)).toMatchObject(head);
    const moved = open(url, 'secret');
    expect({ origin: await moved.origin(), ...(await moved.head()) }).toEqual(head);
    expect(await verifyLedger(url, head)).toMatchObject({ ok: true, anchored: 'checkpoint', size: 451 });
    expect(await moved.events({ tags: tagged.sponsor('began', 'ann') })).toHaveLength(1);
    expect(await moved.transact((tx) => tx.claim('nonce/1'))).toBe(false);
    for (const file of [ledger, openLedger(folder)]) {
      opened.push(file);
      await expect(file.append(turn(1))).rejects.toThrow(coded('LEDGER_MOVED'));
      await expect(file.ready()).rejects.toThrow(coded('LEDGER_MOVED'));
      await expect(file.transact((tx) => tx.append(turn(1)))).rejects.toThrow(coded('LEDGER_MOVED'));
    }
    expect(await verifyLedger(folder)).toMatchObject({ ok: true, size: 451 });
    await expect(open(url, 'another').events()).rejects.toThrow(coded('LEDGER_OTHER_SECRET'));
  });

  it('goes on where a copy was interrupted, and not where both were used', async () => {
    const home = join(folder, 'home');
    await filled(home);
    for (const ledger of opened) ledger.close();
    opened = [];
    cpSync(home, join(folder, 'earlier'), { recursive: true });
    await copyToDatabase(join(folder, 'earlier'), url, 'secret', () => undefined);
    await openLedger(home).append(turn(7));
    expect(await copyToDatabase(home, url, 'secret', () => undefined)).toMatchObject({ size: 452 });
    await open(url).append(turn(8));
    const other = await server().database();
    await migrate(other);
    await open(other).append(turn(1));
    for (const target of [url, other])
      await expect(copyToDatabase(home, target, 'secret', () => undefined)).rejects.toThrow(coded('INPUT_INVALID'));
  });

  it('is moved by the command, with its code for what is no address', () => {
    const run = (...args: string[]) => {
      try {
        return execFileSync(process.execPath, ['bin/countersign.js', '--home', folder, ...args], { encoding: 'utf8' });
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
    };
    writeFileSync(join(folder, 'secret'), 'a'.repeat(64), { mode: 0o600 });
    openLedger(folder).close();
    expect(run('ledger', 'copy', '--to', 'postgres:here')).toContain('CONFIG_INVALID');
    for (const command of [['halt'], ['status'], ['changes'], ['audit', 'verify']])
      expect(run('--ledger', join(folder, 'elsewhere'), ...command), command.join(' ')).toContain('CONFIG_INVALID');
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
    expect(run('ledger', 'copy', '--to', url)).toContain('0 events');
    expect(run('halt')).toContain('LEDGER_MOVED');
    const place = `postgres://${new URL(url).host}${new URL(url).pathname}`;
    expect(run('status').replaceAll(/\s+/g, ' ')).toContain(`moved to ${place};`);
    expect(JSON.parse(run('status', '--json'))).toMatchObject({ ledger: 'moved', moved_to: place });
    expect(JSON.parse(run('--ledger', url, 'status', '--json'))).toMatchObject({ ledger: 'there', moved_to: null });
    expect(run('--ledger', url, 'halt')).toContain('halted: postgres://127.0.0.1');
    expect(run('--ledger', url, 'audit', 'verify')).toContain('1 row');
    expect(run('ledger', 'migrate', '--owner-url', url)).toContain('1 event');
    const audit = (...args: string[]) => run('--ledger', url, 'audit', ...args);
    expect(audit('key')).toContain('countersign-ledger/');
    writeFileSync(join(folder, 'kept'), audit('checkpoint'));
    expect(audit('export').trim().split('\n')).toHaveLength(1);
    expect(audit('show')).toContain('halted');
    expect(audit('tiles', join(folder, 'tiles'))).toContain('1 event');
    expect(audit('verify', '--checkpoint', join(folder, 'kept'))).toContain('matches (signed)');
    expect(audit('rebuild')).toContain('computed again');
  });
});
