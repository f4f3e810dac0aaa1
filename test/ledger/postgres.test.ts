import { afterAll, beforeAll } from 'vitest';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { openPgLedger } from '../../src/ledger/pg/store.ts';
import { hasPostgres, type Postgres, startPostgres } from '../postgres.ts';
import { ledgerContract } from './contract.ts';

let server: Postgres;
beforeAll(async () => {
  if (hasPostgres()) server = await startPostgres();
}, 60_000);
afterAll(() => server?.end());

ledgerContract(
  'PostgreSQL',
  async () => {
    const url = await server.database();
    await migrate(url);
    return { place: url, open: () => openPgLedger(url, () => new Date()), destroy: () => undefined };
  },
  { name: 'postgres', isHere: hasPostgres() },
);
