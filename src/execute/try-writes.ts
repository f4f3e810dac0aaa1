/** Asks, with the credentials that plan, for writes without their effect: a planner that can write is one way around. */
import type { TriedWrite } from '../core/outside.ts';
import { mintPlanningPermit, revokePermit } from '../core/permit.ts';
import type { Provider } from '../core/ports.ts';

/** @returns undefined when the provider cannot try, or is not reached. */
export async function plannersWrites(
  cloud: Pick<Provider, 'identity' | 'tryWrites'>,
  account: string | undefined,
): Promise<TriedWrite[] | undefined> {
  if (!cloud.tryWrites) return undefined;
  const identity = await cloud.identity({ account }).catch(() => undefined);
  if (!identity) return undefined;
  const permit = mintPlanningPermit(identity.account, identity.region);
  try {
    return await cloud.tryWrites({ account }, permit);
  } catch {
    return undefined;
  } finally {
    revokePermit(permit);
  }
}
