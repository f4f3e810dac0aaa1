/**
 * The assurance that holds now: what doctor recorded last for this sponsor, while all that it was found under is so.
 *
 * Guarantees: a report older than 24 h, of another policy, other keys, another server, another client or another
 * sponsor proves nothing, nor does one without this state folder's seal. Who is at the other end is asked of the
 * operating system again: a report cannot lift a server whose client runs as the server's own user.
 * Limit: whoever can read the state folder's secret and write its ledger can seal a report; that is what L1 excludes.
 */
import {
  type Assurance,
  assuranceOf,
  type Client,
  isApart,
  PROVEN_FOR_HOURS,
  type StandingOfLevel,
} from '../core/assurance.ts';
import { digestOf } from '../core/digest.ts';
import { type BodyOf, type EventOf, eventsOf } from '../core/events.ts';
import type { LedgerView } from '../core/ports.ts';
import type { Person } from '../people/person.ts';

/** What this process knows of itself. */
export interface Here {
  /** Its user and host. */
  server: string;
  client(): Client;
  seal(value: unknown): string;
}
export interface Proven {
  assurance: Assurance;
  levels: StandingOfLevel[];
  /** Of the report; null: there is none. */
  at: string | null;
  /** Why it proves nothing; null: it holds. */
  voided: string | null;
}

export const keysDigestOf = (people: readonly Person[]): string =>
  digestOf(
    people
      .map(({ name, keys, breakGlass = [] }) => [
        name,
        ...[...keys, ...breakGlass].map(({ fingerprint }) => fingerprint).sort(),
      ])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );

export function sealedReport(
  report: Omit<BodyOf<'doctor.reported'>, 'seal'>,
  here: Pick<Here, 'seal'>,
): BodyOf<'doctor.reported'> {
  return { ...report, seal: here.seal({ report: 'doctor', ...report }) };
}

/** So many of the newest reports are looked at for one of this sponsor. */
const LOOKED_AT = 50;

/** Under what a report has to be made to count. */
export interface ReportedUnder {
  here: Here | undefined;
  sponsor: string | null;
  policyDigest: string;
  people: readonly Person[];
  now: Date;
}

export async function provenNow(view: Pick<LedgerView, 'events'>, about: ReportedUnder): Promise<Proven> {
  const reports = await eventsOf(view, ['doctor.reported'], { newestFirst: true, limit: LOOKED_AT });
  const report = reports.find(({ body }) => body.sponsor === about.sponsor);
  if (!report) return { assurance: 'L0', levels: [], at: null, voided: 'countersign doctor has not run' };
  const { at, body } = report;
  const voided = whyVoid(report, about);
  return { assurance: voided === null ? assuranceOf(body.levels) : 'L0', levels: body.levels, at, voided };
}

export function whyVoid(
  { at, body }: EventOf<'doctor.reported'>,
  { here, policyDigest, people, now }: ReportedUnder,
): string | null {
  const { seal, ...report } = body;
  const age = now.getTime() - Date.parse(at);
  if (!here) return 'this process cannot tell who its client is';
  if (sealedReport(report, here).seal !== seal) return 'the report was not made by a server of this state folder';
  if (!(age >= 0 && age < PROVEN_FOR_HOURS * 3_600_000)) return `the report is older than ${PROVEN_FOR_HOURS} h`;
  if (body.policyDigest !== policyDigest) return 'the policy has changed';
  if (body.keysDigest !== keysDigestOf(people)) return 'a key has changed';
  if (body.server !== here.server) return 'the server runs as another user, or on another host';
  const client = here.client();
  if (!isApart(client)) return `the client is not apart from the server: ${client.why}`;
  if (client.kind !== body.client.kind || client.who !== body.client.who)
    return 'another user made the report than the one who is connected';
  return null;
}
