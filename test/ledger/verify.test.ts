import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/ledger/checkpoint.ts';
import { leafHash } from '../../src/ledger/merkle.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';

const SIZE = 9;
let root: string;
let genuine: string;
let checkpoint: Checkpoint;
let early: Checkpoint;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-verify-'));
  genuine = join(root, 'genuine');
  const ledger = openLedger(genuine);
  const plan = await ledger.putDocument({ plan: 'delete nothing' });
  for (let turn = 1; turn <= SIZE; turn += 1) {
    await ledger.append({ kind: 'test.turn', changeId: `chg_${turn}`, body: turn === 4 ? { plan } : { turn } });
    if (turn === 4) early = { origin: await ledger.origin(), ...(await ledger.head()) };
  }
  checkpoint = { origin: await ledger.origin(), ...(await ledger.head()) };
  ledger.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of the genuine ledger, edited as somebody who may write the file could. */
function tampered(edit: (db: Database.Database) => void): string {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(genuine, copy, { recursive: true });
  const db = new Database(join(copy, 'ledger.db'));
  edit(db);
  db.close();
  return copy;
}
const COLUMNS = 'at, kind, change_id, plan_id, bytes, leaf, root, peaks';
const bytesOf = (db: Database.Database, seq: number): string =>
  (db.prepare('SELECT bytes FROM events WHERE seq = ?').pluck().get(seq) as Buffer).toString('utf8');
const move = (db: Database.Database, from: number, to: number): unknown =>
  db.prepare('UPDATE events SET seq = ? WHERE seq = ?').run(to, from);
const makeRoomAt = (db: Database.Database, seq: number): void => {
  for (let row = SIZE; row >= seq; row -= 1) move(db, row, row + 1);
};

