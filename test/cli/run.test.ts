/** `countersign run` as a process of its own, on a state folder that others use at the same time. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setHalt } from '../../src/cli/halt.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { signedByAll } from '../attacks/attempts.ts';
import { needs } from '../needs.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
const started: ChildProcess[] = [];

beforeEach(async () => {
  world = await openTestWorld();
  const policy = world.policyText.replace(
    'stacks: ["*-prod"], environment: production, execute: by_command',
    'stacks: ["*-prod"], environment: production, execute: by_runner',
  );
  await world.another({ policy });
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  world.close();
});

const healthPath = (name = 'health.json') => join(world.home, name);
const health = (name?: string) =>
  existsSync(healthPath(name)) ? JSON.parse(readFileSync(healthPath(name), 'utf8')) : { state: 'none' };

function countersign(...args: string[]): string {
  const shared = ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
  const env = { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-west-1', COUNTERSIGN_SPONSOR: 'alice' };
  return execFileSync(process.execPath, [bin, ...shared, ...args], { env, encoding: 'utf8' });
}

interface Running {
  child: ChildProcess;
  ended: Promise<number | null>;
  output(): string;
}
function begin(...args: string[]): Running {
  const env = { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-west-1' };
  const shared = ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
  const child = spawn(process.execPath, [bin, ...shared, 'run', '--health', healthPath(), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return { child, ended: new Promise((resolve) => child.on('close', resolve)), output: () => output };
}
async function until(what: string, isSo: () => boolean | Promise<boolean>, told?: Running): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${what}\n${told?.output() ?? ''}`);
}
const stateOf = async (id: string) => (await world.app.changes.find(id)).state;
const approved = async (memory = 1024, stack = STACK) =>
  signedByAll(world, world.app, await proposeFix(world, memory, stack));
async function ready(...args: string[]): Promise<Running> {
  const running = begin(...args);
  await until('ready', () => health().state === 'ready', running);
  return running;
}
const written = () => world.writes().map(({ operation }) => operation);
const verified = async () => {
  const { verifyLedger } = await import('../../src/ledger/open.ts');
  return await verifyLedger(world.home);
};
const slow = (operation: string, milliseconds = 60_000) =>
  world.store.transact((inside) => addFault(inside, { kind: 'latency', operation, milliseconds }));

describe('countersign run', () => {
  it('refuses an account that the policy does not name, before it starts', async () => {
    const running = begin('--account', 'mian');
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(/^INPUT_ACCOUNT_UNKNOWN: .*mian/);
  });
  it('executes what is approved in its scopes, before and after it starts, and leaves others alone', async () => {
    const before = await approved();
    const byCommand = await approved(1024, DEV_STACK);
    const running = await ready();
    await until('executed', async () => (await stateOf(before)) === 'succeeded', running);
    const pending = await proposeFix(world, 2048);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await stateOf(pending)).toBe('pending');
    await signedByAll(world, world.app, pending);
    await until('executed', async () => (await stateOf(pending)) === 'succeeded', running);
    expect(await stateOf(byCommand)).toBe('approved');
    expect(written()).toEqual(['ExecuteChangeSet', 'ExecuteChangeSet']);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain(`${pending} succeeded`);
    expect(existsSync(healthPath())).toBe(false);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it('told to stop in the middle of a change ends it first, and takes no more', async () => {
    world.store.setPace(0.5);
    const id = await approved();
    const running = await ready();
    await until('begun', async () => (await stateOf(id)) === 'executing', running);
    running.child.kill('SIGTERM');
    await until('stopping', () => health().state === 'stopping', running);
    expect(health().under_way).toEqual([id]);
    expect(await running.ended).toBe(0);
    expect(await stateOf(id)).toBe('succeeded');
    expect(running.output()).toContain(`Stopping. Under way: ${id}`);
  });

  it('told to stop within a time, or twice, says what it left', async () => {
    const id = await approved();
    slow('ExecuteChangeSet');
    const running = await ready('--stop-within', '0.3');
    await until('begun', async () => (await stateOf(id)) === 'executing', running);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain(`Left under way: ${id}.`);
    expect(await stateOf(id)).toBe('executing');
  });

  it('that was killed looks, at its next start, for what it left, and repeats nothing', async () => {
    world.store.setPace(3);
    const id = await approved();
    const first = await ready();
    await until(
      'accepted',
      async () => (await world.app.ledger.events({ changeId: id })).some(({ kind }) => kind === 'call.returned'),
      first,
    );
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await stateOf(id)).toBe('executing');
    world.store.setPace(0);
    const second = begin();
    await until('settled', async () => (await stateOf(id)) === 'succeeded', second);
    expect(written()).toEqual(['ExecuteChangeSet']);
    await until('told', () => second.output().includes(`${id} succeeded: `), second);
  });

  it('takes no more during a halt, and goes on after it', async () => {
    const running = await ready();
    await setHalt({ home: world.home, actsAs: ['carol'] }, 'halted');
    await until('halted', () => health().state === 'halted', running);
    const id = await signedByAll(world, world.app, await proposed());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await stateOf(id)).toBe('approved');
    expect(written()).toEqual([]);
    await setHalt({ home: world.home, actsAs: ['carol'] }, 'resumed');
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
  });
  /** Proposed before a halt, which refuses planning. */
  async function proposed(): Promise<string> {
    await setHalt({ home: world.home, actsAs: ['carol'] }, 'resumed');
    const id = await proposeFix(world);
    await setHalt({ home: world.home, actsAs: ['carol'] }, 'halted');
    return id;
  }

  it('outlives a ledger that is locked for long, and then goes on', async () => {
    const running = await ready();
    const id = await approved();
    const other = new Database(join(world.home, 'ledger.db'));
    other.exec('BEGIN EXCLUSIVE');
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(running.child.exitCode).toBeNull();
    other.exec('ROLLBACK');
    other.close();
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
    expect(written()).toEqual(['ExecuteChangeSet']);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it('outlives a state folder that is away, makes no other one, and goes on when it is back', async () => {
    const running = await ready();
    const away = `${world.home}-away`;
    renameSync(join(world.home, 'ledger.db'), `${away}.db`);
    await until('waiting', () => health().state === 'waiting', running);
    expect(health().problem).toContain('There is no ledger');
    expect(existsSync(join(world.home, 'ledger.db'))).toBe(false);
    renameSync(`${away}.db`, join(world.home, 'ledger.db'));
    const id = await approved();
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
    expect(running.output()).toContain('The runner goes on.');
  });

  it('beside a second one executes each change once', async () => {
    const running = [begin(), begin('--health', healthPath('other.json'))];
    await until('ready', () => health().state === 'ready' && health('other.json').state === 'ready', running[1]);
    const ids = [await approved(1024), await approved(1024, 'cost-reports-prod').catch(() => '')].filter(Boolean);
    for (const id of ids)
      await until('ended', async () => !['approved', 'executing'].includes(await stateOf(id)), running[0]);
    expect(await stateOf(ids[0]!)).toBe('succeeded');
    expect(written()).toHaveLength(ids.length);
    expect(running.every(({ child }) => child.exitCode === null)).toBe(true);
  });

  it('tries again what was refused for a reason that passes', async () => {
    const id = await approved();
    world.store.transact((inside) =>
      addFault(inside, { kind: 'expired_credentials', operation: 'DescribeStacks', times: 1 }),
    );
    const running = await ready();
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
    expect(running.output()).toContain(`${id} is not executed now. AWS_CREDENTIALS_EXPIRED`);
  });

  it('waits while the policy is edited and not adopted, and goes on under the adopted one', async () => {
    const running = await ready();
    const policy = readFileSync(join(world.home, 'policy.yaml'), 'utf8').replace(
      'execute: by_command',
      'execute: plan_only',
    );
    writeFileSync(join(world.home, 'policy.yaml'), policy);
    await until('waiting', () => health().state === 'waiting', running);
    expect(health().problem).toContain('CONFIG_POLICY_CHANGED');
    await world.another({ policy });
    const id = await approved();
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
  });

  it('is for the accounts that are named', async () => {
    const id = await approved();
    const running = await ready('--account', 'main');
    await until('executed', async () => (await stateOf(id)) === 'succeeded', running);
  });
});

