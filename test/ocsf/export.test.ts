/** Every kind of event in the schema's words, judged by the schema. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditExport } from '../../src/cli/commands/audit-export.ts';
import { createContext } from '../../src/cli/context.ts';
import { bodyOf, EVENT_BODIES, type EventKind } from '../../src/core/events.ts';
import { ACTIVITIES, CLASSES, OCSF_VERSION, SEVERITIES, STATUSES } from '../../src/ocsf/event.ts';
import { ocsfEvent } from '../../src/ocsf/export.ts';
import { signAs } from '../attacks/attempts.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { problemsOf, schema } from './validate.ts';

const target = { kind: 'stack', account: '123456789012', region: 'eu-west-1', name: 'shop', ids: [] };
const call = { step: 'step1', operation: 'cloudformation:ExecuteChangeSet' };
const at = '2026-11-24T00:00:00.000Z';
const client = { kind: 'same_user', who: 'alice', why: '' };
const owner = { token: 't', host: 'guard', boot: null, space: null, pid: 7, started: null };
const signature = { statement: 's', signature: 's', keyFingerprint: 'SHA256:x' };
/** Of kinds that one change does not write. */
const OTHERS: Partial<Record<EventKind, unknown>> = {
  'plan.left_nothing': {},
  'plan.begun': { tool: 'plan_stack_update', target: 'shop' },
  'plan.failed': { code: 'AWS_TIMEOUT', message: 'm', remedy: 'r' },
  'plan.cleaned': { changeSet: 'x' },
  'removal.intended': { target, by: ['ann'], operation: 'cloudformation:DeleteChangeSet', digest: 'd' },
  'removal.done': { target },
  'removal.failed': { target, why: 'denied' },
  'change.rejected': { decision: 'reject', person: 'bob', roles: [], ...signature },
  'change.withdrawn': { why: 'w' },
  'change.stale': { why: 'w' },
  'change.closed': { why: 'w', by: 'bob' },
  'change.progress': { text: 'p' },
  'call.tried': { ...call, answer: 'DryRunOperation' },
  'call.failed': { ...call, why: 'denied' },
  'call.unknown': { ...call, why: 'lost' },
  'policy.proposed': { digest: 'sha256:x', text: 'x', previous: 1, by: ['ann'] },
  'policy.signed': { proposal: 3, decider: 'bob', ...signature },
  'runner.started': { owner },
  'runner.stopped': { token: 't' },
  'key.offered': { person: 'bob', line: 'l', fingerprint: 'f', by: ['bob'] },
  'glass.broken': { target, reason: 'r', from: at, until: at, person: 'bob', policyDigest: 'd', ...signature },
  'glass.reviewed': { opened: 4, findings: 'f', person: 'ann', policyDigest: 'd', ...signature },
  'doctor.asked': { nonce: 'n', sponsor: 'alice', client },
  'doctor.forgotten': { sponsor: 'alice', by: ['guard'] },
  'doctor.reported': {
    nonce: 'n',
    sponsor: 'alice',
    client,
    server: 's',
    policyDigest: 'd',
    keysDigest: 'd',
    levels: [],
    findings: [],
    seal: 's',
  },
  'people.told': { through: 4, by: 'webhook' },
  traced: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  halted: { by: ['ann'] },
  resumed: { by: [] },
};

let world: TestWorld;
let lines: string[];
let id: string;
const context = () =>
  createContext({ config: world.app.config, version: '0.1.0', sandboxed: true, width: 80, tell() {}, note() {} });
const exported = async (asked = {}) => {
  const out: string[] = [];
  for await (const line of (await auditExport.run(context(), { format: 'ocsf', ...asked })).lines!) out.push(line);
  return out;
};
beforeAll(async () => {
  world = await openTestWorld();
  id = await proposeFix(world);
  await signAs(world, id);
  await world.execute(id);
  await world.call('describe_stack', { stack: 7 });
  await world.call('no_such_tool', {});
  for (const [kind, body] of Object.entries(OTHERS))
    await world.app.ledger.append({ kind, body, changeId: id } as Parameters<typeof world.app.ledger.append>[0]);
  await world.app.ledger.append({ kind: 'change.teleported', body: { to: 'mars' } });
  lines = await exported();
});
afterAll(() => world.close());

const events = () => lines.map((line) => JSON.parse(line));
const of = (kind: string) => events().find(({ metadata }) => metadata.event_code === kind);

