/** Is a process of this machine still at it? A number alone is no process: numbers are given again. */
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Owner } from '../../src/core/owner.ts';
import { createOwners } from '../../src/processes.ts';

const owners = createOwners();
const { owner: own, end } = owners.begin();
const like = (over: Partial<Owner>): Owner => ({ ...own, ...over });

it('this process is alive to an execution until that ends, and to no other', () => {
  expect(owners.presenceOf(own)).toBe('alive');
  expect(owners.presenceOf(like({ token: 'other' }))).toBe('dead');
  end();
  expect(owners.presenceOf(own)).toBe('dead');
});

it('a process that is there and cannot be looked at is neither alive nor dead', () => {
  const hidden = createOwners({ isThere: () => true, statOf: () => null });
  expect(hidden.presenceOf(like({ pid: 2 ** 22 + 1, started: '1' }))).toBe('elsewhere');
  const gone = createOwners({ isThere: () => false, statOf: () => null });
  expect(gone.presenceOf(like({ pid: 2 ** 22 + 1, started: '1' }))).toBe('dead');
});

it('another process is alive as long as it runs, and dead from the moment of SIGKILL on', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const seen = createOwners();
  if (own.started !== null) {
    // Its own start time is not ours: a process that got the number later is another one.
    expect(seen.presenceOf(like({ pid }))).toBe('dead');
    const { readFileSync } = await import('node:fs');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    expect(seen.presenceOf(like({ pid, started }))).toBe('alive');
    child.kill('SIGKILL');
    for (let turn = 0; turn < 500 && seen.presenceOf(like({ pid, started })) === 'alive'; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.presenceOf(like({ pid, started }))).toBe('dead');
  } else {
    expect(seen.presenceOf(like({ pid }))).toBe('alive');
    child.kill('SIGKILL');
  }
});

it.each<[string, Partial<Owner>, string]>([
  ['another host', { host: 'other' }, 'elsewhere'],
  ['this host before it was started again', { boot: 'before' }, own.boot === null ? 'elsewhere' : 'dead'],
  ['another container of this host', { space: 'pid:[1]' }, 'elsewhere'],
  ['a host that does not say its boot', { boot: null }, own.boot === null ? 'dead' : 'elsewhere'],
  ['a number that no process has', { pid: 2 ** 22 + 1, started: '1' }, 'dead'],
])('of %s', (_what, over, presence) => {
  expect(owners.presenceOf(like({ token: 'gone', ...over }))).toBe(presence);
});
