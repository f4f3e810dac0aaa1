/** A change read and signed where there is no ledger, no cloud and no policy. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBundle, packBundle } from '../../src/approvals/bundle.ts';
import { recordSignature } from '../../src/approvals/record.ts';
import { NAMESPACE } from '../../src/approvals/ssh-signature.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { approve } from '../../src/cli/approve.ts';
import { bundleOf, signBundle } from '../../src/cli/bundle.ts';
import { isBundleFile } from '../../src/cli/bundle-file.ts';
import { findOwnKey } from '../../src/cli/own-key.ts';
import { renderBundle, renderChange, showStatement, subjectOf } from '../../src/cli/show.ts';
import { digestOf } from '../../src/core/digest.ts';
import { providerRules } from '../../src/providers/index.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
const refused = (code: string) => expect.objectContaining({ code });
const opened = (text: string, now = new Date()) => openBundle(text, providerRules, now);

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

type Path = (string | number)[];
/** Where texts are. */
function stringsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    stringsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
function setAt(value: object, path: Path, text: string): void {
  const inside = path.slice(0, -1).reduce<object>((at, key) => (at as Record<string, object>)[key]!, value);
  Object.assign(inside, { [path.at(-1)!]: text });
}

/** Of a plan: what its digest is over. */
const SEALED = [
  'target',
  'endpoint',
  'action',
  'subject',
  'actor',
  'calls',
  'effects',
  'observed',
  'policyDigest',
  'nonce',
];

