/**
 * Adopting another policy: its text is proposed, the people of the policy in force sign it, the last signature adopts.
 *
 * Guarantees: a later policy needs the threshold of the old one's owners; without owners two of its people, neither
 * the sponsor of an open change. A signature is for one ledger, one text and the pin that it replaces, so none can be
 * used again. Where at most one person has a key, one decides, and the pin is labelled L0.
 */
import { canonicalSignature, POLICY_NAMESPACE, verifySshSignature } from '../approvals/ssh-signature.ts';
import { canonicalJson } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { bodyOf, eventsOf, type LedgerEvent } from '../core/events.ts';
import type { Ledger, LedgerView } from '../core/ports.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import { type Directory, directoryOf } from './directory.ts';
import type { Policy } from './model.ts';
import { adoptFirst, appendPin, type Pin, pinOf, standingOf, storeText } from './pin.ts';
import { deciding } from './validate.ts';

/** A policy that waits for signatures. */
export interface PolicyProposal {
  seq: number;
  digest: string;
  text: string;
  /** Names under which the proposing process acted. */
  by: string[];
  /** The position of the pin that it would replace. */
  previous: number;
}
export interface AdoptionPorts {
  ledger: Pick<Ledger, 'transact' | 'events' | 'document'> & { origin(): Promise<string> };
  /** Sponsors of changes that are open now. */
  openSponsors(view: LedgerView, now: Date): Promise<readonly string[]>;
  now(): Date;
  /** Names under which this process acts. */
  actsAs: readonly string[];
}
export type Adoption =
  | { state: 'adopted'; pin: Pin }
  | { state: 'proposed'; proposal: PolicyProposal; needed: number; signers: string[]; mayStillSign: string[] };

/** Who decides on the next policy. `mayDecide`: names, or fingerprints of owners' keys. */
export interface Deciders {
  threshold: number;
  level: Pin['level'];
  mayDecide: string[];
  /** People whose open changes take them out of it. */
  excluded: string[];
}

export function decidersOf(
  { owners, people }: Pick<Directory, 'owners' | 'people'>,
  sponsors: readonly string[],
): Deciders {
  if (owners)
    return {
      threshold: owners.threshold,
      level: 'signatures',
      mayDecide: owners.keys.map(({ fingerprint }) => fingerprint),
      excluded: [],
    };
  // Policies are signed with OpenSSH keys, on a command line that shows what they change.
  const able = people.filter(({ keys }) => keys.some(({ passkey }) => !passkey)).map(({ name }) => name);
  // SECURITY: whoever has any key counts, so that people with passkeys do not leave the policy to fewer, or to anybody.
  const threshold = deciding(people);
  if (threshold < 2) return { threshold, level: 'L0', mayDecide: able, excluded: [] };
  const excluded = able.filter((name) => sponsors.includes(name));
  return { threshold: 2, level: 'signatures', mayDecide: able.filter((name) => !excluded.includes(name)), excluded };
}

/** A person's name, or an owner's fingerprint. SECURITY: by the bare key, so that one key listed twice counts once. */
function deciderWith(key: PublicKey, { owners, people }: Pick<Directory, 'owners' | 'people'>): string | undefined {
  const isIt = ({ material }: PublicKey) => material === key.material;
  if (owners) return owners.keys.find(isIt)?.fingerprint;
  return people.find(({ keys }) => keys.some(isIt))?.name;
}

/** The newest that would replace the pin in force. */
export async function openProposal(ledger: Pick<Ledger, 'events'>): Promise<PolicyProposal | undefined> {
  const [newest] = await ledger.events({ kinds: ['policy.proposed'], newestFirst: true, limit: 1 });
  const proposal = newest && proposalIn(newest);
  return proposal && proposal.previous === (await pinOf(ledger))?.seq ? proposal : undefined;
}
export const proposalIn = (event: LedgerEvent): PolicyProposal => ({
  ...bodyOf('policy.proposed', event),
  seq: event.seq,
});

/** The exact bytes to sign, the same for every signer. */
export function policyStatement(origin: string, pin: Pick<Pin, 'digest' | 'seq'>, proposal: PolicyProposal): string {
  return canonicalJson({
    v: 1,
    type: 'countersign-policy',
    ledger: origin,
    adopts: proposal.digest,
    text: proposal.text,
    proposed_at: proposal.seq,
    replaces: pin.digest,
    replaces_at: pin.seq,
  });
}

/**
 * Adopts the policy where nobody else has to agree, and else proposes it.
 *
 * @returns the pin in force when it is this policy's already.
 */
export async function proposePolicy(ports: AdoptionPorts, policy: Policy): Promise<Adoption> {
  const { ledger, actsAs } = ports;
  if (!(await pinOf(ledger))) return { state: 'adopted', pin: await adoptFirst(ledger, policy, actsAs) };
  const now = ports.now();
  const origin = await ledger.origin();
  return ledger.transact(async (tx): Promise<Adoption> => {
    const pin = (await pinOf(tx))!;
    if ((await standingOf(tx, policy)) === 'adopted') return { state: 'adopted', pin };
    const text = await storeText(tx, policy);
    const open = await openProposal(tx);
    const proposal =
      open?.text === text
        ? open
        : proposalIn(
            await tx.append({
              kind: 'policy.proposed',
              body: { digest: policy.digest, text, by: [...actsAs], previous: pin.seq },
            }),
          );
    return settle({ ...ports, origin }, tx, pin, proposal, now);
  });
}

