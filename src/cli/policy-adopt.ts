/** `policy adopt` and `policy sign`: the people of the policy in force decide on the next one. */
import { diff } from 'node:util';
import { POLICY_NAMESPACE } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisible } from '../core/render-safe.ts';
import { type Adoption, type AdoptionPorts, proposePolicy, signPolicy, toSign } from '../policy/adopt.ts';
import { directoryOf } from '../policy/directory.ts';
import type { PolicySource } from '../policy/model.ts';
import { sourceOf } from '../policy/pin.ts';
import { givenText } from './given-text.ts';
import { proposedLoosening, proposedPolicy } from './policy-loosened.ts';
import { type SigningOptions, signerFrom } from './signer.ts';

const OPEN = ['pending', 'approved', 'executing'];

export const adoptionPorts = ({
  ledger,
  changes,
  config,
}: Pick<App, 'ledger' | 'changes' | 'config'>): AdoptionPorts => ({
  ledger,
  async openSponsors(view, now) {
    const standing = { states: ['waiting', 'executing'] as const, at: now.toISOString() };
    const proposed = await view.events({ kinds: ['change.proposed'], standing });
    const found = await Promise.all(proposed.map(({ changeId = '' }) => changes.findIn(view, changeId, now)));
    return found.flatMap(({ state, sponsor }) => (OPEN.includes(state) ? (sponsor ?? []) : []));
  },
  now: () => new Date(),
  actsAs: config.actsAs,
});

/** Adopts the policy that is named, or proposes it to those who have to sign. `text` says which. */
export async function adoptPolicy(
  app: App,
  options: SigningOptions,
  print: (text: string) => void,
): Promise<{ adoption: Adoption; text: string }> {
  if (!app.policyFile)
    throw new CountersignError('CONFIG_NO_POLICY', 'No policy given.', 'Name it with --policy or COUNTERSIGN_POLICY.');
  const before = await app.policy.standing();
  const proposed = await proposePolicy(adoptionPorts(app), app.policyFile);
  const wantsSignature = options.key !== undefined || options.signature !== undefined;
  const adoption = proposed.state === 'proposed' && wantsSignature ? await signProposal(app, options, print) : proposed;
  return { adoption, text: before === 'adopted' ? 'This policy is already in force.' : told(app, adoption) };
}

/** Signs the policy that waits for signatures. SECURITY: what it changes is shown before it is signed. */
export async function signProposal(
  app: App,
  options: SigningOptions,
  print: (text: string) => void,
): Promise<Adoption> {
  const { statement, pin } = await toSign(app.ledger);
  const { owners, people } = await directoryOf(app.ledger, pin);
  // An owner is known by the key alone.
  const known = owners
    ? owners.keys.map(({ fingerprint }) => ({ name: fingerprint, keys: [fingerprint] }))
    : people.map(({ name, keys }) => ({ name, keys: keys.map(({ fingerprint }) => fingerprint) }));
  if (options.signature !== undefined) {
    await proposedPolicy(app);
    return signPolicy(adoptionPorts(app), await givenText(options.signature));
  }
  print(await proposedChanges(app));
  print(await proposedLoosening(app));
  const { sign } = await signerFrom(app, options, { known });
  return signPolicy(adoptionPorts(app), await sign(statement, POLICY_NAMESPACE));
}

/** The lines that differ between the policy in force and the one that waits. */
export async function proposedChanges({ ledger }: Pick<App, 'ledger'>): Promise<string> {
  const { pin, proposal } = await toSign(ledger);
  const [before, after] = await Promise.all([pin, proposal].map(async (one) => linesOf(await sourceOf(ledger, one))));
  const changed = diff(before!, after!).flatMap(([kind, line]) =>
    kind === 0 ? [] : [`${kind === -1 ? '+' : '-'} ${makeVisible(line)}`],
  );
  return [`Policy ${proposal.digest} would replace ${pin.digest}:`, ...changed].join('\n');
}

function linesOf(source: PolicySource | undefined): string[] {
  if (!source)
    throw new CountersignError(
      'LEDGER_TAMPERED',
      'The text of a policy is not in the ledger.',
      'Stop and run countersign audit verify.',
    );
  const rules = Object.entries(source.rules).flatMap(([name, text]) =>
    text.split('\n').map((line) => `${name}: ${line}`),
  );
  return [...source.policy.split('\n'), ...rules];
}

export function told(app: Pick<App, 'config' | 'ledger'>, adoption: Adoption): string {
  const { home } = app.config;
  if (adoption.state === 'adopted') {
    const { digest, level, signers } = adoption.pin;
    const how = level === 'L0' ? 'L0: one person decided' : `signed by ${signers.join(', ')}`;
    return `Adopted in ${home}: ${digest} (${how}).`;
  }
  const { needed, signers, mayStillSign } = adoption;
  const missing = needed - signers.length;
  return [
    `Proposed in ${home}: ${adoption.proposal.digest}. It has ${signers.length} of ${needed} signatures under the policy in force.`,
    missing > mayStillSign.length
      ? 'Too few people can sign it now, because sponsors of open changes cannot. Withdraw these changes or let them expire.'
      : `${missing === 1 ? '1 more person' : `Each of ${missing} more people`} (of: ${mayStillSign.join(', ')}) runs: countersign policy sign --key KEY`,
  ].join('\n');
}