describe('a bundle', () => {
  it('shows the same page as the ledger does', async () => {
    const id = await proposeFix(world);
    const now = new Date();
    const text = await bundleOf(world.app, id, now);
    const there = await opened(text, now);
    const here = await subjectOf(world.app, id, now);
    const shared = (page: string) => page.slice(0, page.search(/\n\n(?:TO SIGN|THIS IS A BUNDLE)/));
    expect(shared(renderChange(there.subject, 100))).toBe(shared(renderChange(here, 100)));
    expect(renderBundle(there, 'change.bundle', 100)).toContain('countersign approve change.bundle > signature');
    expect(there.people).toContainEqual(expect.objectContaining({ person: 'alice', may: false }));
  });

  it('is signed there, and the signature taken here', async () => {
    const id = await proposeFix(world);
    const there = await opened(await bundleOf(world.app, id));
    const signed = await signBundle(there, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    expect(signed.person).toBe('bob');
    const file = join(world.home, 'signature');
    writeFileSync(file, signed.signature);
    expect(await approve(world.app, id, { decision: 'approve', signature: file })).toMatchObject({
      state: 'approved',
      approvals: [{ person: 'bob' }],
    });
    const other = await proposeFix(world, 2048);
    await expect(approve(world.app, other, { decision: 'approve', signature: file })).rejects.toThrow(
      refused('INPUT_SIGNATURE_INVALID'),
    );
    const rejected = await signBundle(await opened(await bundleOf(world.app, other)), {
      decision: 'reject',
      key: world.keyOf('carol'),
    });
    writeFileSync(file, rejected.signature);
    await expect(approve(world.app, other, { decision: 'approve', signature: file })).rejects.toThrow(
      refused('INPUT_SIGNATURE_INVALID'),
    );
    expect(await approve(world.app, other, { decision: 'reject', signature: file })).toMatchObject({
      state: 'rejected',
    });
  });

  it('is not signed by the sponsor, unseen, too late, or when there is nothing to sign', async () => {
    const id = await proposeFix(world);
    const text = await bundleOf(world.app, id);
    const sign = async (more: object, at = text, now = new Date()) =>
      signBundle(await opened(at, now), { decision: 'approve', key: world.keyOf('bob'), ...more });
    await expect(sign({})).rejects.toThrow(refused('APPROVAL_NOT_CONFIRMED'));
    await expect(sign({ key: world.keyOf('alice'), confirm: STACK })).rejects.toThrow(
      refused('APPROVAL_SPONSOR_EXCLUDED'),
    );
    await expect(sign({ key: world.keyOf('stranger'), confirm: STACK })).rejects.toThrow(
      refused('APPROVAL_KEY_UNKNOWN'),
    );
    await expect(sign({ confirm: STACK }, text, new Date(Date.now() + 9 * 3_600_000))).rejects.toThrow(
      refused('STATE_CHANGE_EXPIRED'),
    );
    await approve(world.app, id, { decision: 'reject', key: world.keyOf('carol') });
    await expect(sign({ confirm: STACK }, await bundleOf(world.app, id))).rejects.toThrow(
      refused('STATE_CHANGE_NOT_PENDING'),
    );
  });

  it('of which any byte is another, missing or doubled is refused', async () => {
    const text = Buffer.from(await bundleOf(world.app, await proposeFix(world)));
    const kept: number[] = [];
    const around = (at: number, ...bytes: number[]) =>
      Buffer.concat([text.subarray(0, at), Buffer.from(bytes), text.subarray(at + 1)]).toString();
    const step = Math.ceil(text.length / 700);
    for (let at = 0; at < text.length; at += step) {
      const byte = text[at]!;
      for (const edited of [around(at, byte ^ 1), around(at), around(at, byte, byte), around(at, byte, 32)])
        try {
          await opened(edited);
          kept.push(at);
        } catch (error) {
          expect(error).toEqual(refused('INPUT_BUNDLE_INVALID'));
        }
    }
    expect(kept).toEqual([]);
  });

  type Content = Record<string, unknown>;
  /** By somebody who computes the outer digest again. */
  const altered = (text: string, edit: (content: Content) => void): string => {
    const { content } = JSON.parse(text);
    edit(content);
    return packBundle(content);
  };
  const inPlan = (content: Content) => content.plan as { effects: { kind: string }[] };
  const inProposal = (content: Content) => (content.events as { body: Record<string, unknown> }[])[0]!.body;
  it.each<[string, (content: Content) => void]>([
    ['another effect', (content) => (inPlan(content).effects[0]!.kind = 'create')],
    ['no effects', (content) => inPlan(content).effects.pop()],
    ['other values', (content) => ((content.picture as { things: { after: unknown }[] }).things[0]!.after = {})],
    ['no values', (content) => Object.assign(content, { picture: null })],
    ['another plan named', (content) => Object.assign(inProposal(content), { planDigest: `sha256:${'0'.repeat(64)}` })],
    ['another document named', (content) => Object.assign(inProposal(content), { planDocument: digestOf('x') })],
    ['no proposal', (content) => (content.events as unknown[]).shift()],
    [
      'another target named',
      (content) =>
        Object.assign(inProposal(content), { target: { ...(inProposal(content).target as object), name: 'harmless' } }),
    ],
  ])('with %s under a new digest is refused', async (_what, edit) => {
    const text = await bundleOf(world.app, await proposeFix(world));
    expect(altered(text, () => undefined)).toBe(text);
    await expect(opened(altered(text, edit))).rejects.toThrow(refused('INPUT_BUNDLE_INVALID'));
  });

  it.each<[string, (body: Record<string, unknown>) => void]>([
    ['environment', (body) => Object.assign(body, { environment: 'development' })],
    ['id', (body) => Object.assign(body, { id: 'chg_000000000000' })],
    ['goal', (body) => Object.assign(body, { goal: 'scale' })],
    ['reason', (body) => Object.assign(body, { reason: 'harmless' })],
    ['approvals needed', (body) => Object.assign(body.judgement as object, { seats: 0, roles: ['sre'] })],
    [
      'what a guard said',
      (body) =>
        ((body.judgement as { verdicts: { outcome: string; message: string }[] }).verdicts.find(
          ({ outcome }) => outcome === 'hold',
        )!.message = 'nothing'),
    ],
    ['time to approve', (body) => Object.assign(body, { approveBy: '2999-01-01T00:00:00.000Z' })],
    ['what an approval must prove', (body) => Object.assign(body, { proof: 'touch' })],
  ])('whose %s is another is signed for nothing: the signature is refused at home', async (_what, edit) => {
    const id = await proposeFix(world);
    const there = await opened(altered(await bundleOf(world.app, id), (content) => edit(inProposal(content))));
    const { change, plan } = there.subject;
    const statement = buildStatement(change, plan, 'bob', 'approve');
    const signature = signatureBy(world.keyOf('bob'), statement, NAMESPACE);
    const { ledger, changes, policy, policyFile } = world.app;
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    await expect(recordSignature(recorder, id, statement, signature)).rejects.toThrow(
      refused('APPROVAL_WRONG_STATEMENT'),
    );
    expect((await changes.find(id)).approvals).toEqual([]);
  });

  it('shows no text that a signature does not cover without its mark, whichever field it is in', async () => {
    const planned = await world.call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const proposed = await world.call('propose_change', {
      plan_id: planned.plan_id,
      goal: 'fix',
      reason: 'more memory',
      ticket: 'OPS-1',
    });
    const id = String(proposed.change_id);
    const pending = await opened(await bundleOf(world.app, id));
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const honest = altered(await bundleOf(world.app, id), (content) => {
      const [{ body }] = content.events as [{ body: Record<string, unknown> }];
      Object.assign(body, { agent: 'Claude' });
      const { verdicts } = body.judgement as { verdicts: Record<string, unknown>[] };
      verdicts.splice(
        0,
        verdicts.findIndex(({ outcome }) => outcome !== 'pass'),
      );
      verdicts.push({
        guard: 'cost',
        outcome: 'note',
        message: 'it costs more',
        remedy: '',
        exceptions: ['until Friday'],
      });
      Object.assign(content, { policy_of_now: ['the policy asks for more'], where_to_look: ['countersign look'] });
      content.notes = (content.notes as object[]).map((note) => ({ ...note, text: 'an old key' }));
    });
    const said = (subject: Awaited<ReturnType<typeof opened>>['subject']) =>
      buildStatement(subject.change, subject.plan, 'bob', 'approve');
    const right = said((await opened(honest)).subject);
    const TOKEN = 'ZZ looks safe ZZ';
    const shown: string[] = [];
    // What the plan's digest covers is refused above; of the other texts of the plan whoever packs names the document.
    const paths = stringsIn(JSON.parse(honest).content).filter(
      ([part, field]) => part !== 'picture' && (part !== 'plan' || !SEALED.includes(String(field))),
    );
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      const text = altered(honest, (content) => {
        setAt(content, path, TOKEN);
        if (path[0] === 'plan') inProposal(content).planDocument = digestOf(content.plan as never);
      });
      const there = await opened(text).catch((error) => {
        expect(error).toEqual(refused('INPUT_BUNDLE_INVALID'));
      });
      if (!there || said(there.subject) !== right) continue;
      for (const line of renderBundle(there, 'change.bundle', 500).split('\n'))
        if (line.includes(TOKEN)) {
          expect(line, path.join('.')).toContain('(unsigned)');
          shown.push(path.join('.'));
        }
    }
    // That much is shown, so this test would see what is not marked.
    expect(shown.length).toBeGreaterThan(7);
    const marked: string[] = [];
    await signBundle(await opened(honest), {
      decision: 'reject',
      key: world.keyOf('bob'),
    });
    const terminal = { print: (text: string) => void marked.push(text), ask: async () => '' };
    await signBundle(pending, { decision: 'approve', key: world.keyOf('bob'), terminal });
    expect(marked.join('\n')).toContain('ticket (unsigned) OPS-1');
    const alices = signBundle(pending, { decision: 'approve', key: world.keyOf('alice'), confirm: STACK });
    await expect(alices).rejects.toThrow(/says the bundle \(unsigned\)/);
  }, 120_000);

  it('is no id, and an id is no bundle', () => {
    expect(isBundleFile('chg_0123456789ab')).toBe(false);
    expect(isBundleFile(join(world.home, 'policy.yaml'))).toBe(true);
    expect(isBundleFile(join(world.home, 'nothing'))).toBe(false);
  });
});

