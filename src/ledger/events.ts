/** The bytes of an event, as they are hashed and read. */
import { canonicalJson } from '../core/digest.ts';
import type { LedgerEvent } from '../core/events.ts';

/** The store keeps whatever kind it is given: the vocabulary is the core's. */
export interface WrittenEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}

/** Of the envelope. */
const VERSION = 1;

/** The event in RFC 8785's form: the envelope's members are written in its order, the body by its rules. */
export function eventBytes({ kind, changeId, planId, body }: WrittenEvent, seq: number, at: string): Buffer {
  const [change, plan] = [changeId, planId].map((id) => canonicalJson(id ?? null));
  const envelope = `"change_id":${change},"kind":${canonicalJson(kind)},"plan_id":${plan},"seq":${seq},"v":${VERSION}`;
  return Buffer.from(`{"at":"${at}","body":${canonicalJson(body)},${envelope}}`);
}

export function parseEvent(bytes: Buffer): LedgerEvent {
  const leaf = JSON.parse(bytes.toString('utf8'));
  return {
    seq: leaf.seq,
    at: leaf.at,
    kind: leaf.kind,
    body: leaf.body,
    ...(leaf.change_id === null ? {} : { changeId: leaf.change_id }),
    ...(leaf.plan_id === null ? {} : { planId: leaf.plan_id }),
  };
}
