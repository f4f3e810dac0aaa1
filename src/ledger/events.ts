/** The bytes of an event, as they are hashed and read. */
import { canonicalJson } from '../core/digest.ts';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { type LedgerEvent, MILESTONES } from '../core/events.ts';

/** The store keeps whatever kind it is given: the vocabulary is the core's. */
export interface WrittenEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}

/** Of the envelope. */
const VERSION = 1;

/** What a receipt of a change proves. */
export const isMilestone = ({ kind, changeId }: WrittenEvent): boolean =>
  changeId !== undefined && (MILESTONES as readonly string[]).includes(kind);

/**
 * The event in RFC 8785's form: the envelope's members are written in its order, the body by its rules.
 *
 * @param record of a milestone: the leaf hashes of the change's milestones before it, as base64.
 */
export function eventBytes(
  { kind, changeId, planId, body }: WrittenEvent,
  seq: number,
  at: string,
  record?: string[],
): Buffer {
  const [change, plan] = [changeId, planId].map((id) => canonicalJson(id ?? null));
  const recorded = record === undefined ? '' : `"record":${canonicalJson(record)},`;
  const envelope = `"change_id":${change},"kind":${canonicalJson(kind)},"plan_id":${plan},${recorded}"seq":${seq},"v":${VERSION}`;
  return Buffer.from(`{"at":"${at}","body":${canonicalJson(body)},${envelope}}`);
}

export const parseEvent = (bytes: Buffer): LedgerEvent => eventIn(bytes.toString('utf8'));

/** @param text the bytes of an event. @throws LEDGER_TAMPERED: whoever appended it was none of ours. */
export function eventIn(text: string): LedgerEvent {
  const { seq, at, kind, body, change_id, plan_id } = membersIn(text);
  // Not spread together: a ledger has a million of them.
  const event: LedgerEvent = { seq, at, kind, body };
  if (change_id !== null) event.changeId = change_id;
  if (plan_id !== null) event.planId = plan_id;
  return event;
}

type Members = {
  seq: number;
  at: string;
  kind: string;
  body: unknown;
  change_id: string | null;
  plan_id: string | null;
};

function membersIn(text: string): Members {
  let members: Partial<Members> | null = null;
  try {
    members = JSON.parse(text);
  } catch {
    // The same as text that is JSON and no event.
  }
  const { seq, at, kind } = members ?? {};
  if (typeof seq === 'number' && typeof at === 'string' && typeof kind === 'string') return members as Members;
  throw new CountersignError('LEDGER_TAMPERED', 'The ledger has a row that is no event.', AUDIT_REMEDY);
}