describe('a statement signed elsewhere', () => {
  it('is refused when any byte of statement or signature is another', async () => {
    const id = await proposeFix(world);
    const statement = await showStatement(world.app, id, 'bob', 'approve');
    const signature = signatureBy(world.keyOf('bob'), statement, NAMESPACE);
    const { ledger, changes, policy, policyFile } = world.app;
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    const taken: string[] = [];
    const attempt = (said: string, by: string) =>
      recordSignature(recorder, id, said, by).then(
        () => taken.push(said + by),
        (error) => expect(error.code).toMatch(/^(?:INPUT_SIGNATURE_INVALID|APPROVAL_)/),
      );
    for (let at = 0; at < statement.length; at += 3)
      await attempt(`${statement.slice(0, at)}~${statement.slice(at + 1)}`, signature);
    const [begin, ...lines] = signature.trimEnd().split('\n');
    const bytes = Buffer.from(lines.slice(0, -1).join(''), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const edited = Buffer.from(bytes);
      edited[at]! ^= 1;
      await attempt(statement, [begin, edited.toString('base64'), lines.at(-1), ''].join('\n'));
    }
    expect(taken).toEqual([]);
    await recordSignature(recorder, id, statement, signature);
  });
});

describe('one’s own key', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-ssh-'));
    for (const name of ['ann', 'ann2', 'bob'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
    writeFileSync(join(folder, 'broken.pub'), 'no key');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const fingerprint = (name: string) =>
    execFileSync('ssh-keygen', ['-l', '-f', join(folder, `${name}.pub`)], { encoding: 'utf8' }).split(' ')[1]!;
  const none = async () => [];

  it('is the one in ~/.ssh that the policy lists, in the policy’s order', async () => {
    const people = [
      { name: 'ann', keys: [fingerprint('ann2'), fingerprint('ann')] },
      { name: 'carol', keys: ['SHA256:x'] },
    ];
    expect(await findOwnKey(people, {}, { folder, agent: none })).toMatchObject({
      person: 'ann',
      file: join(folder, 'ann2.pub'),
      isNamed: false,
    });
    expect(await findOwnKey(people, { as: 'carol' }, { folder, agent: none })).toBeUndefined();
    expect(await findOwnKey(people, {}, { folder: join(folder, 'none'), agent: none })).toBeUndefined();
    await expect(findOwnKey(people, { as: 'dan' }, { folder, agent: none })).rejects.toThrow(
      refused('APPROVAL_KEY_UNKNOWN'),
    );
  });

  it('is asked for by name where keys of several people are there', async () => {
    const people = ['ann', 'bob'].map((name) => ({ name, keys: [fingerprint(name)] }));
    await expect(findOwnKey(people, {}, { folder, agent: none })).rejects.toThrow(refused('INPUT_INVALID'));
    expect(await findOwnKey(people, { as: 'bob' }, { folder, agent: none })).toMatchObject({ person: 'bob' });
  });

  it('of an agent is used by its public half', async () => {
    const line = readFileSync(join(folder, 'bob.pub'), 'utf8').trim();
    const agent = async () => [{ file: '', line, fingerprint: fingerprint('bob') }];
    const own = await findOwnKey(
      [{ name: 'bob', keys: [fingerprint('bob')] }],
      {},
      { folder: join(folder, 'none'), agent },
    );
    expect(readFileSync(own!.file, 'utf8').trim()).toBe(line);
  });
});

describe('on the command line', () => {
  /** A machine of its own: neither state nor policy, a home with one key. */
  function elsewhere(): {
    run(args: string[], input?: string): { stdout: string; stderr: string; status: number | null };
  } {
    const home = join(world.home, 'elsewhere');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    for (const name of ['bob', 'bob.pub'])
      writeFileSync(join(home, '.ssh', name), readFileSync(join(world.home, name)), { mode: 0o600 });
    const env = { PATH: process.env.PATH, HOME: home };
    return {
      run: (args, input = '') =>
        spawnSync(process.execPath, [bin, ...args], { env, input, cwd: home, encoding: 'utf8' }),
    };
  }
  const atHome = (args: string[], input: string | undefined = undefined) =>
    spawnSync(
      process.execPath,
      [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', ...args],
      {
        env: {
          PATH: process.env.PATH,
          AWS_REGION: 'eu-west-1',
          COUNTERSIGN_SPONSOR: 'bob',
          SSH_CONNECTION: '::1 1 ::1 22',
        },
        input: input ?? '',
        encoding: 'utf8',
      },
    );

  it('show --statement | ssh-keygen -Y sign | approve --signature - needs nothing else', async () => {
    const id = await proposeFix(world);
    const statement = atHome(['show', id, '--statement']);
    expect(statement.stderr).toBe('');
    const signature = signatureBy(world.keyOf('bob'), statement.stdout, NAMESPACE);
    const taken = atHome(['approve', id, '--signature', '-'], signature);
    expect(taken, taken.stderr).toMatchObject({ status: 0 });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'approved', approvals: [{ person: 'bob' }] });
  });

  it('show --bundle, then show and approve of the file elsewhere, then approve --signature', async () => {
    const id = await proposeFix(world);
    const file = join(world.home, 'change.bundle');
    expect(atHome(['show', id, '--bundle', file])).toMatchObject({ status: 0, stderr: '' });
    const machine = elsewhere();
    const shown = machine.run(['show', file]);
    expect(shown, shown.stderr).toMatchObject({ status: 0 });
    expect(shown.stdout).toContain('MemorySize: 512 → 1024');
    const signed = machine.run(['approve', file, '--confirm', STACK]);
    expect(signed, signed.stderr).toMatchObject({ status: 0 });
    expect(signed.stdout).toMatch(/^-----BEGIN SSH SIGNATURE-----\n/);
    const taken = atHome(['approve', id, '--signature', '-'], signed.stdout);
    expect(taken, taken.stderr).toMatchObject({ status: 0 });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'approved' });
    writeFileSync(file, readFileSync(file, 'utf8').replace('1024', '1025'));
    for (const command of ['show', 'approve', 'reject']) {
      const broken = machine.run([command, file]);
      expect(broken.status).toBe(1);
      expect(broken.stderr).toContain('INPUT_BUNDLE_INVALID');
    }
  });
});
