/** `show ID --bundle FILE`, and `show|approve|reject FILE` on another machine. */
import { writeFileSync } from 'node:fs';
import { type OpenBundle, openBundle, packBundle } from '../approvals/bundle.ts';
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { buildStatement } from '../approvals/statement.ts';
import { withMarks } from '../approvals/unsigned.ts';
import { whoMayApprove } from '../approvals/who-may.ts';
import { stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { StateFolder } from '../folder.ts';
import type { ApproveOptions } from './approve.ts';
import { confirmSigning, noKey } from './confirm.ts';
import { givenText } from './given-text.ts';
import { findOwnKey } from './own-key.ts';
import { subjectOf } from './show.ts';
import { peopleNow } from './who-is-here.ts';

export async function bundleOf(folder: StateFolder, changeId: string, now = new Date()): Promise<string> {
  const {
    change,
    knownAccounts,
    signatureNotes,
    policyOfNow = [],
    whereToLook = [],
  } = await subjectOf(folder, changeId, now);
  const { plan, picture, notes } = {
    plan: (await folder.ledger.document(change.planDocument)) ?? null,
    picture: await folder.changes.picture((await folder.changes.plan(change.planId)).plan),
    notes: change.approvals.map(({ seq, isVoid }) => ({
      seq,
      text: signatureNotes?.get(seq) ?? null,
      void: isVoid === true,
    })),
  };
  const events = (await folder.ledger.events({ changeId })).map(({ seq, at, kind, body }) => ({
    seq,
    at,
    kind,
    body,
  }));
  return packBundle({
    v: 1,
    type: 'countersign-bundle',
    ledger: await folder.ledger.origin(),
    made_at: now.toISOString(),
    events,
    plan,
    picture,
    known_accounts: [...knownAccounts],
    policy_of_now: [...policyOfNow],
    where_to_look: [...whereToLook],
    notes,
    people: whoMayApprove(change, await peopleNow(folder)),
  });
}

/** A file that only its owner reads: it holds what the plan shows. */
export function writeBundle(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (cause) {
    throw new CountersignError(
      'INPUT_INVALID',
      `The bundle cannot be written to ${file} (${(cause as { code?: string }).code ?? 'unknown'}).`,
      'Name a file in a folder that you can write, or - for standard output.',
      { cause },
    );
  }
}

/** @throws INPUT_BUNDLE_INVALID */
export const openedFrom = async (file: string, now = new Date()): Promise<OpenBundle> =>
  openBundle(await givenText(file), (await import('../providers/index.ts')).providerRules, now);

/**
 * Shows the bundle to its signer and signs it with their own key; nothing is recorded here.
 *
 * @returns the armored signature, for `approve ID --signature` or `reject ID --signature` where the ledger is.
 */
export async function signBundle(
  { subject, people }: OpenBundle,
  { decision, key, as, confirm, reason, terminal }: ApproveOptions,
): Promise<{ person: string; statement: string; signature: string }> {
  const { change, plan } = subject;
  if (change.state !== 'pending' && !(decision === 'reject' && change.state === 'approved'))
    throw new CountersignError(
      change.state === 'expired' ? 'STATE_CHANGE_EXPIRED' : 'STATE_CHANGE_NOT_PENDING',
      `${stateSentence(change.state)}.`,
      'There is nothing to sign; ask for a new bundle if this one is old.',
    );
  const known = people.map(({ person, keys }) => ({ name: person, keys: keys.map(({ fingerprint }) => fingerprint) }));
  const own = await findOwnKey(known, { key, as });
  if (!own) throw noKey(as);
  const [mine] = people.filter(({ person }) => person === own.person);
  if (decision === 'approve' && mine && !mine.may)
    throw new CountersignError(
      'APPROVAL_SPONSOR_EXCLUDED',
      `${own.person} cannot approve this change, says the bundle (unsigned): ${makeVisibleLine(mine.why ?? '')}`,
      'Another person must approve it.',
    );
  if (decision === 'approve') await confirmSigning(withMarks(subject), own, { confirm, terminal });
  const statement = buildStatement(change, plan, own.person, decision, { reason });
  return { person: own.person, statement, signature: await signWithSshKeygen(statement, own.file) };
}
