/** The command as it is installed: the bundle serves the page, prints one link after another, and ends when told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

function started(...args: string[]) {
  const child = spawn(process.execPath, [bin, '--sandbox', 'review', ...args], {
    env: { PATH: process.env.PATH, COUNTERSIGN_HOME: world.home, COUNTERSIGN_POLICY: join(world.home, 'policy.yaml') },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const links = async (count: number): Promise<string[]> => {
    for (;;) {
      const found = out.match(/http:\/\/localhost:\d+\/enter\/\S+/g) ?? [];
      if (found.length >= count) return found;
      if (child.exitCode !== null) throw new Error(`ended: ${err}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, links, ended: once(child, 'exit'), said: () => ({ out, err }) };
}

it('serves the page, tells the next link when one is used, and ends with the terminal', async () => {
  const id = await proposeFix(world);
  const { child, links, ended } = started();
  const [link] = await links(1);
  const entered = await fetch(link!);
  const cookie = String(entered.headers.get('set-cookie')).split(';')[0]!;
  expect(await links(2)).toHaveLength(2);
  const origin = new URL(link!).origin;
  const text = async (path: string) => (await fetch(origin + path, { headers: { cookie } })).text();
  expect(await text('/')).toContain(id);
  expect(await text(`/changes/${id}`)).toContain('id="decide"');
  const [, style] = /href="(\/style\.css)"/.exec(await text('/'))!;
  expect(await text(style!)).toContain('--paper');
  expect(await text('/script.js')).toContain('EventSource');
  // What owners adopt while it runs is followed: a person who is new is one of those to choose from.
  expect(await text('/')).not.toContain('value="dave"');
  await world.another({ policy: `${world.policyText}  dave: { signs_in_as: [dave], roles: [sre] }\n` });
  expect(await text('/')).toContain('value="dave"');
  // A page that is open does not hold it.
  const feed = await fetch(`${origin}/events`, { headers: { cookie } });
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  await feed.body?.cancel().catch(() => undefined);
});

it('says which port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { ended, said } = started('--port', String(port));
  expect((await ended)[0]).toBe(1);
  expect(said().err).toContain(`INPUT_INVALID: Port ${port} is in use`);
  other.close();
});

it.each([
  ['--port', '70000'],
  ['--origin', 'http://review.example.com'],
])('refuses %s %s', async (...args) => {
  const { ended, said } = started(...args);
  expect((await ended)[0]).not.toBe(0);
  expect(said().err).not.toContain('    at ');
});
