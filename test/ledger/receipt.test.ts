import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { receiptFor, verifyReceipt } from '../../src/ledger/receipt.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/store.ts';

const invalid = expect.objectContaining({ code: 'INPUT_INVALID' });
let home: string;
let ledger: OpenLedger;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-receipt-'));
  ledger = openLedger(home);
});
afterEach(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

describe('checkpoint', () => {
  it('is read back as it was written, with signature lines or without', async () => {
    await ledger.append({ kind: 'x', body: null });
    const checkpoint = { origin: ledger.origin, ...ledger.head() };
    const text = formatCheckpoint(checkpoint);
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(parseCheckpoint(`${text}\n— witness AAAA\n`)).toEqual(checkpoint);
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
    ];
    for (const bad of [...wrong, text.replace('=', '')]) expect(() => parseCheckpoint(bad), bad).toThrow(invalid);
  });
});

describe('receipt', () => {
  it('proves the newest event of a change without the ledger', async () => {
    for (let turn = 0; turn < 11; turn += 1)
      await ledger.append({ kind: 'turn', changeId: `chg_${turn % 4}`, body: { turn } });
    const { event, checkpoint } = verifyReceipt(await receiptFor(ledger, 'chg_1'));
    expect(event).toMatchObject({ seq: 10, kind: 'turn', changeId: 'chg_1', body: { turn: 9 } });
    expect(checkpoint).toEqual({ origin: ledger.origin, ...ledger.head() });
  });

  it('is refused when its event, place, proof or checkpoint was edited', async () => {
    for (let turn = 0; turn < 11; turn += 1)
      await ledger.append({ kind: 'turn', changeId: `chg_${turn}`, body: { turn } });
    const text = await receiptFor(ledger, 'chg_4');
    const forged = ledger.leaf(5).bytes.toString('utf8').replace('"turn":4', '"turn":5');
    const edits = [
      text.replace(/^extra .*$/m, `extra ${Buffer.from(forged).toString('base64')}`),
      text.replace('index 4', 'index 5'),
      text.replace('\n11\n', '\n4\n'),
      text.replace(/.*\n$/, `${Buffer.alloc(32).toString('base64')}\n`),
      text.replace(/(index 4\n).*\n/, '$1'),
      text.replace('tlog-proof@v1', 'tlog-proof@v2'),
    ];
    for (const edit of edits) {
      expect(edit).not.toBe(text);
      expect(() => verifyReceipt(edit), edit).toThrow(invalid);
    }
    await expect(receiptFor(ledger, 'chg_none')).rejects.toThrow(expect.objectContaining({ code: 'INPUT_NOT_FOUND' }));
  });
});
