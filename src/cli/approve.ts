/** `approve` and `reject`: a person signs the exact statement with their own key. */
import { readFileSync } from 'node:fs';
import type { App } from '../app.ts';
import { recordSignature } from '../approvals/record.ts';
import { parsePublicKey } from '../approvals/ssh-key.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { buildStatement } from '../approvals/statement.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { Person } from '../policy/load.ts';

export interface ApproveOptions {
  decision: 'approve' | 'reject';
  /** Private key file, or a public one whose private half an agent or security key holds. */
  key?: string;
  /** A file with an armored signature, or `-`. */
  signature?: string;
  as?: string;
}

export async function approve(app: App, changeId: string, options: ApproveOptions): Promise<Change> {
  const change = app.changes.find(changeId);
  const { plan } = app.changes.plan(change.planId);
  const people = app.policyFile?.people ?? [];
  const person = whoSigns(people, options, app.config.actsAs);
  const statement = buildStatement(change, plan, person.name, options.decision);
  const signature =
    options.signature === undefined
      ? await signWithSshKeygen(statement, requireKey(options.key))
      : readFileSync(options.signature === '-' ? 0 : options.signature, 'utf8');
  return recordSignature(
    { ledger: app.ledger, changes: app.changes, people, now: () => new Date() },
    changeId,
    statement,
    signature,
  );
}

function requireKey(key: string | undefined): string {
  if (key) return key;
  throw new CountersignError(
    'INPUT_INVALID',
    'Which key signs?',
    'Add --key ~/.ssh/id_ed25519 (or its .pub, when an agent or security key holds it).',
  );
}

/** By --as, else by the key's public half, else by who is signed in here. */
function whoSigns(people: readonly Person[], { as, key }: ApproveOptions, actsAs: string[]): Person {
  const byKey =
    key === undefined
      ? undefined
      : people.find(({ keys }) => keys.some(({ fingerprint }) => fingerprint === fingerprintBeside(key)));
  const found =
    as === undefined
      ? (byKey ?? people.find(({ signsInAs }) => actsAs.some((name) => signsInAs.includes(name))))
      : people.find(({ name }) => name === as);
  if (!found)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      'This key belongs to nobody in the policy.',
      'Sign with a key that the policy lists; --as NAME says who you are when the public half is not beside the key.',
    );
  return found;
}

function fingerprintBeside(keyFile: string): string | undefined {
  try {
    return parsePublicKey(readFileSync(keyFile.endsWith('.pub') ? keyFile : `${keyFile}.pub`, 'utf8')).fingerprint;
  } catch {
    return undefined;
  }
}
