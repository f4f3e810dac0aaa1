/** nginx, with the configuration of examples/deploy, on loopback and without TLS. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const NGINX = '/usr/sbin/nginx';
export const hasNginx = existsSync(NGINX);
const shipped = (name: string) => readFileSync(new URL(`../../examples/deploy/${name}`, import.meta.url), 'utf8');

/** @param replicas where they listen. @param review the port and the replicas of the page. */
export async function startNginx(
  port: number,
  replicas: readonly string[],
  review?: { port: number; replicas: readonly string[] },
): Promise<{ close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-nginx-'));
  const snippet = join(folder, 'countersign-proxy.conf');
  writeFileSync(snippet, shipped('countersign-proxy.conf'));
  const site = shipped('nginx.conf')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('listen 443 ssl;', review ? `listen 127.0.0.1:${review.port};` : `listen unix:${join(folder, 'review')};`)
    .replace(/^\s*ssl_\w+ .*\n/gm, '')
    .replace('server_name guard.example.com;', 'server_name 127.0.0.1;')
    .replace('server_name review.example.com;', 'server_name localhost;')
    .replaceAll('/etc/nginx/countersign-proxy.conf', snippet)
    .replace(/127\.0\.0\.1:8081/, replicas[0]!)
    .replace(/127\.0\.0\.1:8082/, replicas[1]!)
    .replace(/127\.0\.0\.1:8091/, review?.replicas[0] ?? '127.0.0.1:8091')
    .replace(/127\.0\.0\.1:8092/, review?.replicas[1] ?? '127.0.0.1:8092');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  );
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; pid ${join(folder, 'pid')}; error_log stderr warn; worker_processes 1;\nevents {}\nhttp {\n  access_log off;\n${temporary.join('\n')}\n${site}\n}\n`,
  );
  const child = spawn(NGINX, ['-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null || tries === 100) throw new Error(`nginx does not run: ${said}`);
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
