/**
 * `approve` and `reject`: a person signs the exact statement with their own key.
 *
 * What is signed here was shown here, or is named by who signs it; what cannot be undone is named in any case. A
 * signature made elsewhere (`--signature`) is taken as it is: its signer has read the statement there.
 */

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { recordSignature } from '../approvals/record.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { buildStatement } from '../approvals/statement.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { reversibilityRank, worstReversibility } from '../core/effect.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { ownerOf, type Person } from '../people/person.ts';
import { parsePublicKey } from '../people/ssh-key.ts';
import { seatsOf } from '../render/state-rows.ts';
import { commandFor } from './command.ts';
import { givenText } from './given-text.ts';
import { show } from './show.ts';
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

export interface Terminal {
  print(text: string): void;
  ask(question: string): Promise<string>;
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
  const person = whoSigns(people, options, app.config.actsAs);
  if (options.decision === 'approve') {
    await requireUnchanged(app, change);
    if (change.state === 'pending') await requireThere(app, plan);
  }
  const statement = buildStatement(change, plan, person.name, options.decision);
  if (options.decision === 'approve' && options.signature === undefined) await confirm(app, change, plan, options);
  const signature =
    options.signature === undefined
      ? await signWithSshKeygen(statement, requireKey(options.key))
      : await givenText(options.signature);
  return recordSignature(
    { ledger: app.ledger, changes: app.changes, policy: app.policy, people, now: () => new Date() },
    changeId,
    statement,
    signature,
  );
}

/** A signature that could never count is not asked for. */
async function requireUnchanged(app: App, { id }: Change): Promise<void> {
  const { asks } = await underPolicyOfNow(app, id);
  if (asks !== null)
    throw new CountersignError(
      'STATE_STALE',
      asks,
      'Plan and propose again, then sign the new change; or reject this one.',
    );
}

/** Nor for what nothing can execute any more. Whoever approves needs no access to the cloud: without, it is not asked. */
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

/**
 * Whoever signs with a key here has seen what they sign: at a terminal it is shown first, elsewhere its name says so.
 * What cannot be undone is named at a terminal too.
 */
async function confirm(app: App, change: Change, plan: Plan, options: ApproveOptions): Promise<void> {
  if (change.state !== 'pending') return;
  const { confirm: given, terminal } = options;
  const { name, kind } = change.target;
  if (terminal) terminal.print(await show(app, change.id));
  const isFinal = whyTyped(plan) !== null;
  if (terminal && !isFinal && given === undefined) return;
  const what = whyTyped(plan) ?? 'This change was not shown at a terminal';
  const typed = given ?? (await terminal?.ask(`${what}. Type ${name} to sign it: `));
  if (typed?.trim() === name) return;
  throw new CountersignError(
    'APPROVAL_NOT_CONFIRMED',
    typed === undefined ? `${what}, and --confirm is missing.` : `${what}, and --confirm names something else.`,
    `Read countersign show ${change.id}; then sign with --confirm NAME, the name of the ${kind} in it.`,
  );
}

/** Why the name of the target must be typed before this is approved; null: it need not. */
export function whyTyped({ effects }: Pick<Plan, 'effects'>): string | null {
  const worst = worstReversibility(effects);
  if (reversibilityRank(worst) < reversibilityRank('irreversible')) return null;
  return worst === 'unknown'
    ? 'Countersign cannot tell whether this change can be undone'
    : 'This change cannot be undone';
}

/** What a signature led to. When the last seat is filled: the command, and on a terminal whether to run it now. */
export async function afterSigning(
  change: Change,
  plan: Plan,
  { print, terminal }: { print(text: string): void; terminal: Terminal | undefined },
): Promise<'execute' | 'leave'> {
  if (change.state !== 'approved') {
    const { needed, filledBy, missingRoles } = seatsOf(change);
    const missing = missingRoles.length > 0 ? `, missing: ${missingRoles.join(', ')}` : '';
    print(`${change.id} is ${change.state}: ${filledBy.length} of ${needed} approvals given${missing}.`);
    return 'leave';
  }
  print(`${change.id} is approved. To execute:\n  ${commandFor(plan, `execute ${change.id}`)}`);
  return /^y(?:es)?$/i.test((await terminal?.ask('Execute it now? [y/N] '))?.trim() ?? '') ? 'execute' : 'leave';
}

function requireKey(key: string | undefined): string {
  if (key) return key;
  throw new CountersignError(
    'INPUT_INVALID',
    'No key given.',
    'Add --key ~/.ssh/id_ed25519 (or its .pub, when an agent or security key holds it).',
  );
}

/** By --as, else by the key's public half, else by who is signed in here. */
function whoSigns(people: readonly Person[], { as, key }: ApproveOptions, actsAs: string[]): Person {
  const byKey = key === undefined ? undefined : ownerOf(people, fingerprintBeside(key));
  const found =
    as === undefined
      ? (byKey ?? people.find(({ signsInAs }) => actsAs.some((name) => signsInAs.includes(name))))
      : people.find(({ name }) => name === as);
  if (!found)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      as === undefined && key === undefined
        ? 'No key given, and your user name is not in the policy.'
        : `${as ?? 'This key'} is not in the policy.`,
      'Sign with --key and a key that the policy lists; add --as NAME if its public half is not beside it.',
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
