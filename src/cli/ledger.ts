/** `ledger migrate` and `ledger copy`: the ledger in a database. */
import type { Config } from '../config.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { loadDispatch } from '../dispatch/load.ts';
import { type Copied, copyToDatabase } from '../ledger/pg/copy.ts';
import { type Migrated, migrate } from '../ledger/pg/migrate.ts';
import { ROLES } from '../ledger/pg/schema.ts';
import { requireLedger } from '../ledger/sqlite/database.ts';
import { secretFingerprint } from '../secret.ts';

/** @param url of the role that owns the database. */
export async function migrated(url: string): Promise<Migrated> {
  const { installDispatch } = await loadDispatch();
  const done = await migrate(url);
  await installDispatch(url, ROLES.executor);
  return done;
}

export const migratedText = ({ place, origin, events, format, roles }: Migrated): string =>
  [
    `${place}: format ${format}, ${counted(events, 'event')}, ${origin}`,
    `Roles: ${roles.join(', ')}. Grant one to each login role, such as: GRANT ${roles[0]} TO app`,
  ].join('\n');

/** @throws INPUT_NOT_FOUND, INPUT_INVALID. */
export async function copied(
  { home, ledgerUrl }: Pick<Config, 'home' | 'ledgerUrl'>,
  to: string,
  tell: (progress: string) => void,
): Promise<Copied> {
  if (ledgerUrl !== undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      'The ledger of the state folder is copied, and --ledger names another one.',
      'Leave out --ledger and COUNTERSIGN_LEDGER.',
    );
  requireLedger(home);
  return copyToDatabase(home, to, secretFingerprint(home), tell);
}

export const copiedText = ({ from, to, size, rootHash }: Copied): string =>
  [
    `${to} has the ledger of ${from}: ${counted(size, 'event')}, root ${rootHash}.`,
    'The file takes no more events; it can still be read and verified. From now on: COUNTERSIGN_LEDGER=postgres://…',
  ].join('\n');
