/** What the parts of a campaign take of the machine, as the kernel counts it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Replica } from '../../test/http/team.ts';

/** Seconds of the processor, of each part, since `begun`. */
export function usedBy(replicas: readonly Replica[], begun: Record<string, number> = {}): Record<string, number> {
  const ticks = Object.fromEntries(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
          const [, name = ''] = /\((.*)\)/.exec(stat) ?? [];
          const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
          return [
            [
              Number(pid),
              {
                name,
                parent: Number(fields[1]),
                seconds: (Number(fields[11]) + Number(fields[12])) / 100,
                ended: (Number(fields[13]) + Number(fields[14])) / 100,
              },
            ],
          ];
        } catch {
          return [];
        }
      }),
  ) as Record<number, { name: string; parent: number; seconds: number; ended: number }>;
  const isBelow = (pid: number, root: number): boolean =>
    pid === root || (pid > 1 && ticks[pid] !== undefined && isBelow(ticks[pid].parent, root));
  const parts: Record<string, number> = {};
  for (const [pid, { name, seconds: own, ended }] of Object.entries(ticks)) {
    const id = Number(pid);
    if (!isBelow(id, process.pid)) continue;
    const part =
      id === process.pid
        ? 'the simulated cloud and the identity provider'
        : replicas.some(({ process: child }) => child.pid === id)
          ? 'the replicas'
          : name === 'postgres'
            ? 'PostgreSQL'
            : name === 'nginx'
              ? 'nginx'
              : 'the agents';
    parts[part] = (parts[part] ?? 0) + own;
    // Their processes end with each run, and are counted by the one that began them.
    if (id === process.pid) parts['the agents'] = (parts['the agents'] ?? 0) + ended;
  }
  return Object.fromEntries(Object.entries(parts).map(([part, own]) => [part, own - (begun[part] ?? 0)]));
}

/** MiB that each replica holds. */
export function memory(replicas: readonly Replica[]): number[] {
  return replicas.map(({ process: { pid } }) => {
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  });
}
