/** A team server as it is run: processes of the command on one state folder, before a real identity provider. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type App, createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { adoptFirst } from '../../src/policy/pin.ts';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import type { Postgres } from '../postgres.ts';
import { openTestWorld, type TestWorld } from '../world.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';

export const BIN = new URL('../../bin/countersign.js', import.meta.url).pathname;

export interface Replica {
  process: ChildProcess;
  /** Where it listens: `127.0.0.1:4711`. */
  address: string;
  /** What it wrote on standard error so far. */
  log(): string;
  /** SIGTERM. @returns its exit code. */
  stop(): Promise<number | null>;
  /** Another process at the same address, once this one has ended. @param bin of another version. */
  again(bin?: string): Promise<void>;
}
export interface Team {
  world: TestWorld;
  /** As another process sees it. */
  app: App;
  provider: IdentityProvider;
  /** Under which clients know the server. */
  resource: string;
  start(how?: Start): Promise<Replica>;
  close(): Promise<void>;
}

export interface Start {
  more?: string[];
  env?: Record<string, string>;
  /** The address of one, in place of the sandbox in the process. */
  cloud?: string | undefined;
  /** Another way to the same database. */
  by?: string | undefined;
  /** Its program, in place of this tree's. */
  bin?: string;
  /** Where it answers once it runs. */
  probe?: '/readyz' | '/healthz';
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export interface TeamOptions {
  /** Of what clients ask. Absent: the first replica listens there. */
  port?: number;
  /** `postgres://…`: each replica has a state folder of its own, and they share a cloud. */
  ledger?: string;
  /** Edits the policy. */
  policy?(text: string, issuer: string): string;
}

export async function openTeam({ port, ledger, policy: edit = (text) => text }: TeamOptions = {}): Promise<Team> {
  const own = port ?? (await freePort());
  const resource = `http://127.0.0.1:${own}/mcp`;
  const provider = await startIdentityProvider([resource, 'https://other.example.com/mcp']);
  const world = await openTestWorld();
  const replicas: Replica[] = [];
  const policy = ['alice', 'bob'].reduce(
    (text, name) => text.replace(`signs_in_as: [${name}]`, `signs_in_as: [${name}, "${provider.issuer}#${name}"]`),
    world.policyText,
  );
  await world.another({ policy: edit(policy, provider.issuer) });
  const policyPath = join(world.home, 'policy.yaml');
  const shared = ledger === undefined ? undefined : await sharedOn(ledger, world, policyPath);
  return {
    world,
    get app() {
      return shared?.app ?? world.app;
    },
    provider,
    resource,
    async start({ more = [], env = {}, cloud = shared?.cloud, by = ledger, bin = BIN, probe = '/readyz' } = {}) {
      const at = replicas.length === 0 && port === undefined ? own : await freePort();
      const replica = await startReplica(
        { bin, probe },
        [
          ...['--home', shared?.home() ?? world.home, '--policy', policyPath],
          ...(by === undefined ? [] : ['--ledger', by]),
          ...(cloud === undefined ? ['--sandbox'] : []),
        ],
        ['--http', `127.0.0.1:${at}`, '--resource', resource, '--issuer', provider.issuer, ...more],
        `127.0.0.1:${at}`,
        cloud === undefined ? env : { ...env, AWS_ENDPOINT_URL: cloud, ...CREDENTIALS },
      );
      replicas.push(replica);
      return replica;
    },
    async close() {
      for (const replica of replicas) replica.process.kill('SIGKILL');
      await shared?.close();
      await provider.close();
      world.close();
    },
  };
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIASANDBOX', AWS_SECRET_ACCESS_KEY: 's' };

/** A database, in which the policy is adopted, and the world's cloud at an address. */
async function sharedOn(ledgerUrl: string, world: TestWorld, policyPath: string) {
  const cloud = await startSandboxServer(createSandbox(world.store), 0);
  const homes: string[] = [];
  const config = { ...readConfig({ home: world.home, policy: policyPath, ledger: ledgerUrl }), region: 'eu-west-1' };
  const app = createApp({ ...config, endpointUrl: cloud.url, sponsor: 'alice', actsAs: ['nobody'] });
  await adoptFirst(app.ledger, app.policyFile!, ['test']);
  return {
    app,
    cloud: cloud.url,
    /** Of one machine: it has the secret of the team, and nothing else. */
    home() {
      const home = mkdtempSync(join(tmpdir(), 'countersign-replica-'));
      copyFileSync(join(world.home, 'secret'), join(home, 'secret'));
      homes.push(home);
      return home;
    },
    async close() {
      app.close();
      await cloud.close();
      for (const home of homes) rmSync(home, { recursive: true, force: true });
    },
  };
}

async function startReplica(
  { bin, probe }: Required<Pick<Start, 'bin' | 'probe'>>,
  before: string[],
  settings: string[],
  address: string,
  env: Record<string, string>,
): Promise<Replica> {
  let log = '';
  let ended: Promise<number | null>;
  const begin = async (program: string) => {
    const child = spawn(process.execPath, [program, ...before, 'serve', ...settings], {
      env: { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', COUNTERSIGN_LOG_LEVEL: 'debug', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk) => (log += chunk));
    ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    for (let tries = 0; tries < 300; tries += 1) {
      if (child.exitCode !== null) throw new Error(`the server ended: ${log}`);
      const answer = await fetch(`http://${address}${probe}`).catch(() => undefined);
      if (answer?.ok) return child;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill('SIGKILL');
    throw new Error(`the server is not ready: ${log}`);
  };
  const replica: Replica = {
    process: await begin(bin),
    address,
    log: () => log,
    stop() {
      replica.process.kill('SIGTERM');
      return ended;
    },
    async again(other = bin) {
      await ended;
      replica.process = await begin(other);
    },
  };
  return replica;
}

export interface Asked {
  token?: string | undefined;
  method?: string;
  headers?: Record<string, string>;
  /** In place of a message: the bytes of the body. */
  body?: string;
  /** The replica that is asked, as the proxy asks it; else whoever listens at the address. */
  at?: Pick<Replica, 'address'>;
}

let lastId = 0;
/** One message of the older era, in which a call needs no beginning. */
export async function ask(
  url: string,
  message: object | undefined,
  { token, method = 'POST', headers = {}, body, at }: Asked = {},
) {
  lastId += 1;
  const given = body ?? (message && JSON.stringify({ jsonrpc: '2.0', id: lastId, ...message }));
  const response = await sent(url, at, {
    method,
    headers: {
      ...(given === undefined ? {} : { 'content-type': 'application/json' }),
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(given === undefined ? {} : { body: given }),
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, text: answer, message: messageIn(answer) };
}

/** `fetch` would name the replica as the Host. */
async function sent(url: string, at: Asked['at'], how: RequestInit) {
  if (!at) return fetch(url, how);
  const { host, pathname } = new URL(url);
  const asking = request(`http://${at.address}${pathname}`, {
    method: how.method ?? 'POST',
    headers: { ...(how.headers as Record<string, string>), host },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
  });
  asking.end(how.body as string | undefined);
  const answer = await answered;
  const headers = new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return new Response(await text(answer), { status: answer.statusCode ?? 0, headers });
}

/** Of a body that is JSON, or of the last event of a stream. */
function messageIn(text: string): Record<string, unknown> | undefined {
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .at(-1);
  try {
    return JSON.parse(data?.slice('data: '.length) ?? text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export const callOf = (name: unknown, input: unknown = {}) => ({
  method: 'tools/call',
  params: { name, arguments: input },
});

/** The structure of a tool's answer, or its error. */
export function contentOf({ message }: { message: Record<string, unknown> | undefined }): Record<string, unknown> {
  const result = (message?.result ?? {}) as {
    structuredContent?: Record<string, unknown>;
    content?: { text: string }[];
  };
  return result.structuredContent ?? { text: result.content?.[0]?.text, error: message?.error };
}

/** As the role of a server, which can neither edit an event nor make a table. */
export async function ledgerIn(database: Postgres): Promise<string> {
  const owner = await database.database();
  execFileSync(process.execPath, [BIN, 'ledger', 'migrate', '--owner-url', owner], { stdio: 'ignore' });
  return database.as(owner, `guard_${new URL(owner).pathname.slice(1)}`, 'countersign_server');
}

/** What a probe says, as who balances load would ask. */
export async function probed({ address }: Pick<Replica, 'address'>, path = '/readyz'): Promise<string> {
  const answer = await fetch(`http://${address}${path}`);
  return `${answer.status} ${(await answer.text()).trim()}`;
}
