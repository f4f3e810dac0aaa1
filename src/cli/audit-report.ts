/** `audit report`: a CSV for people and spreadsheets: who asked, for what, who signed under which policy, what happened. */
import type { App } from '../compose.ts';
import { sponsorIs } from '../core/assurance.ts';
import { type Change, onePersonLabels } from '../core/change.ts';
import { eventsOf, MILESTONES } from '../core/events.ts';
import { PROOF_TEXTS, proofOf } from '../core/proof.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

type Cell = string | number | null;

/** A column, with its value. Names are added at the end and never renamed. */
const COLUMNS = {
  change: ({ id }) => id,
  proposed_at: ({ proposedAt }) => proposedAt,
  sponsor: ({ sponsor }) => sponsor,
  sponsor_is: (change) => sponsorIs(change),
  agent: ({ agent }) => agent,
  goal: ({ goal }) => goal,
  reason_of_agent: ({ reason }) => reason,
  ticket: ({ ticket }) => ticket,
  account: ({ target }) => target.account,
  region: ({ target }) => target.region,
  target: ({ target }) => target.name,
  environment: ({ environment }) => environment,
  created: ({ sums }) => sums.created,
  updated: ({ sums }) => sums.updated,
  deleted_or_replaced: ({ sums }) => sums.lost,
  decision: ({ judgement }) => judgement.decision,
  approvals_needed: ({ judgement }) => judgement.seats,
  signatures: ({ approvals }) =>
    approvals
      .map(
        ({ decision, person, keyFingerprint, userVerified, at, policyDigest }) =>
          `${decision} by ${person} with ${keyFingerprint} at ${at} under ${policyDigest ?? 'no recorded policy'} (${PROOF_TEXTS[proofOf({ userVerified })]})`,
      )
      .join('; '),
  policy_digest: ({ policyDigest }) => policyDigest ?? null,
  change_digest: ({ digest }) => digest,
  assurance: ({ assurance }) => assurance,
  state: ({ state }) => state,
  started_at: ({ startedAt }) => startedAt,
  credentials: ({ outcome }) => outcome?.credentials ?? null,
  calls: ({ outcome }) => (outcome?.calls ?? []).map(({ operation, outcome: was }) => `${operation} ${was}`).join('; '),
  outcome: ({ outcome, explanation }) => outcome?.detail ?? explanation,
  one_person: (change) => onePersonLabels(change).join('; ') || null,
} satisfies Record<string, (change: Change) => Cell>;

export type ReportRow = Record<keyof typeof COLUMNS, Cell>;

/** Changes with a milestone since then, oldest first. */
export async function reportSince({ ledger, changes }: App, since: Date): Promise<ReportRow[]> {
  const events = await eventsOf(ledger, MILESTONES, { sinceAt: since.toISOString() });
  const rows: ReportRow[] = [];
  for (const id of new Set(events.flatMap(({ changeId }) => changeId ?? []))) {
    const change = await changes.find(id);
    rows.push(Object.fromEntries(Object.entries(COLUMNS).map(([name, of]) => [name, of(change)])) as ReportRow);
  }
  return rows;
}

/** RFC 4180, with a header. */
export function csvOf(rows: readonly ReportRow[]): string {
  const names = Object.keys(COLUMNS) as (keyof ReportRow)[];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/**
 * SECURITY: spreadsheets execute a text that begins like a formula, and agents write some of these texts; such a text
 * gets an apostrophe before it, which spreadsheets take as the mark of a text.
 */
function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = makeVisibleLine(value, Number.POSITIVE_INFINITY);
  const plain = /^\s*[=+\-@＝＋－＠|%]/u.test(text) ? `'${text}` : text;
  return /[",\r\n;']/.test(plain) || plain !== plain.trim() ? `"${plain.replaceAll('"', '""')}"` : plain;
}
