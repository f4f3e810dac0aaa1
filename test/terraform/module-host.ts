/**
 * A host of modules on loopback, by https with a certificate of its own: a registry, git repositories and archives.
 * Every request is counted. Its authorities are what a policy names as `module_authorities`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface ModuleHost {
  /** `127.0.0.1:PORT`. */
  host: string;
  authorities: string;
  /** `METHOD PATH`, in the order in which they came. */
  asked: string[];
  /** Also those in which nothing could be asked. */
  connections: number;
  /** Headers of each. */
  headers: IncomingMessage['headers'][];
  /** Of a registry: by `NAMESPACE/NAME/PROVIDER` and version, where it lies. */
  versions: Record<string, Record<string, string>>;
  /** In place of an answer. @returns whether it was. */
  instead: ((path: string, answer: ServerResponse) => boolean) | undefined;
  /** By path. */
  archives: Record<string, Buffer>;
  /** Commits these files alone in the repository of this name. @returns the id. */
  commit(name: string, files: Record<string, string>, tag?: string): string;
  git(name: string, ...args: string[]): string;
  close(): Promise<void>;
}

export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();

export async function openModuleHost(): Promise<ModuleHost> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-modules-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const made = ['-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=modules'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', ...made].concat(
      '-addext',
      'subjectAltName=IP:127.0.0.1,DNS:localhost',
    ),
    { stdio: 'pipe' },
  );
  const repositories = join(folder, 'git');
  mkdirSync(repositories);
  const git = (name: string, ...args: string[]) =>
    execFileSync(
      'git',
      ['-C', join(repositories, name), '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, answer) => {
    self.asked.push(`${request.method} ${request.url}`);
    self.headers.push(request.headers);
    const path = (request.url ?? '').split('?')[0]!;
    if (self.instead?.(path, answer)) return;
    if (path.startsWith('/git/')) return backend(repositories, request, answer);
    respond(path, answer);
  });
  function respond(path: string, answer: ServerResponse) {
    const [, name = '', rest = ''] = /^\/v1\/modules\/(\w+\/\w+\/\w+)\/(.*)$/.exec(path) ?? [];
    const json = (value: unknown) =>
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (path === '/.well-known/terraform.json') return json({ 'modules.v1': '/v1/modules/' });
    const versions = self.versions[name];
    if (versions && rest === 'versions')
      return json({ modules: [{ versions: Object.keys(versions).map((version) => ({ version })) }] });
    const location = versions?.[rest.replace(/\/download$/, '')];
    if (location !== undefined) return answer.writeHead(204, { 'x-terraform-get': location }).end();
    const archive = self.archives[path];
    return archive ? answer.writeHead(200).end(archive) : answer.writeHead(404).end();
  }
  server.on('connection', () => {
    self.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: ModuleHost = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorities: certificate,
    asked: [],
    connections: 0,
    headers: [],
    versions: {},
    instead: undefined,
    archives: {},
    git,
    commit(name, files, tag) {
      const at = join(repositories, name);
      mkdirSync(at, { recursive: true });
      execFileSync('git', ['init', '-q', '-b', 'main', at]);
      execFileSync('git', ['-C', at, 'rm', '-rfq', '--ignore-unmatch', '.']);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(at, path)), { recursive: true });
        writeFileSync(join(at, path), text);
      }
      git(name, 'add', '-A');
      git(name, 'commit', '-q', '--allow-empty', '-m', 'c');
      if (tag !== undefined) git(name, 'tag', '-a', tag, '-m', tag);
      return git(name, 'rev-parse', 'HEAD');
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
      }),
  };
  return self;
}

/** Git's own program, as any web server starts it. */
function backend(root: string, request: IncomingMessage, answer: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path.replace(/^\/git/, ''),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const said = Buffer.concat(chunks);
    const end = said.indexOf('\r\n\r\n');
    const fields = said
      .toString('utf8', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = Number.parseInt(fields.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
    answer.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== 'Status')));
    answer.end(said.subarray(end + 4));
  });
}
