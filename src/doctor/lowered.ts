/**
 * What the word of a client's user lowered. INVARIANT: a report never takes back what one before it said; a day does, or a
 * person on the server (`doctor.forgotten`), or whatever makes a report void: another policy, key, server or client.
 */
import { isWorse, PROVEN_FOR_HOURS, type StandingOfLevel } from '../core/assurance.ts';
import { type BodyOf, eventsOf } from '../core/events.ts';
import type { LedgerView } from '../core/ports.ts';
import { type ReportedUnder, whyVoid } from '../policy/proven.ts';

export type Lowered = NonNullable<BodyOf<'doctor.reported'>['lowered']>;
const DAY_MILLISECONDS = PROVEN_FOR_HOURS * 3_600_000;

/** @param alone as the levels stand by what the server itself found. */
export function loweredBy(
  levels: readonly StandingOfLevel[],
  alone: readonly StandingOfLevel[],
  { now, sponsor }: Pick<ReportedUnder, 'now' | 'sponsor'>,
): Lowered {
  const until = new Date(now.getTime() + DAY_MILLISECONDS).toISOString();
  const ends = sponsor === null ? '' : `, or until the server’s user runs countersign doctor --forget ${sponsor}`;
  return levels
    .filter((one) => alone.some((other) => other.level === one.level && isWorse(one, other)))
    .map((one) => ({ ...one, why: `${one.why}; a report said so, which stands until ${until}${ends}`, until }));
}

/** Of reports before this one that are not void, each for as long as it stands. */
export async function loweredSoFar(view: Pick<LedgerView, 'events'>, about: ReportedUnder): Promise<Lowered> {
  const since = new Date(about.now.getTime() - DAY_MILLISECONDS).toISOString();
  const told = await eventsOf(view, ['doctor.reported', 'doctor.forgotten'], { sinceAt: since, newestFirst: true });
  // The newest carries on what those before it said.
  for (const event of told) {
    if (event.body.sponsor !== about.sponsor) continue;
    if (event.kind === 'doctor.forgotten') return [];
    if (whyVoid(event, about) !== null) continue;
    return (event.body.lowered ?? []).filter(({ until }) => Date.parse(until) > about.now.getTime());
  }
  return [];
}

/** Each level as the worst of what is told of it. */
export const lowest = (levels: readonly StandingOfLevel[], lowered: Lowered): StandingOfLevel[] =>
  levels.map((one) => {
    const worse = lowered.filter(({ level }) => level === one.level).find((other) => isWorse(other, one));
    return worse ? { level: one.level, standing: worse.standing, why: worse.why } : one;
  });

/** For each level the worse, and of equals the later. */
export const together = (before: Lowered, now: Lowered): Lowered =>
  [...now, ...before.filter((one) => !now.some((other) => other.level === one.level && !isWorse(one, other)))].filter(
    (one, _, all) => !all.some((other) => other.level === one.level && isWorse(other, one)),
  );
