/** Signing where there is no terminal, and signatures that came through a mail, a chat or an editor. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { signWithSshKeygen } from '../../src/approvals/ssh-keygen.ts';
import { NAMESPACE } from '../../src/approvals/ssh-signature.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** In a session of its own, which has no terminal: as `ssh host countersign approve`, a CI job or an editor's task. */
function withoutTerminal(args: string[], stdin: string): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', ...args],
      { detached: true, env: { PATH: process.env.PATH, AWS_REGION: 'eu-west-1' } },
    );
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => resolve({ code, stderr }));
    child.stdin.end(stdin);
  });
}

describe('approve without a terminal', () => {
  it('signs the statement, whatever stands on standard input', async () => {
    const id = await proposeFix(world);
    expect(
      await withoutTerminal(['approve', id, '--key', world.keyOf('bob'), '--confirm', STACK], 'n\n'),
    ).toMatchObject({ code: 0 });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'approved' });
  });

  it('reads the passphrase of a key from standard input, and says what to do where there is none', async () => {
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', world.keyOf('bob')]);
    const id = await proposeFix(world);
    const { code, stderr } = await withoutTerminal(
      ['approve', id, '--key', world.keyOf('bob'), '--confirm', STACK],
      '',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('INPUT_SIGNATURE_INVALID');
    expect(stderr).toContain('countersign show ID --statement');
    const right = await withoutTerminal(
      ['approve', id, '--key', world.keyOf('bob'), '--confirm', STACK],
      'open sesame\n',
    );
    expect(right, right.stderr).toMatchObject({ code: 0 });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'approved' });
  });
});

describe('a signature that was copied', () => {
  const indented = (text: string) => text.replaceAll(/^/gm, '    ');
  it.each([
    ['as it is', (text: string) => text],
    ['with CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', (text: string) => `\uFEFF${text}`],
    ['indented', indented],
    ['without its padding', (text: string) => text.replace(/=+(?=\n-----END)/, '')],
    ['on one line', (text: string) => text.replaceAll(/(?<![-])\n(?![-])/g, '')],
    [
      'with all of it',
      (text: string) =>
        `\uFEFF\r\n${indented(text)
          .replaceAll('\n', '\r\n')
          .replace(/=+(?=\r\n\s*-----END)/, '')}\r\n`,
    ],
  ])('%s is recorded as ssh-keygen writes it, so that ssh-keygen verifies it', async (_what, copied) => {
    const id = await proposeFix(world);
    const change = await world.app.changes.find(id);
    const statement = buildStatement(change, (await world.app.changes.plan(change.planId)).plan, 'bob', 'approve');
    const written = await signWithSshKeygen(statement, world.keyOf('bob'));
    await recordSignature(
      {
        ledger: world.app.ledger,
        changes: world.app.changes,
        policy: world.app.policy,
        people: world.app.policyFile!.people,
        now: () => new Date(),
      },
      id,
      statement,
      copied(written),
    );
    const [approval] = (await world.app.changes.find(id)).approvals;
    expect(approval!.signature).toBe(written);
    const [signers, signature] = [join(world.home, 'signers'), join(world.home, 'signature')];
    writeFileSync(signers, `bob ${readFileSync(`${world.keyOf('bob')}.pub`, 'utf8')}`);
    writeFileSync(signature, approval!.signature);
    const verify = ['-Y', 'verify', '-f', signers, '-I', 'bob', '-n', NAMESPACE, '-s', signature];
    expect(execFileSync('ssh-keygen', verify, { input: approval!.statement, encoding: 'utf8' })).toContain('Good');
  });

  it.each([
    ['junk inside', (text: string) => text.replace('\n', '\n!')],
    ['too much padding', (text: string) => text.replace(/=*(?=\n-----END)/, '===')],
    ['padding in the middle', (text: string) => text.replace(/^(.{20})/m, '$1').replace(/(\n.{20})/, '$1=')],
    ['text around it', (text: string) => `see below\n${text}`],
    ['nothing inside', (text: string) => `${text.split('\n')[0]}\n\n-----END SSH SIGNATURE-----\n`],
  ])('with %s is refused', async (_what, spoiled) => {
    const id = await proposeFix(world);
    const change = await world.app.changes.find(id);
    const statement = buildStatement(change, (await world.app.changes.plan(change.planId)).plan, 'bob', 'approve');
    const written = await signWithSshKeygen(statement, world.keyOf('bob'));
    const ports = {
      ledger: world.app.ledger,
      changes: world.app.changes,
      policy: world.app.policy,
      people: world.app.policyFile!.people,
      now: () => new Date(),
    };
    await expect(recordSignature(ports, id, statement, spoiled(written))).rejects.toThrow(
      expect.objectContaining({ code: 'INPUT_SIGNATURE_INVALID' }),
    );
  });
});
