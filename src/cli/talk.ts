/** Starts an MCP server as a client's entry starts it, and talks to it in lines. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { environmentWith } from '../config.ts';
import type { ServerEntry } from './init-answers.ts';

export type Ask = (method: string, params: object) => Promise<Record<string, unknown>>;

const LONGEST_MILLISECONDS = 30_000;
const PROTOCOL = '2025-06-18';

/**
 * @param name how this client calls itself.
 * @throws Error in the server's own words when it does not start, refuses, or does not answer.
 */
export async function talkTo<T>(
  { command, args, env }: ServerEntry,
  name: string,
  talk: (ask: Ask) => Promise<T>,
  withinMilliseconds = LONGEST_MILLISECONDS,
): Promise<T> {
  const server = spawn(command, args, { env: environmentWith(env), stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += chunk;
  });
  server.stdin.on('error', () => undefined);
  const answers = new Map<number, (message: Record<string, unknown>) => void>();
  createInterface({ input: server.stdout }).on('line', (line) => {
    const message = parsed(line);
    if (typeof message?.id === 'number') answers.get(message.id)?.(message);
  });
  const send = (message: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let last = 0;
  const ask: Ask = (method, params) =>
    new Promise((resolve, reject) => {
      last += 1;
      answers.set(last, ({ result, error }) => {
        if (error) reject(new Error((error as { message?: string }).message ?? 'it refused'));
        else resolve((result ?? {}) as Record<string, unknown>);
      });
      send({ id: last, method, params });
    });
  const whole = async () => {
    const clientInfo = { name, version: '1' };
    await ask('initialize', { protocolVersion: PROTOCOL, capabilities: {}, clientInfo });
    send({ method: 'notifications/initialized' });
    return talk(ask);
  };
  const ended = new Promise<never>((_, reject) => {
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`it exited with ${code}. ${said.slice(-500)}`)));
    setTimeout(() => reject(new Error('it did not answer')), withinMilliseconds).unref();
  });
  try {
    return await Promise.race([whole(), ended]);
  } finally {
    ended.catch(() => undefined);
    server.stdin.end();
    server.kill();
  }
}

/** A shell or a login may print lines of its own. */
function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
