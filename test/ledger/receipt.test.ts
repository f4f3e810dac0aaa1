import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { ensureLogKey, keyFileIn, signHead } from '../../src/ledger/log-key.ts';
import { formatVkey, type NoteKey, noteKey, parseVkey, signNote } from '../../src/ledger/note.ts';
import { receiptFor, verifyReceipt } from '../../src/ledger/receipt.ts';
import { LEDGER_FILE } from '../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { otherWritings } from './other-writings.ts';

const tampered = expect.objectContaining({ code: 'LEDGER_TAMPERED' });
const invalid = expect.objectContaining({ code: 'INPUT_INVALID' });
let home: string;
let ledger: OpenLedger;
let keys: NoteKey[];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'countersign-receipt-'));
  ledger = openLedger(home);
  keys = [parseVkey((await ensureLogKey(home, keyFileIn(home), ledger)).vkey)];
});
afterEach(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});
const sign = () => signHead(ledger, keyFileIn(home));
/** Eleven changes, each with its milestones among those of the others. */
async function changes(): Promise<void> {
  for (const kind of ['change.proposed', 'change.progress', 'change.approved', 'change.finished'])
    for (let turn = 0; turn < 11; turn += 1)
      await ledger.append({
        kind,
        changeId: `chg_${turn}`,
        body: { turn, ...(kind === 'change.finished' ? { pad: 'x'.repeat(turn) } : {}) },
      });
}

describe('checkpoint', () => {
  it('is read back as it was written, with signature lines or without', async () => {
    await ledger.append({ kind: 'x', body: null });
    const checkpoint = { origin: await ledger.origin(), ...(await ledger.head()) };
    const text = formatCheckpoint(checkpoint);
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(openCheckpoint(text, keys)).toEqual({ checkpoint, signed: 'unsigned' });
    expect(openCheckpoint((await sign()).text, keys)).toEqual({ checkpoint, signed: 'signed' });
    expect(openCheckpoint((await sign()).text, [])).toEqual({ checkpoint, signed: 'signed by an unknown key' });
    expect(openCheckpoint(`${(await sign()).text}— witness AAAAAAAA\n`, keys)).toEqual({
      checkpoint,
      signed: 'signed',
    });
  });

  it('is refused when a known key’s signature is false, whatever else signed it', async () => {
    const { text } = await sign();
    await ledger.append({ kind: 'x', body: null });
    const other = signNote(
      formatCheckpoint({ origin: await ledger.origin(), ...(await ledger.head()) }),
      generateKey(),
      await ledger.origin(),
    );
    const forged = text.replace(/\n0\n/, '\n1\n');
    expect(forged).not.toBe(text);
    expect(() => openCheckpoint(forged, keys)).toThrow(invalid);
    expect(() => openCheckpoint(`${other}${text.split('\n\n')[1]}`, keys)).toThrow(invalid);
    expect(openCheckpoint(other, keys)).toMatchObject({ signed: 'signed by an unknown key' });
  });

  it('is not signed for another origin by its own key', () => {
    const foreign = signNote(
      formatCheckpoint({ origin: 'elsewhere', size: 0, rootHash: 'ab'.repeat(32) }),
      generateKey(),
      'x',
    );
    expect(openCheckpoint(foreign, [noteKey('x', generateKey())])).toMatchObject({
      signed: 'signed by an unknown key',
    });
  });

  it('is refused when a line is missing, added, or not in its one exact form', () => {
    const text = formatCheckpoint({ origin: 'o', size: 7, rootHash: 'ab'.repeat(32) });
    const wrong = [
      '',
      text.trimEnd(),
      text.replace('7', '07'),
      text.replace('7', '-7'),
      `${text}more\n`,
      text.slice(2),
      `${text}\n`,
      `${text}\n— witness AAAA\n`,
      `${text}\n— witness AAAAAAAA`,
      `${text}\n- witness AAAAAAAA\n`,
      `${text}\n— witness AAAAAAB\n`,
      `${text}\n— wit+ness AAAAAAAA\n`,
    ];
    for (const bad of [...wrong, text.replace('=', '')]) expect(() => parseCheckpoint(bad), bad).toThrow(invalid);
  });

  it('is never signed by the same key for a ledger that was cut off or replaced', async () => {
    await ledger.append({ kind: 'x', body: 1 });
    await ledger.append({ kind: 'x', body: 2 });
    await sign();
    await ledger.append({ kind: 'x', body: 3 });
    expect((await sign()).checkpoint.size).toBe(3);
    ledger.close();
    const db = new Database(join(home, LEDGER_FILE));
    db.exec('DELETE FROM events WHERE seq = 3');
    db.close();
    ledger = openLedger(home);
    await expect(sign()).rejects.toThrow(tampered);
    await ledger.append({ kind: 'x', body: 'another' });
    await expect(sign()).rejects.toThrow(tampered);
    await ledger.append({ kind: 'x', body: 'more' });
    await expect(sign()).rejects.toThrow(tampered);
  });
});

const generateKey = () => generateKeyPairSync('ed25519').privateKey;

