/**
 * Events of the ledger as events of the Open Cybersecurity Schema Framework: one JSON text a line.
 *
 * Guarantees: each event becomes one, whatever it is; `raw_data` has the very bytes that were hashed, so that a line is
 * checked against the ledger; `metadata.uid` names the ledger and the position. What the schema has no word for is there.
 */
import type { LedgerEvent } from '../core/events.ts';
import { ACTIVITIES, CLASSES, OCSF_VERSION, type Said, SEVERITIES, STATUSES } from './event.ts';
import { saidOf } from './mapping.ts';

export interface OcsfPorts {
  /** The ledger's name. */
  origin: string;
  version: string;
  /** The sentence of `audit show`. */
  summary(event: LedgerEvent): string;
}
const OTHER_TYPE = 99;

export function ocsfEvent(event: LedgerEvent, raw: string, { origin, version, summary }: OcsfPorts) {
  const said = saidOf(event);
  const { uid, category } = CLASSES[said.class];
  const activity = (ACTIVITIES[said.class] as Record<string, number>)[said.activity] ?? OTHER_TYPE;
  const { actor, status, status_code, status_detail } = said;
  return {
    category_uid: category,
    class_uid: uid,
    activity_id: activity,
    type_uid: uid * 100 + activity,
    ...(activity === OTHER_TYPE ? { activity_name: event.kind } : {}),
    severity_id: SEVERITIES[said.severity ?? 'informational'],
    time: Date.parse(event.at),
    message: summary(event),
    ...(status === undefined ? {} : { status_id: STATUSES[status] }),
    ...(status_code === undefined ? {} : { status_code }),
    ...(status_detail === undefined || status_detail === '' ? {} : { status_detail }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Countersign', vendor_name: 'Countersign', version },
      log_name: 'ledger',
      uid: `${origin}/${event.seq}`,
      sequence: event.seq,
      event_code: event.kind,
      original_time: event.at,
      ...correlation(event),
    },
    ...(actor ? { actor } : {}),
    ...ownOf(said),
    raw_data: raw,
  };
}

/** A change's events are one story; before it is proposed, its plan's. */
function correlation({ changeId, planId }: LedgerEvent) {
  const id = changeId ?? planId;
  return id === undefined ? {} : { correlation_uid: id };
}

function ownOf(said: Said) {
  switch (said.class) {
    case 'api':
      return {
        api: { operation: said.operation, service: { name: said.service } },
        src_endpoint: { name: said.from },
      };
    case 'lifecycle':
      return { app: { name: said.app, vendor_name: 'Countersign' } };
    case 'entity': {
      const { type_id = OTHER_TYPE, ...entity } = said.entity;
      return { entity: { ...entity, type_id }, ...(said.comment ? { comment: said.comment } : {}) };
    }
    case 'base':
      return {};
  }
}

/** @param lines the bytes of events, as the ledger has them. */
export async function* ocsfLines(lines: AsyncIterable<string>, ports: OcsfPorts): AsyncGenerator<string> {
  for await (const raw of lines) {
    const { seq, at, kind, body, change_id, plan_id } = JSON.parse(raw);
    const ids = {
      ...(change_id === null ? {} : { changeId: change_id }),
      ...(plan_id === null ? {} : { planId: plan_id }),
    };
    yield JSON.stringify(ocsfEvent({ seq, at, kind, body, ...ids }, raw, ports));
  }
}