describe('that a runner is there', () => {
  const told = (): string[] | undefined => JSON.parse(countersign('tool', 'describe_policy')).runners;

  it('is told to agents and people, from what it recorded and what the system says of its process', async () => {
    expect(told()).toEqual(['none: approved changes of by_runner scopes wait, or a person executes them']);
    const running = await ready();
    expect(told()).toEqual([expect.stringMatching(/^running since .* \(process \d+ on .+\)$/)]);
    expect(countersign('changes')).toContain('runner: running since ');
    running.child.kill('SIGKILL');
    await running.ended;
    expect(told()).toEqual(['none: approved changes of by_runner scopes wait, or a person executes them']);
    const again = await ready();
    again.child.kill('SIGTERM');
    await again.ended;
    expect(told()).toEqual(['none: approved changes of by_runner scopes wait, or a person executes them']);
  });

  it('is told with an approved change: whoever executes it', async () => {
    const id = await approved();
    const next = async () => JSON.stringify((await world.call('describe_change', { change_id: id })).next);
    expect(await next()).toContain('no runner is running');
    expect(await next()).toContain(`countersign --sandbox execute ${id}`);
  });
});

describe('the systemd unit', () => {
  const unit = readFileSync(new URL('../../examples/systemd/countersign-runner.service', import.meta.url), 'utf8');

  it('is what systemd takes', (context) => {
    needs(context, 'systemd-analyze', spawnSync('systemd-analyze', ['--version']).status === 0);
    const file = join(world.home, 'countersign-runner.service');
    // Neither the program nor its user is on this machine.
    writeFileSync(
      file,
      unit.replace('/usr/local/bin/countersign', process.execPath).replace(/^(?:User|Group)=.*$/gm, ''),
    );
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes('countersign-runner'))]).toEqual([0, []]);
  });

  it('starts the command with options that it has', () => {
    const [, ...args] = /^ExecStart=(.+)$/m.exec(unit)![1]!.split(' ');
    const asked = args.map((one) => (one.startsWith('/') ? world.home : one));
    expect(args).toContain('run');
    expect(countersign(...asked.filter((one) => one !== '--sandbox'), '--help')).toContain('--stop-within');
  });
});
