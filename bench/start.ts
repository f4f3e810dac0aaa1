/** Cold start (spawn until `tools/list` is answered) and idle memory, against a minimal server on the same SDK. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns, type Row, ratioRow } from './measure.ts';

const root = new URL('..', import.meta.url).pathname;
const ROUNDS = 41;

interface Started {
  milliseconds: number;
  residentBytes: number;
}

export async function benchStart(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    const theirs = bundleMinimalServer(folder);
    const ours = [join(root, 'bin/countersign.js'), '--home', join(folder, 'home'), 'serve'];
    const memory = { ours: [] as number[], baseline: [] as number[] };
    const start = (side: keyof typeof memory, command: string[]) => async () => {
      const { milliseconds, residentBytes } = await startAndList(command);
      memory[side].push(residentBytes / 1_048_576);
      return milliseconds;
    };
    const times = await inTurns(ROUNDS, start('ours', ours), start('baseline', theirs));
    return [
      ratioRow('cold start until tools/list is answered', times, 'ms', 1.15),
      ratioRow('idle memory (resident)', memory, 'MB', 1.3),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundled by the same build and started by the same bootstrap and loader, kept code and all. */
function bundleMinimalServer(folder: string): string[] {
  const out = join(folder, 'minimal');
  execFileSync(process.execPath, ['build.mjs', 'bench/minimal-server.ts', out, 'loaded'], { cwd: root });
  const bootstrap = readFileSync(join(root, 'bin/countersign.js'), 'utf8');
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  writeFileSync(join(out, 'bin.js'), bootstrap.replace('../dist/', './').replace('main.cjs', 'minimal-server.cjs'));
  return [join(out, 'bin.js')];
}

const HANDSHAKE = [
  {
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
]
  .map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  .join('');

async function startAndList(command: string[]): Promise<Started> {
  const before = performance.now();
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  const milliseconds = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${command.join(' ')} ended before it answered`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('"id":2') && output.endsWith('\n')) resolve(performance.now() - before);
    });
    child.stdin.write(HANDSHAKE);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const residentBytes =
    1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' }));
  child.stdin.end();
  await closed;
  return { milliseconds, residentBytes };
}
