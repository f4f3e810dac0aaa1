/**
 * One change from the agent's call to its execution, in three processes of the built program with OpenTelemetry's own
 * SDK beside it, as a collector receives it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../src/watch/metrics.ts';
import { isRequired, needs } from '../needs.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';
import { attributesOf, type Collector, openCollector, type SpanTaken } from './collector.ts';
import { areInstalled, installedBeside } from './folder.ts';

const CLIENT_TRACE = 'a'.repeat(32);
const CLIENT_SPAN = 'b'.repeat(16);
const REASON = 'because zebras-need-memory';

let world: TestWorld;
let collector: Collector;
let installed: ReturnType<typeof installedBeside>;
let changeId: string;
let planId: string;
const said: string[] = [];
const isHere = areInstalled();

const shared = () => ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
const env = () => ({
  PATH: process.env.PATH ?? '',
  AWS_REGION: 'eu-west-1',
  COUNTERSIGN_SPONSOR: 'alice',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});
/** Not the synchronous kind: the collector answers in this process. */
function countersign(more: Record<string, string>, ...args: string[]): Promise<{ out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installed.program, ...shared(), ...args], { env: { ...env(), ...more } });
    const told = { out: '', err: '' };
    child.stdout.on('data', (text) => (told.out += String(text)));
    child.stderr.on('data', (text) => (told.err += String(text)));
    child.once('close', () => resolve(told));
    child.stdin.end();
  });
}
async function connected(more: Record<string, string> = {}): Promise<Client> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [installed.program, ...shared(), 'serve'],
    env: { ...env(), ...more },
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (text) => said.push(String(text)));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  return client;
}
const contentOf = (answer: unknown) => (answer as { structuredContent: Record<string, unknown> }).structuredContent;