describe('verifier key', () => {
  it('is read back, and the specification’s own example is read and verifies its note', () => {
    const [key] = keys;
    expect(parseVkey(formatVkey(key!))).toEqual(key);
    const foo = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    expect(formatVkey(foo)).toBe('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  });
  it.each([
    'example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    'example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2',
    'example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    '',
  ])('%s is refused', (text) => expect(() => parseVkey(text)).toThrow(invalid));
});

describe('receipt', () => {
  it('proves the newest milestone of a change and those before it, without the ledger', async () => {
    await changes();
    const { event, earlier, checkpoint } = verifyReceipt(await receiptFor(ledger, 'chg_1', sign), keys);
    expect(event).toMatchObject({ seq: 35, kind: 'change.finished', changeId: 'chg_1', body: { turn: 1 } });
    expect(earlier.map(({ seq, kind }) => [seq, kind])).toEqual([
      [2, 'change.proposed'],
      [24, 'change.approved'],
    ]);
    expect(checkpoint).toEqual({ origin: await ledger.origin(), ...(await ledger.head()) });
  });

  it('short: names the earlier milestones by their hashes', async () => {
    await changes();
    const text = await receiptFor(ledger, 'chg_1', sign, true);
    expect(verifyReceipt(text, keys)).toMatchObject({ event: { seq: 35 }, earlier: [], named: 2 });
  });

  it('is refused when its event, place, proof, checkpoint or signature was edited', async () => {
    await changes();
    const text = await receiptFor(ledger, 'chg_4', sign);
    const other = await receiptFor(ledger, 'chg_5', sign);
    const extra = (change: (lines: string[]) => string[]) =>
      text.replace(/^extra (.*)$/m, (_all, base64) => {
        const lines = change(Buffer.from(base64, 'base64').toString('utf8').split('\n'));
        return `extra ${Buffer.from(lines.join('\n')).toString('base64')}`;
      });
    const foreign = Buffer.from(/^extra (.*)$/m.exec(other)![1]!, 'base64')
      .toString('utf8')
      .split('\n');
    const edits = [
      extra(([closing, ...rest]) => [closing!.replace('"turn":4', '"turn":5'), ...rest]),
      extra(([closing, first, second]) => [closing!, second!, first!]),
      extra(([closing, first]) => [closing!, first!]),
      extra(([closing, first, second]) => [closing!, first!.replace('"turn":4', '"turn":5'), second!]),
      extra(([closing]) => [closing!, ...foreign.slice(1)]),
      extra((lines) => [...lines, '']),
      text.replace('index 37', 'index 36'),
      text.replace('\n44\n', '\n38\n'),
      text.replace(/^(.{43}=)\n\n/m, `${Buffer.alloc(32).toString('base64')}\n\n`),
      text.replace(/(index 37\n).*\n/, '$1'),
      text.replace('tlog-proof@v1', 'tlog-proof@v2'),
      text.replace(/\n\n(.*)\n/, '\n\nelsewhere\n'),
      text.replace(/(\n— \S+ ).*\n$/, '\n'),
      text.replace(/(\n— \S+ )[\s\S]*\n$/, `$1${Buffer.alloc(68).toString('base64')}\n`),
    ];
    for (const edit of edits) {
      expect(edit).not.toBe(text);
      expect(() => verifyReceipt(edit, keys), edit).toThrow(invalid);
    }
    expect(() => verifyReceipt(text, [])).toThrow(invalid);
    const origin = await ledger.origin();
    expect(() => verifyReceipt(text, [noteKey(origin, generateKey())])).toThrow(invalid);
    await expect(receiptFor(ledger, 'chg_none', sign)).rejects.toThrow(
      expect.objectContaining({ code: 'INPUT_NOT_FOUND' }),
    );
  });

  it('has one text: another writing of the same is refused', async () => {
    await changes();
    // Of the eleven, one whose bytes end in two characters of padding, so that its last character has spare bits.
    const texts = await Promise.all(Array.from({ length: 11 }, (_, turn) => receiptFor(ledger, `chg_${turn}`, sign)));
    const padded = texts.find((text) => /^extra .*==$/m.test(text))!;
    expect(() => verifyReceipt(padded, keys)).not.toThrow();
    for (const [what, text] of Object.entries(otherWritings(padded))) {
      expect(text, what).not.toBe(padded);
      expect(() => verifyReceipt(text, keys), what).toThrow(invalid);
    }
  });

  it('is refused whichever of its bytes is another', async () => {
    await changes();
    const bytes = Buffer.from(await receiptFor(ledger, 'chg_7', sign));
    for (let at = 0; at < bytes.length; at += 1) {
      const edited = Buffer.from(bytes);
      edited[at] = edited[at]! ^ (at % 2 === 0 ? 1 : 32);
      expect(() => verifyReceipt(edited.toString('utf8'), keys), `byte ${at}`).toThrow(invalid);
      const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      expect(() => verifyReceipt(shorter.toString('utf8'), keys), `without byte ${at}`).toThrow(invalid);
    }
  });
});
