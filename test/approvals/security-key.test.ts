/** Security keys as OpenSSH itself makes and uses them, by the software provider of Debian's openssh-tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, verifySshSignature } from '../../src/approvals/ssh-signature.ts';
import { proofOf } from '../../src/core/proof.ts';
import { bestProofOf, kindOf, parseKey } from '../../src/people/key.ts';
import { needs } from '../needs.ts';

const PROVIDER = process.env.COUNTERSIGN_TEST_SK_PROVIDER ?? '/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so';
const MESSAGE = 'a statement\n';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-sk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sshKeygen(...args: string[]): void {
  const { status, stderr } = spawnSync('ssh-keygen', args, {
    env: { PATH: process.env.PATH, SSH_SK_PROVIDER: PROVIDER },
    input: '',
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}
/** A key made with these options, and what it signs. */
function signedBy(type: string, ...options: string[]) {
  const name = [type, ...options].join('-');
  const [key, message] = [join(folder, name), join(folder, `${name}.message`)];
  sshKeygen('-q', '-t', type, '-w', PROVIDER, '-N', '', ...options.flatMap((one) => ['-O', one]), '-f', key);
  writeFileSync(message, MESSAGE);
  sshKeygen('-Y', 'sign', '-q', '-n', NAMESPACE, '-f', key, message);
  return { line: readFileSync(`${key}.pub`, 'utf8'), signature: readFileSync(`${message}.sig`, 'utf8') };
}

describe('a security key of OpenSSH', () => {
  for (const type of ['ed25519-sk', 'ecdsa-sk'])
    it(`of type ${type} signs with a touch, and every altered byte is refused`, (context) => {
      needs(context, 'sk-provider', existsSync(PROVIDER));
      const { line, signature } = signedBy(type);
      const key = parseKey(line);
      expect([kindOf(key), bestProofOf(key)]).toEqual(['security key', 'verified']);
      const made = verifySshSignature(Buffer.from(MESSAGE), signature);
      expect(made.fingerprint).toBe(key.fingerprint);
      expect(proofOf(made)).toBe('touch');
      const [begin, ...lines] = signature.trimEnd().split('\n');
      const bytes = Buffer.from(lines.slice(0, -1).join(''), 'base64');
      for (let at = 0; at < bytes.length; at += 1) {
        const edited = Buffer.from(bytes);
        edited[at]! ^= 1;
        const altered = [begin, edited.toString('base64'), lines.at(-1), ''].join('\n');
        expect(() => verifySshSignature(Buffer.from(MESSAGE), altered), String(at)).toThrow();
      }
    });

  it('made with verify-required proves that it verified its user', (context) => {
    needs(context, 'sk-provider', existsSync(PROVIDER));
    const { signature } = signedBy('ed25519-sk', 'verify-required');
    expect(proofOf(verifySshSignature(Buffer.from(MESSAGE), signature))).toBe('verified');
  });

  it('made with no-touch-required is refused: it signed without a touch', (context) => {
    needs(context, 'sk-provider', existsSync(PROVIDER));
    const { signature } = signedBy('ed25519-sk', 'no-touch-required');
    expect(() => verifySshSignature(Buffer.from(MESSAGE), signature)).toThrow(
      expect.objectContaining({ code: 'APPROVAL_USER_PRESENCE_MISSING' }),
    );
  });
});
