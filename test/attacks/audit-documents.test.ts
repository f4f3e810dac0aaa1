/** Whatever the ledger's events name by digest is there and is what they say, or `audit verify` says what is not. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { auditVerify } from '../../src/cli/audit-verify.ts';
import { adoptionPorts } from '../../src/cli/policy-adopt.ts';
import type { Json } from '../../src/core/digest.ts';
import { documentsNamedBy, EVENT_BODIES } from '../../src/core/events.ts';
import { digestsAt, namesIn } from '../../src/core/named-documents.ts';
import { planSchema } from '../../src/core/plan.ts';
import { proposePolicy } from '../../src/policy/adopt.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

let world: TestWorld;
let events: { seq: number; kind: string; body: Json }[];
let documents: string[];
const copies: string[] = [];

/** A folder in which a change was proposed, signed and executed, a plan was only made, and a policy waits for signatures. */
beforeAll(async () => {
  world = await openTestWorld();
  const id = await proposeFix(world);
  await approve(world.app, id, {
    decision: 'approve',
    key: world.keyOf('bob'),
    as: 'bob',
    confirm: 'cost-explorer-prod',
  });
  expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  const set = [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 21 }];
  expect(await world.call('plan_stack_update', { stack: 'cost-explorer-dev', set })).toMatchObject({
    decision: 'pass',
  });
  writeFileSync(join(world.home, 'edited.yaml'), `${world.policyText}# another text\nread: all\n`);
  const waiting = await world.another({ policyPath: join(world.home, 'edited.yaml') });
  await proposePolicy(adoptionPorts(waiting), waiting.policyFile!);
  events = (await world.app.ledger.events()) as typeof events;
  const db = new Database(join(world.home, 'ledger.db'), { readonly: true });
  documents = db.prepare('SELECT digest FROM documents').pluck().all() as string[];
  db.close();
});
afterAll(() => {
  world.close();
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

async function auditedAfter(edit: (db: Database.Database) => void) {
  const copy = mkdtempSync(join(tmpdir(), 'countersign-audit-'));
  copies.push(copy);
  for (const file of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm'])
    cpSync(join(world.home, file), join(copy, file), { force: true });
  const db = new Database(join(copy, 'ledger.db'));
  edit(db);
  db.close();
  return auditVerify(copy);
}
const places = Object.keys(EVENT_BODIES).flatMap((kind) =>
  documentsNamedBy(kind)!.map(({ path, names }): [string, string, string] => [kind, path.join('.'), names]),
);

describe('a document that an event names', () => {
  it('is in the ledger of an honest folder', async () => {
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1, problems: [] } });
    expect(documents.length).toBeGreaterThanOrEqual(6);
  });

  it.each(places)('of %s, at %s (%s), is missed when it is gone', async (kind, path) => {
    const [event] = events.filter((one) => one.kind === kind);
    const [digest = ''] = digestsAt(event?.body, path.split('.'));
    expect(documents, `${kind} is part of the run`).toContain(digest);
    const report = await auditedAfter((db) => db.prepare('DELETE FROM documents WHERE digest = ?').run(digest));
    expect(report).toMatchObject({ ok: false, problem: 'document', message: expect.stringContaining(digest) });
  });

  it('is missed when it is gone, whichever of all it is, also one that only a document names', async () => {
    expect(namesIn(planSchema)).toEqual([{ names: 'picture', path: ['pictureDigest'] }]);
    for (const digest of documents) {
      const report = await auditedAfter((db) => db.prepare('DELETE FROM documents WHERE digest = ?').run(digest));
      expect(report, digest).toMatchObject({
        ok: false,
        problem: 'document',
        message: expect.stringContaining(digest),
      });
    }
  });

  it('is told when it is another than its digest says, whichever of all it is', async () => {
    for (const digest of documents) {
      const report = await auditedAfter((db) =>
        db
          .prepare("UPDATE documents SET bytes = CAST(replace(CAST(bytes AS TEXT), 'a', 'b') AS BLOB) WHERE digest = ?")
          .run(digest),
      );
      expect(report, digest).toMatchObject({
        ok: false,
        problem: 'document',
        message: expect.stringContaining(digest),
      });
    }
  });

  it.each(['plan.made', 'change.proposed'])('%s names the plan that it says, and no other document', async (kind) => {
    const other = await openTestWorld();
    try {
      const first = await proposeFix(other, 1024);
      await proposeFix(other, 2048);
      const named = (await other.app.ledger.events({ kinds: [kind] })) as typeof events;
      const [one, two] = named as [(typeof events)[0], (typeof events)[0]];
      const forged =
        kind === 'plan.made'
          ? { ...(one.body as object), document: (two.body as { document: string }).document }
          : {
              ...(one.body as object),
              planDocument: (two.body as { planDocument: string }).planDocument,
              id: 'chg_forged',
            };
      expect(first).toMatch(/^chg_/);
      await other.app.ledger.append({ kind, planId: 'plan_forged', changeId: 'chg_forged', body: forged } as never);
      expect(await auditVerify(other.home)).toMatchObject({
        ok: false,
        message: expect.stringMatching(new RegExp(`\\(${kind}\\): the plan that it names is not`)),
      });
    } finally {
      other.close();
    }
  });
});