async function planAndPropose(): Promise<void> {
  const client = await connected({ OTEL_LOG_LEVEL: 'all' });
  const plan = await client.callTool({
    name: 'plan_stack_update',
    arguments: { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1_337 }] },
    _meta: { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-00`, tracestate: 'evil=zebra', baggage: 'secret=zebra' },
  });
  planId = String(contentOf(plan).plan_id);
  await client.callTool({ name: 'zebra_tool', arguments: {} });
  const change = await client.callTool({
    name: 'propose_change',
    arguments: { plan_id: planId, goal: 'fix', reason: REASON },
    _meta: { traceparent: 'not a traceparent' },
  });
  changeId = String(contentOf(change).change_id);
  await client.close();
}

beforeAll(async () => {
  if (!isHere && !isRequired('telemetry')) return;
  world = await openTestWorld();
  collector = await openCollector();
  installed = installedBeside({ sdk: true });
  await planAndPropose();
  const signing = ['--key', world.keyOf('bob'), '--as', 'bob', '--confirm', STACK];
  await countersign({}, 'approve', changeId, ...signing);
  await countersign({ COUNTERSIGN_SPONSOR: '' }, 'execute', changeId);
}, 60_000);
afterAll(async () => {
  await collector?.close();
  installed?.remove();
  world?.close();
});

const named = (name: string): SpanTaken[] => collector.spans().filter((span) => span.name === name);
const one = (name: string): SpanTaken => {
  const [span] = named(name);
  if (!span) throw new Error(`no span ${name}; there are ${[...new Set(collector.spans().map((each) => each.name))]}`);
  return span;
};
const of = (span: SpanTaken) => attributesOf(span.attributes);
const inside = (span: SpanTaken) =>
  collector.spans().filter(({ traceId, parentSpanId }) => traceId === span.traceId && parentSpanId === span.spanId);
const namesInside = (span: SpanTaken) => inside(span).map(({ name }) => name);
const [SERVER, CLIENT] = [2, 3];

describe('a collector receives', () => {
  it('the call of the agent as MCP names it, within the trace of the client', (context) => {
    needs(context, 'telemetry', isHere);
    const call = one('tools/call plan_stack_update');
    expect(call).toMatchObject({ traceId: CLIENT_TRACE, parentSpanId: CLIENT_SPAN, kind: SERVER });
    expect(of(call)).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'plan_stack_update',
      'gen_ai.operation.name': 'execute_tool',
      'network.transport': 'pipe',
      'jsonrpc.request.id': expect.any(String),
      'countersign.plan.id': planId,
      'countersign.decision': 'needs_approval',
    });
  });
  it('what the call did: identity, facts, guards, the dry run, and each call of the SDK as a client’s', (context) => {
    needs(context, 'telemetry', isHere);
    expect(namesInside(one('tools/call plan_stack_update'))).toEqual(
      expect.arrayContaining(['identity', 'facts', 'guards', 'dry run']),
    );
    const created = one('CloudFormation.CreateChangeSet');
    expect(created.kind).toBe(CLIENT);
    expect(of(created)).toMatchObject({
      'rpc.system': 'aws-api',
      'rpc.service': 'CloudFormation',
      'rpc.method': 'CreateChangeSet',
      'cloud.region': 'eu-west-1',
      'http.response.status_code': expect.anything(),
    });
    expect(namesInside(one('dry run'))).toContain('CloudFormation.CreateChangeSet');
    const guards = named('guards').filter((span) => (span.events ?? []).length > 0);
    expect(guards.flatMap(({ events = [] }) => events.map((event) => attributesOf(event.attributes)))).toContainEqual({
      'countersign.guard.code': 'GUARD_APPROVAL',
      'countersign.verdict': 'hold',
    });
  });
  it('the proposal, linked to the call that planned; a traceparent that is none is no parent', (context) => {
    needs(context, 'telemetry', isHere);
    const [planned, proposed] = [one('tools/call plan_stack_update'), one('tools/call propose_change')];
    expect(proposed.parentSpanId ?? '').toBe('');
    expect(proposed.traceId).not.toBe(planned.traceId);
    expect(proposed.links).toEqual([expect.objectContaining({ traceId: planned.traceId, spanId: planned.spanId })]);
    expect(of(proposed)).toMatchObject({ 'countersign.change.id': changeId });
  });
  it('the execution in another process, linked to both: recheck, steps, and the call that was signed', (context) => {
    needs(context, 'telemetry', isHere);
    const executed = one('execute');
    expect(of(executed)).toMatchObject({ 'countersign.change.id': changeId, 'countersign.state': 'succeeded' });
    const led = [one('tools/call plan_stack_update'), one('tools/call propose_change')];
    expect(executed.links?.map(({ spanId }) => spanId)).toEqual(led.map(({ spanId }) => spanId));
    expect(namesInside(executed)).toEqual(
      expect.arrayContaining(['take rights', 'recheck', 'send', 'follow', 'compare']),
    );
    expect(namesInside(one('recheck'))).toEqual(expect.arrayContaining(['recompute', 'facts', 'guards']));
    expect(of(one('send'))).toEqual({
      'countersign.step': expect.any(String),
      'countersign.call': 'cloudformation:ExecuteChangeSet',
    });
    expect(namesInside(one('send'))).toEqual(['CloudFormation.ExecuteChangeSet']);
  });
  it('every metric, counted from the ledger, and none that is not in the table', (context) => {
    needs(context, 'telemetry', isHere);
    const taken = collector.metrics();
    const names = new Set(taken.map(({ name }) => name));
    expect([...names].sort()).toEqual(Object.keys(METRICS).sort());
    for (const { name, unit, sum, histogram } of taken) {
      const { unit: wanted, attributes } = METRICS[name as keyof typeof METRICS];
      expect(unit).toBe(wanted);
      for (const point of (sum ?? histogram)!.dataPoints)
        for (const key of Object.keys(attributesOf(point.attributes))) expect(attributes, name).toContain(key);
    }
    const states = taken
      .filter(({ name }) => name === 'countersign.changes')
      .flatMap(({ sum }) => sum!.dataPoints.map(({ attributes }) => attributesOf(attributes)['countersign.state']));
    expect([...new Set(states)].sort()).toEqual(['approved', 'executing', 'pending', 'succeeded']);
  });
  it('a name of the service; neither command line, user nor host', (context) => {
    needs(context, 'telemetry', isHere);
    for (const resource of collector.resources()) {
      expect(resource['service.name']).toBe('countersign');
      expect(
        Object.keys(resource).filter((key) => /^(?:process|host|os)\./.test(key) && !/^process\.runtime/.test(key)),
      ).toEqual([]);
    }
  });
});

describe('nothing that is told', () => {
  it('holds an input, a value, a name of a resource or a person, or a word of the agent or the client', (context) => {
    needs(context, 'telemetry', isHere);
    const all = collector.bodies.map(({ body }) => body.toString('utf8')).join('\n');
    expect(all).toContain('_OTHER');
    // Alone: ids and times in nanoseconds have any four digits in them.
    expect(all).not.toMatch(/(?<![\w.])1337(?![\w.])/);
    for (const hidden of ['zebra', STACK, 'QueryFunction', 'alice', 'bob', '123456789012', 'evil', world.home])
      expect(all, hidden).not.toContain(hidden);
  });
  it('is signed: the change is the same with it and without', async (context) => {
    needs(context, 'telemetry', isHere);
    const traced = await world.app.ledger.events({ kinds: ['traced'] });
    expect(traced.map(({ changeId: of, planId: plan }) => [of, plan])).toEqual([
      [undefined, planId],
      [changeId, planId],
    ]);
    const change = await world.app.changes.find(changeId);
    expect(JSON.stringify(change)).not.toContain(CLIENT_TRACE);
    expect(JSON.stringify((await world.app.changes.plan(planId)).plan)).not.toContain(CLIENT_TRACE);
  });
  it('stands on stdout, even when the SDK is asked to say everything', (context) => {
    needs(context, 'telemetry', isHere);
    // The client read every line of stdout as the protocol; here is where the rest went.
    expect(said.join('')).toMatch(/@opentelemetry|items to be sent|OTLP/i);
  });
});
