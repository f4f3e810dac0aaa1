/** Runs spin, the C compiler and pan over road.pml. pan exits with 0 whatever it finds, so its text is read. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rulesOfModel } from './rules.ts';

const model = new URL('road.pml', import.meta.url).pathname;
const run = promisify(execFile);

export function hasSpin(): boolean {
  try {
    for (const program of [
      ['spin', '-V'],
      ['cc', '--version'],
    ] as const)
      execFileSync(program[0], [program[1]], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Found {
  /** `holds`, the assertion that is broken, or why the search did not come to its end. */
  result: string;
  states: number;
}

/** @param options of the preprocessor: `-DCRASHES=0`. */
export async function checkModel(
  options: readonly string[],
  { rules = rulesOfModel(), level = '-O2' } = {},
): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-model-'));
  try {
    copyFileSync(model, join(folder, 'road.pml'));
    writeFileSync(join(folder, 'rules.pml'), rules);
    const inside = { cwd: folder, maxBuffer: 50_000_000 };
    await run('spin', ['-a', ...options, 'road.pml'], inside);
    await run('cc', [level, '-w', '-DSAFETY', '-o', 'pan', 'pan.c'], inside);
    const { stdout } = await run('./pan', ['-m200000', '-b'], inside).catch((error: { stdout?: string }) => ({
      stdout: String(error.stdout ?? error),
    }));
    return { result: resultIn(stdout), states: Number(/(\d+) states, stored/.exec(stdout)?.[1] ?? 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultIn(text: string): string {
  if (/max search depth too small|out of memory|aborted/.test(text)) return 'did not finish';
  const broken = /pan:1: (.*?) \(at depth/.exec(text)?.[1];
  if (broken) return broken.replace(/\s+/g, ' ');
  return /errors: 0/.test(text) && /states, stored/.test(text) ? 'holds' : `not understood: ${text.slice(0, 300)}`;
}

/** As it is built. `CREDENTIALS_END`: the end of the credentials proves, in place of the age of the signatures. */
export const AS_BUILT: readonly (readonly string[])[] = [['-DREPEATS=0'], ['-DCRASHES=0']];
export const LARGER: readonly (readonly string[])[] = [
  [],
  ['-DCREDENTIALS_END', '-DNO_AGE'],
  ['-DCREDENTIALS_END', '-DREPEATS=0'],
  ['-DCRASHES=2', '-DREPEATS=0'],
];

/** What goes wrong when one thing is built otherwise, by the assertion that breaks. */
export const FAULTS: readonly [option: string, means: string, breaks: RegExp][] = [
  ['SEND_FIRST', 'the call leaves before its intent', /assertion violated/],
  ['HALT_EARLIER', 'the halt is not read in the transaction of the intent', /!\(halted\)/],
  ['NO_LOCK', 'another change of the target is not looked for', /assertion violated/],
  ['NO_FENCE', 'an outcome is recorded without asking whether the change is still executing', /assertion violated/],
  ['NO_FENCE_AT_INTENT', 'an intent is recorded after the change was ended', /assertion violated/],
  ['SIGN_AT_SEND', 'the signature has the date of the sending, not of the intent', /assertion violated/],
  ['TAKEN_IS_REFUSED', 'a refusal is believed though an earlier copy was carried out', /assertion violated/],
  ['LOOK_FIRST', 'the look comes before the proof', /assertion violated/],
  ['WHILE_ALIVE', 'it is settled while its executor is at it', /assertion violated/],
  ['DEAD_IS_ENOUGH', 'it is settled because its executor is dead', /assertion violated/],
  ['SILENT_IS_ENOUGH', 'a worker that was not heard of is taken for one that sends no more', /assertion violated/],
  ['CLOSE_EARLY', 'a person closes while a request may arrive', /assertion violated/],
  ['REACH', 'no fault: both changes can succeed', /state\[0\].*state\[1\]/],
];
