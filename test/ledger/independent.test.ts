/** Our proofs before a verifier that shares no code with us: `independent.py`, written from the specifications. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginEnrolment, finishEnrolment } from '../../src/approvals/passkey-enrolment.ts';
import { assertionOptions, signatureOfAssertion } from '../../src/approvals/passkey-signature.ts';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { approve as sign } from '../../src/cli/approve.ts';
import { checkReceipt } from '../../src/cli/audit-receipt.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { ensureLogKey, keyFileIn, signHead } from '../../src/ledger/log-key.ts';
import { parseVkey } from '../../src/ledger/note.ts';
import { receiptFor, verifyReceipt } from '../../src/ledger/receipt.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { tilePath, writeTiles } from '../../src/ledger/tiles.ts';
import type { Person } from '../../src/people/person.ts';
import { type Algorithm, authenticator, PAGE } from '../approvals/authenticator.ts';
import { needs } from '../needs.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { otherWritings } from './other-writings.ts';

const SCRIPT = new URL('independent.py', import.meta.url).pathname;
const isHere = (() => {
  try {
    execFileSync('python3', ['-c', 'import hashlib'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Asked {
  do: 'checkpoint' | 'receipt' | 'consistency';
  data: (string | Buffer)[];
}
/** One answer each. */
function asked(vkey: string, questions: Asked[]): string[] {
  const input = questions.map(({ do: what, data }) =>
    JSON.stringify({ do: what, vkey, data: data.map((one) => Buffer.from(one).toString('base64')) }),
  );
  const args = ['-B', SCRIPT, 'batch'];
  const output = execFileSync('python3', args, { input: `${input.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1e8 });
  return output.trimEnd().split('\n');
}
const refusedAll = (answers: string[]) => answers.filter((answer) => !answer.startsWith('refused: '));

function tilesAnswer(vkey: string, folder: string): string {
  try {
    return execFileSync('python3', ['-B', SCRIPT, 'tiles', vkey, folder], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    return String((error as { stdout?: string }).stdout).trim();
  }
}

describe('an independent verifier', () => {
  let world: TestWorld;
  let vkey: string;
  let receipt: string;
  beforeAll(async () => {
    world = await openTestWorld();
    const id = await proposeFix(world);
    await sign(world.app, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
    await world.execute(id);
    const { ledger } = world.app;
    const file = keyFileIn(world.home);
    ({ vkey } = await ensureLogKey(world.home, file, ledger));
    for (let other = 1; other < 4; other += 1)
      await ledger.append({ kind: 'change.withdrawn', changeId: `chg_${other}`, body: { why: 'x'.repeat(other) } });
    const some = [1, 2, 3].map((other) => receiptFor(ledger, `chg_${other}`, () => signHead(ledger, file)));
    // The one whose `extra` ends in spare bits.
    receipt = (await Promise.all(some)).find((text) => /^extra .*==$/m.test(text))!;
  });
  afterAll(() => world.close());
  const whole = async () => {
    const [{ changeId = '' } = {}] = await world.app.ledger.events({ kinds: ['change.finished'], limit: 1 });
    return receiptFor(world.app.ledger, changeId, () => signHead(world.app.ledger, keyFileIn(world.home)));
  };

  it('accepts our checkpoint and receipts, with the signature of a person in it', async (context) => {
    needs(context, 'python', isHere);
    const checkpoint = (await signHead(world.app.ledger, keyFileIn(world.home))).text;
    const answers = asked(vkey, [
      { do: 'checkpoint', data: [checkpoint] },
      { do: 'receipt', data: [await whole()] },
      { do: 'receipt', data: [receipt] },
    ]);
    expect(answers[0]).toBe(`ok ${(await world.app.ledger.head()).size} events`);
    expect(answers[1]).toMatch(/^ok chg_\w+ change\.finished, 4 events$/);
    expect(answers[2]).toMatch(/^ok chg_/);
  });

  it.each<Algorithm>(['ed25519', 'es256', 'rs256'])(
    'verifies the signature of a passkey (%s) in a receipt, and refuses another in its place',
    async (kind) => {
      const own = await openTestWorld();
      try {
        const key = authenticator(kind);
        const { options, enrolment } = await beginEnrolment(
          { name: 'bob', signsInAs: [], roles: [], keys: [] } satisfies Person,
          PAGE,
          new Date(),
        );
        const { line } = await finishEnrolment(enrolment, key.register(options.challenge), new Date());
        const app = await own.another({ policy: own.policyText.replace(/(bob: .*keys: \[)/, `$1"${line}", `) });
        const id = await proposeFix(own);
        const change = await app.changes.find(id);
        const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'bob', 'approve');
        const bob = app.policyFile!.people[1]!;
        const { challenge } = await assertionOptions(statement, bob, PAGE);
        const signature = signatureOfAssertion(key.assert(challenge));
        const { ledger, changes, policy, policyFile } = app;
        const recorder = {
          ledger,
          changes,
          policy,
          people: policyFile!.people,
          now: () => new Date(),
          relyingParty: PAGE,
        };
        const signed = await recordSignature(recorder, id, statement, signature);
        const { vkey: ownKey } = await ensureLogKey(own.home, keyFileIn(own.home), ledger);
        const receiptOf = (changeId: string) =>
          receiptFor(ledger, changeId, () => signHead(ledger, keyFileIn(own.home)));
        const { at: _at, seq: _seq, ...body } = signed.approvals[0]!;
        const other = signatureOfAssertion(key.assert(challenge, { client: { challenge: 'AAAA' } }));
        await ledger.append({ kind: 'change.approved', changeId: 'chg_x', body: { ...body, signature: other } });
        const texts = [await receiptOf(id), await receiptOf('chg_x')];
        const facts = await checkReceipt(texts[0]!, [parseVkey(ownKey)]);
        expect(facts.signatures).toMatchObject([{ person: 'bob', proof: 'verified' }]);
        await expect(checkReceipt(texts[1]!, [parseVkey(ownKey)])).rejects.toThrow();
        if (!isHere) return;
        const answers = asked(
          ownKey,
          texts.map((text) => ({ do: 'receipt' as const, data: [text] })),
        );
        expect(answers[0]).toMatch(/^ok chg_\w+ change\.approved, 2 events$/);
        expect(answers[1]).toMatch(/^refused: /);
      } finally {
        own.close();
      }
    },
  );

  it('refuses each other writing of a receipt, as we do', (context) => {
    needs(context, 'python', isHere);
    const writings = Object.entries(otherWritings(receipt));
    expect(writings.length).toBeGreaterThanOrEqual(8);
    const answers = asked(
      vkey,
      writings.map(([, text]) => ({ do: 'receipt' as const, data: [text] })),
    );
    expect(writings.flatMap(([what], at) => (answers[at]!.startsWith('refused: ') ? [] : [what]))).toEqual([]);
  });

  it('refuses a receipt or checkpoint of which any byte is another, missing or doubled, as we do', async (context) => {
    needs(context, 'python', isHere);
    const keys = [parseVkey(vkey)];
    const texts: [Asked['do'], string][] = [
      ['receipt', receipt],
      ['checkpoint', (await signHead(world.app.ledger, keyFileIn(world.home))).text],
    ];
    for (const [what, text] of texts) {
      const bytes = Buffer.from(text);
      const edited = Array.from(bytes, (_byte, at) => variants(bytes, at)).flat();
      for (const one of what === 'receipt' ? edited : [])
        expect(() => verifyReceipt(one.toString('utf8'), keys)).toThrow();
      expect(
        refusedAll(
          asked(
            vkey,
            edited.map((one) => ({ do: what, data: [one] })),
          ),
        ),
        what,
      ).toEqual([]);
    }
  });

  it('accepts the consistency of any two checkpoints, and refuses each altered proof', async (context) => {
    needs(context, 'python', isHere);
    const home = mkdtempSync(join(tmpdir(), 'countersign-consistency-'));
    const ledger = openLedger(home);
    try {
      const { vkey: own } = await ensureLogKey(home, keyFileIn(home), ledger);
      const heads: string[] = [(await signHead(ledger, keyFileIn(home))).text];
      for (let size = 1; size <= 12; size += 1) {
        await ledger.append({ kind: 'x', body: size });
        heads.push((await signHead(ledger, keyFileIn(home))).text);
      }
      const proofOf = async (from: number, to: number) =>
        (await ledger.consistencyProof(from, to)).map((hash) => `${hash.toString('base64')}\n`);
      const pairs = heads.flatMap((_new, to) => heads.slice(0, to + 1).map((_old, from) => [from, to] as const));
      const question = (from: number, to: number, proof: string[]): Asked => ({
        do: 'consistency',
        data: [heads[from]!, heads[to]!, proof.join('')],
      });
      const good = asked(
        own,
        await Promise.all(pairs.map(async ([from, to]) => question(from, to, await proofOf(from, to)))),
      );
      expect(good).toEqual(pairs.map(([from, to]) => `ok ${from} of ${to}`));
      const zero = `${Buffer.alloc(32).toString('base64')}\n`;
      const proofs = await Promise.all(pairs.map(async ([from, to]) => [from, to, await proofOf(from, to)] as const));
      const wrong = proofs.flatMap(([from, to, proof]) => {
        return [
          question(from, to, [...proof, zero]),
          ...proof.map((_hash, at) => question(from, to, proof.toSpliced(at, 1, zero))),
          ...proof.map((_hash, at) => question(from, to, proof.toSpliced(at, 1))),
          ...(from < to ? [question(to, from, proof)] : []),
        ];
      });
      expect(refusedAll(asked(own, wrong))).toEqual([]);
    } finally {
      ledger.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});

/** By each class of byte: another bit, another case, a neighbour, left out, doubled. */
function variants(bytes: Buffer, at: number): Buffer[] {
  const byte = bytes[at]!;
  const around = (...here: number[]) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(here), bytes.subarray(at + 1)]);
  const made = [around(byte ^ 1), around(byte ^ 32), around((byte + 1) % 256), around(), around(byte, byte)];
  return [made[at % made.length]!, ...(at % 4 === 0 ? [made[(at + 2) % made.length]!] : [])];
}

describe('tiles', () => {
  it('have the names of the specification', () => {
    expect(tilePath('0', 1234067, 256)).toBe('tile/0/x001/x234/067');
    expect(tilePath('entries', 273, 112)).toBe('tile/entries/273.p/112');
  });

  it('are accepted by an independent verifier at every turn of the tree, continued, and refused when altered', async (context) => {
    needs(context, 'python', isHere);
    const home = mkdtempSync(join(tmpdir(), 'countersign-tiles-'));
    const folder = join(home, 'tiles');
    const ledger: OpenLedger = openLedger(home);
    try {
      const { vkey } = await ensureLogKey(home, keyFileIn(home), ledger);
      const grow = (to: number) =>
        ledger.transact(async (tx) => {
          for (let size = (await ledger.head()).size; size < to; size += 1)
            await tx.append({ kind: 'x', body: { size } });
        });
      for (const size of [0, 1, 255, 256, 257, 600]) {
        await grow(size);
        await writeTiles(ledger, folder, await signHead(ledger, keyFileIn(home)));
        expect(tilesAnswer(vkey, folder)).toBe(`ok ${size} entries`);
      }
      const needed = [
        'checkpoint',
        'tile/0/000',
        'tile/0/002.p/88',
        'tile/1/000.p/2',
        'tile/entries/001',
        'tile/entries/002.p/88',
      ];
      for (const [at, name] of needed.entries()) {
        const bytes = readFileSync(join(folder, name));
        const edits = [Buffer.concat([bytes, Buffer.from('x')]), bytes.subarray(1), flipped(bytes)];
        writeFileSync(join(folder, name), edits[at % edits.length]!);
        expect(tilesAnswer(vkey, folder), name).toMatch(/^refused: /);
        rmSync(join(folder, name));
        expect(tilesAnswer(vkey, folder), name).toMatch(/^refused: /);
        writeFileSync(join(folder, name), bytes);
      }
      expect(tilesAnswer(vkey, folder)).toBe('ok 600 entries');
      writeFileSync(
        join(folder, 'checkpoint'),
        `${await ledger.origin()}\n1\n${Buffer.alloc(32).toString('base64')}\n`,
      );
      await expect(writeTiles(ledger, folder, await signHead(ledger, keyFileIn(home)))).rejects.toThrow(
        expect.objectContaining({ code: 'LEDGER_TAMPERED' }),
      );
      await ledger.append({ kind: 'x', body: 'x'.repeat(70_000) });
      await expect(writeTiles(ledger, join(home, 'other'), await signHead(ledger, keyFileIn(home)))).rejects.toThrow(
        expect.objectContaining({ code: 'INPUT_TOO_LARGE' }),
      );
    } finally {
      ledger.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});

function flipped(bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  edited[Math.floor(bytes.length / 2)]! ^= 1;
  return edited;
}
