/**
 * The pin: the one policy that a state folder works under, as an event of its ledger.
 *
 * Guarantees: a policy is in force only when the newest `policy.adopted` names it; its text is kept by digest, so that
 * a signature can be verified under the directory that was in force when it was made.
 * Limit: whoever can write the ledger's file can write a pin; `audit verify` names one that was not signed.
 */
import { z } from 'zod';
import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { bodyOf, type LedgerEvent } from '../core/events.ts';
import type { PolicyStanding } from '../core/guard.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Ledger, LedgerTransaction } from '../core/ports.ts';
import type { Policy, PolicySource } from './model.ts';

/** `L0`: one person decided, and nobody else had to agree. */
export type PinLevel = 'L0' | 'signatures';
export interface Pin {
  seq: number;
  at: string;
  digest: string;
  /** Digest of the stored document with the texts of the policy and its rules. */
  text: string;
  /** Names under which the adopting process acted. */
  by: string[];
  level: PinLevel;
  /** The position of the pin before; null: the folder's first. */
  previous: number | null;
  /** The position of the proposal that was signed; null: no signature was needed. */
  proposal: number | null;
  signers: string[];
}
type Events = Pick<Ledger, 'events'>;

export const pinIn = (event: LedgerEvent): Pin => ({
  ...bodyOf('policy.adopted', event),
  seq: event.seq,
  at: event.at,
});

/** The pin in force, or that was in force when event `seq` was appended. */
export async function pinOf(ledger: Events, seq?: number): Promise<Pin | undefined> {
  const until = seq === undefined ? {} : { untilSeq: seq - 1 };
  const [newest] = await ledger.events({ kinds: ['policy.adopted'], newestFirst: true, limit: 1, ...until });
  return newest && pinIn(newest);
}

/** The same text is the same policy, also where a newer version reads it with another default. */
export const isPolicyOf = (pin: Pin, policy: Policy): boolean =>
  pin.digest === policy.digest || pin.text === digestOf(policy.source);

export async function standingOf(ledger: Events, policy: Policy | null): Promise<PolicyStanding> {
  if (!policy) return 'none';
  const pin = await pinOf(ledger);
  if (!pin) return 'not_adopted';
  return isPolicyOf(pin, policy) ? 'adopted' : 'changed';
}

/** @throws CONFIG_NO_POLICY, CONFIG_POLICY_NOT_ADOPTED, CONFIG_POLICY_CHANGED. */
export function requireInForce(standing: PolicyStanding, pin: Pin | undefined): void {
  if (standing === 'adopted') return;
  if (standing === 'none')
    throw new CountersignError('CONFIG_NO_POLICY', 'No policy given; it lists the keys of each person.', {
      agent: 'Tell the user to start this server with the adopted policy (--policy or COUNTERSIGN_POLICY).',
      person: 'Name the adopted policy with --policy or COUNTERSIGN_POLICY.',
    });
  if (standing === 'not_adopted')
    throw new CountersignError(
      'CONFIG_POLICY_NOT_ADOPTED',
      'This state folder has not adopted a policy, so changes can be planned but not proposed, approved or executed.',
      {
        agent: 'A person must adopt the policy (countersign --policy FILE policy adopt); tell the user.',
        person: 'Adopt one with: countersign --policy FILE policy adopt',
      },
    );
  throw new CountersignError(
    'CONFIG_POLICY_CHANGED',
    `This policy is not the one that the state folder adopted${pin ? ` on ${absoluteTime(pin.at)} (${pin.digest.slice(0, 19)}…)` : ''}. Nothing was changed.`,
    {
      agent:
        'A person must start this server with the adopted policy, or adopt this one (countersign --policy FILE policy adopt); tell the user.',
      person: 'Name the adopted policy with --policy, or adopt this one: countersign --policy FILE policy adopt',
    },
  );
}

/** The folder's first policy: one person's word, labelled L0. @throws CONFIG_POLICY_CHANGED when there is a pin. */
export function adoptFirst(ledger: Pick<Ledger, 'transact'>, policy: Policy, by: readonly string[]): Promise<Pin> {
  return ledger.transact(async (tx) => {
    const pin = await pinOf(tx);
    if (pin) requireInForce('changed', pin);
    return appendPin(tx, {
      digest: policy.digest,
      text: await storeText(tx, policy),
      by: [...by],
      level: 'L0',
      previous: null,
      proposal: null,
      signers: [],
    });
  });
}

export const appendPin = async (tx: LedgerTransaction, pin: Omit<Pin, 'seq' | 'at'>): Promise<Pin> =>
  pinIn(await tx.append({ kind: 'policy.adopted', body: pin }));

export const storeText = (tx: Pick<LedgerTransaction, 'putDocument'>, { source }: Policy): Promise<string> =>
  tx.putDocument(source);

const sourceSchema = z.object({ policy: z.string(), rules: z.record(z.string(), z.string()) });

/** The texts that a pin or a proposal names; undefined: they are not in the ledger. */
export const sourceOf = async (
  ledger: Pick<Ledger, 'document'>,
  { text }: Pick<Pin, 'text'>,
): Promise<PolicySource | undefined> => sourceSchema.safeParse(await ledger.document(text)).data;

/** The digest that events name: of the pin, when this is its policy. */
export async function digestInForce(ledger: Events, policy: Policy): Promise<string> {
  const pin = await pinOf(ledger);
  return pin && isPolicyOf(pin, policy) ? pin.digest : policy.digest;
}
