import { migrate } from '../../src/ledger/pg/migrate.ts';
import { openPgLedger } from '../../src/ledger/pg/store.ts';
import { postgresHere } from '../postgres-here.ts';
import { ledgerContract } from './contract.ts';

const server = postgresHere();

ledgerContract('PostgreSQL', async () => {
  const url = await server().database();
  await migrate(url);
  return { place: url, open: () => openPgLedger(url, () => new Date()), destroy: () => undefined };
});
