/** Since when: of commands that look back. */
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { durationSeconds } from '../policy/schema.ts';

/** `30d`, `12h`, or a day or instant like 2026-11-01. */
export function sinceWhen(text: string, now: Date): Date {
  if (/^[1-9]\d{0,3}[mhd]$/.test(text)) return new Date(now.getTime() - durationSeconds(text) * 1000);
  const instant = new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new CountersignError(
    'INPUT_INVALID',
    `${makeVisibleLine(text, 40)} is not a time.`,
    'Write --since 30d, 12h, or a day like 2026-11-01.',
  );
}
