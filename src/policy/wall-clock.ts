/** Local time of a zone, right across daylight saving. By Intl, since no supported Node has Temporal. */

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
const DAY_MILLISECONDS = 86_400_000;

export interface WallClock {
  weekday: Weekday;
  hour: number;
  minute: number;
  /** The same reading, as if the zone were UTC: milliseconds. */
  asUtc: number;
}

/** Making one costs more than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  const numeric = 'numeric';
  const made =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  formats.set(zone, made);
  return made;
}

export function wallClock(instant: Date, zone: string): WallClock {
  const parts = formatOf(zone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)!.value;
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(part(type));
  const [hour, minute] = [number('hour'), number('minute')];
  return {
    weekday: part('weekday').toLowerCase() as Weekday,
    hour,
    minute,
    asUtc: Date.UTC(number('year'), number('month') - 1, number('day'), hour, minute, number('second')),
  };
}

/**
 * When a clock on the wall shows this. In the hour that daylight saving repeats a reading stands for two instants,
 * in the hour that it skips for none: then these are the two nearest.
 *
 * @param local like `2026-12-18T18:00`.
 */
export function instantsOf(local: string, zone: string): { earliest: Date; latest: Date } {
  const asUtc = Date.parse(`${local}:00Z`);
  const offsetAt = (instant: number) => wallClock(new Date(instant), zone).asUtc - instant;
  // By the offsets of the day before and the day after: near a change of clocks one of them can be wrong.
  const candidates = [-DAY_MILLISECONDS, DAY_MILLISECONDS].map((shift) => asUtc - offsetAt(asUtc + shift));
  const right = candidates.filter((instant) => instant + offsetAt(instant) === asUtc);
  const instants = right.length > 0 ? right : candidates;
  return { earliest: new Date(Math.min(...instants)), latest: new Date(Math.max(...instants)) };
}

/** Minutes since Monday 00:00 of a reading like `fri 18:00`. */
export function minuteOfWeek({ weekday, hour, minute }: Pick<WallClock, 'weekday' | 'hour' | 'minute'>): number {
  return (WEEKDAYS.indexOf(weekday) * 24 + hour) * 60 + minute;
}
export function parseWeekTime(text: string): number {
  const [weekday, time = ''] = text.split(' ') as [Weekday, string];
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return minuteOfWeek({ weekday, hour, minute });
}
