/**
 * The pin: the one policy that a state folder works under, as an event of its ledger.
 *
 * Guarantees: a policy is in force only when the newest `policy.adopted` names it; its text is kept by digest, so that
 * a signature can be verified under the directory that was in force when it was made.
 * Limit: whoever can write the ledger's file can write a pin; `audit verify` names one that was not signed.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { digestOf } from '../core/digest.ts';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { bodyOf, type LedgerEvent } from '../core/events.ts';
import type { PolicyStanding } from '../core/guard.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Ledger, LedgerTransaction, PolicyPort } from '../core/ports.ts';
import type { Person } from '../people/person.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import type { Policy, PolicySource } from './model.ts';
import { ruleTexts } from './rules/files.ts';
import { type PolicyFile, policySchema } from './schema.ts';
import { readKeys, readPeople } from './validate.ts';

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
/** Whom a policy knew. */
export interface Directory {
  digest: string;
  people: Person[];
  owners: { keys: PublicKey[]; threshold: number } | null;
  /** Alias and id. */
  accounts: { alias: string; id: string }[];
}
type Reading = Pick<Ledger, 'events' | 'document'>;
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
const isPolicyOf = (pin: Pin, policy: Policy): boolean =>
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

/** Only what names people and rules: a text of an older version is read too, where other parts have changed since. */
const directorySchema = z.looseObject({
  people: policySchema.shape.people,
  owners: policySchema.shape.owners,
  accounts: policySchema.shape.accounts.default({}),
  rules: policySchema.shape.rules,
});

/** @throws LEDGER_TAMPERED when the text that the pin names is not there, or cannot be read. */
async function pinnedText(ledger: Reading, pin: Pick<Pin, 'text'>) {
  const source = await sourceOf(ledger, pin);
  const parsed = directorySchema.safeParse(source && parse(source.policy, { maxAliasCount: 50 }));
  if (source && parsed.success) return { source, ...parsed.data };
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `The ledger has lost the text of the adopted policy (${pin.text}).`,
    AUDIT_REMEDY,
  );
}

/** @throws LEDGER_TAMPERED when the text that the pin names is not there, or cannot be read. */
export const directoryOf = async (ledger: Reading, pin: Pick<Pin, 'digest' | 'text'>): Promise<Directory> =>
  directoryIn(await pinnedText(ledger, pin), pin);

function directoryIn(
  { people, owners, accounts }: z.output<typeof directorySchema>,
  { digest }: Pick<Pin, 'digest'>,
): Directory {
  const ignore = () => undefined;
  return {
    digest,
    people: readPeople({ people } as PolicyFile, ignore),
    owners: owners ? { keys: readKeys(owners.keys, [], ignore, ignore), threshold: owners.threshold } : null,
    accounts: Object.entries(accounts).map(([alias, { id }]) => ({ alias, id })),
  };
}

/**
 * The policy in force as a signer asks it, where the file is the adopted text, its rules' included, byte for byte.
 * Nothing is judged by it: who judges or executes reads the whole policy (`load.ts`).
 *
 * @returns undefined otherwise: only the whole policy can say then whether it is the one in force.
 */
export async function adoptedAsWritten(
  ledger: Ledger,
  path: string,
): Promise<{ people: readonly Person[]; policy: Pick<PolicyPort, 'digest' | 'mustBeInForce'> } | undefined> {
  const pin = await pinOf(ledger);
  if (!pin) return undefined;
  const { source, ...adopted } = await pinnedText(ledger, pin);
  if (textIn(path) !== source.policy) return undefined;
  let missing = 0;
  const rules = ruleTexts(adopted.rules, dirname(path), () => (missing += 1));
  if (missing > 0 || pin.text !== digestOf({ policy: source.policy, rules: Object.fromEntries(rules) }))
    return undefined;
  return {
    people: directoryIn(adopted, pin).people,
    policy: {
      digest: async () => pin.digest,
      async mustBeInForce(view: Events = ledger) {
        const now = await pinOf(view);
        requireInForce(now?.text === pin.text ? 'adopted' : 'changed', now);
      },
    },
  };
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Who was known when event `seq` was appended. undefined: no policy was adopted yet.
 *
 * @param loaded its people are those of the pin that it is, without reading the stored text again.
 */
export async function directoryAt(
  ledger: Reading,
  seq: number,
  loaded: Policy | null,
): Promise<Pick<Directory, 'digest' | 'people'> | undefined> {
  const pin = await pinOf(ledger, seq);
  if (!pin) return undefined;
  return loaded && isPolicyOf(pin, loaded) ? { digest: pin.digest, people: loaded.people } : directoryOf(ledger, pin);
}

/** The digest that events name: of the pin, when this is its policy. */
export async function digestInForce(ledger: Events, policy: Policy): Promise<string> {
  const pin = await pinOf(ledger);
  return pin && isPolicyOf(pin, policy) ? pin.digest : policy.digest;
}
