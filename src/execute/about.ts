/** What running, looking back and signing off share: which cloud a plan is of, and what is recorded of its change. */
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { BodyOf } from '../core/events.ts';
import { type Plan, touchedBy } from '../core/plan.ts';
import type { Provider } from '../core/ports.ts';
import { isWorthless } from '../core/subject.ts';

/** A forgotten `--sandbox` or another endpoint is the shell's mistake: it costs nobody their signature. */
export async function mustReach({ cloud }: { cloud: Pick<Provider, 'endpoint'> }, plan: Plan): Promise<void> {
  const endpoint = await cloud.endpoint(plan.target);
  if (endpoint === plan.endpoint) return;
  throw new CountersignError(
    'CONFIG_INVALID',
    `The plan was made on ${plan.endpoint}, but this command uses ${endpoint}.`,
    plan.endpoint.startsWith('sandbox:')
      ? 'Run the command again with --sandbox (countersign --sandbox execute ID), and with the --home of the plan.'
      : `Use the endpoint that the plan was made on (${plan.endpoint}): set it in the environment or profile, and drop --sandbox.`,
  );
}

/** What history needs to know later, without opening the plan. */
export function aboutChange(
  change: Change,
  plan: Plan,
  under: Pick<BodyOf<'change.executing'>, 'policyDigest' | 'rights'> = {},
): BodyOf<'change.executing'> {
  return {
    ...under,
    target: plan.target,
    environment: change.environment,
    operations: plan.calls.map(({ operation }) => operation),
    unprotects: plan.effects.some(({ kind, marks }) => [kind, ...marks.map((mark) => mark.kind)].includes('unprotect')),
    action: plan.action,
    neverCompleted: isWorthless(plan.subject),
    touched: touchedBy(plan),
    changeDigest: change.digest,
    sponsor: change.sponsor,
    assurance: change.assurance,
  };
}

/** An error that is no code of ours, as an outcome tells it. */
export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
