/** Commands at a real terminal, which script(1) gives: its width, its colours, and none where there is no terminal. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { widthOf } from '../../src/render/layout.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;
const bin = join(root, 'bin/countersign.js');
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
let world: TestWorld;
let change: string;
let plan: string;
beforeAll(async () => {
  world = await openTestWorld();
  change = await proposeFix(world);
  plan = String((await world.call('plan_stack_delete', { stack: STACK })).plan_id);
});
afterAll(() => world.close());

const env = (more: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  TERM: 'xterm',
  COUNTERSIGN_HOME: world.home,
  COUNTERSIGN_POLICY: join(world.home, 'policy.yaml'),
  ...more,
});
function atTerminal(command: string[], width: number, more: Record<string, string> = {}): string {
  const line = [process.execPath, bin, '--sandbox', ...command].map((word) => `'${word}'`).join(' ');
  const given = ['-qec', `stty cols ${width} rows 40; ${line} || true`, '/dev/null'];
  return execFileSync('script', given, { env: env(more), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
const piped = (command: string[], more: Record<string, string> = {}) =>
  execFileSync(process.execPath, [bin, ...command], { env: env(more), encoding: 'utf8' });
const hasColours = (text: string) => text.includes('\u001b[3') || text.includes('\u001b[1m');

describe.runIf(hasTerminal)('at a terminal', () => {
  it.each([
    ['changes', () => ['changes']],
    ['plans', () => ['plans']],
    ['status', () => ['status']],
    ['show', () => ['show', change]],
    ['policy explain', () => ['policy', 'explain', plan]],
    ['a refusal', () => ['show', 'chg_0000000000000000']],
    ['help', () => ['policy', 'adopt', '--help']],
  ])('%s is never wider than 80 and 120 columns', (_name, command) => {
    for (const width of [80, 120]) {
      const lines = stripVTControlCharacters(atTerminal(command(), width)).split(/\r?\n/);
      expect(lines.length).toBeGreaterThan(1);
      // A single word may be longer: it stays whole, to be copied.
      const wider = lines.filter((line) => widthOf(line) > width && /\S\s+\S/.test(line.trim().replace(/^│ /, '')));
      expect(wider).toEqual([]);
    }
  });

  it('has colours, and none with NO_COLOR', () => {
    expect(hasColours(atTerminal(['changes'], 80))).toBe(true);
    expect(hasColours(atTerminal(['changes'], 80, { NO_COLOR: '1' }))).toBe(false);
    expect(hasColours(atTerminal(['show', change], 80, { NO_COLOR: '1' }))).toBe(false);
  });
});

describe('without a terminal', () => {
  it('nothing is coloured or broken, but by FORCE_COLOR', () => {
    const plain = piped(['plans']);
    expect(hasColours(plain)).toBe(false);
    expect(plain.split('\n').filter((line) => line.startsWith('plan_'))).toHaveLength(2);
    expect(hasColours(piped(['changes'], { FORCE_COLOR: '1' }))).toBe(true);
  });

  it('data has exact times', () => {
    const [first] = JSON.parse(piped(['changes', '--json'])) as { proposedAt: string }[];
    expect(first?.proposedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });
});

describe('docs/screens', () => {
  const folder = join(root, 'docs/screens');
  it.each(readdirSync(folder))('%s is as wide as it says', (name) => {
    const width = Number(/-(\d+)\.txt$/.exec(name)?.[1]);
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    expect(lines.filter((line) => widthOf(line) > width && /\S\s+\S/.test(line.trim().replace(/^│ /, '')))).toEqual([]);
  });
});
