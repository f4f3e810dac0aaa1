/** The compose file, step by step as its head says, with its own commands and variables; docker alone is missing. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import { postgresHere } from '../postgres-here.ts';
import { openTestWorld, type TestWorld } from '../world.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { ask, BIN, callOf, contentOf, freePort, probed } from './team.ts';

interface Service {
  command: string;
  environment: Record<string, string>;
  healthcheck: { test: string[] };
}
const text = readFileSync(new URL('../../examples/deploy/compose.yaml', import.meta.url), 'utf8');
const { services }: { services: Record<string, Service> } = parse(text, { merge: true });
/** As `.env` has them; the database of the test asks for none. */
const ENV = {
  GUARD_PASSWORD: 'guard0',
  OWNER_PASSWORD: 'owner0',
  AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
  AWS_SECRET_ACCESS_KEY: 's',
};
const RESOURCE = 'https://guard.example.com/mcp';

const server = postgresHere();
let world: TestWorld;
let cloud: Awaited<ReturnType<typeof startSandboxServer>>;
let provider: IdentityProvider;
let state: string;
let database: string;
const started: ReturnType<typeof spawn>[] = [];
beforeAll(async () => {
  world = await openTestWorld();
  cloud = await startSandboxServer(createSandbox(world.store), 0);
  provider = await startIdentityProvider([RESOURCE]);
  await world.another({
    policy: world.policyText.replace('signs_in_as: [alice]', `signs_in_as: ["${provider.issuer}#alice"]`),
  });
  state = mkdtempSync(join(tmpdir(), 'countersign-compose-'));
  mkdirSync(join(state, 'policy'));
  copyFileSync(join(world.home, 'policy.yaml'), join(state, 'policy/countersign.policy.yaml'));
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await provider.close();
  await cloud.close();
  world.close();
  rmSync(state, { recursive: true });
});

/** As docker compose fills in variables, and names of services and volumes mean something. */
function filled(value: string, port = 0): string {
  return value
    .replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name, usual = '') => (ENV as Record<string, string>)[name] ?? usual)
    .replace(/@database\/countersign/, `@${new URL(database).host}${new URL(database).pathname}`)
    .replaceAll('/home/node/state', join(state, 'home'))
    .replaceAll('/policy/', `${state}/policy/`)
    .replace('0.0.0.0:8080', `127.0.0.1:${port}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replace('https://login.example.com', provider.issuer);
}
function partsOf(name: string, port = 0) {
  const { command, environment } = services[name]!;
  const [, rest = ''] = /^npx (?:--yes |-p \S+ )*countersign(?:@\S+)? (.*)$/s.exec(command.trim()) ?? [];
  const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filled(value, port)]));
  return {
    args: [BIN, ...filled(rest, port).trim().split(/\s+/)],
    env: { PATH: process.env.PATH, ...env, AWS_ENDPOINT_URL: cloud.url },
  };
}
const once = (name: string) => {
  const { args, env } = partsOf(name);
  return spawnSync(process.execPath, args, { encoding: 'utf8', env });
};

it('makes a database, a role, a policy in force and two replicas that answer', async () => {
  database = await server().database();
  const migrated = once('migrate');
  expect([migrated.status, migrated.stderr]).toEqual([0, '']);
  // The shell of the step has what `.env` says.
  const [, sql = ''] = /^# {3}3\. \. \.\/\.env && docker compose exec database psql .* -c "(.*)"$/m.exec(text) ?? [];
  const expanded = execFileSync('sh', ['-c', `printf '%s' "${sql}"`], { encoding: 'utf8', env: ENV });
  expect(expanded).toContain("PASSWORD 'guard0'");
  server().run('psql', database, '-v', 'ON_ERROR_STOP=1', '-c', expanded);
  const adopted = once('adopt');
  expect([adopted.status, adopted.stderr]).toEqual([0, expect.any(String)]);
  for (const name of ['guard-1', 'guard-2']) {
    const port = await freePort();
    const { args, env } = partsOf(name, port);
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    started.push(child);
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const [, program = '', ...words] = services[name]!.healthcheck.test;
    // The provider answers in this process.
    const isHealthy = () =>
      new Promise<boolean>((resolve) => {
        const asked = words.map((word) => filled(word, port));
        spawn(program, asked, { stdio: 'ignore' }).once('close', (status) => resolve(status === 0));
      });
    expect(program).toBe('node');
    for (let tries = 0; !(await isHealthy()); tries += 1) {
      if (tries > 100 || child.exitCode !== null) throw new Error(`${name} is not healthy: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const at = { address: `127.0.0.1:${port}` };
    expect(await probed(at)).toBe('200 ready');
    const token = await provider.tokenFor('alice');
    const answer = await ask(RESOURCE, callOf('describe_policy'), { token, at });
    expect(contentOf(answer)).toMatchObject({ policy: 'in force', sponsor: 'alice (signed in)' });
  }
}, 60_000);