describe('the export', () => {
  it('has every event, in order, each valid by the schema of its version', async () => {
    expect(lines).toHaveLength((await world.app.ledger.events()).length);
    for (const event of events()) expect(problemsOf(event), JSON.stringify(event)).toEqual([]);
  });
  it('meets every kind of event, and has a class for each but of a kind that it does not know', () => {
    const classes = Object.fromEntries(events().map(({ metadata, class_uid }) => [metadata.event_code, class_uid]));
    expect(Object.keys(EVENT_BODIES).filter((kind) => !(kind in classes))).toEqual([]);
    expect(Object.entries(classes).filter(([, uid]) => uid === 0)).toEqual([['change.teleported', 0]]);
  });
  it('carries the very bytes that were hashed, the ledger’s name and the position', async () => {
    for (const [index, event] of events().entries()) {
      expect(event.raw_data).toBe((await world.app.ledger.leaf(index + 1)).bytes.toString('utf8'));
      expect(event.metadata.uid).toBe(`${await world.app.ledger.origin()}/${index + 1}`);
      expect(event.time).toBe(Date.parse(JSON.parse(event.raw_data).at));
    }
  });
  it('says who, what and with which end', () => {
    expect(of('tool.refused')).toMatchObject({
      class_uid: 6003,
      status_id: 2,
      status_code: 'INPUT_INVALID',
      severity_id: 2,
    });
    expect(of('change.proposed')).toMatchObject({
      class_uid: 3004,
      activity_id: 1,
      actor: { user: { name: 'alice' } },
      entity: { type: 'Change', uid: id },
    });
    expect(of('change.approved')).toMatchObject({ activity_id: 8, actor: { user: { name: 'bob' } } });
    expect(of('call.intended')).toMatchObject({
      api: { operation: 'cloudformation:ExecuteChangeSet' },
      activity_id: 3,
    });
    expect(of('call.returned')).toMatchObject({ status_id: 1, metadata: { correlation_uid: id } });
    expect(of('change.finished')).toMatchObject({ status_id: 1, status_detail: 'succeeded' });
    expect(of('call.unknown')).toMatchObject({ status_id: 0, severity_id: 4 });
    expect(of('halted')).toMatchObject({ activity_id: 12, severity_id: 3 });
    expect(of('policy.adopted')).toMatchObject({ entity: { type_id: 5 } });
  });
  it('of an event that is not one of its kind is an event of no class, and ends nothing', () => {
    const odd = { seq: 1, at, kind: 'change.finished', body: { outcome: 'well' } };
    const written = ocsfEvent(odd, '{}', { origin: 'o', version: '1', summary: () => 'not valid' });
    expect(written).toMatchObject({ class_uid: 0, severity_id: 4 });
    expect(problemsOf(written)).toEqual([]);
  });
  it('takes the same filters, and without a format is as it was', async () => {
    const some = await exported({ change: id, kind: ['change.approved'] });
    expect(some.map((line) => JSON.parse(line).metadata.event_code)).toEqual(['change.approved']);
    expect(JSON.parse((await exported({ format: 'ledger' }))[0]!)).toHaveProperty('change_id');
  });
});

describe('our words for the schema’s', () => {
  it('are of its version, and each number has the meaning that its name says', () => {
    expect(schema.about).toMatchObject({ version: OCSF_VERSION, license: 'Apache-2.0' });
    const caption = (uid: number, attribute: string, value: number) =>
      schema.classes[String(uid)]?.attributes[attribute]?.enum?.[String(value)]?.toLowerCase();
    for (const [name, { uid, category }] of Object.entries(CLASSES)) {
      expect(schema.classes[String(uid)]?.categoryUid).toBe(category);
      for (const [activity, value] of Object.entries(ACTIVITIES[name as keyof typeof CLASSES]))
        expect(caption(uid, 'activity_id', value), `${name} ${activity}`).toBe(activity);
    }
    for (const [name, value] of Object.entries(SEVERITIES)) expect(caption(0, 'severity_id', value)).toBe(name);
    for (const [name, value] of Object.entries(STATUSES)) expect(caption(0, 'status_id', value)).toBe(name);
  });
  it('a judge that says nothing is none: what the schema forbids is found', () => {
    const event = of('change.approved');
    expect(problemsOf({ ...event, activity_id: 77, type_uid: 300477 })).toEqual(['activity_id cannot be 77']);
    expect(problemsOf({ ...event, entity: { type: 'Change', type_id: 99 } })[0]).toMatch(/needs one of/);
    expect(problemsOf({ ...event, mood: 'good' })).toEqual(['mood is unknown']);
    expect(problemsOf({ ...event, time: 'now' })).toEqual(['time is no long_t']);
    expect(problemsOf({ ...event, actor: {} })[0]).toMatch(/actor\. needs one of/);
    const { entity: _, ...without } = event;
    expect(problemsOf(without)).toEqual(['entity is required']);
  });
  it('samples of this test are of their kinds', () => {
    for (const [kind, body] of Object.entries(OTHERS))
      expect(() => bodyOf(kind as EventKind, { seq: 1, body })).not.toThrow();
  });
});
