/** Each kind of event in the schema's words; docs/watching.md has the table for readers. */
import { type BodyOf, bodyOf, EVENT_BODIES, type EventKind, type LedgerEvent } from '../core/events.ts';
import type { ACTIVITIES, Actor, Entity, Said, STATUSES } from './event.ts';

type Map = { readonly [K in EventKind]: (body: BodyOf<K>, event: LedgerEvent) => Said };
type EntityActivity = keyof typeof ACTIVITIES.entity;
type ApiActivity = keyof typeof ACTIVITIES.api;
type Status = keyof typeof STATUSES;
type Rest = Omit<Partial<Extract<Said, { class: 'entity' }>>, 'class' | 'activity' | 'entity'>;

const of = (entity: Entity, activity: EntityActivity, status: Status, rest: Rest = {}): Said => ({
  class: 'entity',
  activity,
  entity,
  status,
  ...rest,
});
const person = (name: string): Actor => ({ user: { name } });
const people = ({ by }: { by: readonly string[] }): { actor?: Actor } =>
  by.length === 0 ? {} : { actor: person(by.join(', ')) };
const plan = ({ planId }: LedgerEvent): Entity => ({ type: 'Plan', uid: planId ?? 'unknown' });
const change = ({ changeId }: LedgerEvent): Entity => ({ type: 'Change', uid: changeId ?? 'unknown' });
const policy = (digest: string): Entity => ({ type: 'Policy', type_id: 5, uid: digest, policy: { uid: digest } });
const target = ({ target: { name } }: { target: { name: string } }): Entity => ({ type: 'Leftover of a plan', name });
const COUNTERSIGN: Entity = { type: 'Service', name: 'Countersign' };

const TOOL_ACTIVITIES: readonly [RegExp, ApiActivity][] = [
  [/^describe_/, 'read'],
  [/^(?:plan|propose)_/, 'create'],
  [/^withdraw_/, 'update'],
];
const CALL_ACTIVITIES: readonly [RegExp, ApiActivity][] = [
  [/:(?:Create|Run|Allocate|Copy)/, 'create'],
  [/:(?:Delete|Terminate|Release)/, 'delete'],
  [/:(?:Describe|Get|List)/, 'read'],
  [/:/, 'update'],
];
const firstOf = (table: readonly [RegExp, ApiActivity][], text: string): ApiActivity =>
  table.find(([form]) => form.test(text))?.[1] ?? 'unknown';

const ofTool = (tool: string, status: Status, agent: string | null, rest: Partial<Said> = {}): Said =>
  ({
    class: 'api',
    activity: firstOf(TOOL_ACTIVITIES, tool),
    operation: tool,
    service: 'Countersign',
    from: agent ?? 'an agent',
    actor: { app_name: agent ?? 'an agent' },
    status,
    ...rest,
  }) as Said;

interface CallSaid {
  operation: string;
  why?: string;
  owner?: { host: string } | undefined;
}
const ofCall =
  (status: Status, severity: Said['severity'], rest: Partial<Said> = {}) =>
  ({ operation, why, owner }: CallSaid): Said =>
    ({
      class: 'api',
      activity: firstOf(CALL_ACTIVITIES, operation),
      operation,
      service: operation.split(':')[0] ?? '',
      from: owner?.host ?? 'an executor',
      actor: { app_name: 'countersign' },
      status,
      severity,
      ...(why ? { status_detail: why } : {}),
      ...rest,
    }) as Said;

const OUTCOMES: Readonly<Record<string, { status: Status; severity: NonNullable<Said['severity']> }>> = {
  succeeded: { status: 'success', severity: 'informational' },
  failed: { status: 'failure', severity: 'medium' },
  rolled_back: { status: 'failure', severity: 'medium' },
  unknown: { status: 'unknown', severity: 'high' },
};

