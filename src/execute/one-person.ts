/**
 * What one person approved alone: solo mode waits, break-glass ends, and nothing runs unattended while a break-glass is
 * not reviewed.
 *
 * SECURITY: by this machine's clock and by the cloud's, which has answered in the look before: whoever signs may also
 * set the first.
 */

import { openReviews, verifiedOpening } from '../approvals/break-glass.ts';
import { brokenGlassOf, type Change } from '../core/change.ts';
import { commandFor } from '../core/command-line.ts';
import { CountersignError } from '../core/errors.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Plan } from '../core/plan.ts';
import type { Ledger, LedgerView, PolicyPort, Provider } from '../core/ports.ts';
import type { Person } from '../people/person.ts';

interface Ports {
  ledger: Pick<Ledger, 'events'> & { origin(): Promise<string> };
  cloud: Pick<Provider, 'cloudNow'>;
  people: readonly Person[];
  now(): Date;
}

/** @throws STATE_COOLING_OFF, STATE_CHANGE_EXPIRED, STATE_STALE. */
export async function mustBeTime({ ledger, cloud, people, now }: Ports, change: Change, plan: Plan): Promise<void> {
  const clocks = [now(), cloud.cloudNow?.() ?? now()].map((clock) => clock.getTime());
  if (change.executeFrom && Math.min(...clocks) < Date.parse(change.executeFrom))
    throw new CountersignError(
      'STATE_COOLING_OFF',
      `One person approved this change, so it waits until ${absoluteTime(change.executeFrom)}.`,
      `Then run: ${commandFor(plan, `execute ${change.id}`)}`,
    );
  const glass = brokenGlassOf(change);
  if (!glass) return;
  const problem = await verifiedOpening(ledger, glass, change.target, people);
  if (problem !== null)
    throw new CountersignError('STATE_STALE', problem, 'Open break-glass again, or have other people approve.');
  if (Math.max(...clocks) > Date.parse(glass.brokenGlass.until))
    throw new CountersignError(
      'STATE_CHANGE_EXPIRED',
      `Break-glass ended at ${absoluteTime(glass.brokenGlass.until)}.`,
      'Open it again, or have other people approve.',
    );
}

/** @throws STATE_REVIEW_OPEN; INPUT_INVALID where the policy wants a person to run the command. */
export async function mayRunUnattended(
  { policy }: { policy: Pick<PolicyPort, 'executionOf'> },
  view: Pick<LedgerView, 'events'>,
  plan: Plan,
): Promise<void> {
  if (policy.executionOf(plan) !== 'by_runner')
    throw new CountersignError(
      'INPUT_INVALID',
      'The policy does not let changes of this scope run unattended.',
      'Have a person run it, or write execute: by_runner for this scope.',
    );
  const [open] = await openReviews(view);
  if (!open) return;
  throw new CountersignError(
    'STATE_REVIEW_OPEN',
    `Break-glass of ${open.body.person} on ${open.body.target.name} is not reviewed, so nothing runs unattended.`,
    `A person must review it: countersign break-glass close ${open.seq} --reason TEXT`,
  );
}
