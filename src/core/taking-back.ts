/** What the ledger says of a change that is to be taken back. */
import type { Change } from './change.ts';
import type { Json } from './digest.ts';
import { eventsOf } from './events.ts';
import { isSameTarget } from './folds.ts';
import { tagged } from './kept.ts';
import type { Plan } from './plan.ts';
import type { ChangeReader, LedgerView, ProviderRules } from './ports.ts';
import type { Earlier, WayBack } from './way-back.ts';

/** @returns null: nothing of it was carried out, it still runs, or its outcome is not known. */
export async function wayBackOf(
  view: Pick<LedgerView, 'events'>,
  provider: Pick<ProviderRules, 'wayBack'>,
  change: Change,
  plan: Plan,
): Promise<WayBack | null> {
  const { id, outcome } = change;
  if (!outcome || outcome.state === 'unknown' || change.state === 'closed') return null;
  const done = outcome.calls.filter((call) => call.outcome === 'done').map(({ step }) => step);
  if (done.length === 0) return null;
  const returned = await eventsOf(view, ['call.returned'], { changeId: id });
  const made = new Map(returned.map(({ body }) => [body.step, body.made ?? []]));
  return (
    provider.wayBack?.(
      plan,
      done.map((step) => ({ step, made: made.get(step) ?? [] })),
      { changeId: id, state: outcome.state },
    ) ?? null
  );
}

/** @throws INPUT_NOT_FOUND where there is no such change. */
export async function earlierChange(
  view: LedgerView,
  changes: Pick<ChangeReader, 'find' | 'plan'>,
  unseal: (document: unknown) => Json | undefined,
  changeId: string,
): Promise<Earlier> {
  const change = await changes.find(changeId);
  const { plan } = await changes.plan(change.planId);
  const [made] = await eventsOf(view, ['plan.made'], { planId: change.planId });
  const kept = made?.body.before;
  const since = { tags: tagged.target(plan.target), sinceSeq: change.version };
  const ended = (await eventsOf(view, ['change.finished'], since)).filter(({ body }) =>
    isSameTarget(body.target, plan.target),
  );
  return {
    change,
    plan,
    before: kept === undefined ? undefined : unseal(await view.document(kept)),
    later: ended.flatMap((one) => one.changeId ?? []),
  };
}
