/** Starts the server as the entry that `init` wrote starts it, and says what a client would see. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { environmentWith } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { ServerEntry } from './init-answers.ts';

export interface Seen {
  tools: number;
  /** As describe_policy tells them. */
  policy: string;
  sponsor: string;
}
const LONGEST_MILLISECONDS = 30_000;
const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'countersign init', version: '1' },
};

/** @throws CONFIG_INVALID with the server's own words when it does not start or does not answer. */
export async function tryServer({ command, args, env }: ServerEntry): Promise<Seen> {
  const server = spawn(command, args, { env: environmentWith(env), stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += chunk;
  });
  server.stdin.on('error', () => undefined);
  const answers = new Map<number, (result: Record<string, unknown>) => void>();
  createInterface({ input: server.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as { id?: number; result?: Record<string, unknown> };
    if (message.id !== undefined) answers.get(message.id)?.(message.result ?? {});
  });
  const send = (message: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (id: number, method: string, params: object) =>
    new Promise<Record<string, unknown>>((resolve) => {
      answers.set(id, resolve);
      send({ id, method, params });
    });
  const talk = async (): Promise<Seen> => {
    await ask(1, 'initialize', INITIALIZE);
    send({ method: 'notifications/initialized' });
    const { tools } = await ask(2, 'tools/list', {});
    const call = await ask(3, 'tools/call', { name: 'describe_policy', arguments: {} });
    const told = call.structuredContent as { policy: string; sponsor: string } | undefined;
    if (!told) throw notStarted(JSON.stringify(call.content));
    return { tools: (tools as unknown[]).length, policy: told.policy, sponsor: told.sponsor };
  };
  const ended = new Promise<never>((_, reject) => {
    server.once('error', (error) => reject(notStarted(error.message)));
    server.once('close', (code) => reject(notStarted(`it exited with ${code}. ${said.slice(-500)}`)));
    setTimeout(() => reject(notStarted('it did not answer')), LONGEST_MILLISECONDS).unref();
  });
  try {
    return await Promise.race([talk(), ended]);
  } finally {
    server.stdin.end();
    server.kill();
  }
}

const notStarted = (why: string): CountersignError =>
  new CountersignError(
    'CONFIG_INVALID',
    `The entry was written, but its server did not start: ${why}`,
    'Run its command by hand and read its stderr.',
  );
