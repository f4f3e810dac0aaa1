/** A backup of the ledger in PostgreSQL, restored: a checkpoint that was kept elsewhere proves that nothing is missing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLedgerAt, verifyLedger } from '../../src/ledger/open.ts';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { signedByAll } from '../attacks/attempts.ts';
import { postgresHere } from '../postgres-here.ts';
import { openTestWorld, proposeFix } from '../world.ts';

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

it('is whole by the commands that are documented, with its receipts, and a process that goes on notices one that is too old', async () => {
  const url = await server().database();
  await migrate(url);
  const world = await openTestWorld(url);
  const countersign = (place: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['bin/countersign.js', '--home', world.home, '--ledger', place, ...args],
      { encoding: 'utf8' },
    );
    return { status, text: `${stdout}${stderr}`, stdout };
  };
  const keep = (name: string, text: string) => {
    writeFileSync(join(world.home, name), text);
    return join(world.home, name);
  };
  const dump = (name: string) => {
    const file = join(world.home, name);
    server().run('pg_dump', '--format=custom', '--schema=countersign', `--file=${file}`, url);
    return file;
  };
  const restored = async (file: string) => {
    const place = await server().database();
    server().run('pg_restore', `--dbname=${place}`, file);
    expect(countersign(url, 'ledger', 'migrate', '--owner-url', place)).toMatchObject({ status: 0 });
    return place;
  };
  try {
    const id = await signedByAll(world, world.app, await proposeFix(world));
    const early = dump('early');
    await world.execute(id);
    expect(countersign(url, 'audit', 'key').status).toBe(0);
    const checkpoint = keep('checkpoint', countersign(url, 'audit', 'checkpoint').stdout);
    const receipt = keep('receipt', countersign(url, 'audit', 'receipt', id).stdout);
    const late = await restored(dump('late'));
    expect(countersign(late, 'audit', 'verify', '--checkpoint', checkpoint)).toMatchObject({
      status: 0,
      text: expect.stringContaining('matches (signed)'),
    });
    const again = keep('again', countersign(late, 'audit', 'receipt', id).stdout);
    for (const one of [receipt, again])
      expect(countersign(late, 'audit', 'verify', one)).toMatchObject({ status: 0, text: expect.stringContaining(id) });
    expect(JSON.parse(countersign(late, 'show', id, '--json').stdout)).toMatchObject({
      change: { state: 'succeeded' },
    });

    const old = await restored(early);
    expect(countersign(old, 'audit', 'verify', '--checkpoint', checkpoint)).toMatchObject({
      status: 1,
      text: expect.stringContaining('truncated'),
    });
    // In it the change waits to be executed, a second time.
    expect(JSON.parse(countersign(old, 'show', id, '--json').stdout)).toMatchObject({ change: { state: 'approved' } });

    // The same under the address that a process has in use.
    const name = new URL(url).pathname.slice(1);
    const before = (await world.app.ledger.head()).size;
    await server().swap(name, new URL(old).pathname.slice(1));
    await expect(world.app.ledger.append({ kind: 'x.y', body: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'LEDGER_TAMPERED', message: expect.stringContaining(String(before)) }),
    );
    await expect(world.execute(id)).rejects.toThrow();
    expect(world.writes().filter(({ operation }) => operation === 'ExecuteChangeSet')).toHaveLength(1);
  } finally {
    world.close();
  }
}, 90_000);