describe('verifyLedger', () => {
  it('names a document that an event names and that is gone, and one that was edited, wherever the name stands', async () => {
    const home = mkdtempSync(join(root, 'documents-'));
    const ledger = openLedger(home);
    const [first, second] = [await ledger.putDocument({ plan: 1 }), await ledger.putDocument({ policy: 2 })];
    await ledger.append({ kind: 'plan.made', body: { document: first, digest: 'sha256:of something else' } });
    await ledger.append({ kind: 'policy.pinned', body: { by: [{ policyDocument: second }] } });
    ledger.close();
    expect(await verifyLedger(home)).toMatchObject({ ok: true, size: 2 });
    const edit = async (sql: string, ...values: unknown[]) => {
      const copy = mkdtempSync(join(root, 'copy-'));
      cpSync(home, copy, { recursive: true });
      const db = new Database(join(copy, 'ledger.db'));
      db.prepare(sql).run(...values);
      db.close();
      return verifyLedger(copy);
    };
    const problem = { ok: false, problem: 'document' };
    expect(await edit('DELETE FROM documents')).toMatchObject({ ...problem, seq: 1 });
    expect(await edit('DELETE FROM documents WHERE digest = ?', second)).toMatchObject({
      ...problem,
      seq: 2,
      message: expect.stringContaining(second),
    });
    expect(await edit('UPDATE documents SET bytes = ? WHERE digest = ?', Buffer.from('{}'), first)).toMatchObject({
      ...problem,
      seq: 1,
    });
  });

  it('accepts the genuine ledger and says that nothing anchors it', async () => {
    expect(await verifyLedger(genuine)).toEqual({
      ok: true,
      size: SIZE,
      rootHash: checkpoint.rootHash,
      anchored: 'nothing',
    });
  });

  it('accepts the genuine ledger under an older and under its newest checkpoint', async () => {
    expect(await verifyLedger(genuine, early)).toMatchObject({ ok: true, anchored: 'checkpoint' });
    expect(await verifyLedger(genuine, checkpoint)).toMatchObject({ ok: true, anchored: 'checkpoint' });
  });

  it('names a row whose body was edited', async () => {
    const home = tampered((db) => {
      const forged = bytesOf(db, 3).replace('"turn":3', '"turn":8');
      db.prepare('UPDATE events SET bytes = ? WHERE seq = 3').run(Buffer.from(forged));
    });
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'changed', seq: 3 });
  });

  it('names a row whose body was edited together with its leaf hash', async () => {
    const home = tampered((db) => {
      const forged = Buffer.from(bytesOf(db, 3).replace('"turn":3', '"turn":8'));
      db.prepare('UPDATE events SET bytes = ?, leaf = ? WHERE seq = 3').run(forged, leafHash(forged));
    });
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'changed', seq: 3 });
  });

  it('names a row that is found under another change than its bytes say', async () => {
    const home = tampered((db) => db.exec("UPDATE events SET change_id = 'chg_9' WHERE seq = 2"));
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'changed', seq: 2 });
  });

  it('names a row whose bytes are no text, though they read like those that were hashed', async () => {
    const home = mkdtempSync(join(root, 'characters-'));
    const ledger = openLedger(home);
    await ledger.append({ kind: 'test.turn', body: { text: 'a \ufffd, as it was sent' } });
    ledger.close();
    expect(await verifyLedger(home)).toMatchObject({ ok: true });
    const db = new Database(join(home, 'ledger.db'));
    const bytes = db.prepare('SELECT bytes FROM events').pluck().get() as Buffer;
    const at = bytes.indexOf('\ufffd');
    // Of a character of four bytes the first three: as long as the one that is read in their place.
    const edited = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xf0, 0x9f, 0x98]), bytes.subarray(at + 3)]);
    expect(edited.toString('utf8')).toBe(bytes.toString('utf8'));
    db.prepare('UPDATE events SET bytes = ?').run(edited);
    db.close();
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'changed', seq: 1 });
  });

  it('names a row that is not readable as an event', async () => {
    const home = tampered((db) => db.prepare('UPDATE events SET bytes = ? WHERE seq = 6').run(Buffer.from('{')));
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'changed', seq: 6 });
  });

  it('names a removed row, also when those behind it were renumbered', async () => {
    const gap = tampered((db) => db.exec('DELETE FROM events WHERE seq = 5'));
    expect(await verifyLedger(gap)).toMatchObject({ ok: false, problem: 'removed', seq: 5 });
    const closed = tampered((db) => {
      db.exec('DELETE FROM events WHERE seq = 5');
      for (let row = 6; row <= SIZE; row += 1) move(db, row, row - 1);
    });
    expect(await verifyLedger(closed)).toMatchObject({ ok: false, problem: 'removed', seq: 5 });
    const first = tampered((db) => db.exec('DELETE FROM events WHERE seq = 1'));
    expect(await verifyLedger(first)).toMatchObject({ ok: false, problem: 'removed', seq: 1 });
  });

  it('sees that the last rows were cut off only against a checkpoint', async () => {
    const home = tampered((db) => db.exec('DELETE FROM events WHERE seq >= 8'));
    expect(await verifyLedger(home)).toMatchObject({ ok: true, size: 7, anchored: 'nothing' });
    expect(await verifyLedger(home, early)).toMatchObject({ ok: true, size: 7 });
    expect(await verifyLedger(home, checkpoint)).toMatchObject({ ok: false, problem: 'truncated', seq: 8 });
  });

  it('names an inserted row, the others renumbered, also when it continues the tree before it', async () => {
    const insert = (continues: boolean) =>
      tampered((db) => {
        makeRoomAt(db, 5);
        const forged = Buffer.from(bytesOf(db, 6).replace('"turn":5', '"turn":0'));
        db.exec(`INSERT INTO events (seq, ${COLUMNS}) SELECT 5, ${COLUMNS} FROM events WHERE seq = 6`);
        db.prepare('UPDATE events SET bytes = ?, leaf = ? WHERE seq = 5').run(forged, leafHash(forged));
        if (!continues) return;
        // Row 4 leaves one peak (4 = 2²), so the fifth leaf stands beside it.
        const peaks = [db.prepare('SELECT peaks FROM events WHERE seq = 4').pluck().get() as Buffer, leafHash(forged)];
        db.prepare('UPDATE events SET peaks = ? WHERE seq = 5').run(Buffer.concat(peaks));
      });
    expect(await verifyLedger(insert(false))).toMatchObject({ ok: false, problem: 'inserted', seq: 5 });
    expect(await verifyLedger(insert(true))).toMatchObject({ ok: false, problem: 'inserted', seq: 5 });
  });

  it('names two exchanged rows, whether whole or only in what they say', async () => {
    const whole = tampered((db) => {
      move(db, 3, 100);
      move(db, 7, 3);
      move(db, 100, 7);
    });
    expect(await verifyLedger(whole)).toMatchObject({ ok: false, problem: 'reordered', seq: 3 });
    const neighbours = tampered((db) => {
      move(db, 3, 100);
      move(db, 4, 3);
      move(db, 100, 4);
    });
    expect(await verifyLedger(neighbours)).toMatchObject({ ok: false, problem: 'reordered', seq: 3 });
    const words = tampered((db) => {
      const [third, seventh] = [bytesOf(db, 3), bytesOf(db, 7)];
      const write = db.prepare('UPDATE events SET bytes = ? WHERE seq = ?');
      write.run(Buffer.from(seventh), 3);
      write.run(Buffer.from(third), 7);
    });
    expect(await verifyLedger(words)).toMatchObject({ ok: false, problem: 'reordered', seq: 3 });
  });

  it('names the row whose document was changed', async () => {
    const home = tampered((db) =>
      db.prepare('UPDATE documents SET bytes = ?').run(Buffer.from('{"plan":"delete all"}')),
    );
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'document', seq: 4 });
  });

  it('names the row whose tree nodes were changed', async () => {
    const home = tampered((db) => db.prepare('UPDATE events SET peaks = ? WHERE seq = 9').run(Buffer.alloc(64)));
    expect(await verifyLedger(home)).toMatchObject({ ok: false, problem: 'tree', seq: 9 });
  });

  it('sees a ledger rewritten from its first row only against a checkpoint', async () => {
    const forgedHome = join(root, 'rewritten');
    const forger = openLedger(forgedHome);
    for (let turn = 1; turn <= SIZE; turn += 1) await forger.append({ kind: 'test.turn', body: 'harmless' });
    forger.close();
    const db = new Database(join(forgedHome, 'ledger.db'));
    db.prepare('UPDATE ledger SET origin = ?').run(checkpoint.origin);
    db.close();
    expect(await verifyLedger(forgedHome)).toMatchObject({ ok: true, size: SIZE });
    expect(await verifyLedger(forgedHome, checkpoint)).toMatchObject({ ok: false, problem: 'tree' });
  });

  it("refuses another ledger's checkpoint", async () => {
    const other = { ...checkpoint, origin: 'countersign-ledger/another' };
    await expect(verifyLedger(genuine, other)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
