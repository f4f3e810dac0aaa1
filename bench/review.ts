/** The page of a change of 500 effects: how soon, how large, and what it costs the server that sends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { median, type Row } from './measure.ts';
import { createQueues, openBenchWorld } from './world.ts';

const ROUNDS = 15;
const STACK = 'queues-500';
const KILOBYTE = 1_000;
const MEBIBYTE = 2 ** 20;

interface Loaded {
  firstByteMilliseconds: number;
  milliseconds: number;
  bytes: number;
}

export async function benchReview(): Promise<Row[]> {
  const world = await openBenchWorld(0);
  let server: ChildProcess | undefined;
  const open: ClientRequest[] = [];
  try {
    await createQueues(world.bareClient, STACK, 500);
    const planned = await world.call('plan_stack_delete', { stack: STACK });
    const { plan } = await world.app.changes.plan(String(planned.plan_id));
    if (plan.effects.length < 500) throw new Error(`expected 500 effects, not ${plan.effects.length}`);
    const change = await world.call('propose_change', { plan_id: plan.id, goal: 'clean_up', reason: 'bench' });
    const signed = JSON.stringify([plan, await world.app.changes.picture(plan)]).length;
    const started = await startReview(world.app.config);
    server = started.server;
    const headers = { cookie: await sessionOf(started.link) };
    const origin = new URL(started.link).origin;
    const path = `${origin}/changes/${change.change_id}`;
    // What is loaded lazily and compiled late is so before anything counts.
    for (let round = 0; round < 5; round += 1) await load(path, headers);
    const before = memoryOf(server.pid!);
    open.push(get(`${origin}/events`, { headers }).on('error', () => undefined));
    const loads: Loaded[] = [];
    for (let round = 0; round < ROUNDS; round += 1) loads.push(await load(path, headers));
    const grown = memoryOf(server.pid!) - before;
    const page = loads[0]!.bytes;
    const of = (name: keyof Loaded) => median(loads.map((one) => one[name]));
    return [
      row(
        'page of 500 effects, first byte on loopback',
        `${of('firstByteMilliseconds').toFixed(1)} ms`,
        of('firstByteMilliseconds'),
        50,
      ),
      row('page of 500 effects, whole on loopback', `${of('milliseconds').toFixed(0)} ms`, of('milliseconds'), 300),
      row(
        'page of 500 effects, kB beside the plan and picture that are signed',
        `${(page / KILOBYTE).toFixed(0)} kB with ${(signed / KILOBYTE).toFixed(0)} kB`,
        Math.max(0, page - signed) / KILOBYTE,
        300,
      ),
      row(
        `memory of its server after ${ROUNDS} loads, MiB more than before`,
        `${(grown / MEBIBYTE).toFixed(1)} MiB`,
        grown / MEBIBYTE,
        20,
      ),
    ];
  } finally {
    for (const request of open) request.destroy();
    server?.kill();
    world.close();
  }
}

const row = (name: string, ours: string, value: number, limit: number): Row => ({
  name,
  ours,
  baseline: 'none',
  value,
  limit,
  wanted: 'at most',
});

async function startReview(config: { home: string; policyPath: string | undefined }) {
  const bin = new URL('../bin/countersign.js', import.meta.url).pathname;
  const args = [bin, '--home', config.home, '--policy', config.policyPath ?? '', 'review'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const link = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => reject(new Error('the page ended')));
    server.stdout.on('data', (chunk) => {
      const [found] = /http:\/\/localhost:\d+\/enter\/\S+/.exec(String(chunk)) ?? [];
      if (found) resolve(found);
    });
  });
  return { server, link };
}

const sessionOf = async (link: string): Promise<string> =>
  String((await fetch(link)).headers.get('set-cookie')).split(';')[0]!;

function load(path: string, headers: Record<string, string>): Promise<Loaded> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(path, { headers }, (answer) => {
      let [bytes, firstByteMilliseconds] = [0, 0];
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        firstByteMilliseconds ||= performance.now() - began;
        bytes += chunk.length;
        text += chunk.toString('latin1');
      });
      answer.on('end', () => {
        if (answer.statusCode !== 200 || !text.includes('id="decide"'))
          reject(new Error(`the page is not whole: ${answer.statusCode}`));
        resolve({ firstByteMilliseconds, milliseconds: performance.now() - began, bytes });
      });
    }).on('error', reject);
  });
}

/** Resident, as Linux tells it. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
