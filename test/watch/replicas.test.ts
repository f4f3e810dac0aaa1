/** One change over two replicas and an executor on another host, as a collector receives it: by the ledger, one story. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrated } from '../../src/cli/ledger.ts';
import { signedByAll } from '../attacks/attempts.ts';
import { ask, callOf, contentOf, openTeam, type Team } from '../http/team.ts';
import { isRequired, needs } from '../needs.ts';
import { hasPostgres } from '../postgres.ts';
import { postgresHere } from '../postgres-here.ts';
import { STACK } from '../world.ts';
import { attributesOf, type Collector, openCollector, type SpanTaken } from './collector.ts';
import { areInstalled, installedBeside } from './folder.ts';

const [CLIENT_TRACE, CLIENT_SPAN] = ['c'.repeat(32), 'd'.repeat(16)];
const server = postgresHere();
const isHere = areInstalled();
let collector: Collector;
let installed: ReturnType<typeof installedBeside>;
let team: Team;
let changeId: string;

beforeAll(async () => {
  if (!hasPostgres() || (!isHere && !isRequired('telemetry'))) return;
  const owner = await server().database();
  await migrated(owner);
  collector = await openCollector();
  installed = installedBeside({ sdk: true, boss: true });
  team = await openTeam({
    ledger: await server().as(owner, 'guard', 'countersign_server'),
    policy: (text) => text.replaceAll('execute: by_command', 'execute: by_runner'),
  });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const replicas = [];
  for (const name of ['one', 'two'])
    replicas.push(await team.start({ bin: installed.program, env: { ...env, OTEL_SERVICE_NAME: `replica ${name}` } }));
  const token = await team.provider.tokenFor('alice');
  const headers = { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-00`, tracestate: 'evil=zebra', baggage: 'a=zebra' };
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
  const planned = callOf('plan_stack_update', { stack: STACK, set });
  const { plan_id } = contentOf(await ask(team.resource, planned, { token, headers, at: replicas[0]! }));
  const proposed = callOf('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
  changeId = String(contentOf(await ask(team.resource, proposed, { token, at: replicas[1]! })).change_id);
  await signedByAll(team.world, team.app, changeId);
  await executedOn(env, await server().as(owner, 'runner', 'countersign_executor'));
  for (const replica of replicas) await replica.stop();
}, 120_000);
afterAll(async () => {
  await team?.close();
  await collector?.close();
  installed?.remove();
});

/** By a runner with a state folder of its own. */
async function executedOn(env: Record<string, string>, ledger: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-runner-'));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  cpSync(join(team.world.home, 'secret'), join(home, 'secret'));
  const policy = join(team.world.home, 'policy.yaml');
  const { endpointUrl } = team.app.config;
  const runner = spawn(
    process.execPath,
    [installed.program, '--home', home, '--policy', policy, '--ledger', ledger, 'run'],
    {
      env: {
        ...env,
        OTEL_SERVICE_NAME: 'runner',
        PATH: process.env.PATH,
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: endpointUrl,
        AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
        AWS_SECRET_ACCESS_KEY: 's',
      },
    },
  );
  let said = '';
  for (const stream of [runner.stdout, runner.stderr]) stream.on('data', (text) => (said += String(text)));
  const ended = new Promise((resolve) => runner.once('close', resolve));
  try {
    for (let tries = 0; (await team.app.changes.find(changeId)).state !== 'succeeded'; tries += 1) {
      if (tries > 300 || runner.exitCode !== null) throw new Error(`it was not executed: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    runner.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

const one = (name: string): SpanTaken => {
  const spans = collector.spans().filter((span) => span.name === name);
  expect(spans.length, `${name}: ${[...new Set(collector.spans().map((each) => each.name))]}`).toBeGreaterThan(0);
  return spans[0]!;
};
const linksOf = ({ links = [] }: SpanTaken) => links.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
const asLink = ({ traceId, spanId }: SpanTaken) => `${traceId} ${spanId}`;

it('takes the parent of a call from the header of its request, and nothing else of it', (context) => {
  needs(context, 'telemetry', isHere);
  const plan = one('tools/call plan_stack_update');
  expect(plan).toMatchObject({ traceId: CLIENT_TRACE, parentSpanId: CLIENT_SPAN });
  expect(attributesOf(plan.attributes)).toMatchObject({ 'network.transport': 'tcp' });
  expect(collector.bodies.map(({ body }) => body.toString('utf8')).join()).not.toContain('zebra');
});

it('joins the proposal of another replica, and the execution on another host, to the plan', (context) => {
  needs(context, 'telemetry', isHere);
  const [plan, proposal, execution] = ['tools/call plan_stack_update', 'tools/call propose_change', 'execute'].map(one);
  expect(new Set([plan!, proposal!, execution!].map(({ traceId }) => traceId)).size).toBe(3);
  expect(linksOf(proposal!)).toContain(asLink(plan!));
  expect(linksOf(execution!)).toEqual(expect.arrayContaining([asLink(plan!), asLink(proposal!)]));
  const services = collector.resources().map((resource) => resource['service.name']);
  expect(services).toEqual(expect.arrayContaining(['replica one', 'replica two', 'runner']));
});
