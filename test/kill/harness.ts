/**
 * One signed change, executed by a real process that is killed, or whose endpoint misbehaves; then looked into until it
 * has an end. The endpoint is the simulated cloud behind a socket: it goes on when the executor is dead.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { closeChange } from '../../src/cli/close.ts';
import { ledgerPlace } from '../../src/config.ts';
import type { Change } from '../../src/core/change.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { createOwners } from '../../src/processes.ts';
import { createSandbox, type WireResponse } from '../../src/sandbox/cloud.ts';
import { disallowed } from '../model/replay.ts';
import { openTestWorld, type TestWorld } from '../world.ts';
import { CHANGES, prepare } from './changes.ts';
import type { Order, Told } from './order.ts';

/** What happens to the executor, or to one of its requests that change something (`number`: from 1, rehearsals too). */
export type Trouble =
  | { kind: 'write'; number: number; when: 'before' | 'after' }
  /** `late`: the request is delivered only after somebody has looked. */
  | { kind: 'call'; number: number; when: 'before' | 'late' | 'after' }
  /** After the order, or after the lock. */
  | { kind: 'moment'; from: 'order' | 'lock'; milliseconds: number }
  | { kind: 'answer'; number: number; when: 'before' | 'after'; answer: WireResponse | 'drops' };

export interface Ran {
  /** null: it was killed before it told. */
  told: Exclude<Told, { isReady: true } | { write: number }> | null;
  writes: number;
  calls: number;
  state: Change['state'];
  milliseconds: number;
  /** Of the process's clock: its first write. */
  lockedAt?: number;
  /** From its first write to its end. */
  afterLock: number;
  /** What must not be, in words. */
  wrong: string[];
}

const IS_MUTATION =
  /^(?:Execute|Delete|Rollback|Continue|Cancel|Create(?!ChangeSet)|Start|Stop|Reboot|Terminate|Modify|Authorize|Revoke)/;
const root = new URL('../..', import.meta.url).pathname;
const bundles = join(root, 'node_modules/.cache/countersign-kill');
/** Of this process: two files of tests run at once, and neither may write what the other's executors read. */
const bundle = join(bundles, String(process.pid));
let script: string | undefined;

/** The code of this tree, bundled as the command is, so that hundreds of processes start fast. */
function bundled(): string {
  if (script !== undefined && existsSync(script)) return script;
  mkdirSync(bundles, { recursive: true });
  for (const pid of readdirSync(bundles)) if (!isAlive(Number(pid))) rmSync(join(bundles, pid), { recursive: true });
  const build = ['build.mjs', 'test/kill/executor.ts', bundle];
  execFileSync(process.execPath, build, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const cedar = dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs'));
  copyFileSync(join(cedar, 'cedar_wasm.js'), join(bundle, 'cedar.cjs'));
  copyFileSync(join(cedar, 'cedar_wasm_bg.wasm'), join(bundle, 'cedar_wasm_bg.wasm'));
  script = join(bundle, 'executor.js');
  return script;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A process that waits for one order. */
export function startExecutor(): ChildProcess {
  return fork(bundled(), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { PATH: process.env.PATH ?? '' } });
}

/** Requests that changed something, as they were sent and as they were carried out. */
interface Endpoint {
  url: string;
  sent: string[];
  acted: string[];
  count: number;
  onCall: ((number: number, deliver: () => Promise<WireResponse>) => Promise<WireResponse | 'drops'>) | null;
  close(): void;
}

async function openEndpoint(world: TestWorld): Promise<Endpoint> {
  const sandbox = createSandbox(world.store);
  const endpoint: Endpoint = { url: '', sent: [], acted: [], count: 0, onCall: null, close: () => undefined };
  const answer = async (request: IncomingMessage, body: string): Promise<WireResponse | 'drops'> => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const deliver = () => sandbox.respond({ method: request.method ?? '', path: request.url ?? '', headers, body });
    const form = new URLSearchParams(body);
    if (!IS_MUTATION.test(form.get('Action') ?? '')) return deliver();
    endpoint.count += 1;
    const isRehearsal = form.get('DryRun') === 'true';
    const what = form.toString();
    if (!isRehearsal) endpoint.sent.push(what);
    const carry = async () => {
      const answered = await deliver();
      if (!isRehearsal && answered.status === 200) endpoint.acted.push(what);
      return answered;
    };
    return endpoint.onCall ? endpoint.onCall(endpoint.count, carry) : carry();
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(request, Buffer.concat(chunks).toString('utf8')).then(
        (answered) => {
          if (answered === 'drops') request.socket.destroy();
          else response.writeHead(answered.status, answered.headers).end(answered.body);
        },
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  endpoint.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return endpoint;
}

/**
 * @param ledgerUrl of a ledger in PostgreSQL, in place of the state folder's.
 * @param afterEnd what else happens when the executor has ended, before anybody looks.
 */
export async function run(
  kind: string,
  trouble: Trouble | null,
  child = startExecutor(),
  ledgerUrl?: string,
  afterEnd: () => Promise<void> = async () => undefined,
): Promise<Ran> {
  const world = await openTestWorld(ledgerUrl);
  let endpoint: Endpoint | undefined;
  try {
    await prepare(world);
    const changeId = await CHANGES[kind]!(world);
    endpoint = await openEndpoint(world);
    return await runIn(world, endpoint, changeId, trouble, child, afterEnd);
  } finally {
    child.kill('SIGKILL');
    endpoint?.close();
    world.close();
  }
}

async function runIn(
  world: TestWorld,
  endpoint: Endpoint,
  changeId: string,
  trouble: Trouble | null,
  child: ChildProcess,
  afterEnd: () => Promise<void>,
): Promise<Ran> {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  const ended = hasEnded ? Promise.resolve() : new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  let late: (() => Promise<unknown>) | undefined;
  endpoint.onCall = async (number, deliver) => {
    if (trouble?.kind === 'answer' && trouble.number === number) {
      if (trouble.when === 'after') await deliver();
      return trouble.answer;
    }
    if (trouble?.kind !== 'call' || trouble.number !== number) return deliver();
    if (trouble.when === 'after') await deliver();
    if (trouble.when === 'late') late = deliver;
    await kill();
    return 'drops';
  };
  const ran: Ran = { told: null, writes: 0, calls: 0, state: 'approved', milliseconds: 0, afterLock: 0, wrong: [] };
  let isLocked: () => void = () => undefined;
  const locked = new Promise<void>((resolve) => {
    isLocked = resolve;
  });
  child.on('message', (told: Told) => {
    if ('write' in told) {
      ran.writes = told.write;
      ran.lockedAt ??= performance.now();
      isLocked();
    }
    if (!('isReady' in told || 'write' in told)) ran.told = told;
  });
  const order: Order = {
    home: world.home,
    ledgerUrl: world.app.config.ledgerUrl,
    policyPath: `${world.home}/policy.yaml`,
    worldId: world.store.id,
    url: endpoint.url,
    changeId,
    ...(trouble?.kind === 'write' ? { dieAtWrite: trouble } : {}),
  };
  await new Promise<void>((resolve) => {
    if (child.connected) child.send(order, () => resolve());
    else resolve();
  });
  const began = performance.now();
  if (trouble?.kind === 'moment') {
    if (trouble.from === 'lock') await Promise.race([ended, locked]);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, trouble.milliseconds))]);
    await kill();
  }
  await ended;
  ran.milliseconds = performance.now() - began;
  ran.afterLock = ran.lockedAt === undefined ? 0 : performance.now() - ran.lockedAt;
  endpoint.onCall = null;
  await afterEnd();
  ran.calls = endpoint.count;
  const early =
    ran.told === null ? await settleAsFarAsItGoes(world, changeId) : (await world.app.changes.find(changeId)).state;
  if (late) {
    if (early === 'failed' || early === 'closed') ran.wrong.push(`it was ${early} while its request was on its way`);
    await late();
  }
  ran.state = await settledAtLast(world, changeId);
  await check(world, endpoint, changeId, ran);
  return ran;
}

