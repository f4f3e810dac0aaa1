/**
 * Many agents at two replicas behind nginx, on PostgreSQL: `npm run campaign:team -- AGENTS SECONDS EVERY_SECONDS`.
 * Counts each call at the client and in the ledger, and writes docs/results/team.md.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { startNginx } from '../test/http/proxy.ts';
import { BIN, type Replica } from '../test/http/team.ts';
import type { Told } from './team/agents.ts';
import { memory, usedBy } from './team/measure.ts';
import type { Slices } from './team/slices.ts';
import { PROCESSES, percentile, SPONSORS, standUp } from './team/stand.ts';

const [agents = 200, seconds = 300, every = 10] = process.argv.slice(2).map(Number);
const ALONE_SECONDS = 20;

const { team, owner, port, agents: all, run, close } = await standUp(agents);
const folder = mkdtempSync(join(tmpdir(), 'countersign-team-'));
const slicesOf = (index: number) => join(folder, `slices-${index}.json`);
const replicas: Replica[] = [];
for (const index of [0, 1]) replicas.push(await team.start({ env: measured(index) }));
const nginx = await startNginx(
  port,
  replicas.map(({ address }) => address),
);
// What is loaded with the first calls is loaded.
await run(all.slice(0, 4), ALONE_SECONDS / 4, 0.2);
for (const { process: child } of replicas) child.kill('SIGUSR2');
const alone = await run(all.slice(0, 1), ALONE_SECONDS, 0.2);
const sliceAlone = longestSlice();
const before = await counted();
const samples: { second: number; mebibytes: number[] }[] = [];
let busiest = 0;
const used = usedBy(replicas);
const started = performance.now();
const sample = () => {
  samples.push({ second: (performance.now() - started) / 1000, mebibytes: memory(replicas) });
  busiest = Math.max(busiest, loadavg()[0]!);
};
sample();
const looking = setInterval(sample, 5_000);
const told = await run(all, seconds, every);
const took = (performance.now() - started) / 1000;
clearInterval(looking);
sample();
const cpu = usedBy(replicas, used);
const after = await counted();
const sliceOfMany = longestSlice();
const verified = execFileSync(
  process.execPath,
  [BIN, '--home', team.world.home, '--ledger', owner, 'audit', 'verify', '--json'],
  { encoding: 'utf8' },
);
const report = reportOf();
writeFileSync(new URL(process.env.TEAM_REPORT ?? '../docs/results/team.md', import.meta.url), report);
console.log(report);
await nginx.close();
await close();
rmSync(folder, { recursive: true, force: true });
process.exit();

function measured(index: number) {
  const NODE_OPTIONS = `--import ${new URL('./team/slices.ts', import.meta.url).pathname}`;
  return { COUNTERSIGN_LOG_LEVEL: 'warn', NODE_OPTIONS, TEAM_SLICES: slicesOf(index) };
}

/** Milliseconds that the event loop of a replica was held up at most, since it began to measure. */
function longestSlice(): number {
  return Math.max(...replicas.map((_, index) => (JSON.parse(readFileSync(slicesOf(index), 'utf8')) as Slices).longest));
}

async function counted() {
  const of = async (kind: string) => (await team.app.ledger.events({ kinds: [kind] })).length;
  const proposals = await team.app.ledger.events({ kinds: ['change.proposed'] });
  return {
    called: await of('tool.called'),
    answered: (await of('tool.answered')) + (await of('tool.refused')),
    proposals: proposals.map(({ changeId }) => changeId ?? ''),
  };
}