const MAP: Map = {
  'tool.called': ({ tool, agent }) => ofTool(tool, 'unknown', agent),
  'tool.answered': ({ tool, decision }) =>
    ofTool(tool, 'success', null, decision === undefined ? {} : { status_detail: decision }),
  'tool.refused': ({ tool, code, message }) =>
    ofTool(tool, 'failure', null, { status_code: code, status_detail: message, severity: 'low' }),

  'plan.started': ({ sponsor }, event) =>
    of(plan(event), 'create', 'unknown', sponsor === null ? {} : { actor: person(sponsor) }),
  'plan.left_nothing': (_, event) => of(plan(event), 'create', 'failure'),
  'plan.begun': (_, event) => of(plan(event), 'create', 'unknown'),
  'plan.made': ({ judgement }, event) => of(plan(event), 'create', 'success', { status_detail: judgement.decision }),
  'plan.failed': ({ code, message }, event) =>
    of(plan(event), 'create', 'failure', { status_code: code, status_detail: message }),
  'plan.cleaned': (_, event) => of(plan(event), 'delete', 'success'),

  'removal.intended': (body) => of(target(body), 'delete', 'unknown', people(body)),
  'removal.done': (body) => of(target(body), 'delete', 'success'),
  'removal.failed': (body) => of(target(body), 'delete', 'failure', { status_detail: body.why, severity: 'medium' }),

  'change.proposed': ({ sponsor, agent, judgement, reason }, event) =>
    of(change(event), 'create', 'success', {
      actor: { app_name: agent ?? 'an agent', ...(sponsor === null ? {} : person(sponsor)) },
      status_detail: judgement.decision,
      comment: reason,
    }),
  'change.approved': ({ person: name }, event) =>
    of(change(event), 'enable', 'success', { actor: person(name), status_detail: 'approved' }),
  'change.rejected': ({ person: name }, event) =>
    of(change(event), 'disable', 'success', { actor: person(name), status_detail: 'rejected' }),
  'change.withdrawn': ({ why }, event) =>
    of(change(event), 'disable', 'success', { status_detail: 'withdrawn', comment: why }),
  'change.stale': ({ why }, event) =>
    of(change(event), 'disable', 'failure', { status_detail: 'stale', comment: why, severity: 'low' }),
  'change.closed': ({ why, by }, event) =>
    of(change(event), 'disable', 'success', {
      status_detail: 'closed',
      comment: why,
      ...people({ by: by === '' ? [] : [by] }),
    }),
  'change.executing': (_, event) =>
    of(change(event), 'activate', 'unknown', { status_detail: 'executing', actor: { app_name: 'countersign' } }),
  'change.progress': ({ text }, event) => of(change(event), 'update', 'unknown', { comment: text }),
  'change.finished': ({ outcome: { state, detail } }, event) =>
    of(change(event), 'update', 'other', { ...OUTCOMES[state], status_detail: state, comment: detail }),

  'call.tried': (body) =>
    ofCall('other', 'informational', { status_detail: `tried without the effect: ${body.answer}` })(body),
  'call.intended': ofCall('unknown', 'informational'),
  'call.returned': ofCall('success', 'informational'),
  'call.failed': ofCall('failure', 'medium'),
  'call.unknown': ofCall('unknown', 'high'),

  'policy.proposed': (body) => of(policy(body.digest), 'create', 'success', people(body)),
  'policy.signed': ({ statement: _, decider, proposal }) =>
    of(
      { type: 'Policy', type_id: 5, uid: `proposal ${proposal}`, policy: { uid: `proposal ${proposal}` } },
      'update',
      'success',
      {
        actor: person(decider),
      },
    ),
  'policy.adopted': (body) => of(policy(body.digest), 'enable', 'success', { ...people(body), severity: 'low' }),

  'runner.started': () => ({ class: 'lifecycle', activity: 'start', app: 'Countersign runner', status: 'success' }),
  'runner.stopped': () => ({ class: 'lifecycle', activity: 'stop', app: 'Countersign runner', status: 'success' }),

  'key.offered': (body) =>
    of({ type: 'User', type_id: 2, name: body.person, user: { name: body.person } }, 'enroll', 'unknown', people(body)),
  'glass.broken': ({ target: { name }, person: who, reason }) =>
    of({ type: 'Break-glass', name }, 'enable', 'success', { actor: person(who), comment: reason, severity: 'high' }),
  'glass.reviewed': ({ person: who, findings, opened }) =>
    of({ type: 'Break-glass', uid: String(opened) }, 'disable', 'success', { actor: person(who), comment: findings }),
  'doctor.asked': () => of({ type: 'Assurance', name: 'doctor' }, 'read', 'unknown'),
  'doctor.forgotten': (body) => of({ type: 'Assurance', name: 'doctor' }, 'update', 'success', people(body)),
  'doctor.reported': () => of({ type: 'Assurance', name: 'doctor' }, 'update', 'success'),
  'people.told': ({ through }) => of({ type: 'Notification', uid: `through event ${through}` }, 'create', 'success'),
  traced: ({ traceparent }) => of({ type: 'Trace', uid: traceparent }, 'create', 'success'),
  halted: (body) => of(COUNTERSIGN, 'suspend', 'success', { ...people(body), severity: 'medium' }),
  resumed: (body) => of(COUNTERSIGN, 'resume', 'success', people(body)),
};

/** A kind that a newer version wrote, or a body that is none of its kind, is an event of no class. Never throws. */
export function saidOf(event: LedgerEvent): Said {
  const kind = (Object.keys(EVENT_BODIES) as EventKind[]).find((one) => one === event.kind);
  const none: Said = { class: 'base', activity: 'other', status: 'unknown' };
  if (kind === undefined) return none;
  try {
    return said(kind, event);
  } catch {
    return { ...none, severity: 'high' };
  }
}

function said<K extends EventKind>(kind: K, event: LedgerEvent): Said {
  const say: Map[K] = MAP[kind];
  return say(bodyOf(kind, event), event);
}
