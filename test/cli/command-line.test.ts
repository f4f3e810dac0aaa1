/** The command as a shell meets it: pipes that are slow or closed early, wrong use, who executes. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** @param script with `countersign` in it; @param policy of the environment. */
async function shell(script: string, policy: string | undefined = join(world.home, 'policy.yaml')) {
  const env = {
    PATH: process.env.PATH ?? '',
    COUNTERSIGN_HOME: world.home,
    ...(policy === '' ? {} : { COUNTERSIGN_POLICY: policy }),
  };
  const define = `countersign() { "${process.execPath}" "${bin}" "$@"; }\n`;
  try {
    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['--norc', '-c', `set -o pipefail\n${define}${script}`],
      {
        env,
      },
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
const sign = async (id: string, person: string) =>
  approve(world.app, id, {
    decision: 'approve',
    key: world.keyOf(person),
    as: person,
    confirm: (await world.app.changes.find(id)).target.name,
  });

describe('at a shell', () => {
  it('takes a signature that comes through a pipe later than the command looks for it', async () => {
    const id = await proposeFix(world);
    const signed = await shell(
      `countersign show ${id} --statement --as bob | (sleep 1; ssh-keygen -q -Y sign -n countersign-approval@v1 -f ${world.keyOf('bob')}) |
         countersign approve ${id} --as bob --signature -`,
    );
    expect(signed).toMatchObject({ code: 0, stdout: expect.stringContaining('is approved') });
  });

  it('ends quietly when the reader of its output has read enough', async () => {
    const { stderr } = await shell('countersign policy schema | head -c 10');
    expect(stderr).toBe('');
  });

  it('exits 2 on wrong use, and 0 when asked for help', async () => {
    expect(await shell('countersign tool')).toMatchObject({ code: 2, stderr: expect.stringContaining('name') });
    expect(await shell('countersign nonsense')).toMatchObject({ code: 2 });
    expect(await shell('countersign sandbox --port nonsense')).toMatchObject({ code: 2 });
    expect(await shell('countersign --help')).toMatchObject({ code: 0 });
    expect(await shell('countersign --version')).toMatchObject({ code: 0 });
  });

  it('names the port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await shell(`countersign sandbox --port ${port}`);
    taken.close();
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${port} is in use.`) });
  });

  it('says that the policy is missing, not that a key is unknown', async () => {
    const id = await proposeFix(world);
    const { code, stderr } = await shell(`countersign approve ${id} --key ${world.keyOf('bob')} < /dev/null`, '');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CONFIG_NO_POLICY: /) });
  });

  it('prints nothing that moves a terminal, whatever it was given', async () => {
    for (const command of ['show', 'execute', 'tool']) {
      const { stdout, stderr } = await shell(`countersign ${command} $'x\\e[31m\\xe2\\x80\\xaey\\xc2\\x9b2J'`);
      expect(stdout + stderr, command).toMatch(/x\\+u\{1b\}\[31m\\+u\{202e\}y/);
      expect(stdout + stderr, command).not.toMatch(/[\u001b\u202e\u009b]/);
    }
  });

  it('keeps the simulated cloud from other users, too', () => {
    expect(statSync(join(world.home, 'sandbox.db')).mode & 0o777).toBe(0o600);
  });
});

describe('who executes', () => {
  it('is anyone with the credentials, with no sponsor of their own', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    expect(await world.execute(id, await world.another({ sponsor: undefined }))).toMatchObject({ state: 'succeeded' });
  });

  it('may be the one who signed, under their own login, with nobody left who could sign', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const withoutCarol = world.policyText.replace(/ {2}carol: .*\n/, '');
    const bobs = await world.another({ actsAs: ['bob'], policy: withoutCarol });
    expect(await world.execute(id, bobs)).toMatchObject({ state: 'succeeded' });
  });

  it('keeps the signatures when the command goes to another cloud by mistake', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    expect(await shell(`AWS_REGION=eu-west-1 countersign execute ${id}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^CONFIG_INVALID: .*but this command uses aws\.\nRun the command again with --sandbox/,
      ),
    });
    expect((await world.app.changes.find(id)).state).toBe('approved');
    expect(await shell(`countersign --sandbox execute ${id}`)).toMatchObject({ code: 0 });
  });

  it('does not count when the sponsor has left the policy: that is stale', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const withoutAlice = world.policyText.replace(/ {2}alice: .*\n/, '');
    const bobs = await world.another({ sponsor: 'bob', policy: withoutAlice });
    await expect(world.execute(id, bobs)).rejects.toMatchObject({ code: 'STATE_STALE' });
    expect(world.writes()).toEqual([]);
  });
});

describe('audit', () => {
  it('prints a checkpoint, and against it sees an end that was cut off', async () => {
    await proposeFix(world);
    const head = join(world.home, 'head');
    expect(
      await shell(`countersign audit checkpoint > ${head} && countersign audit verify --checkpoint ${head}`),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Anchored: the checkpoint of \d+ events matches/),
    });
    const db = new Database(join(world.home, 'ledger.db'));
    db.exec('DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)');
    db.close();
    expect(await shell('countersign audit verify')).toMatchObject({ code: 0 });
    expect(await shell(`countersign audit verify --checkpoint ${head}`)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('truncated'),
    });
    expect(await shell(`countersign audit verify --checkpoint ${head}.none`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('INPUT_NOT_FOUND'),
    });
  });
});
