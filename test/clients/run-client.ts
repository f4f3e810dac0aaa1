/** Runs one real client against the server of this checkout and a stand-in for its model. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';
import { CLIENTS_FOLDER } from './folder.ts';
import { type ModelApi, openModelApi } from './model-api.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
const drivers = new URL('./drivers/', import.meta.url).pathname;

export interface Stage {
  world: TestWorld;
  model: ModelApi;
  server: { command: string; args: string[]; env: Record<string, string> };
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const world = await openTestWorld();
  const model = await openModelApi(STACK);
  const server = {
    command: process.execPath,
    args: [bin, '--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox', 'serve'],
    env: { PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' },
  };
  return {
    world,
    model,
    server,
    async close() {
      await model.close();
      world.close();
    },
  };
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}
const LONGEST_MILLISECONDS = 90_000;

/** Ends by itself, or is ended with all that it started. */
export function run(command: string, args: string[], env: Record<string, string>, cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {}
    };
    const timer = setTimeout(end, LONGEST_MILLISECONDS);
    const ran = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk) => {
        ran[name] += chunk;
      });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      end();
      resolve({ code, ...ran });
    });
  });
}

/** A program of `drivers/`, beside the packages that it imports. */
export function runDriver(name: string, { server, model, world }: Stage): Promise<Ran> {
  const folder = join(CLIENTS_FOLDER, 'drivers');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.mjs`);
  copyFileSync(join(drivers, `${name}.mjs`), file);
  const given = JSON.stringify({ server, modelUrl: model.url, stack: STACK });
  const env = { PATH: process.env.PATH ?? '', HOME: world.home, MASTRA_TELEMETRY_DISABLED: '1' };
  return run(process.execPath, [file, given], env, world.home);
}
