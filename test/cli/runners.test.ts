/** `countersign run` on two machines, each with a state folder of its own, on one ledger in PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrated } from '../../src/cli/ledger.ts';
import { type App, createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { adoptFirst } from '../../src/policy/pin.ts';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import { signedByAll } from '../attacks/attempts.ts';
import { needs } from '../needs.ts';
import { postgresHere } from '../postgres-here.ts';
import { DEV_STACK, openTestWorld, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
/** A process has a host name of its own where root may give it one. */
const isRoot = process.getuid?.() === 0;
const server = postgresHere();
let runnerUrl: string;
let world: TestWorld;
let cloud: Awaited<ReturnType<typeof startSandboxServer>>;
let app: App;
let folder: string;
const started: ChildProcess[] = [];
let count = 0;

beforeEach(async (context) => {
  needs(context, 'root', isRoot);
  folder = mkdtempSync(join(tmpdir(), 'countersign-runners-'));
  const owner = await server().database();
  await migrated(owner);
  count += 1;
  runnerUrl = await server().as(owner, `runner_${count}`, 'countersign_executor');
  world = await openTestWorld();
  cloud = await startSandboxServer(createSandbox(world.store), 0);
  const policy = world.policyText.replaceAll('execute: by_command', 'execute: by_runner');
  await world.another({ policy });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIASANDBOX', AWS_SECRET_ACCESS_KEY: 'sandbox' });
  app = createApp({
    ...readConfig({ home: world.home, ledger: await server().as(owner, `server_${count}`, 'countersign_server') }),
    policyPath: join(world.home, 'policy.yaml'),
    region: 'eu-west-1',
    endpointUrl: cloud.url,
    actsAs: ['nobody'],
    sponsor: 'alice',
  });
  await adoptFirst(app.ledger, app.policyFile!, ['test']);
}, 60_000);
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  app?.close();
  await cloud?.close();
  world?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Running {
  child: ChildProcess;
  ended: Promise<number | null>;
  output(): string;
}
const STOPPING = new URL('./stopping.ts', import.meta.url).pathname;
/** @param stopsBefore it stops by itself with its request of this action in its hands. */
function begin(host: string, { hasSecret = true, stopsBefore = '' } = {}): Running {
  const home = join(folder, host);
  mkdirSync(home, { mode: 0o700 });
  if (hasSecret) cpSync(join(world.home, 'secret'), join(home, 'secret'));
  const command = [bin, '--home', home, '--policy', join(world.home, 'policy.yaml'), '--ledger', runnerUrl, 'run'];
  const script = `hostname ${host} && exec "$0" "$@"`;
  const child = spawn('unshare', ['--uts', 'sh', '-c', script, process.execPath, ...command], {
    env: {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: cloud.url,
      AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      ...(stopsBefore === '' ? {} : { NODE_OPTIONS: `--import ${STOPPING}`, TEST_STOP_BEFORE: stopsBefore }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return { child, ended: new Promise((resolve) => child.on('close', resolve)), output: () => output };
}
async function until(what: string, isSo: () => Promise<boolean>, ...told: Running[]): Promise<void> {
  for (let turn = 0; turn < 900; turn += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never: ${what}\n${told.map(({ output }) => output()).join('\n--\n')}`);
}
const called = async (tool: string, input: object) => {
  const answer = await app.pipeline(tool, input);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.content;
};
async function proposed(memory: number, stack = STACK): Promise<string> {
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
  const { plan_id } = await called('plan_stack_update', { stack, set });
  const { change_id } = await called('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
  return String(change_id);
}
const approved = async (memory: number, stack = STACK) => signedByAll(world, app, await proposed(memory, stack));
const stateOf = async (id: string) => (await app.changes.find(id)).state;
const kindsOf = async (id: string) => (await app.ledger.events({ changeId: id })).map(({ kind }) => kind);
const has = (id: string, kind: string) => async () => (await kindsOf(id)).includes(kind);
const isIn = (id: string, state: string) => async () => (await stateOf(id)) === state;
const written = () => world.writes().map(({ operation }) => operation);
async function bothReady(): Promise<[Running, Running]> {
  const both = [begin('one'), begin('two')] as [Running, Running];
  await until('ready', async () => (await app.ledger.events({ kinds: ['runner.started'] })).length === 2, ...both);
  return both;
}
const whoHas = (id: string, [one, two]: [Running, Running]): [holder: Running, other: Running] =>
  one.output().includes(`${id} begins`) ? [one, two] : [two, one];

/** By the kernel's word: `T`. */
const isStopped = ({ child }: Running): boolean =>
  readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.startsWith('T');

describe('two runners on two machines', () => {
  it('execute each change once, one after the other on a target', async () => {
    const both = await bothReady();
    const rounds: string[] = [];
    for (const memory of [1024, 2048, 3008]) {
      const ids = [await approved(memory), await approved(memory, DEV_STACK)];
      rounds.push(...ids);
      for (const id of ids) await until('executed', isIn(id, 'succeeded'), ...both);
    }
    expect(written()).toEqual(rounds.map(() => 'ExecuteChangeSet'));
    for (const id of rounds) expect((await kindsOf(id)).filter((kind) => kind === 'change.executing')).toHaveLength(1);
    for (const { child } of both) child.kill('SIGTERM');
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(await verifyLedger(runnerUrl)).toMatchObject({ ok: true });
    expect(await app.ledger.events({ kinds: ['runner.stopped'] })).toHaveLength(2);
  }, 120_000);

  it('are refused with another secret than the one that the ledger was begun with', async () => {
    const stranger = begin('three', { hasSecret: false });
    await until('told', async () => stranger.output().includes('LEDGER_OTHER_SECRET'), stranger);
    expect(await app.ledger.events({ kinds: ['runner.started'] })).toEqual([]);
  }, 60_000);

  it('take over what one that was killed left: the other looks, and repeats nothing', async () => {
    const both = await bothReady();
    world.store.setPace(1);
    const id = await approved(1024);
    await until('accepted', has(id, 'call.returned'), ...both);
    const [holder, other] = whoHas(id, both);
    holder.child.kill('SIGKILL');
    await holder.ended;
    await until('ended', isIn(id, 'succeeded'), other);
    expect((await app.changes.find(id)).outcome?.detail).toContain('Seen afterwards');
    expect(written()).toEqual(['ExecuteChangeSet']);
    const next = await approved(2048);
    await until('goes on', isIn(next, 'succeeded'), other);
  }, 120_000);

  it('end a change once when one is stopped past its time and wakes', async () => {
    const both = await bothReady();
    world.store.setPace(1);
    const id = await approved(1024);
    await until('accepted', has(id, 'call.returned'), ...both);
    const [holder, other] = whoHas(id, both);
    holder.child.kill('SIGSTOP');
    await until('ended by the other', isIn(id, 'succeeded'), other);
    holder.child.kill('SIGCONT');
    const next = await approved(2048);
    await until('goes on', isIn(next, 'succeeded'), ...both);
    expect((await kindsOf(id)).filter((kind) => kind === 'change.finished')).toHaveLength(1);
    expect(written()).toEqual(['ExecuteChangeSet', 'ExecuteChangeSet']);
    expect(await verifyLedger(runnerUrl)).toMatchObject({ ok: true });
  }, 180_000);

  it.each([
    ['while its request may still arrive: it acts once, for a target that is still locked', 0],
    ['when its request is too old: the endpoint refuses it, and its end was told truly', 17],
  ])(
    'end a change once when one is stopped between its last look and the send, past its time, and wakes %s',
    async (_, minutes) => {
      const stopping = { stopsBefore: 'ExecuteChangeSet' };
      const both = [begin('one', stopping), begin('two', stopping)] as [Running, Running];
      await until('ready', async () => (await app.ledger.events({ kinds: ['runner.started'] })).length === 2, ...both);
      const id = await approved(1024);
      await until('intended', has(id, 'call.intended'), ...both);
      await until('stopped', async () => both.some(isStopped), ...both);
      const [holder, other] = isStopped(both[0]) ? both : [both[1], both[0]];
      await until('given to the other', async () => other.output().includes(id), ...both);
      if (minutes > 0) world.age(minutes);
      else {
        // The other one has looked, and may not say that nothing happened: the target stays locked.
        await until('looked', async () => other.output().includes('may still arrive'), other);
        expect([await stateOf(id), written()]).toEqual(['executing', []]);
      }
      if (minutes > 0) await until('ended by the other', isIn(id, 'failed'), other);
      holder.child.kill('SIGCONT');
      await until('ended', isIn(id, minutes > 0 ? 'failed' : 'succeeded'), ...both);
      // The next one of the same target stops its runner as well; the one that woke stops no more.
      const next = await approved(2048);
      await until(
        'goes on',
        async () => {
          for (const { child } of both) child.kill('SIGCONT');
          return (await stateOf(next)) === 'succeeded';
        },
        ...both,
      );
      const kinds = await kindsOf(id);
      expect(kinds.filter((kind) => kind === 'change.finished')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'call.intended')).toHaveLength(1);
      const sent = world.store.calls().filter((made) => made.class === 'write');
      expect(sent.map(({ fault }) => fault)).toEqual([minutes > 0 ? 'clock_skew' : undefined, undefined]);
      expect(await verifyLedger(runnerUrl)).toMatchObject({ ok: true });
    },
    240_000,
  );

  it('see a halt at once, and wait; and go on when the database was away', async () => {
    const both = await bothReady();
    const id = await proposed(1024);
    await app.ledger.append({ kind: 'halted', body: { by: ['bob'] } });
    await signedByAll(world, app, id);
    await server().stop();
    await server().start();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect([await stateOf(id), written()]).toEqual(['approved', []]);
    await app.ledger.append({ kind: 'resumed', body: { by: ['bob'] } });
    await until('executed', isIn(id, 'succeeded'), ...both);
    expect(written()).toEqual(['ExecuteChangeSet']);
  }, 120_000);
});
