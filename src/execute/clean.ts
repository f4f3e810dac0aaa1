/**
 * Removes what plans alone left in the cloud, at a person's command: dry runs that nothing will execute, and targets
 * that are nothing but a plan.
 *
 * INVARIANT: a target is looked at again after its dry runs are gone; only then is the intent recorded, and exactly
 * that call leaves. Limit: somebody else's dry run that is begun and executed between that look and the call is lost.
 */
import { allDeadPlans, cleaned, type DeadPlan, isSamePlace, onlyPlanned } from '../core/dead-plans.ts';
import { digestOf } from '../core/digest.ts';
import { recordDurably } from '../core/durable.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { haltIn, inFlightIn } from '../core/folds.ts';
import { heldBy } from '../core/holder.ts';
import { mintPlanningPermit, mintWritingPermit, revokePermit } from '../core/permit.ts';
import type { Target } from '../core/plan.ts';
import type { ChangesPort, Ledger, LedgerView, PolicyPort, Provider, Sent } from '../core/ports.ts';
import type { CleanReport, Removal } from '../core/removal.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { wordsOf } from './about.ts';

interface CleanPorts {
  ledger: Ledger;
  changes: ChangesPort;
  policy: Pick<PolicyPort, 'mustBeInForce'>;
  cloud: Provider;
  now(): Date;
}

export async function clean(ports: CleanPorts, { by, isDry }: { by: string[]; isDry: boolean }): Promise<CleanReport> {
  await ports.policy.mustBeInForce();
  if (!isDry) await mustRun(ports.ledger);
  const { ledger, changes, cloud } = ports;
  const items: CleanReport = [];
  const dead: DeadPlan[] = [];
  for (const one of await allDeadPlans(ledger, changes, ports.now())) {
    if (!(await isOfThisCloud(ports, one.planId, one.target))) continue;
    dead.push(one);
    const about = { what: one.leftover, target: one.target.name };
    items.push(await attempted(about, () => (isDry ? wouldGo('no change can execute it') : discard(ports, one))));
  }
  for (const { target, since } of await emptyTargets(ports)) {
    const gone = isDry ? dead.filter((one) => isSamePlace(one.target, target)).map(({ leftover }) => leftover) : [];
    const about = { what: target.name, target: target.name };
    items.push(
      await attempted(about, async () => {
        const removal = await cloud.removalOf(target, since, gone);
        if (!removal.call) return { state: 'kept', why: removal.why };
        return isDry ? wouldGo(removal.why) : remove(ports, target, removal.call, by);
      }),
    );
  }
  return items;
}

async function mustRun(view: LedgerView): Promise<void> {
  if ((await haltIn(view)) === 'running') return;
  throw new CountersignError('STATE_HALTED', 'A person has halted all changes.', 'Lift it: countersign resume.');
}

type Became = Pick<CleanReport[number], 'state' | 'why'>;
const wouldGo = async (why: string): Promise<Became> => ({ state: 'would go', why });

/** One that cannot be looked at stands in no other's way. */
async function attempted(
  about: { what: string; target: string },
  run: () => Promise<Became>,
): Promise<CleanReport[number]> {
  try {
    return { ...about, ...(await run()) };
  } catch (error) {
    return { ...about, state: 'kept', why: makeVisibleLine(wordsOf(error)) };
  }
}

/** A plan of the simulated cloud names nothing in the real one. */
async function isOfThisCloud({ changes, cloud }: CleanPorts, planId: string, target: Target): Promise<boolean> {
  const stored = await changes.plan(planId).catch(() => undefined);
  return stored?.plan.endpoint === (await cloud.endpoint(target).catch(() => undefined));
}

/** Each target once, with the time of the first plan that may have made it. */
async function emptyTargets(ports: CleanPorts): Promise<{ target: Target; since: Date }[]> {
  const { ledger, cloud } = ports;
  const found: { target: Target; since: Date }[] = [];
  for (const { at, planId = '', body } of await onlyPlanned(
    ledger,
    await eventsOf(ledger, ['plan.started']),
    cloud.actionOf,
  )) {
    if (found.some(({ target }) => isSamePlace(target, body.target))) continue;
    const isMade = (await ledger.events({ planId, kinds: ['plan.made'], limit: 1 })).length > 0;
    if (isMade && !(await isOfThisCloud(ports, planId, body.target))) continue;
    found.push({ target: body.target, since: new Date(at) });
  }
  return found;
}

async function discard({ ledger, cloud }: CleanPorts, dead: DeadPlan): Promise<Became> {
  const { leftover, target } = dead;
  const permit = mintPlanningPermit(target.account, target.region);
  try {
    await cloud.discard(leftover, target, permit);
  } finally {
    revokePermit(permit);
  }
  await ledger.append(cleaned(dead));
  return { state: 'removed', why: 'no change could execute it' };
}

async function remove(
  { ledger, policy, cloud }: CleanPorts,
  target: Target,
  call: NonNullable<Removal['call']>,
  by: string[],
): Promise<Became> {
  const rights = await cloud.ownRights(target);
  const operation = `${call.service}:${call.operation}`;
  await ledger.transact(async (tx) => {
    await policy.mustBeInForce(tx);
    await mustRun(tx);
    const holder = await inFlightIn(tx, target);
    if (holder) {
      const { message, remedy } = heldBy(holder, target);
      throw new CountersignError('STATE_TARGET_LOCKED', message, remedy);
    }
    await tx.append({ kind: 'removal.intended', body: { target, operation, digest: digestOf(call), by } });
  });
  const permit = mintWritingPermit(call);
  const sent = await cloud
    .send(call, permit, rights)
    .catch((error): Sent => ({ kind: 'unknown', reason: wordsOf(error) }))
    .finally(() => revokePermit(permit));
  const why = sent.kind === 'done' ? '' : makeVisibleLine(`${sent.kind}: ${sent.reason}`);
  const body = { target, why };
  await recordDurably(
    { ledger, onProgress: () => undefined },
    sent.kind === 'done' ? { kind: 'removal.done', body: { target } } : { kind: 'removal.failed', body },
  );
  return sent.kind === 'done'
    ? { state: 'removed', why: 'it was empty, and no plan needed it' }
    : { state: 'kept', why };
}
