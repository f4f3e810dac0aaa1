/** A real sshd on loopback, with a host key, a configuration and authorized_keys of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const PROGRAM = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
export const hasSshd = PROGRAM !== undefined;
export const NOBODY = 65_534;

/** Can this test run a program of ours as another user? Root can, when that user may read the code. */
export function canBeAnother(program: string): boolean {
  if (process.geteuid?.() !== 0) return false;
  try {
    execFileSync(process.execPath, ['-e', `fs.accessSync(${JSON.stringify(program)}, fs.constants.R_OK)`], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      stdio: 'ignore',
    });
    accessSync(program, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Guard {
  folder: string;
  /** A key of a person's own, made for this test. @param forced the options before the key. */
  admit(name: string, forced: string): string;
  /** The client's command line. @param key as `admit` returned it. @param more options of the client. */
  client(key: string, words: readonly string[], more?: readonly string[]): string[];
  /** The same key, for another user of this machine. */
  handTo(uid: number, key: string): string;
  stop(): void;
}

export async function startSshd(config: readonly string[] = ['AcceptEnv LANG LC_*']): Promise<Guard> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sshd-'));
  const port = await freePort();
  const hostKey = newKey(folder, 'host');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    ...config,
  ];
  writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'authorized_keys'), '');
  const [type, key] = execFileSync('ssh-keygen', ['-yf', hostKey], { encoding: 'utf8' }).split(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key!.trim()}\n`);
  if (process.geteuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = spawn(PROGRAM!, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(server);
  const admitted: string[] = [];
  return {
    folder,
    admit(name, forced) {
      const path = newKey(folder, name);
      admitted.push(`${forced} ${execFileSync('ssh-keygen', ['-yf', path], { encoding: 'utf8' })}`.trim());
      writeFileSync(join(folder, 'authorized_keys'), `${admitted.join('\n')}\n`);
      return path;
    },
    client: (path, words, more = []) => [
      ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
      ...['-o', `UserKnownHostsFile=${join(path, '..', 'known_hosts')}`, '-i', path, '-p', String(port), ...more],
      `${userInfo().username}@127.0.0.1`,
      ...words,
    ],
    handTo(uid, path) {
      const own = mkdtempSync(join(tmpdir(), 'countersign-own-'));
      for (const [from, to] of [
        [path, 'key'],
        [join(folder, 'known_hosts'), 'known_hosts'],
      ] as const) {
        copyFileSync(from, join(own, to));
        chownSync(join(own, to), uid, uid);
      }
      chownSync(own, uid, uid);
      handed.push(own);
      return join(own, 'key');
    },
    stop() {
      server.kill();
      for (const path of [folder, ...handed.splice(0)]) rmSync(path, { recursive: true, force: true });
    },
  };
}
const handed: string[] = [];

function newKey(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return path;
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.on('data', (chunk) => {
      said += chunk;
      if (/Server listening/.test(said)) resolve();
    });
    server.once('exit', () => reject(new Error(`sshd did not start: ${said}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
