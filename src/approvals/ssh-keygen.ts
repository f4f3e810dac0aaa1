/** Signs with the person's own ssh-keygen, so that agents, passphrases and hardware keys work as they always do. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { NAMESPACE } from './ssh-signature.ts';

/**
 * The statement is given as a file: without a terminal ssh-keygen reads a passphrase or PIN from standard input, and
 * would take a statement there for one. Standard input is the person's.
 *
 * @param keyFile a private key, or a public key whose private half an agent or security key holds.
 */
export async function signWithSshKeygen(statement: string, keyFile: string, namespace = NAMESPACE): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sign-'));
  const file = join(folder, 'statement');
  try {
    writeFileSync(file, statement, { mode: 0o600 });
    const code = await runSshKeygen(['-Y', 'sign', '-q', '-n', namespace, '-f', keyFile, file]);
    const signature = code === 0 ? readFileSync(`${file}.sig`, 'utf8') : '';
    if (signature.includes('BEGIN SSH SIGNATURE')) return signature;
    throw new CountersignError(
      'INPUT_SIGNATURE_INVALID',
      `ssh-keygen did not sign (exit ${code}).`,
      'Check the key file and its passphrase, or touch the security key, and try again. Without a terminal, use a key that an agent holds (its .pub), or sign elsewhere: countersign show ID --statement.',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runSshKeygen(args: string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', args, { stdio: ['inherit', 'ignore', 'inherit'] });
    child.on('error', (cause) =>
      reject(
        new CountersignError(
          'CONFIG_SSH_KEYGEN_MISSING',
          'ssh-keygen could not be started.',
          'Install OpenSSH 8.2 or newer, or sign elsewhere: countersign show ID --statement.',
          { cause },
        ),
      ),
    );
    child.on('close', resolve);
  });
}
