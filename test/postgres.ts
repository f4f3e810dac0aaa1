/** PostgreSQL on a free port of loopback, in a folder of its own, where the machine has it. It refuses to run as root. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';

const FOLDERS = '/usr/lib/postgresql';
const binaries = (): string | undefined =>
  (existsSync(FOLDERS) ? readdirSync(FOLDERS) : [])
    .map((version) => join(FOLDERS, version, 'bin'))
    .findLast((folder) => existsSync(join(folder, 'initdb')));

export const hasPostgres = (): boolean => binaries() !== undefined;

const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0;
const command = (program: string, args: readonly string[]): [string, string[]] =>
  asNobody
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', program, ...args]]
    : [program, [...args]];

export interface Postgres {
  /** As its owner, of this database; it is made when it is not there. */
  database(): Promise<string>;
  /** The same database as another role, which is made with these rights. */
  as(url: string, role: string, member: string): Promise<string>;
  /** SIGKILL of the server and all of its processes. */
  kill(): Promise<void>;
  /** Stops it as an operator does (`fast`). */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Another database takes the name of the first, whose connections end. */
  swap(name: string, other: string): Promise<void>;
  /** One of PostgreSQL's own programs. */
  run(program: string, ...args: string[]): void;
  end(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** A network namespace in which it runs, and its address there. */
export interface Place {
  namespace: string;
  host: string;
}

/** @param settings of the server; without `fsync` unless they say so. */
export async function startPostgres(settings: Record<string, string> = {}, place?: Place): Promise<Postgres> {
  const bin = binaries();
  if (bin === undefined) throw new Error('PostgreSQL is not here');
  // A short path: sockets have at most 107 characters.
  const folder = mkdtempSync('/tmp/cs-pg-');
  if (asNobody) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const port = await freePort();
  const run = (program: string, ...args: string[]) =>
    execFileSync(...command(join(bin, program), args), { stdio: 'pipe', cwd: folder });
  run('initdb', '-D', data, '-U', 'owner', '-A', 'trust', '--no-sync', '--locale=C.UTF-8', '-E', 'UTF8');
  const all = { fsync: 'off', max_connections: '60', shared_buffers: '32MB', ...settings };
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    Object.entries(all)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(''),
  );
  let server: ReturnType<typeof spawn> | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const urlOf = (name: string, role = 'owner') =>
    `postgres://${role}@${place?.host ?? '127.0.0.1'}:${port}/${name}${place ? '?sslmode=disable' : ''}`;
  if (place) appendFileSync(join(data, 'pg_hba.conf'), 'host all all all trust\n');

  async function start(): Promise<void> {
    const args = ['-D', data, '-p', String(port), '-h', place ? '*' : '127.0.0.1', '-k', folder];
    const [program, words] = command(join(bin!, 'postgres'), args);
    const started = place ? ['ip', 'netns', 'exec', place.namespace, program, ...words] : [program, ...words];
    server = spawn(started[0]!, started.slice(1), { stdio: 'ignore', cwd: folder, detached: true });
    ended = new Promise((resolve) => {
      server!.once('exit', resolve);
    });
    for (let attempt = 0; ; attempt += 1) {
      try {
        await sql('postgres', 'SELECT 1');
        return;
      } catch (error) {
        if (attempt > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  async function sql(database: string, text: string): Promise<void> {
    const client = new Client({ connectionString: urlOf(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
  async function ending(signal: NodeJS.Signals, isGroup: boolean): Promise<void> {
    const pid = server?.pid;
    if (pid === undefined) return;
    try {
      process.kill(isGroup ? -pid : pid, signal);
    } catch {
      // It has ended.
    }
    await ended;
    server = undefined;
  }
  let databases = 0;
  await start();
  return {
    async database() {
      databases += 1;
      const name = `ledger_${databases}`;
      await sql('postgres', `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    async as(url, role, member) {
      const name = new URL(url).pathname.slice(1);
      await sql(name, `CREATE ROLE ${role} LOGIN; GRANT ${member} TO ${role}`);
      return urlOf(name, role);
    },
    async swap(name, other) {
      const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('${name}', '${other}')`;
      await sql('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await sql('postgres', ended);
      await sql('postgres', `ALTER DATABASE ${name} RENAME TO ${name}_before`);
      await sql('postgres', `ALTER DATABASE ${other} RENAME TO ${name}`);
    },
    kill: () => ending('SIGKILL', true),
    stop: () => ending('SIGINT', false),
    start,
    run: (program, ...args) => void execFileSync(join(bin, program), args, { stdio: 'pipe' }),
    async end() {
      await ending('SIGKILL', true);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
