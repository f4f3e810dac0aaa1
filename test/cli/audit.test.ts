/** What the audit commands print and refuse, over a change that was signed and executed in the simulated cloud. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approve as sign } from '../../src/cli/approve.ts';
import type { Context } from '../../src/cli/command.ts';
import { auditAnchor } from '../../src/cli/commands/audit-anchor.ts';
import { auditCheckpoint } from '../../src/cli/commands/audit-checkpoint.ts';
import { auditExport } from '../../src/cli/commands/audit-export.ts';
import { auditKey } from '../../src/cli/commands/audit-key.ts';
import { auditReceipt } from '../../src/cli/commands/audit-receipt.ts';
import { auditReport } from '../../src/cli/commands/audit-report.ts';
import { auditShow } from '../../src/cli/commands/audit-show.ts';
import { auditVerify } from '../../src/cli/commands/audit-verify.ts';
import { createContext } from '../../src/cli/context.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let context: Context;
let id: string;
let folder: string;
beforeAll(async () => {
  world = await openTestWorld();
  context = contextOf(world.home);
  id = await proposeFix(world);
  await sign(world.app, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
  await world.execute(id);
  const plan = await world.call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 2048 }],
  });
  const formula = { goal: 'fix', reason: '=HYPERLINK("http://evil","x")', ticket: '@SUM(1)' };
  await world.call('propose_change', { plan_id: plan.plan_id, ...formula });
});
afterAll(() => world.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

function contextOf(home: string): Context {
  const config = { ...world.app.config, home };
  const silent = { tell: () => undefined, note: () => undefined };
  return createContext({ config, version: '0.0.0', sandboxed: true, width: 100, ...silent });
}
const invalid = { code: 'INPUT_INVALID' };
const kept = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe('audit key and checkpoint', () => {
  it('make a private key for its owner alone, once, and sign with it', async () => {
    const key = join(folder, 'key');
    const first = await auditKey.run(context, { key });
    expect(first).toMatchObject({ exit: EXIT.pass, json: { is_new: true, file: key } });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(await auditKey.run(context, { key })).toMatchObject({ text: first.text, json: { is_new: false } });
    expect((await auditKey.run(context, { key, tlogPolicy: true })).text).toBe(`log ${first.text}\nquorum none`);
    const signed = await auditCheckpoint.run(context, { key });
    expect(signed).toMatchObject({ exact: true, json: { signed: true } });
    const checkpoint = kept('checkpoint', signed.text);
    const verified = await auditVerify.run(context, { checkpoint: [checkpoint], vkey: first.text });
    expect(verified).toMatchObject({ exit: EXIT.pass, json: { anchored: 'checkpoint' } });
    expect(verified.text).toContain('matches (signed)');
  });

  it('a key that others can read, or that is none, is refused', async () => {
    const key = join(folder, 'key');
    await auditKey.run(context, { key });
    chmodSync(key, 0o640);
    await expect(auditCheckpoint.run(context, { key })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    chmodSync(key, 0o600);
    writeFileSync(key, readFileSync(world.keyOf('bob')));
    await expect(auditCheckpoint.run(context, { key })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(auditCheckpoint.run(context, { key: join(folder, 'none') })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
  });

  it('any two checkpoints must be of one history: one that was altered is named', async () => {
    const key = join(folder, 'key');
    const { text: vkey } = await auditKey.run(context, { key });
    const { text } = await auditCheckpoint.run(context, { key });
    const lines = text.split('\n');
    const older = kept('older', `${lines[0]}\n1\n${Buffer.alloc(32).toString('base64')}\n`);
    const newer = kept('newer', text);
    expect(await auditVerify.run(context, { checkpoint: [newer, older] })).toMatchObject({
      exit: EXIT.failed,
      json: { problem: 'tree' },
    });
    await expect(auditVerify.run(context, { checkpoint: [newer, older], vkey })).rejects.toMatchObject(invalid);
    const forged = kept('forged', text.replace(`\n${lines[1]}\n`, '\n5\n'));
    await expect(auditVerify.run(context, { checkpoint: [forged], vkey })).rejects.toMatchObject(invalid);
  });
});

describe('audit receipt', () => {
  const madeWith = async (short = false) => {
    const key = join(folder, 'key');
    const { text: vkey } = await auditKey.run(context, { key });
    return { vkey, text: (await auditReceipt.run(context, { change: id, key, short })).text };
  };

  it('is verified in another folder, without the ledger, and tells what it proves', async () => {
    const { vkey, text } = await madeWith();
    const elsewhere = contextOf(join(folder, 'nothing-here'));
    const verified = await auditVerify.run(elsewhere, { file: kept('receipt', text), vkey });
    expect(verified).toMatchObject({
      exit: EXIT.pass,
      json: {
        change: id,
        state: 'succeeded',
        sponsor: 'alice',
        assurance: 'L0',
        credentials: 'unconfined',
        policy_digest: expect.stringMatching(/^sha256:/),
        signatures: [{ person: 'bob', decision: 'approve', key: expect.stringMatching(/^SHA256:/) }],
        only_named: 0,
      },
    });
    expect(verified.text).toContain('credentials unconfined');
    expect(existsSync(join(folder, 'nothing-here'))).toBe(false);
  });

  it('short has less than 4 kB, and still says who asked, under which policy, and how it ended', async () => {
    const { vkey, text } = await madeWith(true);
    // A proof in a ledger of a million events has 20 hashes; this one has fewer.
    const hashes = text.split('\n\n')[0]!.split('\n').length - 3;
    expect(Buffer.byteLength(text) + (20 - hashes) * 45).toBeLessThan(4_000);
    const { json, text: told } = await auditVerify.run(context, { file: kept('receipt', text), vkey });
    expect(json).toMatchObject({
      state: 'succeeded',
      sponsor: 'alice',
      assurance: 'L0',
      only_named: 3,
      signatures: [],
    });
    expect(told).toContain('no signature was verified');
  });

  it('is refused without a key, under another key, and with an edited byte', async () => {
    const { vkey, text } = await madeWith();
    const file = kept('receipt', text);
    const elsewhere = contextOf(join(folder, 'nothing-here'));
    await expect(auditVerify.run(elsewhere, { file })).rejects.toMatchObject(invalid);
    const { text: other } = await auditKey.run(context, { key: join(folder, 'other') });
    await expect(auditVerify.run(elsewhere, { file, vkey: other })).rejects.toMatchObject(invalid);
    const edited = kept('edited', text.replace(/^extra ./m, 'extra f'));
    await expect(auditVerify.run(elsewhere, { file: edited, vkey })).rejects.toMatchObject(invalid);
  });

  it('is not made for a change that is not there', async () => {
    const key = join(folder, 'key');
    await auditKey.run(context, { key });
    await expect(auditReceipt.run(context, { change: 'chg_none', key })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
  });
});

describe('audit show', () => {
  it('pages from the newest event to the first, each once', async () => {
    const seen: number[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const page = await auditShow.run(context, { limit: 4, ...(before === undefined ? {} : { before }) });
      const json = page.json as { events: { seq: number }[]; before: number | null };
      seen.push(...json.events.map(({ seq }) => seq));
      before = json.before;
    }
    const { size } = await world.app.ledger.head();
    expect(seen).toEqual(Array.from({ length: size }, (_, at) => size - at));
  });

  it('filters by change, kind and time', async () => {
    const page = await auditShow.run(context, { limit: 50, change: id, kind: ['change'] });
    const kinds = (page.json as { events: { kind: string }[] }).events.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(
      new Set(['change.finished', 'change.progress', 'change.executing', 'change.approved', 'change.proposed']),
    );
    expect(page.text).toContain('succeeded (unconfined)');
    expect(await auditShow.run(context, { limit: 50, since: '2100-01-01' })).toMatchObject({ json: { events: [] } });
    await expect(auditShow.run(context, { limit: 50, kind: ['nonsense'] })).rejects.toMatchObject(invalid);
  });

  it('one event is one line, whatever is in it', async () => {
    const { text } = await auditShow.run(context, { limit: 1000 });
    expect(text.split('\n')).toHaveLength((await world.app.ledger.head()).size);
  });
});

describe('audit export', () => {
  const lines = async (asked = {}) => {
    const out: string[] = [];
    for await (const line of (await auditExport.run(context, asked)).lines!) out.push(line);
    return out;
  };
  it('prints exactly the bytes that were hashed', async () => {
    const all = await lines();
    expect(all).toHaveLength((await world.app.ledger.head()).size);
    for (const [at, line] of all.entries()) {
      const leaf = sha256Hex(Buffer.concat([Buffer.from([0]), Buffer.from(line)]));
      expect(leaf).toBe((await world.app.ledger.leaf(at + 1)).hash.toString('hex'));
    }
  });
  it('filters by change and kind', async () => {
    const some = await lines({ change: id, kind: ['change.approved', 'call'] });
    expect(some.map((line) => JSON.parse(line).kind)).toEqual(['change.approved', 'call.intended', 'call.returned']);
  });
});

describe('audit report', () => {
  it('is a CSV of who asked, what, who signed under which policy, and what happened', async () => {
    const { text, json } = await auditReport.run(context, { since: '1d' });
    const [header = '', first = ''] = text.split('\r\n');
    expect(header).toMatch(/^change,proposed_at,sponsor,/);
    expect(first).toContain(id);
    expect(first).toMatch(/approve by bob with SHA256:\S+ at \S+ under sha256:[0-9a-f]{64}/);
    expect(json).toMatchObject([{ change: id, state: 'succeeded', credentials: 'unconfined' }, { state: 'pending' }]);
    expect((await auditReport.run(context, { since: '2100-01-01' })).text.split('\r\n')).toHaveLength(2);
  });
  it('gives a spreadsheet no formula of an agent', async () => {
    const { text } = await auditReport.run(context, { since: '1d' });
    expect(text).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
    expect(text).toContain('"\'@SUM(1)"');
    expect(text).not.toMatch(/(?:^|,)"?[=+@-]/m);
  });
});

describe('audit anchor', () => {
  const git = (...args: string[]) => execFileSync('git', ['-C', join(folder, 'repo'), ...args], { encoding: 'utf8' });
  const withKey = async () => {
    const key = join(folder, 'key');
    await auditKey.run(context, { key });
    return key;
  };
  const repository = () => {
    mkdirSync(join(folder, 'repo'));
    git('init', '-q');
    return join(folder, 'repo');
  };

  it('keeps a checkpoint in a file that audit verify takes, and refuses one of another history', async () => {
    const key = await withKey();
    const file = join(folder, 'anchor');
    expect(await auditAnchor.run(context, { file, key })).toMatchObject({ json: [{ before: null }] });
    expect(await auditAnchor.run(context, { file, key })).toMatchObject({ json: [{ before: expect.any(Number) }] });
    expect(await auditVerify.run(context, { checkpoint: [file] })).toMatchObject({ exit: EXIT.pass });
    const other = `${await world.app.ledger.origin()}\n1\n${Buffer.alloc(32).toString('base64')}\n`;
    writeFileSync(file, other);
    await expect(auditAnchor.run(context, { file, key })).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    expect(readFileSync(file, 'utf8')).toBe(other);
  });

  it('commits to a branch of its own, and runs no hook of the repository', async () => {
    const key = await withKey();
    const repo = repository();
    const hooks = join(folder, 'hooks');
    mkdirSync(hooks);
    const names = ['reference-transaction', 'post-commit', 'pre-commit', 'commit-msg', 'post-update', 'update'];
    for (const name of names)
      for (const place of [hooks, join(repo, '.git', 'hooks')]) {
        mkdirSync(place, { recursive: true });
        writeFileSync(join(place, name), `#!/bin/sh\ntouch ${join(folder, 'ran')}\n`, { mode: 0o755 });
      }
    git('config', 'core.hooksPath', hooks);
    // The trap is set: a ref that git itself updates springs it.
    git('symbolic-ref', 'HEAD', 'refs/heads/trap');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x');
    expect(existsSync(join(folder, 'ran'))).toBe(true);
    rmSync(join(folder, 'ran'));
    const first = await auditAnchor.run(context, { git: repo, branch: 'anchors', key });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    expect(first).toMatchObject({ json: [{ before: null, commit: expect.stringMatching(/^[0-9a-f]{40}$/) }] });
    await world.call('describe_policy', {});
    await auditAnchor.run(context, { git: repo, branch: 'anchors', key });
    expect(git('rev-list', '--count', 'anchors').trim()).toBe('2');
    const file = kept('from-git', git('show', 'anchors:checkpoint'));
    expect(await auditVerify.run(context, { checkpoint: [file] })).toMatchObject({ exit: EXIT.pass });
  });

  it('refuses a branch with another history, a place that is none, and no place', async () => {
    const key = await withKey();
    const repo = repository();
    await auditAnchor.run(context, { git: repo, branch: 'anchors', key });
    const other = `${await world.app.ledger.origin()}\n1\n${Buffer.alloc(32).toString('base64')}\n`;
    writeFileSync(join(repo, 'checkpoint'), other);
    git('add', 'checkpoint');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'x');
    git('update-ref', 'refs/heads/anchors', 'HEAD');
    const refused = auditAnchor.run(context, { git: repo, branch: 'anchors', key });
    await expect(refused).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    await expect(auditAnchor.run(context, { git: join(folder, 'none'), key })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(auditAnchor.run(context, { git: repo, branch: '--force', key })).rejects.toMatchObject(invalid);
    await expect(auditAnchor.run(context, { key })).rejects.toMatchObject(invalid);
  });
});

/** Last: it changes the ledger. */
it('audit anchor and checkpoint: a ledger that was cut off is never signed again by its key', async () => {
  const key = join(folder, 'key');
  await auditKey.run(context, { key });
  await auditCheckpoint.run(context, { key });
  const db = new Database(join(world.home, 'ledger.db'));
  db.exec('DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)');
  db.close();
  await expect(auditCheckpoint.run(context, { key })).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
  await expect(auditAnchor.run(context, { file: join(folder, 'anchor'), key })).rejects.toMatchObject({
    code: 'LEDGER_TAMPERED',
  });
  expect(existsSync(join(folder, 'anchor'))).toBe(false);
});
