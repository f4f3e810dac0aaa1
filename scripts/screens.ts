/**
 * `npm run screens`: what commands print at a real terminal of 80 and of 120 columns, into docs/screens/*.txt, of a
 * simulated cloud. Run through script(1), which gives a terminal; look at each before it is committed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../src/render/layout.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../test/world.ts';

const bin = new URL('../bin/countersign.js', import.meta.url).pathname;
const folder = new URL('../docs/screens/', import.meta.url).pathname;
const WIDTHS = [80, 120];

/** What the terminal shows, without its colours. */
function screenOf(world: TestWorld, command: readonly string[], width: number): string {
  const words = [process.execPath, bin, '--sandbox', ...command].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const env = {
    PATH: process.env.PATH ?? '',
    TERM: 'xterm-256color',
    COUNTERSIGN_HOME: world.home,
    COUNTERSIGN_POLICY: join(world.home, 'policy.yaml'),
  };
  const output = execFileSync('script', ['-qec', `stty cols ${width} rows 50; ${words.join(' ')}`, '/dev/null'], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = stripVTControlCharacters(output).replaceAll('\r', '').trimEnd().split('\n');
  for (const line of lines)
    if (widthOf(line) > width && line.trim().includes(' '))
      process.stderr.write(`wider than ${width}: ${command.join(' ')}: ${line}\n`);
  // The folder of a test's world is another each time, and is told as a person's own.
  const own = lines.join('\n').replaceAll(world.home, '~/.countersign').replaceAll(dirname(world.home), '~');
  return `${own}\n`;
}

const world = await openTestWorld();
try {
  const fix = await proposeFix(world);
  const deletion = await world.call('plan_stack_delete', { stack: STACK });
  const recreated = await world.call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.CostTable.Properties.TableName', value: 'costs-v2' }],
  });
  const scaled = await world.call('plan_stack_update', {
    stack: 'cost-explorer-dev',
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 512 }],
  });
  await world.call('propose_change', { plan_id: scaled.plan_id, goal: 'scale', reason: 'Reports are slow.' });
  await world.call('propose_change', { plan_id: deletion.plan_id, goal: 'fix', reason: 'Recreate it from scratch.' });
  const screens: Record<string, string[]> = {
    changes: ['changes'],
    plans: ['plans'],
    show: ['show', fix],
    status: ['status'],
    'policy-explain': ['policy', 'explain', String(recreated.plan_id)],
    demo: ['demo'],
    help: ['--help'],
    'help-show': ['show', '--help'],
    'not-found': ['show', `${fix.slice(0, -1)}${fix.endsWith('0') ? '1' : '0'}`],
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, command] of Object.entries(screens))
    for (const width of WIDTHS) {
      let screen: string;
      try {
        screen = screenOf(world, command, width);
      } catch (error) {
        // A refusal is a screen too.
        screen = stripVTControlCharacters(String((error as { stdout?: string }).stdout ?? '')).replaceAll('\r', '');
      }
      writeFileSync(join(folder, `${name}-${width}.txt`), screen);
    }
} finally {
  world.close();
}
