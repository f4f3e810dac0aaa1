/** Signs with the person's own ssh-keygen, so that agents, passphrases and hardware keys work as they always do. */
import { spawn } from 'node:child_process';
import { CountersignError } from '../core/errors.ts';
import { NAMESPACE } from './ssh-signature.ts';

/** @param keyFile a private key, or a public key whose private half an agent or security key holds. */
export function signWithSshKeygen(statement: string, keyFile: string, namespace = NAMESPACE): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', ['-Y', 'sign', '-q', '-n', namespace, '-f', keyFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.on('error', () => undefined);
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
    child.on('close', (code) => {
      if (code === 0 && output.includes('BEGIN SSH SIGNATURE')) resolve(output);
      else
        reject(
          new CountersignError(
            'INPUT_SIGNATURE_INVALID',
            `ssh-keygen made no signature (exit ${code}).`,
            'Check the key file, its passphrase, or touch the security key, and try again.',
          ),
        );
    });
    child.stdin.end(statement);
  });
}
