/** Open changes that nothing can execute any more, since something outside deleted what they prepared. */
import type { Change, OpenChange } from './change.ts';
import type { ChangesPort, Provider } from './ports.ts';

const MOST_ASKED = 3;
const WAITS: readonly Change['state'][] = ['pending', 'approved'];

/** Never in the way of a plan: of what cannot be asked nothing is told. */
export async function tellingGone(
  open: readonly Change[],
  { cloud, changes }: { cloud: Pick<Provider, 'whyGone'>; changes: Pick<ChangesPort, 'plan'> },
): Promise<OpenChange[]> {
  const asked = open.filter(({ state }) => WAITS.includes(state)).slice(0, MOST_ASKED);
  return Promise.all(
    open.map(async (change): Promise<OpenChange> => {
      if (!asked.includes(change)) return change;
      const gone = await changes
        .plan(change.planId)
        .then(({ plan }) => cloud.whyGone?.(plan))
        .catch(() => null);
      return gone ? { ...change, gone } : change;
    }),
  );
}
