import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { needs } from '../needs.ts';

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import sqlite3'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('docs/ledger.md', async () => {
  it('has a Python verifier that finds our root and a row that was edited', async (context) => {
    needs(context, 'python', hasPython());
    const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
    const script = /```python\n(.*?)```/s.exec(page)![1]!;
    const home = mkdtempSync(join(tmpdir(), 'countersign-python-'));
    const file = join(home, 'ledger.db');
    const run = () => execFileSync('python3', ['-c', script, file], { encoding: 'utf8', stdio: 'pipe' }).trim();
    const ledger = openLedger(home);
    try {
      for (let turn = 0; turn < 21; turn += 1) {
        const plan = await ledger.putDocument({ turn });
        await ledger.append({ kind: 'test.turn', body: { plan, text: 'ä 😀' } });
      }
      expect(run()).toBe(`21 ${(await ledger.head()).rootHash}`);
      const db = new Database(file);
      const bytes = db.prepare('SELECT bytes FROM events WHERE seq = 4').pluck().get() as Buffer;
      const forged = Buffer.from(bytes.toString('utf8').replace('😀', '😡'));
      db.prepare('UPDATE events SET bytes = ? WHERE seq = 4').run(forged);
      db.close();
      expect(run).toThrow('row 4');
    } finally {
      ledger.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
