/** Node keeps compiled code between starts, and runs it as it is: of whom, is decided by the folder. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BIN = new URL('../../bin/countersign.js', import.meta.url).pathname;
let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-cache-'));
  home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(join(folder, 'tmp'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What was kept: below the user's home, and below the folder for temporary files. */
function keptAfterStart(): { own: string[]; temporary: string[] } {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: join(folder, 'tmp') };
  expect(execFileSync(process.execPath, [BIN, '--version'], { env, encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
  const own = join(home, '.cache/countersign');
  return {
    own: existsSync(own) ? readdirSync(own, { recursive: true, encoding: 'utf8' }) : [],
    temporary: readdirSync(join(folder, 'tmp')),
  };
}

it('compiled code is kept in the home of the user, for that user alone, and never below /tmp', () => {
  const { own, temporary } = keptAfterStart();
  expect(own.length).toBeGreaterThan(2);
  expect(temporary).toEqual([]);
  expect(statSync(join(home, '.cache/countersign')).mode & 0o777).toBe(0o700);
});

it.each([
  ['the home', () => chmodSync(home, 0o777)],
  [
    'the caches of a user',
    () => mkdirSync(join(home, '.cache'), { mode: 0o777 }) ?? chmodSync(join(home, '.cache'), 0o777),
  ],
  [
    'the folder',
    () => {
      mkdirSync(join(home, '.cache/countersign'), { recursive: true });
      chmodSync(join(home, '.cache/countersign'), 0o775);
    },
  ],
])('nothing is kept, nor run, where others can write %s', (_what, open) => {
  open();
  expect(keptAfterStart()).toEqual({ own: [], temporary: [] });
});

it('nothing is kept behind a link, which another may move', () => {
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(home, '.cache'));
  expect(keptAfterStart()).toEqual({ own: [], temporary: [] });
});

it.runIf(process.geteuid?.() === 0)('nothing is kept in the home of another user', () => {
  execFileSync('chown', ['-R', '65534', home]);
  expect(keptAfterStart()).toEqual({ own: [], temporary: [] });
});
