/**
 * Permits: the in-process proof that exactly these calls may leave now.
 *
 * SECURITY: a permit cannot be made by shape; the gate asks this module whether it minted the object. Each call of
 * a permit can be consumed once; a retry of the SDK is a second consumption and is refused.
 * Only `planning.ts` (planning permits) and the executor (writing permits, and planning ones to rehearse) may
 * import the mint functions; the architecture test holds that.
 */
import { type Call, type CallClass, callKey } from './call.ts';
import { CountersignError } from './errors.ts';

export interface Permit {
  readonly kind: 'planning' | 'writing';
}

interface PermitState {
  account: string;
  /** Writing: calls left, by key. Planning: any plan-class call in this account and region. */
  remaining: Map<string, number> | null;
  region: string;
  revoked: boolean;
}

const minted = new WeakMap<Permit, PermitState>();

/** For one account and region: calls of class plan, any number, until revoked. */
export function mintPlanningPermit(account: string, region: string): Permit {
  const permit: Permit = Object.freeze({ kind: 'planning' as const });
  minted.set(permit, { account, region, remaining: null, revoked: false });
  return permit;
}

/** For exactly this call, once. */
export function mintWritingPermit(call: Call): Permit {
  const permit: Permit = Object.freeze({ kind: 'writing' as const });
  minted.set(permit, {
    account: call.account,
    region: call.region,
    remaining: new Map([[callKey(call), 1]]),
    revoked: false,
  });
  return permit;
}

export function revokePermit(permit: Permit): void {
  const state = minted.get(permit);
  if (state) state.revoked = true;
}

/** What a provider says of one attempt: from its own closed tables, unknown is a write. */
export interface Classified {
  class: CallClass;
  /** Of a session: under a role that the policy names. */
  isNamedSession?: boolean;
  /** Why it does not leave under a planning permit, whatever its class. */
  notForPlanning?: string;
}

/**
 * The gate's one question, asked below all retries for every attempt.
 *
 * @throws CountersignError EGRESS_REFUSED; nothing may leave then.
 */
export function admit(
  attempt: Omit<Call, 'step'>,
  permit: Permit | undefined,
  { class: callClass, isNamedSession = false, notForPlanning }: Classified,
): CallClass {
  if (callClass === 'read') return callClass;
  const refuse = (why: string) =>
    new CountersignError(
      'EGRESS_REFUSED',
      `${attempt.service}:${attempt.operation} (${callClass}) was not sent: ${why}.`,
      'Only `countersign execute` can send changes, and only signed ones.',
    );
  if (callClass === 'session' && isNamedSession) return callClass;
  if (!permit) throw refuse('there is no permit for it');
  const state = minted.get(permit);
  if (!state) throw refuse('the permit was not issued by this process');
  if (state.revoked) throw refuse('the permit is no longer valid');
  if (state.region !== attempt.region || state.account !== attempt.account)
    throw refuse('the permit is for another account or region');
  if (state.remaining === null) {
    if (callClass !== 'plan') throw refuse('a planning permit does not allow changes');
    if (notForPlanning) throw refuse(notForPlanning);
    return callClass;
  }
  const key = callKey(attempt);
  const left = state.remaining.get(key) ?? 0;
  if (left < 1) throw refuse('the permit is for another call, or this call has already been made');
  state.remaining.set(key, left - 1);
  return callClass;
}
