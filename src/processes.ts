/** The processes of this machine, as owners of executions. Linux says all of it; elsewhere a process is known by its id alone. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Owner, Owners, Presence } from './core/owner.ts';

const said = (read: () => string): string | null => {
  try {
    return read().trim() || null;
  } catch {
    return null;
  }
};

/** `state` and start time of a process; null where there is no /proc, or no such process. */
function statOf(pid: number): { state: string; started: string } | null {
  const line = said(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program, in parentheses, may hold anything.
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] && fields[19] ? { state: fields[0], started: fields[19] } : null;
}

const host = () => ({
  host: hostname(),
  boot: said(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  space: said(() => readlinkSync('/proc/self/ns/pid')),
});

/** One that this process has just started. */
export const ownerOf = (pid: number): Owner => ({
  token: randomBytes(12).toString('hex'),
  ...host(),
  pid,
  started: statOf(pid)?.started ?? null,
});

/** Killed, and not yet waited for by its parent: it runs no more. */
const ENDED_STATES = ['Z', 'X', 'x'];

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return (error as { code?: string }).code === 'EPERM';
  }
}

export function createOwners(look = { isThere, statOf }): Owners {
  const here = {
    ...host(),
    pid: process.pid,
    started: statOf(process.pid)?.started ?? null,
  };
  const running = new Set<string>();

  function presenceOf({ token, host, boot, space, pid, started }: Owner): Presence {
    if (host !== here.host) return 'elsewhere';
    if (boot !== here.boot) return boot === null || here.boot === null ? 'elsewhere' : 'dead';
    if (space !== here.space) return 'elsewhere';
    if (pid === here.pid && started === here.started) return running.has(token) ? 'alive' : 'dead';
    if (!look.isThere(pid)) return 'dead';
    const now = look.statOf(pid);
    // Of another user, where /proc hides those (hidepid): it is there, and cannot be looked at.
    if (now === null && started !== null) return look.isThere(pid) ? 'elsewhere' : 'dead';
    if (now === null) return 'alive';
    return now.started === started && !ENDED_STATES.includes(now.state) ? 'alive' : 'dead';
  }

  return {
    begin() {
      const owner = { token: randomBytes(12).toString('hex'), ...here };
      running.add(owner.token);
      return { owner, end: () => void running.delete(owner.token) };
    },
    presenceOf,
  };
}
