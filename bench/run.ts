/**
 * `npm run bench [-- NAME…] [--json] [--write FILE]`: what Countersign costs, as ratios to baselines of the same run.
 * Writes nothing unless told to. Exit code 1 when a number is outside its budget.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCloud } from './cloud.ts';
import { benchCommands } from './commands.ts';
import { benchDatabase } from './database.ts';
import { benchGrowth } from './growth.ts';
import { benchLedger } from './ledger.ts';
import { isWithin, type Row } from './measure.ts';
import { benchPeer } from './peer.ts';
import { benchPlans } from './plans.ts';
import { benchReview } from './review.ts';
import { benchStart } from './start.ts';
import { benchTerraform } from './terraform.ts';
import { benchWorkspaces } from './workspaces.ts';

const BENCHES = {
  start: benchStart,
  peer: benchPeer,
  commands: benchCommands,
  plans: benchPlans,
  cloud: benchCloud,
  ledger: benchLedger,
  database: benchDatabase,
  review: benchReview,
  growth: benchGrowth,
  terraform: benchTerraform,
  workspaces: benchWorkspaces,
};
/** Takes many minutes, or needs what is not installed: only when it is named. */
const ONLY_NAMED: readonly string[] = ['growth', 'peer'];

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, write: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`);

const rows: Row[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 ? !positionals.includes(name) : ONLY_NAMED.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  rows.push(...(await bench()));
}

const about = {
  command: ['npm run bench', ...(positionals.length > 0 ? ['--', ...positionals] : [])].join(' '),
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
  machine: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0]!.toFixed(1)} (its own included), Node ${process.versions.node}`,
};
if (values.json) process.stdout.write(`${JSON.stringify({ ...about, rows }, null, 2)}\n`);
else process.stdout.write(`${table(rows)}\n`);
if (values.write) writeFileSync(values.write, page());
process.exitCode = rows.every(isWithin) ? 0 : 1;

function table(shown: readonly Row[]): string {
  const cells = shown.map((row) => [
    row.name,
    row.ours,
    row.baseline,
    row.value.toFixed(row.value < 100 ? 2 : 0),
    `${row.wanted} ${row.limit}`,
    isWithin(row) ? 'yes' : 'NO',
  ]);
  const head = ['what', 'ours', 'baseline', 'ratio or value', 'budget', 'within'];
  const lines = [head, head.map(() => '---'), ...cells];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`).join('\n');
}

function page(): string {
  return `# Benchmarks

\`${about.command}\` at commit ${about.commit}, on ${about.machine}. Both sides of a ratio are measured
alternately in the same run, and their medians are compared. Run it yourself: numbers from another machine tell little about yours.

${table(rows)}
`;
}
