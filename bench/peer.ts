/**
 * Spawn until the first call is answered, against kubernetes-mcp-server, whose server is written in Go: both as npm starts
 * them. `npm i kubernetes-mcp-server` anywhere, and PEER names its bin/index.js. Both read a configuration and call nobody.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns, type Row, ratioRow } from './measure.ts';
import { POLICY } from './world.ts';

const root = new URL('..', import.meta.url).pathname;
const ROUNDS = 25;
const KUBERNETES = `apiVersion: v1
kind: Config
clusters: [{ name: here, cluster: { server: "https://127.0.0.1:1" } }]
contexts: [{ name: here, context: { cluster: here, user: me } }]
current-context: here
users: [{ name: me, user: { token: none } }]
`;

interface Side {
  command: string[];
  env: Record<string, string>;
  tool: string;
}

export async function benchPeer(): Promise<Row[]> {
  const peer = process.env.PEER;
  if (peer === undefined) throw new Error('Set PEER to bin/index.js of an installed kubernetes-mcp-server.');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    const [policy, kubernetes] = [join(folder, 'policy.yaml'), join(folder, 'kubernetes.yaml')];
    writeFileSync(policy, POLICY);
    writeFileSync(kubernetes, KUBERNETES);
    const ours: Side = {
      command: [join(root, 'bin/countersign.js'), '--home', join(folder, 'home'), '--policy', policy, 'serve'],
      env: { COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' },
      tool: 'describe_policy',
    };
    const theirs: Side = { command: [peer], env: { KUBECONFIG: kubernetes }, tool: 'configuration_view' };
    for (const side of [ours, theirs, ours, theirs]) await firstCall(side);
    const times = await inTurns(
      ROUNDS,
      () => firstCall(ours),
      () => firstCall(theirs),
    );
    return [ratioRow('spawn until describe_policy is answered, beside kubernetes-mcp-server', times, 'ms', 1.5)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const clientInfo = { name: 'bench', version: '1' };
const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const begun = line({
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
});

/** Milliseconds; each message is sent when the one before it is answered, as clients do. */
async function firstCall({ command, env, tool }: Side): Promise<number> {
  const messages = [
    line({ method: 'notifications/initialized' }) + line({ id: 2, method: 'tools/list' }),
    line({ id: 3, method: 'tools/call', params: { name: tool, arguments: {} } }),
  ];
  const before = performance.now();
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  let answered = 0;
  const milliseconds = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${command.join(' ')} ended: ${output}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      while (output.includes(`"id":${answered + 1}`)) {
        answered += 1;
        const next = messages.shift();
        if (next === undefined) return resolve(performance.now() - before);
        child.stdin.write(next);
      }
    });
    child.stdin.write(begun);
  });
  child.removeAllListeners('exit');
  child.stdin.end();
  await closed;
  return milliseconds;
}
