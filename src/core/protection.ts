/**
 * Protections that a target has, as plans saw them: what a later plan compares its own look with.
 *
 * Guarantees: a level that is lower now than at any look of the time asked for has fallen since, whoever lowered it; what
 * is no longer there to protect has not.
 */
import { z } from 'zod';

export const protectionSchema = z.strictObject({
  /** Logical id, with the path of nested stacks; empty: the target itself. */
  of: z.string(),
  /** What protects it, in the provider’s words. */
  what: z.string(),
  /** 0: not in force. A higher one protects more. */
  level: z.number(),
});
export type Protection = z.infer<typeof protectionSchema>;

/** An event stays small; a target with more is remembered in part. */
export const MOST_REMEMBERED = 100;
export const remembered = (protections: readonly Protection[] | undefined): Protection[] =>
  (protections ?? []).filter(({ level }) => level > 0).slice(0, MOST_REMEMBERED);

/** @param looks oldest first. @returns in words, with the last look that saw it higher; null: none fell. */
export function fallenSince(
  looks: readonly { at: string; protections: readonly Protection[] }[],
  now: readonly Protection[],
): { what: string; since: string } | null {
  const key = ({ of, what }: Protection) => JSON.stringify([of, what]);
  const levels = new Map(now.map((one) => [key(one), one.level]));
  for (const { at, protections } of looks.toReversed()) {
    const fallen = protections.find((one) => (levels.get(key(one)) ?? one.level) < one.level);
    if (fallen) return { what: fallen.of === '' ? fallen.what : `${fallen.what} of ${fallen.of}`, since: at };
  }
  return null;
}
