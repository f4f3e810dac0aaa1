/** Compiled code is kept between starts, and run as it is: of whom, is decided by the folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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
  expect(own).toHaveLength(2);
  expect(own).toContainEqual(expect.stringMatching(/^[\da-f]{16}-v[\d.]+-\w+-\w+\/none$/));
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

const TELLS_SCRIPTS = `const vm = process.getBuiltinModule('node:vm');
vm.Script = class extends vm.Script { constructor(text, options) { super(text, options);
  if (options.filename) process.stderr.write((options.cachedData ? this.cachedDataRejected ? 'refused' : 'used' : 'compiled') + '\\n'); } };`;
/** What was made of the kept code of each file that `command` loads, and the one file that is kept for it then. */
function started(command: string[], exit = 0): { codes: string[]; kept: string; ended: boolean } {
  const hook = `data:text/javascript,${encodeURIComponent(TELLS_SCRIPTS)}`;
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: join(folder, 'tmp') };
  const args = ['--import', hook, BIN, '--home', join(folder, 'state'), ...command];
  const { stderr, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(status, stderr).toBe(exit);
  const build = join(home, '.cache/countersign', readdirSync(join(home, '.cache/countersign'))[0]!);
  const kept = join(build, command[0] === '--version' ? 'none' : command.join('-'));
  const { isEnded: ended } = JSON.parse(readFileSync(kept, 'utf8').split('\n')[0]!) as { isEnded: boolean };
  return { codes: stderr.match(/^(?:refused|used|compiled)$/gm) ?? [], kept, ended };
}
const each = (what: string, { length }: string[]) => Array.from({ length }, () => what);

it('the code of a command is compiled once, and what one loads is kept apart from what another does', () => {
  const first = started(['changes']);
  expect(first.codes).toEqual(each('compiled', first.codes));
  expect(first.codes.length).toBeGreaterThan(3);
  const { mtimeMs } = statSync(first.kept);
  expect(started(['changes']).codes).toEqual(each('used', first.codes));
  expect(statSync(first.kept).mtimeMs).toBe(mtimeMs);
  expect(started(['audit', 'show']).codes[0]).toBe('compiled');
  expect(readdirSync(join(first.kept, '..')).sort()).toEqual(['audit-show', 'changes']);
});

it('what a run that failed has called is kept until one ends well', () => {
  writeFileSync(join(folder, 'state'), 'no folder');
  expect(started(['changes'], 1).ended).toBe(false);
  rmSync(join(folder, 'state'));
  expect(started(['changes']).ended).toBe(true);
  const { codes } = started(['changes']);
  expect(codes).toEqual(each('used', codes));
});

it.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1_000)],
  ['empty', () => Buffer.alloc(0)],
  ['without a head', (bytes: Buffer) => bytes.subarray(bytes.indexOf('\n') + 1)],
  ['of zeros below its head', (bytes: Buffer) => Buffer.from(bytes).fill(0, bytes.indexOf('\n') + 1)],
  ['JSON of another kind', () => Buffer.from('[1]\n')],
])('kept code that is %s is not run, and is made again', (_what, spoil) => {
  const { kept, codes } = started(['changes']);
  writeFileSync(kept, spoil(readFileSync(kept)));
  expect(started(['changes']).codes).not.toEqual(each('used', codes));
  expect(started(['changes']).codes).toEqual(each('used', codes));
});

it('what other builds have kept is deleted by a new one, after a month', () => {
  const place = join(home, '.cache/countersign');
  for (const name of ['old', 'lately']) mkdirSync(join(place, name), { recursive: true, mode: 0o700 });
  const days = (count: number) => new Date(Date.now() - count * 86_400_000);
  utimesSync(join(place, 'old'), days(31), days(31));
  utimesSync(join(place, 'lately'), days(29), days(29));
  keptAfterStart();
  expect(readdirSync(place).filter((name) => !/^[\da-f]{16}-/.test(name))).toEqual(['lately']);
});

it('a command that changes the flags of V8 keeps nothing: V8 would refuse it at the next start', () => {
  const flags = `process.on('beforeExit', () => process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=3'))`;
  const env = { PATH: process.env.PATH, HOME: home };
  execFileSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(flags)}`, BIN, '--version'], {
    env,
  });
  expect(readdirSync(join(home, '.cache/countersign'), { recursive: true })).toHaveLength(1);
});
