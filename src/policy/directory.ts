/** Whom an adopted policy knew: read from the text that its pin names, whatever file is named now. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SignersNow } from '../core/change.ts';
import { digestOf } from '../core/digest.ts';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import type { Ledger, PolicyPort } from '../core/ports.ts';
import { ownerOf, ownerOfBreakGlass, type Person } from '../people/person.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import type { Policy } from './model.ts';
import { isPolicyOf, type Pin, pinOf, requireInForce, sourceOf } from './pin.ts';
import { ruleTexts } from './rules/files.ts';
import { type PolicyFile, policySchema } from './schema.ts';
import { readKeys, readPeople } from './validate.ts';

/** Whom a policy knew. */
export interface Directory {
  digest: string;
  people: Person[];
  owners: { keys: PublicKey[]; threshold: number } | null;
  /** Alias and id. */
  accounts: { alias: string; id: string }[];
}
type Reading = Pick<Ledger, 'events' | 'document'>;

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
      async mustBeInForce(view: Pick<Ledger, 'events'> = ledger) {
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

/** Whom the adopted policy knows; undefined: none is adopted. */
export async function directoryNow(ledger: Reading): Promise<Directory | undefined> {
  const pin = await pinOf(ledger);
  return pin && directoryOf(ledger, pin);
}

/** Whose keys count for what waits, by the adopted policy. */
export async function signersIn(view: Reading): Promise<SignersNow | undefined> {
  const now = await directoryNow(view);
  return now && signersOf(now);
}

const signersOf = ({ people, digest }: Pick<Directory, 'people' | 'digest'>): SignersNow => ({
  digest,
  isListed: ({ person, keyFingerprint, brokenGlass }) =>
    (brokenGlass ? ownerOfBreakGlass : ownerOf)(people, keyFingerprint)?.name === person,
});

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
