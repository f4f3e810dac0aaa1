/** Whoever signs with a key here has seen what they sign: at a terminal it is shown first, elsewhere its name says so. */
import { reversibilityRank, worstReversibility } from '../core/effect.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Subject } from '../render/subject.ts';
import type { OwnKey } from './own-key.ts';
import { renderChange } from './show.ts';

export interface Terminal {
  print(text: string): void;
  ask(question: string): Promise<string>;
}
export interface Confirming {
  /** The target's name, as typed by the person: for scripts, in place of the prompt. */
  confirm?: string | undefined;
  /** Where to ask; absent when nobody can be asked. */
  terminal?: Terminal | undefined;
}

/**
 * What cannot be undone is named at a terminal too; a key that was found, not named, is asked about.
 *
 * @throws APPROVAL_NOT_CONFIRMED
 */
export async function confirmSigning(
  subject: Subject,
  own: OwnKey,
  { confirm: given, terminal }: Confirming,
): Promise<void> {
  const { change, plan } = subject;
  const { name, kind } = change.target;
  if (terminal) terminal.print(renderChange(subject));
  const isFinal = whyTyped(plan) !== null;
  if (terminal && !isFinal && given === undefined) return askedAbout(own, terminal);
  const what = whyTyped(plan) ?? 'This change was not shown at a terminal';
  const by = own.isNamed ? '' : ` as ${own.person} with ${own.file}`;
  const typed = given ?? (await terminal?.ask(`${what}. Type ${name} to sign it${by}: `));
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

/** @throws APPROVAL_NOT_CONFIRMED */
export async function askedAbout({ isNamed, person, file, fingerprint }: OwnKey, terminal: Terminal): Promise<void> {
  if (isNamed) return;
  const said = await terminal.ask(`Sign as ${person} with ${file} (${fingerprint})? [y/N] `);
  if (/^y(?:es)?$/i.test(said.trim())) return;
  throw new CountersignError('APPROVAL_NOT_CONFIRMED', 'Nothing was signed.', 'Answer y, or name a key with --key.');
}

export const noKey = (as: string | undefined) =>
  new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    as === undefined
      ? 'No key given, and no key in ~/.ssh or in the ssh agent is in the policy.'
      : `No key given, and no key of ${as} is in ~/.ssh or in the ssh agent.`,
    'Add --key ~/.ssh/id_ed25519 (or its .pub, when an agent or security key holds it).',
  );
