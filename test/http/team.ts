/** A team server as it is run: processes of the command on one state folder, before a real identity provider. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
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
}
export interface Team {
  world: TestWorld;
  provider: IdentityProvider;
  /** Under which clients know the server. */
  resource: string;
  /** @param cloud the address of one, in place of the sandbox in the process. */
  start(how?: { more?: string[]; env?: Record<string, string>; cloud?: string }): Promise<Replica>;
  close(): Promise<void>;
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

/** @param port of what clients ask; the first replica listens there, unless something stands before it. */
export async function openTeam(port?: number): Promise<Team> {
  const own = port ?? (await freePort());
  const resource = `http://127.0.0.1:${own}/mcp`;
  const provider = await startIdentityProvider([resource, 'https://other.example.com/mcp']);
  const world = await openTestWorld();
  const replicas: Replica[] = [];
  const policy = ['alice', 'bob'].reduce(
    (text, name) => text.replace(`signs_in_as: [${name}]`, `signs_in_as: [${name}, "${provider.issuer}#${name}"]`),
    world.policyText,
  );
  await world.another({ policy });
  return {
    world,
    provider,
    resource,
    async start({ more = [], env = {}, cloud } = {}) {
      const at = replicas.length === 0 && port === undefined ? own : await freePort();
      const replica = await startReplica(
        ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), ...(cloud ? [] : ['--sandbox'])],
        ['--http', `127.0.0.1:${at}`, '--resource', resource, '--issuer', provider.issuer, ...more],
        `127.0.0.1:${at}`,
        cloud ? { ...env, AWS_ENDPOINT_URL: cloud, AWS_ACCESS_KEY_ID: 'AKIASANDBOX', AWS_SECRET_ACCESS_KEY: 's' } : env,
      );
      replicas.push(replica);
      return replica;
    },
    async close() {
      for (const { process } of replicas) process.kill('SIGKILL');
      await provider.close();
      world.close();
    },
  };
}

async function startReplica(
  before: string[],
  settings: string[],
  address: string,
  env: Record<string, string>,
): Promise<Replica> {
  const child = spawn(process.execPath, [BIN, ...before, 'serve', ...settings], {
    env: { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', COUNTERSIGN_LOG_LEVEL: 'debug', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const replica: Replica = {
    process: child,
    address,
    log: () => log,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${log}`);
    const answer = await fetch(`http://${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return replica;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the server is not ready: ${log}`);
}

export interface Asked {
  token?: string | undefined;
  method?: string;
  headers?: Record<string, string>;
  /** In place of a message: the bytes of the body. */
  body?: string;
}

let lastId = 0;
/** One message of the older era, in which a call needs no beginning. */
export async function ask(
  url: string,
  message: object | undefined,
  { token, method = 'POST', headers = {}, body }: Asked = {},
) {
  lastId += 1;
  const given = body ?? (message && JSON.stringify({ jsonrpc: '2.0', id: lastId, ...message }));
  const response = await fetch(url, {
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
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, message: messageIn(text) };
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
