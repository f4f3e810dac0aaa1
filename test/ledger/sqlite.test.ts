import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { ledgerContract } from './contract.ts';

ledgerContract('SQLite', () => {
  const home = mkdtempSync(join(tmpdir(), 'countersign-contract-'));
  return { place: home, open: () => openLedger(home), destroy: () => rmSync(home, { recursive: true, force: true }) };
});
