/** A backup of the ledger in PostgreSQL, restored: a checkpoint that was kept elsewhere proves that nothing is missing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLedgerAt, verifyLedger } from '../../src/ledger/open.ts';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { postgresHere } from '../postgres-here.ts';

const server = postgresHere();

it('is whole after a restore, goes on, and says so where the backup was made too early', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-backup-'));
  const url = await server().database();
  await migrate(url);
  const ledger = openLedgerAt(url);
  const dump = (name: string) => {
    server().run('pg_dump', '--format=custom', '--schema=countersign', `--file=${join(folder, name)}`, url);
    return join(folder, name);
  };
  const restored = async (file: string) => {
    const place = await server().database();
    server().run('pg_restore', `--dbname=${place}`, file);
    await migrate(place);
    return place;
  };
  const append = async (name: string) =>
    ledger.append({
      kind: 'plan.started',
      planId: name,
      body: { sponsor: name, document: await ledger.putDocument({ name }) },
    });
  try {
    for (const name of ['one', 'two', 'three']) await append(name);
    const early = dump('early');
    await append('four');
    const late = dump('late');
    const checkpoint = { origin: await ledger.origin(), ...(await ledger.head()) };
    const whole = await restored(late);
    expect(await verifyLedger(whole, checkpoint)).toMatchObject({ ok: true, size: 4, anchored: 'checkpoint' });
    const again = openLedgerAt(await server().as(whole, 'after_restore', 'countersign_server'));
    expect(await again.append({ kind: 'x.y', body: 5 })).toMatchObject({ seq: 5 });
    again.close();
    expect(await verifyLedger(whole, checkpoint)).toMatchObject({ ok: true, size: 5 });
    expect(await verifyLedger(await restored(early), checkpoint)).toMatchObject({
      ok: false,
      problem: 'truncated',
      seq: 4,
    });
  } finally {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
