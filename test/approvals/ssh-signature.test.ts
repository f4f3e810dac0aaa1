import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, verifySshSignature } from '../../src/approvals/ssh-signature.ts';
import { parsePublicKey } from '../../src/people/ssh-key.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { asSecurityKey, ecdsaKey, ed25519Key, type HandMadeKey, rsaKey, rsaLine, rsaPair, signBy } from './sshsig.ts';

const MESSAGE = '{"decision":"approve"}';
const verified = (signature: string, message = MESSAGE) => verifySshSignature(Buffer.from(message), signature);
const refused = (code: string) => expect.objectContaining({ code });
const INVALID = refused('INPUT_SIGNATURE_INVALID');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keygen = (name: string, ...type: string[]) => {
  const passphrase = type.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', ['-q', ...passphrase, '-C', name, '-f', join(folder, name), ...type]);
  return join(folder, name);
};
const signWithTool = (key: string, env: Record<string, string> = {}, namespace = NAMESPACE) =>
  execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', namespace, '-f', key], {
    input: MESSAGE,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...env },
  });

describe('signatures of the real ssh-keygen', () => {
  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa384', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa2048', ['-t', 'rsa', '-b', '2048']],
    ['rsa4096', ['-t', 'rsa', '-b', '4096']],
  ])('%s verifies, names its key, and fits no other text', (name, type) => {
    const key = keygen(name, ...type);
    const signature = signWithTool(key);
    const known = parsePublicKey(readFileSync(`${key}.pub`, 'utf8'));
    expect(verified(signature)).toMatchObject({ fingerprint: known.fingerprint, type: known.type });
    expect(verified(signature)).not.toHaveProperty('userVerified');
    expect(execFileSync('ssh-keygen', ['-lf', `${key}.pub`], { encoding: 'utf8' })).toContain(known.fingerprint);
    expect(() => verified(signature, MESSAGE.replace('approve', 'rejects'))).toThrow(INVALID);
  });

  it('of a key that only an agent holds verifies', async () => {
    const key = keygen('held', '-t', 'ed25519');
    const socket = join(folder, 'agent.sock');
    const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => agent.stdout?.once('data', resolve));
      execFileSync('ssh-add', ['-q', key], { env: { PATH: '/usr/bin:/bin', SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
      renameSync(key, `${key}.away`);
      const signature = signWithTool(`${key}.pub`, { SSH_AUTH_SOCK: socket });
      expect(verified(signature).fingerprint).toBe(parsePublicKey(readFileSync(`${key}.pub`, 'utf8')).fingerprint);
    } finally {
      agent.kill();
    }
  });

  it('of a key under a passphrase verifies', () => {
    const key = keygen('encrypted', '-t', 'ed25519', '-N', 'a secret');
    const askpass = join(folder, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\necho a secret\n', { mode: 0o700 });
    const asking = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
    expect(verified(signWithTool(key, asking)).fingerprint).toBe(
      parsePublicKey(readFileSync(`${key}.pub`, 'utf8')).fingerprint,
    );
  });

  it('made for another purpose is refused', () => {
    expect(() => verified(signWithTool(keygen('git', '-t', 'ed25519'), {}, 'git'))).toThrow(INVALID);
  });
});