function reportOf(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const rows = ['describe_stack', 'plan_stack_update', 'propose_change', 'withdraw_change'].flatMap((tool) => {
    const of = (lines: Told[]) => lines.filter((line) => line.tool === tool).map(({ milliseconds }) => milliseconds);
    const [many, one] = [of(told), of(alone)];
    const times = (all: number[]) =>
      all.length === 0 ? '– | –' : `${percentile(all, 0.5)} | ${percentile(all, 0.99)}`;
    return `| ${tool} | ${many.length} | ${times(many)} | ${times(one)} |`;
  });
  const outcomes = new Map<string, number>();
  for (const { outcome } of told) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const failed = told.filter(({ outcome }) => outcome !== 'ok' && !/^[A-Z_]+$/.test(outcome)).length;
  const changes = [...new Set(told.flatMap(({ change }) => change ?? []))];
  const known = new Set(after.proposals.slice(before.proposals.length));
  const lost = changes.filter((id) => !known.has(id)).length;
  const calls = after.called - before.called;
  return `# Many agents over two replicas

\`npm run campaign:team -- ${agents} ${seconds} ${every}\` at ${commit}: ${agents} agents (clients of the present SDK, in ${Math.min(PROCESSES, agents)} processes) of ${Math.min(agents, SPONSORS)} people, each with a call every ${every} s for ${seconds} s on the stack of its team, through nginx to two replicas on one PostgreSQL (\`fsync\` on, the role of a server). Everything, the simulated cloud and the identity provider too, on ${availableParallelism()} cores and ${Math.round(totalmem() / 2 ** 30)} GB; the load average reached ${busiest.toFixed(1)}. Clients, replicas, database, proxy and cloud share the processor, and other programs run on it: the times of many agents tell how calls wait for it, not how long the server takes.

| tool | calls | p50 | p99 | p50 of one agent alone | p99 of one agent alone |
|---|---|---|---|---|---|
${rows.join('\n')}

- ${told.length} calls were made in ${Math.round(took)} s, ${(told.length / took).toFixed(1)} a second. Clients were told: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}.
- The ledger has ${calls} calls and ${after.answered - before.answered} answers and refusals of them: ${Math.max(0, told.length - failed - calls)} lost, ${Math.max(0, calls - told.length)} doubled. Of ${changes.length} changes that clients were told of, ${lost} are missing in it, and it has ${known.size - changes.length} besides.
- \`audit verify\`: ${verdictOf(verified)}.
- p99 of describe_stack: ${boundOf()}.
- Of the processor: ${Object.entries(cpu)
    .map(([part, own]) => `${part} ${Math.round(own)} s (${Math.round((own * 1000) / told.length)} ms a call)`)
    .join(', ')}.
- Memory of the replicas, sampled every 5 s: ${memoryOf()}.
`;
}

function boundOf(): string {
  const of = (lines: Told[]) =>
    Math.round(
      Number.parseFloat(
        percentile(
          lines.filter(({ tool }) => tool === 'describe_stack').map(({ milliseconds }) => milliseconds),
          0.99,
        ),
      ),
    );
  const slice = Math.round(sliceAlone);
  const bound = of(alone) + slice;
  return `${of(told)} ms; its p99 with one agent and the longest time that a replica's event loop was held up then, ${of(alone)} + ${slice} ms, make ${bound} ms. With many agents a replica was held up for at most ${Math.round(sliceOfMany)} ms`;
}

/** By the method of least squares over the second half. */
function memoryOf(): string {
  const half = samples.slice(Math.floor(samples.length / 2));
  return replicas
    .map((_, index) => {
      const points = half.map(({ second, mebibytes }) => [second / 60, mebibytes[index]!] as const);
      const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
      const [x, y] = [mean(0), mean(1)];
      const slope =
        points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
      return `${samples[0]!.mebibytes[index]} MiB at the start, ${half[0]!.mebibytes[index]} halfway, ${half.at(-1)!.mebibytes[index]} at the end (${slope.toFixed(1)} MiB a minute over the second half)`;
    })
    .join('; ');
}

function verdictOf(json: string): string {
  const { problems = [], events, size } = JSON.parse(json) as { problems?: unknown[]; events?: number; size?: number };
  return `${problems.length === 0 ? 'no problem' : JSON.stringify(problems)} in ${events ?? size ?? 'all'} events`;
}
