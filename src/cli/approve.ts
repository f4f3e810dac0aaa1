/**
 * `approve` and `reject`: a person signs the exact statement with their own key.
 *
 * What is signed here was shown here, or is named by who signs it; what cannot be undone is named in any case. A
 * signature made elsewhere (`--signature`) is taken as it is: its signer has read the statement there.
 */

import { createInterface } from 'node:readline/promises';
import { type Recorder, recordSignature } from '../approvals/record.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { keyNamedIn } from '../approvals/ssh-signature.ts';
import { buildStatement } from '../approvals/statement.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { commandFor } from '../core/command-line.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { StateFolder } from '../folder.ts';
import { ownerOf, ownerOfBreakGlass, type Person } from '../people/person.ts';
import { seatsOf } from '../people/seats.ts';
import { signedIn } from '../people/sign-in.ts';
import { adoptedAsWritten } from '../policy/directory.ts';
import { askedAbout, confirmSigning, noKey, type Terminal } from './confirm.ts';
import { givenText } from './given-text.ts';
import { findOwnKey, type OwnKey } from './own-key.ts';
import { subjectOf } from './show.ts';
import { underPolicyOfNow } from './under-policy.ts';
import { personHere } from './who-is-here.ts';

export interface ApproveOptions {
  decision: 'approve' | 'reject';
  /** Private key file, or a public one whose private half an agent or security key holds. */
  key?: string;
  /** A file with an armored signature, or `-`. */
  signature?: string;
  as?: string;
  /** Of a rejection. */
  reason?: string;
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

/** The cloud is asked last: the page and its question do not wait for it. */
export async function approve(folder: StateFolder, changeId: string, options: ApproveOptions): Promise<Change> {
  const change = await folder.changes.find(changeId);
  const { plan } = await folder.changes.plan(change.planId);
  const { policy, people } = await inForce(folder, change);
  const given = options.signature === undefined ? undefined : await givenText(options.signature);
  const own = given === undefined ? await ownKeyOf(folder, people, options) : undefined;
  const name = own?.person ?? whoSigned(folder, people, given ?? '', options.as);
  const isApproval = options.decision === 'approve';
  if (isApproval) await requireUnchanged(folder, change);
  const statement = buildStatement(change, plan, name, options.decision, { reason: options.reason });
  if (own && change.state === 'pending' && isApproval)
    await confirmSigning(await subjectOf(folder, changeId), own, options);
  if (own && !own.isNamed && !isApproval && options.terminal && options.confirm === undefined)
    await askedAbout(own, options.terminal);
  if (isApproval && change.state === 'pending') await requireThere(await folder.whole(), plan);
  const signature = given ?? (await signWithSshKeygen(statement, own!.file));
  const { ledger, changes } = folder;
  return recordSignature({ ledger, changes, policy, people, now: () => new Date() }, changeId, statement, signature);
}

/**
 * The whole policy is read where it is another than the change was proposed under: it may ask for more.
 *
 * @throws CONFIG_NO_POLICY, CONFIG_POLICY_NOT_ADOPTED, CONFIG_POLICY_CHANGED.
 */
async function inForce(folder: StateFolder, change: Change): Promise<Pick<Recorder, 'policy' | 'people'>> {
  const { policyPath } = folder.config;
  const written = policyPath === undefined ? undefined : await adoptedAsWritten(folder.ledger, policyPath);
  if (written && (await written.policy.digest()) === change.policyDigest) return written;
  const { policy, policyFile } = await folder.whole();
  await policy.mustBeInForce();
  return { policy, people: policyFile?.people ?? [] };
}

/** An approval that could never count is not asked for. @throws STATE_STALE */
export async function requireCounting(app: App, change: Change, plan: Plan): Promise<void> {
  await requireUnchanged(app, change);
  if (change.state === 'pending') await requireThere(app, plan);
}

/** A signature that could never count is not asked for. */
async function requireUnchanged(folder: StateFolder, { id }: Change): Promise<void> {
  const { asks } = await underPolicyOfNow(folder, id);
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

async function ownKeyOf(
  { config }: StateFolder,
  people: readonly Person[],
  { key, as }: ApproveOptions,
): Promise<OwnKey> {
  // A break-glass key signs when it is named, and is never looked for.
  const known = people.map(({ name, keys, breakGlass = [] }) => ({
    name,
    keys: (key === undefined ? keys : [...keys, ...breakGlass]).map(({ fingerprint }) => fingerprint),
  }));
  const own = await findOwnKey(known, { key, as, here: signedIn(people, config.actsAs)?.name });
  if (own) return own;
  throw noKey(as);
}

/** By the key in the signature, else by --as: the statement that they signed is one of their own. */
function whoSigned(
  { config }: StateFolder,
  people: readonly Person[],
  signature: string,
  as: string | undefined,
): string {
  const by = keyNamedIn(signature) ?? '';
  const found = (ownerOf(people, by) ?? ownerOfBreakGlass(people, by))?.name ?? as ?? personHere(people, config);
  if (found !== undefined && people.some(({ name }) => name === found)) return found;
  throw new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    as === undefined ? 'The key of this signature is not in the policy.' : `${as} is not in the policy.`,
    'Sign with a key that the policy lists.',
  );
}