describe('hand-made signatures', () => {
  it('are built as ssh-keygen builds them', () => {
    const key = ed25519Key();
    expect(verified(signBy(key, MESSAGE)).fingerprint).toBe(parsePublicKey(key.line).fingerprint);
    expect(verified(signBy(rsaKey(2048), MESSAGE)).type).toBe('ssh-rsa');
  });

  // ECDSA signs with two random numbers, of which each second one has a zero in front: several of each are tried.
  it.each<[string, () => HandMadeKey, times: number]>([
    ['ed25519', () => ed25519Key(), 1],
    ['rsa', () => rsaKey(2048), 1],
    ['nistp256', () => ecdsaKey('nistp256'), 6],
    ['nistp384', () => ecdsaKey('nistp384'), 4],
    ['nistp521', () => ecdsaKey('nistp521'), 2],
    ['sk-ed25519', () => ed25519Key('ssh:'), 1],
    ['sk-ecdsa', () => ecdsaKey('nistp256', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:'), 6],
  ])('of %s with a byte changed, missing or doubled anywhere are refused', (_type, make, times) => {
    const key = make();
    for (let time = 0; time < times; time += 1) {
      const bytes = Buffer.from(signBy(key, MESSAGE).replace(/-----[^-]+-----/g, ''), 'base64');
      const around = (at: number, ...here: number[]) =>
        Buffer.concat([bytes.subarray(0, at), Buffer.from(here), bytes.subarray(at + 1)]);
      for (let at = 0; at < bytes.length; at += 1)
        for (const changed of [
          around(at, bytes[at]! ^ 1),
          around(at, bytes[at]! ^ 128),
          ...(at % 8 === 0 ? [around(at), around(at, bytes[at]!, bytes[at]!)] : []),
        ]) {
          const text = `-----BEGIN SSH SIGNATURE-----\n${changed.toString('base64')}\n-----END SSH SIGNATURE-----`;
          expect(() => verified(text), `byte ${at}`).toThrow();
        }
    }
  });

  it('with something in the reserved part are refused, even when it is signed', () => {
    expect(() => verified(signBy(ed25519Key(), MESSAGE, { reserved: 'x' }))).toThrow(INVALID);
  });

  it('of RSA keys below 2048 bits are refused, also of those that fill as many bytes', () => {
    for (const bits of [1024, 2041, 2047]) expect(() => verified(signBy(rsaKey(bits), MESSAGE))).toThrow(INVALID);
  });

  it('of a curve that is not its key type’s are refused', () => {
    expect(() => verified(signBy(ecdsaKey('nistp384', 'ecdsa-sha2-nistp256'), MESSAGE))).toThrow(INVALID);
    expect(() => verified(signBy(ecdsaKey('nistp521', 'ecdsa-sha2-nistp384'), MESSAGE))).toThrow(INVALID);
    expect(() => verified(signBy(ecdsaKey('nistp384', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:'), MESSAGE))).toThrow(
      INVALID,
    );
    expect(verified(signBy(ecdsaKey('nistp384'), MESSAGE)).type).toBe('ecdsa-sha2-nistp384');
  });
});

describe('public keys', () => {
  it('of a curve that is not their type’s are refused', () => {
    expect(() => parsePublicKey(ecdsaKey('nistp384', 'ecdsa-sha2-nistp256').line)).toThrow(/curve/);
    expect(() => parsePublicKey(ecdsaKey('nistp521', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:').line)).toThrow(
      /curve/,
    );
    expect(parsePublicKey(ecdsaKey('nistp521').line).type).toBe('ecdsa-sha2-nistp521');
  });

  it('are one key, whether they claim to stand in a security key or not', () => {
    const plain = ed25519Key();
    const claimed = asSecurityKey(plain);
    expect(parsePublicKey(claimed).fingerprint).not.toBe(parsePublicKey(plain.line).fingerprint);
    expect(parsePublicKey(claimed).material).toBe(parsePublicKey(plain.line).material);
    const people = (a: string, b: string) =>
      `version: 1\naccounts: { main: { id: "123456789012", regions: [eu-west-1] } }\nscopes: []\npeople:\n  bob: { keys: ["${a}"] }\n  carol: { keys: ["${b}"] }\n`;
    expect(() => parsePolicy(people(plain.line, claimed), 'policy.yaml', [])).toThrow(/belongs to bob already/);
    expect(parsePolicy(people(plain.line, asSecurityKey(ed25519Key())), 'policy.yaml', []).people).toHaveLength(2);
  });

  it('with an RSA exponent of 1, an even one, or 0 are refused', () => {
    for (const exponent of [0, 1, 2, 4])
      expect(() => parsePublicKey(rsaLine(exponent))).toThrow(/exponent|not positive/);
    expect(parsePublicKey(rsaLine(3)).type).toBe('ssh-rsa');
  });

  it('have one name: the same number written with zeros in front is refused', () => {
    const pair = rsaPair(2048);
    expect(parsePublicKey(rsaKey(2048, 0, pair).line).type).toBe('ssh-rsa');
    expect(() => parsePublicKey(rsaKey(2048, 1, pair).line)).toThrow(/shortest/);
  });
});

describe('security keys', () => {
  const keys = [ed25519Key('ssh:'), ecdsaKey('nistp256', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:')];

  it('must have been touched', () => {
    for (const key of keys)
      for (const flags of [0, 4])
        expect(() => verified(signBy(key, MESSAGE, { flags }))).toThrow(refused('APPROVAL_USER_PRESENCE_MISSING'));
  });

  it('say whether they verified their user', () => {
    for (const key of keys) {
      expect(verified(signBy(key, MESSAGE, { flags: 1 }))).toMatchObject({ userVerified: false });
      expect(verified(signBy(key, MESSAGE, { flags: 5 }))).toMatchObject({ userVerified: true });
    }
  });

  it('sign for one application only', () => {
    const key = keys[0]!;
    expect(() => verified(signBy({ ...key, application: 'ssh:other' }, MESSAGE))).toThrow(INVALID);
  });
});
