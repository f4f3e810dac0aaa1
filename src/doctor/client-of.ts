/**
 * Who is at the other end of this process, by what the kernel says: never by what the client says of itself.
 *
 * Guarantees: `other_user` only when the process that started this one, or the socket that its ssh connection comes
 * from, belongs to another user; `other_host` only behind an sshd of root's, from an address that is not this machine's.
 * Doubt is `unknown`, which proves nothing.
 * Limits: Linux only. Whoever already runs as this process's user can come back through another machine and look like
 * another host; a key that gives a shell as this user does the same (`authorized-keys.ts` finds those).
 */
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import type { Client } from '../core/assurance.ts';
import { digestOf } from '../core/digest.ts';

interface Process {
  pid: number;
  parent: number;
  uid: number;
  name: string;
}

/** Start a process as another user; they run as root while they do. */
const SWITCHERS = new Set(['sudo', 'su', 'doas', 'runuser', 'setpriv']);
const SSHD = /^sshd(?:-session|-auth)?$/;
/** A forced command is run by the user's shell, which may stay in between. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'fish']);

/** @param connection SSH_CONNECTION, as sshd set it: client address, client port, server address, server port. */
export function clientOf(connection: string | undefined): Client {
  const ours = process.geteuid?.();
  if (process.platform !== 'linux' || ours === undefined)
    return { kind: 'unknown', who: 'unknown', why: 'this operating system does not tell who started a process' };
  const chain = ancestorsOf(process.ppid);
  const first = chain.find(({ uid, name }) => !(uid === 0 && ours !== 0 && SWITCHERS.has(name)));
  const behindShells = chain.find(({ uid, name }) => !(uid === ours && SHELLS.has(name)));
  if (behindShells && SSHD.test(behindShells.name)) return overSsh(chain, connection, ours);
  if (!first || first.pid <= 1)
    return { kind: 'unknown', who: 'unknown', why: 'the process that started the server is gone' };
  return first.uid === ours
    ? { kind: 'same_user', who: `uid ${ours}`, why: `the client runs as the server's own user (uid ${ours})` }
    : {
        kind: 'other_user',
        who: `uid ${first.uid}`,
        why: `the client runs as uid ${first.uid}, the server as uid ${ours}`,
      };
}

function overSsh(chain: readonly Process[], connection: string | undefined, ours: number): Client {
  const unknown = (why: string): Client => ({ kind: 'unknown', who: 'unknown', why });
  if (!chain.some(({ name, uid }) => SSHD.test(name) && uid === 0)) return unknown('the sshd is not run by root');
  const [address = '', port = ''] = connection?.split(' ') ?? [];
  if (!/^[\da-fA-F.:%\w]+$/.test(address) || !/^\d+$/.test(port)) return unknown('sshd named no connection');
  if (!isOfThisMachine(address))
    return { kind: 'other_host', who: 'host', why: `the client connects from another host, ${address}` };
  const uid = ownerOfSocket(Number(port));
  if (uid === undefined) return unknown('the client’s end of the connection was not found');
  return uid === ours
    ? { kind: 'same_user', who: `uid ${uid}`, why: `the client runs as the server's own user (uid ${uid})` }
    : { kind: 'other_user', who: `uid ${uid}`, why: `the client runs as uid ${uid}, the server as uid ${ours}` };
}

const SSHD_CONFIG = '/etc/ssh/sshd_config';

/** The configuration of the sshd that this process came through: named in the title of its listener, or the usual one. */
export function sshdConfig(): string {
  const listener = ancestorsOf(process.ppid).findLast(({ name, uid }) => SSHD.test(name) && uid === 0);
  const title = listener ? readIfThere(`/proc/${listener.pid}/cmdline`).replaceAll('\0', ' ') : '';
  return / -f ?(\S+)/.exec(title)?.[1] ?? SSHD_CONFIG;
}

/** From the parent up, as far as the kernel tells. */
function ancestorsOf(from: number): Process[] {
  const chain: Process[] = [];
  for (let pid = from; pid > 0 && chain.length < 64; ) {
    const found = processAt(pid);
    if (!found) break;
    chain.push(found);
    pid = found.parent;
  }
  return chain;
}

function processAt(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    // Effective: the second of four.
    return { pid, parent: Number(field('PPid')), uid: Number(field('Uid').split(/\s+/)[1]), name: field('Name') };
  } catch {
    return undefined;
  }
}

function isOfThisMachine(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '').replace(/%.*$/, '');
  if (plain === '::1' || plain.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === plain));
}

/** The user of the socket whose local port that is, of a connection that stands. */
function ownerOfSocket(port: number): number | undefined {
  const ESTABLISHED = '01';
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const owners = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    const rows = readIfThere(file).split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , uid] = row.trim().split(/\s+/);
      return state === ESTABLISHED && local.endsWith(`:${hex}`) ? [Number(uid)] : [];
    });
  });
  // Two connections from one port go to two servers: which of them is ours is not looked for.
  return new Set(owners).size === 1 ? owners[0] : undefined;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** This process's user and host: what a report is bound to. */
export function serverHere(): string {
  const machine = readIfThere('/etc/machine-id').trim();
  const { uid, username } = userOf();
  return `${username} (uid ${uid}) on ${hostname()}${machine === '' ? '' : ` ${digestOf(machine).slice(7, 19)}`}`;
}

function userOf(): { uid: number; username: string } {
  try {
    return userInfo();
  } catch {
    return { uid: process.geteuid?.() ?? -1, username: 'an unnamed user' };
  }
}
