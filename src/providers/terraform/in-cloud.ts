/**
 * What the cloud says of changes that were begun, and of which neither a line nor the state tells the end: a new plan of
 * the same copy reads the objects, and finds them as signed, or as they were. It changes nothing.
 *
 * INVARIANT: a creation without an end stays unknown: what was made is in no state, and no plan looks for it.
 */
import type { Plan } from '../../core/plan.ts';
import { type PlannedChange, plannedAgain } from './draft.ts';
import type { Workshop } from './planning.ts';

/** @returns by address; empty where no plan can be made now. */
export async function saidByCloud(
  open: readonly PlannedChange[],
  signed: Pick<Plan, 'observed'>,
  digest: string,
  workshop: Workshop,
): Promise<ReadonlyMap<string, 'done' | 'failed'>> {
  const said = new Map<string, 'done' | 'failed'>();
  if (!open.some(({ does }) => does === 'update' || does === 'remove')) return said;
  const made = await plannedAgain(signed, digest, workshop).catch(() => undefined);
  const { resource_changes: changes = [], resource_drift: drift = [] } = made?.plan ?? {};
  for (const { address, does } of open) {
    const of = (list: typeof changes) =>
      list.find((one) => one.address === address && one.deposed === undefined)?.change.actions;
    const [next, drifted] = [of(changes), of(drift)];
    if (does === 'update' && next === 'none') said.set(address, 'done');
    else if (does === 'remove' && drifted === 'delete' && next === undefined) said.set(address, 'done');
    else if ((does === 'update' && next === 'update') || (does === 'remove' && next === 'delete'))
      said.set(address, 'failed');
  }
  return said;
}
