import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Head } from '../../src/ledger/ledger.ts';
import { verifyConsistency, verifyInclusion } from '../../src/ledger/merkle.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { LEDGER_VERSION } from '../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';

let root: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
  home = join(root, 'home');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('ledger store', () => {
  it('gives back what was appended, numbered from 1, after reopening and under the same origin', async () => {
    const first = openLedger(home, () => new Date('2026-11-24T00:00:00Z'));
    await first.append({
      kind: 'change.proposed',
      changeId: 'chg_1',
      planId: 'pln_1',
      body: { reason: 'ä 😀 "\n' },
    });
    const origin = await first.origin();
    first.close();
    const again = openLedger(home);
    expect(await again.origin()).toBe(origin);
    expect(await again.events()).toEqual([
      {
        seq: 1,
        at: '2026-11-24T00:00:00.000Z',
        kind: 'change.proposed',
        changeId: 'chg_1',
        planId: 'pln_1',
        body: { reason: 'ä 😀 "\n' },
      },
    ]);
    expect((await again.head()).size).toBe(1);
    again.close();
  });

  it('finds events by change, plan, kind, place and time, newest first and limited', async () => {
    let minute = 0;
    const ledger = openLedger(home, () => new Date(Date.UTC(2026, 0, 1, 0, minute++)));
    for (const changeId of ['a', 'b', 'a', 'b'])
      await ledger.append({ kind: `k.${changeId}`, changeId, planId: `p${changeId}`, body: null });
    const seqs = async (query: Parameters<typeof ledger.events>[0]) =>
      (await ledger.events(query)).map(({ seq }) => seq);
    expect(await seqs({ changeId: 'a' })).toEqual([1, 3]);
    expect(await seqs({ planId: 'pb', newestFirst: true })).toEqual([4, 2]);
    expect(await seqs({ kinds: ['k.a', 'k.b'], sinceSeq: 2, limit: 1 })).toEqual([3]);
    expect(await seqs({ kinds: [] })).toEqual([]);
    expect(await seqs({ sinceAt: '2026-01-01T00:02:00.000Z' })).toEqual([3, 4]);
    ledger.close();
  });

  it('appends nothing, stores nothing and claims nothing when a transaction throws', async () => {
    const ledger = openLedger(home);
    const document = { plan: 1 };
    await expect(
      ledger.transact(async (tx) => {
        await tx.append({ kind: 'x', body: null });
        await tx.putDocument(document);
        await tx.claim('nonce');
        throw new Error('decided otherwise');
      }),
    ).rejects.toThrow('decided otherwise');
    expect((await ledger.head()).size).toBe(0);
    expect(await ledger.document(digestOf(document))).toBeUndefined();
    expect(await ledger.transact(async (tx) => await tx.claim('nonce'))).toBe(true);
    expect(await ledger.transact(async (tx) => await tx.claim('nonce'))).toBe(false);
    ledger.close();
  });

  it('keeps documents by their digest and refuses one whose bytes were changed', async () => {
    const ledger = openLedger(home);
    const digest = await ledger.putDocument({ b: 1, a: [2] });
    expect(digest).toBe(digestOf({ a: [2], b: 1 }));
    expect(await ledger.document(digest)).toEqual({ a: [2], b: 1 });
    const db = new Database(join(home, 'ledger.db'));
    db.prepare('UPDATE documents SET bytes = ?').run(Buffer.from('{"a":'));
    db.close();
    await expect(ledger.document(digest)).rejects.toThrow(expect.objectContaining({ code: 'LEDGER_TAMPERED' }));
    ledger.close();
  });

  it('proves its events and its own past', async () => {
    const ledger = openLedger(home);
    const heads: Head[] = [];
    for (let turn = 0; turn < 21; turn += 1) {
      await ledger.append({ kind: 'x', body: turn });
      heads.push(await ledger.head());
    }
    const now = { size: 21, root: Buffer.from((await ledger.head()).rootHash, 'hex') };
    for (const { size, rootHash } of heads) {
      expect(
        verifyInclusion((await ledger.leaf(size)).hash, size - 1, 21, await ledger.inclusionProof(size), now.root),
      ).toBe(true);
      const old = { size, root: Buffer.from(rootHash, 'hex') };
      expect(verifyConsistency(old, now, await ledger.consistencyProof(size))).toBe(true);
    }
    await expect(ledger.leaf(22)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_NOT_FOUND' }));
    await expect(ledger.inclusionProof(3, 2)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_NOT_FOUND' }));
    ledger.close();
  });

  it('lets four processes append at once to a ledger that none of them found, and one of them claim', async () => {
    const script = fileURLToPath(new URL('appender.ts', import.meta.url));
    const names = ['p1', 'p2', 'p3', 'p4'];
    await Promise.all(names.map((name) => promisify(execFile)(process.execPath, [script, home, name, '50'])));
    const ledger = openLedger(home);
    for (const changeId of names) {
      expect((await ledger.events({ changeId })).map(({ body }) => (body as { turn: number }).turn)).toEqual([
        ...Array(50).keys(),
      ]);
    }
    expect(await ledger.events({ kinds: ['test.won'] })).toHaveLength(1);
    ledger.close();
    expect(await verifyLedger(home)).toMatchObject({ ok: true, size: 201 });
  });

  it('keeps its folder and every file in it from other users', async () => {
    const ledger = openLedger(home);
    await ledger.append({ kind: 'x', body: null });
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const files = readdirSync(home);
    expect(files).toContain('ledger.db-wal');
    for (const file of files) expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    ledger.close();
  });

  it('refuses a ledger of a newer version', async () => {
    openLedger(home).close();
    const db = new Database(join(home, 'ledger.db'));
    db.pragma(`user_version = ${LEDGER_VERSION + 1}`);
    db.close();
    const newer = expect.objectContaining({ code: 'LEDGER_NEWER_VERSION' });
    expect(() => openLedger(home)).toThrow(newer);
    await expect(verifyLedger(home)).rejects.toThrow(newer);
  });

  it('says in its own words that a file is no ledger and that a folder cannot be made', async () => {
    const cannot = expect.objectContaining({ name: 'CountersignError', code: 'LEDGER_CANNOT_APPEND' });
    mkdirSync(home);
    writeFileSync(join(home, 'ledger.db'), 'this is no database, but longer than a header of one would be'.repeat(20));
    expect(() => openLedger(home)).toThrow(cannot);
    await expect(verifyLedger(home)).rejects.toThrow(expect.objectContaining({ code: 'LEDGER_TAMPERED' }));
    writeFileSync(join(root, 'file'), '');
    expect(() => openLedger(join(root, 'file', 'home'))).toThrow(cannot);
  });
});