/**
 * @param signature armored, over exactly the statement of the open proposal.
 * @throws INPUT_NOT_FOUND, INPUT_SIGNATURE_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_SPONSOR_EXCLUDED,
 *   STATE_ALREADY_SIGNED.
 */
export async function signPolicy(ports: AdoptionPorts, signature: string): Promise<Adoption> {
  const { ledger } = ports;
  const now = ports.now();
  const origin = await ledger.origin();
  return ledger.transact(async (tx): Promise<Adoption> => {
    const { pin, proposal } = await toSign({ ...tx, origin: ledger.origin });
    const directory = await directoryOf(tx, pin);
    const { decider, ...signed } = signatureOf(origin, pin, proposal, directory, signature);
    if (decider === undefined)
      throw new CountersignError(
        'APPROVAL_KEY_UNKNOWN',
        `The key ${signed.keyFingerprint} cannot sign a policy: the policy in force does not list it for this purpose.`,
        directory.owners ? 'Sign with a key of the policy owners.' : 'Sign with the key of a person in the policy.',
      );
    if (decidersOf(directory, await ports.openSponsors(tx, now)).excluded.includes(decider))
      throw new CountersignError(
        'APPROVAL_SPONSOR_EXCLUDED',
        `${decider} is the sponsor of an open change and cannot sign the policy that would apply to it.`,
        'Another person must sign, or the change must be withdrawn first.',
      );
    if ((await signersOf(tx, origin, pin, proposal, directory)).includes(decider))
      throw new CountersignError(
        'STATE_ALREADY_SIGNED',
        `${decider} has already signed this policy.`,
        'Another person must sign.',
      );
    await tx.append({
      kind: 'policy.signed',
      body: { proposal: proposal.seq, decider, ...signed },
    });
    return settle({ ...ports, origin }, tx, pin, proposal, now);
  });
}

/**
 * A signature under a proposed policy, as it is recorded. `decider` undefined: the policy that is replaced does not list
 * its key for this.
 *
 * @throws INPUT_SIGNATURE_INVALID, APPROVAL_USER_PRESENCE_MISSING.
 */
export function signatureOf(
  origin: string,
  pin: Pin,
  proposal: PolicyProposal,
  directory: Pick<Directory, 'owners' | 'people'>,
  signature: string,
): { statement: string; signature: string; keyFingerprint: string; decider: string | undefined } {
  const statement = policyStatement(origin, pin, proposal);
  const key = verifySshSignature(Buffer.from(statement, 'utf8'), signature, POLICY_NAMESPACE);
  const decider = deciderWith(key, directory);
  return { statement, signature: canonicalSignature(signature), keyFingerprint: key.fingerprint, decider };
}

/** What waits for a signature, with the bytes to sign. @throws INPUT_NOT_FOUND */
export async function toSign(ledger: Pick<Ledger, 'events'> & { origin(): Promise<string> }): Promise<{
  pin: Pin;
  proposal: PolicyProposal;
  statement: string;
}> {
  const pin = await pinOf(ledger);
  const proposal = await openProposal(ledger);
  if (!pin || !proposal)
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      'This state folder has no proposed policy to sign.',
      'Propose one with: countersign --policy FILE policy adopt',
    );
  return { pin, proposal, statement: policyStatement(await ledger.origin(), pin, proposal) };
}

type Transaction = Parameters<Parameters<Ledger['transact']>[0]>[0];

async function settle(
  ports: AdoptionPorts & { origin: string },
  tx: Transaction,
  pin: Pin,
  proposal: PolicyProposal,
  now: Date,
): Promise<Adoption> {
  const directory = await directoryOf(tx, pin);
  const { threshold, level, mayDecide, excluded } = decidersOf(directory, await ports.openSponsors(tx, now));
  const signers = (await signersOf(tx, ports.origin, pin, proposal, directory)).filter(
    (signer) => !excluded.includes(signer),
  );
  if (signers.length < threshold) {
    const mayStillSign = mayDecide.filter((one) => !signers.includes(one));
    return { state: 'proposed', proposal, needed: threshold, signers, mayStillSign };
  }
  const { digest, text, seq } = proposal;
  const by = [...ports.actsAs];
  return {
    state: 'adopted',
    pin: await appendPin(tx, { digest, text, by, level, previous: pin.seq, proposal: seq, signers }),
  };
}

/** Distinct deciders whose recorded signatures verify under the policy that is replaced. */
export async function signersOf(
  ledger: Pick<Ledger, 'events'>,
  origin: string,
  pin: Pin,
  proposal: PolicyProposal,
  directory: Pick<Directory, 'owners' | 'people'>,
): Promise<string[]> {
  const signed = await eventsOf(ledger, ['policy.signed'], { sinceSeq: proposal.seq });
  const signers = signed.flatMap(({ body }) => {
    if (body.proposal !== proposal.seq) return [];
    try {
      return signatureOf(origin, pin, proposal, directory, body.signature).decider ?? [];
    } catch {
      return [];
    }
  });
  return [...new Set(signers)];
}
