/** A checkpoint that a witness cosigns: what is sent, what is refused, and how it is verified afterwards. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { auditAnchor } from '../../src/cli/commands/audit-anchor.ts';
import { auditKey } from '../../src/cli/commands/audit-key.ts';
import { auditVerify } from '../../src/cli/commands/audit-verify.ts';
import { createContext } from '../../src/cli/context.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { type Kind, startWitness } from '../ledger/witness.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
let context: Context;
let folder: string;
let stops: (() => Promise<void>)[];
beforeEach(async () => {
  stops = [];
  world = await openTestWorld();
  folder = mkdtempSync(join(tmpdir(), 'countersign-witness-'));
  const config = { ...world.app.config, home: world.home };
  const silent = { tell: () => undefined, note: () => undefined };
  context = createContext({ config, version: '0.0.0', sandboxed: true, width: 100, ...silent });
  await auditKey.run(context, {});
  for (let event = 0; event < 5; event++) await world.call('describe_policy', {});
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function witness(kind: Kind = 'ed25519', answer?: Parameters<typeof startWitness>[1]) {
  const started = await startWitness(kind, answer);
  stops.push(started.close);
  return started;
}
const isThere = (kind: string) => {
  try {
    return Boolean(generateKeyPairSync(kind as 'ed25519'));
  } catch {
    return false;
  }
};
const kinds = (['ed25519', 'ml-dsa-44'] as const).filter(isThere);

describe('audit anchor --witness', () => {
  it.each(kinds)('has each longer checkpoint cosigned (%s), and keeps it with the cosignature', async (kind) => {
    const { url, vkey, requests } = await witness(kind);
    const file = join(folder, 'anchor');
    const anchor = () => auditAnchor.run(context, { witness: url, witnessKey: vkey, file });
    expect(await anchor()).toMatchObject({
      json: [{ place: url, cosignatures: [{ name: 'witness.example/w1', at: expect.any(Number) }] }, { place: file }],
      text: expect.stringContaining('cosigned by witness.example/w1 at 20'),
    });
    await world.call('describe_policy', {});
    await anchor();
    await anchor();
    expect(requests.map((line) => line.replace(/\d+$/, 'N'))).toEqual(
      Array.from({ length: 5 }, () => 'POST /submit/add-checkpoint old N'),
    );
    const verified = await auditVerify.run(context, { checkpoint: [file], witnessKey: [vkey] });
    expect(verified).toMatchObject({ exit: EXIT.pass, text: expect.stringContaining('(signed, cosigned by witness') });
  });

  it('says LEDGER_TAMPERED where the witness has seen more events, or other ones, and keeps nothing', async () => {
    const { url, vkey, forget } = await witness();
    const file = join(folder, 'anchor');
    const anchor = () => auditAnchor.run(context, { witness: url, witnessKey: vkey, file });
    forget(1_000);
    await expect(anchor()).rejects.toMatchObject({
      code: 'LEDGER_TAMPERED',
      message: expect.stringContaining('has seen 1000 events'),
    });
    forget(3);
    await expect(anchor()).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it.each<[string, Parameters<typeof startWitness>[1]]>([
    ['another status', () => ({ status: 500, text: '' })],
    ['a log that it does not know', () => ({ status: 404, text: '' })],
    ['no cosignature', () => ({ status: 200, text: '' })],
    ['one of another witness', (honest) => ({ status: 200, text: honest.replaceAll('w1', 'w2') })],
    ['a redirection', () => ({ status: 302, text: '' })],
    ['a conflict without a size', () => ({ status: 409, text: 'many\n' })],
    ['more text than a witness sends', () => ({ status: 200, text: 'x'.repeat(70_000) })],
  ])('keeps nothing on %s', async (_what, answer) => {
    const { url, vkey } = await witness('ed25519', answer);
    const file = join(folder, 'anchor');
    const anchored = auditAnchor.run(context, { witness: url, witnessKey: vkey, file });
    await expect(anchored).rejects.toMatchObject({ code: 'WITNESS_NO_COSIGNATURE' });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('refuses a cosignature with any altered byte', async () => {
    const altered = (honest: string, at: number) => {
      const [, name = '', base64 = ''] = /^— (\S+) (\S+)\n$/.exec(honest) ?? [];
      const bytes = Buffer.from(base64, 'base64');
      bytes[at] = bytes[at]! ^ 1;
      return { status: 200, text: `— ${name} ${bytes.toString('base64')}\n` };
    };
    // Of its key's id another witness is named; of time and signature it is false.
    for (const [at, code] of [
      [0, 'WITNESS_NO_COSIGNATURE'],
      [4, 'INPUT_INVALID'],
      [11, 'INPUT_INVALID'],
      [12, 'INPUT_INVALID'],
      [75, 'INPUT_INVALID'],
    ] as const) {
      const { url, vkey } = await witness('ed25519', (honest) => altered(honest, at));
      await expect(auditAnchor.run(context, { witness: url, witnessKey: vkey })).rejects.toMatchObject({ code });
    }
  });

  it.each([0, 8_640_000_000_001, Number.MAX_SAFE_INTEGER])(
    'takes no cosignature of the time %d, which is none',
    async (time) => {
      const started = await startWitness('ed25519', undefined, () => time);
      stops.push(started.close);
      const anchored = auditAnchor.run(context, { witness: started.url, witnessKey: started.vkey });
      await expect(anchored).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );

  it('needs its key and an address that nobody else reads', async () => {
    const { url, vkey } = await witness();
    const invalid = { code: 'INPUT_INVALID' };
    await expect(auditAnchor.run(context, { witness: url })).rejects.toMatchObject(invalid);
    await expect(auditAnchor.run(context, { witness: url, witnessKey: `${vkey}A` })).rejects.toMatchObject(invalid);
    const open = auditAnchor.run(context, { witness: 'http://witness.example/', witnessKey: vkey });
    await expect(open).rejects.toMatchObject(invalid);
    stops.pop();
    const gone = await startWitness('ed25519');
    await gone.close();
    const unanswered = auditAnchor.run(context, { witness: gone.url, witnessKey: gone.vkey });
    await expect(unanswered).rejects.toMatchObject({ code: 'WITNESS_NO_COSIGNATURE' });
  });
});

it('audit verify --witness-key takes no checkpoint that the witness did not cosign', async () => {
  const { url, vkey } = await witness();
  const file = join(folder, 'anchor');
  await auditAnchor.run(context, { file });
  const verify = (keys: string[]) => auditVerify.run(context, { checkpoint: [file], witnessKey: keys });
  await expect(verify([vkey])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await auditAnchor.run(context, { file, witness: url, witnessKey: vkey });
  expect(await verify([vkey])).toMatchObject({ exit: EXIT.pass });
  const other = await witness();
  await expect(verify([vkey, other.vkey])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  // Without the keys of witnesses their lines are read and ignored, as the note's form asks.
  expect(await verify([])).toMatchObject({ exit: EXIT.pass });
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      /(— witness\S+ \S{20})(.)/,
      (_all, head, one) => `${head}${one === 'A' ? 'B' : 'A'}`,
    ),
  );
  await expect(verify([vkey])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
