/** What the proposed policy loosens: told before it is signed. */
import { guards } from '../../guards/index.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisible } from '../core/render-safe.ts';
import { toSign } from '../policy/adopt.ts';
import { parsePolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import { type Pin, sourceOf } from '../policy/pin.ts';
import { loosenedBy, milderThan } from '../policy-lab/loosened.ts';
import { replay } from '../policy-lab/replay/replay.ts';
import { providerRules } from '../providers/index.ts';

const DAYS = 30;

/** @throws INPUT_NOT_FOUND when none waits, CONFIG_POLICY_INVALID when this version refuses it. */
export async function proposedLoosening({ ledger }: Pick<App, 'ledger'>, now = new Date()): Promise<string> {
  const { pin } = await toSign(ledger);
  const after = await proposedPolicy({ ledger }, now);
  const before = await storedPolicy(ledger, pin, now).catch((error: unknown) => {
    if (error instanceof CountersignError) return undefined;
    throw error;
  });
  const since = new Date(now.getTime() - DAYS * 86_400_000);
  const replayed = await replay({ policy: after, guards, provider: providerRules, ledger }, since);
  const loosened = before
    ? loosenedBy(before, after)
    : ['This version cannot read the policy in force, so that the two are compared by their lines only.'];
  return makeVisible(
    ['It would loosen:', ...(loosened.length > 0 ? loosened : ['none of who may sign and what needs approval.'])]
      .map((line, index) => (index === 0 ? line : `  ${line}`))
      .concat(milderThan(replayed, DAYS))
      .join('\n'),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * SECURITY: a policy is in force by its digest too, and what signers see is its text: they must be of one policy.
 *
 * @throws LEDGER_TAMPERED when they are not.
 */
export async function proposedPolicy({ ledger }: Pick<App, 'ledger'>, now = new Date()): Promise<Policy> {
  const { proposal } = await toSign(ledger);
  const proposed = await storedPolicy(ledger, proposal, now);
  if (proposed.digest === proposal.digest) return proposed;
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `The text of the proposed policy is of ${proposed.digest}, and the proposal names ${proposal.digest}.`,
    'Do not sign it. Run countersign audit verify; if another version of countersign proposed it, propose it again.',
  );
}

/** As it stands in the ledger, its rules too: the file may have been edited since. */
async function storedPolicy(ledger: App['ledger'], which: Pick<Pin, 'text' | 'digest'>, now: Date): Promise<Policy> {
  const source = await sourceOf(ledger, which);
  if (!source)
    throw new CountersignError(
      'LEDGER_TAMPERED',
      'The text of a policy is not in the ledger.',
      'Stop and run countersign audit verify.',
    );
  return parsePolicy(source.policy, 'the policy in the ledger', guards, now, source.rules);
}