const looker = (world: TestWorld) => world.another({ owners: createOwners() });

/** At once, with nothing but a look. */
async function settleAsFarAsItGoes(world: TestWorld, changeId: string): Promise<Change['state']> {
  const app = await looker(world);
  const { state } = await app.changes.find(changeId);
  return state === 'executing' || state === 'unknown' ? (await app.executor.reconcile(changeId)).change.state : state;
}

/** A change that stayed approved is executed; one that no look settles is closed by a person. */
async function settledAtLast(world: TestWorld, changeId: string): Promise<Change['state']> {
  const app = await looker(world);
  let change = await app.changes.find(changeId);
  if (change.state === 'approved') change = await world.execute(changeId, app);
  if (change.state !== 'executing' && change.state !== 'unknown') return change.state;
  world.age(17);
  change = (await app.executor.reconcile(changeId)).change;
  if (change.state !== 'executing' && change.state !== 'unknown') return change.state;
  return (await closeChange(app, changeId, { as: 'carol', reason: 'I looked', key: world.keyOf('carol') })).state;
}

async function check(
  world: TestWorld,
  { sent, acted }: Endpoint,
  changeId: string,
  { state, wrong }: Ran,
): Promise<void> {
  const change = await world.app.changes.find(changeId);
  const { plan } = await world.app.changes.plan(change.planId);
  const inProcess = world.writes().length - preparedWrites - acted.length;
  const operationsOf = (all: string[]) => all.map((one) => new URLSearchParams(one).get('Action'));
  if (new Set(sent).size !== sent.length) wrong.push(`sent twice: ${operationsOf(sent)}`);
  if (!['succeeded', 'failed', 'rolled_back', 'closed'].includes(state)) wrong.push(`no end: ${state}`);
  const done = acted.length + inProcess;
  if (state === 'succeeded' && done !== plan.calls.length)
    wrong.push(`succeeded, but ${done} of ${plan.calls.length} acted`);
  if (state === 'failed' && done === plan.calls.length) wrong.push('failed, but every call acted');
  const told = change.outcome?.calls ?? [];
  const toldDone = told.filter(({ outcome }) => outcome === 'done').length;
  if (toldDone > done) wrong.push(`${toldDone} calls recorded as done, ${done} acted`);
  if (state === 'failed' && told.length > 0 && toldDone !== done)
    wrong.push(`failed: ${toldDone} recorded as done, ${done} acted`);
  const events = await world.app.ledger.events();
  const rule = disallowed(events);
  if (rule) wrong.push(rule);
  const verified = await verifyLedger(ledgerPlace(world.app.config));
  if (!verified.ok) wrong.push(`the ledger does not verify: ${JSON.stringify(verified)}`);
}

/** The one call of `prepare` that changes something by itself. */
const preparedWrites = 1;
