/**
 * Capacity that a plan lowers, as it was and would be: what a later plan adds its own step to.
 *
 * Guarantees: several steps within the time asked for are judged as the one that they add up to.
 */
import { z } from 'zod';

const base = { of: z.string(), what: z.string() };
/** As it was before a plan that lowers it. */
export const capacitySchema = z.strictObject({ ...base, was: z.number() });
export const loweringSchema = z.strictObject({ ...base, was: z.number(), becomes: z.number() });
export type Capacity = z.infer<typeof capacitySchema>;
export type Lowering = z.infer<typeof loweringSchema>;

/** To nothing, or by more than half and by more than two: three tasks that become one are no outage. */
export const isCut = (was: number, becomes: number): boolean =>
  (becomes === 0 && was !== 0) || becomes < Math.min(was / 2, was - 2);

/** @param looks at what was before earlier plans. @returns with the highest of them; no cut yet alone. */
export function cutInSteps(looks: readonly Capacity[], lowered: readonly Lowering[]): Lowering[] {
  return lowered.flatMap((one) => {
    const before = looks.filter(({ of, what }) => of === one.of && what === one.what).map(({ was }) => was);
    const most = Math.max(one.was, ...before);
    return !isCut(one.was, one.becomes) && isCut(most, one.becomes) ? [{ ...one, was: most }] : [];
  });
}
