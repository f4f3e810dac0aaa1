/** Times for people: how long, beside when; no milliseconds. */

import { absoluteTime } from '../core/instant.ts';

const UNITS = [
  ['day', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `5 min`, for a column of a table. */
export const ageOf = (iso: string, now: Date): string =>
  span(Math.max(0, (now.getTime() - Date.parse(iso)) / 1000)).replace('less than a minute', 'now');

function span(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds >= size * (size === 86_400 ? 2 : 1));
  if (!unit) return 'less than a minute';
  const count = Math.floor(seconds / unit[1]);
  return `${count} ${unit[0]}${unit[0] === 'day' && count !== 1 ? 's' : ''}`;
}

/** `23 h left (until 2026-11-28 16:20 UTC)`, or how long ago it ended. */
export function timeLeft(iso: string, now: Date): string {
  const seconds = (Date.parse(iso) - now.getTime()) / 1000;
  return seconds > 0
    ? `${span(seconds)} left (until ${absoluteTime(iso)})`
    : `ended ${span(-seconds)} ago (${absoluteTime(iso)})`;
}

/** `5 min ago (2026-11-28 16:20 UTC)`. */
export const timeAgo = (iso: string, now: Date): string =>
  `${span(Math.max(0, (now.getTime() - Date.parse(iso)) / 1000))} ago (${absoluteTime(iso)})`;
