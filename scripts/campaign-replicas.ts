/**
 * What a second replica brings: `npm run campaign:replicas -- SECONDS SHARE`. As many calls as they answer, with one
 * replica and with two, in turns; each has SHARE of a processor (cgroups, as root; 0: no bound). Prints a report for
 * docs/results/team.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { startNginx } from '../test/http/proxy.ts';
import type { Replica } from '../test/http/team.ts';
import type { Told } from './team/agents.ts';
import { usedBy } from './team/measure.ts';
import { percentile, standUp } from './team/stand.ts';

const [seconds = 20, share = 0.4] = process.argv.slice(2).map(Number);
const ROUNDS = 3;
const AGENTS = 32;
/** Short: a replica that has used up its part stands still with the lock on the ledger's head in its hand. */
const PERIOD_MICROSECONDS = 5_000;

const { team, port, agents, run, close } = await standUp(AGENTS);
const groups: string[] = [];
const replicas: Replica[] = [];
for (const index of [0, 1]) {
  const replica = await team.start({ env: { COUNTERSIGN_LOG_LEVEL: 'warn' } });
  if (share > 0) groups.push(bounded(replica, index));
  replicas.push(replica);
}
const both = replicas.map(({ address }) => address);
const answered = { 1: [] as Told[][], 2: [] as Told[][] };
const used: Record<string, number>[] = [];
const rates = { 1: [] as number[], 2: [] as number[] };
await through(both, 5);
for (let round = 0; round < ROUNDS; round += 1)
  for (const count of [1, 2] as const) {
    const before = usedBy(replicas);
    const { told, took } = await through(count === 1 ? [both[0]!, both[0]!] : both, seconds);
    if (count === 2) used.push(usedBy(replicas, before));
    answered[count].push(told);
    rates[count].push(told.filter(({ outcome }) => outcome === 'ok').length / took);
  }
console.log(reportOf());
for (const replica of replicas) await replica.stop();
for (const group of groups) rmdirSync(group);
await close();
process.exit();

async function through(addresses: readonly string[], forSeconds: number) {
  const nginx = await startNginx(port, addresses);
  const began = performance.now();
  const told = await run(agents, forSeconds, 0);
  const took = (performance.now() - began) / 1000;
  await nginx.close();
  return { told, took };
}

/** @returns the control group. */
function bounded({ process: { pid } }: Replica, index: number): string {
  const group = `/sys/fs/cgroup/cpu/countersign-${process.pid}-${index}`;
  mkdirSync(group);
  writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD_MICROSECONDS));
  writeFileSync(`${group}/cpu.cfs_quota_us`, String(Math.round(PERIOD_MICROSECONDS * share)));
  writeFileSync(`${group}/cgroup.procs`, String(pid));
  return group;
}

function reportOf(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const middle = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
  const rows = ([1, 2] as const).map((count) => {
    const all = answered[count].flat();
    const describes = all.filter(({ tool }) => tool === 'describe_stack').map(({ milliseconds }) => milliseconds);
    const refused = all.filter(({ outcome }) => outcome !== 'ok').length;
    return `| ${count} | ${rates[count].map((rate) => rate.toFixed(1)).join(', ')} | ${middle(rates[count]).toFixed(1)} | ${percentile(describes, 0.5)} | ${percentile(describes, 0.99)} | ${refused} |`;
  });
  const cpu = Object.keys(used[0]!).map((part) => {
    const own = used.reduce((sum, one) => sum + (one[part] ?? 0), 0);
    return `${part} ${Math.round((own * 1000) / answered[2].flat().length)} ms`;
  });
  return `\`npm run campaign:replicas -- ${seconds} ${share}\` at ${commit}: ${AGENTS} agents that call without a pause (describe, plan, propose and withdraw), through nginx, ${ROUNDS} times ${seconds} s in turns; ${share > 0 ? `each replica has ${share} of a processor` : 'replicas without a bound'}, all on ${availableParallelism()} cores, load average ${loadavg()[0]!.toFixed(1)}.

| replicas | calls a second | median | p50 of describe_stack | p99 | refused |
|---|---|---|---|---|---|
${rows.join('\n')}

Two replicas answer ${(middle(rates[2]) / middle(rates[1])).toFixed(2)} times the calls of one. Of the processor a call takes, with two: ${cpu.join(', ')}.
`;
}
