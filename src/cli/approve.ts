/**
 * `approve` and `reject`: a person signs the exact statement with their own key.
 *
 * What is signed here was shown here, or is named by who signs it; what cannot be undone is named in any case. A
 * signature made elsewhere (`--signature`) is taken as it is: its signer has read the statement there.
 */

import { createInterface } from 'node:readline/promises';
import { recordSignature } from '../approvals/record.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { keyNamedIn } from '../approvals/ssh-signature.ts';
import { buildStatement } from '../approvals/statement.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { ownerOf, type Person } from '../people/person.ts';
import { seatsOf } from '../people/seats.ts';
import { commandFor } from './command.ts';
import { confirmSigning, noKey, type Terminal } from './confirm.ts';
import { givenText } from './given-text.ts';
import { findOwnKey, type OwnKey } from './own-key.ts';
import { personHere, subjectOf } from './show.ts';
import { underPolicyOfNow } from './under-policy.ts';

export interface ApproveOptions {
  decision: 'approve' | 'reject';
  /** Private key file, or a public one whose private half an agent or security key holds. */
  key?: string;
  /** A file with an armored signature, or `-`. */
  signature?: string;
  as?: string;
  /** The target's name, as typed by the person: for scripts, in place of the prompt. */
  confirm?: string;
  /** Where to ask; absent when nobody can be asked. */
  terminal?: Terminal | undefined;
}

/** @returns undefined when standard input is no terminal. */
export function openTerminal(print: (text: string) => void): Terminal | undefined {
  if (!process.stdin.isTTY) return undefined;
  return {
    print,
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}

export async function approve(app: App, changeId: string, options: ApproveOptions): Promise<Change> {
  const change = await app.changes.find(changeId);
  const { plan } = await app.changes.plan(change.planId);
  await app.policy.mustBeInForce();
  const people = app.policyFile?.people ?? [];
  const given = options.signature === undefined ? undefined : await givenText(options.signature);
  const own = given === undefined ? await ownKeyOf(app, people, options) : undefined;
  const name = own?.person ?? whoSigned(app, people, given ?? '', options.as);
  if (options.decision === 'approve') await requireCounting(app, change, plan);
  const statement = buildStatement(change, plan, name, options.decision);
  if (own && change.state === 'pending' && options.decision === 'approve')
    await confirmSigning(await subjectOf(app, changeId), own, options);
  const signature = given ?? (await signWithSshKeygen(statement, own!.file));
  return recordSignature(
    { ledger: app.ledger, changes: app.changes, policy: app.policy, people, now: () => new Date() },
    changeId,
    statement,
    signature,
  );
}

/** An approval that could never count is not asked for. @throws STATE_STALE */
export async function requireCounting(app: App, change: Change, plan: Plan): Promise<void> {
  await requireUnchanged(app, change);
  if (change.state === 'pending') await requireThere(app, plan);
}

async function requireUnchanged(app: App, { id }: Change): Promise<void> {
  const { asks } = await underPolicyOfNow(app, id);
  if (asks !== null)
    throw new CountersignError(
      'STATE_STALE',
      asks,
      'Plan and propose again, then sign the new change; or reject this one.',
    );
}

/** Nothing may be able to execute it any more. Whoever approves needs no access to the cloud: without, it is not asked. */
async function requireThere({ cloud }: App, plan: Plan): Promise<void> {
  const isHere = (await cloud.endpoint(plan.target).catch(() => '')) === plan.endpoint;
  const gone = isHere ? await cloud.whyGone?.(plan).catch(() => null) : null;
  if (gone)
    throw new CountersignError(
      'STATE_STALE',
      gone,
      'Have an agent plan and propose it again, then sign the new change; or reject this one.',
    );
}

/** What a signature led to. When the last seat is filled: the command, and on a terminal whether to run it now. */
export async function afterSigning(
  change: Change,
  plan: Plan,
  { print, terminal }: { print(text: string): void; terminal: Terminal | undefined },
): Promise<'execute' | 'leave'> {
  if (change.state !== 'approved') {
    const { needed, filledBy, missingRoles } = seatsOf(change, change.approvals);
    const missing = missingRoles.length > 0 ? `, missing: ${missingRoles.join(', ')}` : '';
    print(`${change.id} is ${change.state}: ${filledBy.length} of ${needed} approvals given${missing}.`);
    return 'leave';
  }
  print(`${change.id} is approved. To execute:\n  ${commandFor(plan, `execute ${change.id}`)}`);
  return /^y(?:es)?$/i.test((await terminal?.ask('Execute it now? [y/N] '))?.trim() ?? '') ? 'execute' : 'leave';
}

async function ownKeyOf({ config }: App, people: readonly Person[], { key, as }: ApproveOptions): Promise<OwnKey> {
  const known = people.map(({ name, keys }) => ({ name, keys: keys.map(({ fingerprint }) => fingerprint) }));
  const own = await findOwnKey(known, { key, as, here: personHere(people, config) });
  if (own) return own;
  throw noKey(as);
}

/** By the key in the signature, else by --as: the statement that they signed is one of their own. */
function whoSigned({ config }: App, people: readonly Person[], signature: string, as: string | undefined): string {
  const found = ownerOf(people, keyNamedIn(signature))?.name ?? as ?? personHere(people, config);
  if (found !== undefined && people.some(({ name }) => name === found)) return found;
  throw new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    as === undefined ? 'The key of this signature is not in the policy.' : `${as} is not in the policy.`,
    'Sign with a key that the policy lists.',
  );
}
