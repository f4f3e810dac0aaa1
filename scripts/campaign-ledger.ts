/**
 * `npm run campaign:ledger -- [EVENTS]`: a ledger of a million events with a signed checkpoint after each fiftieth of
 * it, read as auditors read it. `audit verify` beside reading and hashing the same rows alone, receipts, consistency
 * between checkpoints, and the tiles, the last three before a verifier that shares no code with us
 * (`test/ledger/independent.py`). docs/results/ledger.md has what was seen.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aDay, fill } from '../bench/growth.ts';
import { median } from '../bench/measure.ts';
import { openBenchWorld } from '../bench/world.ts';
import { ensureLogKey, keyFileIn, signHead } from '../src/ledger/log-key.ts';
import { receiptFor } from '../src/ledger/receipt.ts';
import { writeTiles } from '../src/ledger/tiles.ts';

const CHECKPOINTS = 50;
const RECEIPTS = 200;

/** The same rows, read, and hashed as leaves and nodes of the tree, by as little code as there can be. */
const BARE = `
  const Database = require('better-sqlite3'), { hash } = require('node:crypto');
  const db = new Database(process.argv[1] + '/ledger.db', { readonly: true });
  const sha256 = (...parts) => hash('sha256', Buffer.concat(parts), 'buffer');
  const [leaf, node] = [Buffer.from([0]), Buffer.from([1])];
  const peaks = [];
  let size = 0;
  for (const bytes of db.prepare('SELECT bytes FROM events ORDER BY seq').pluck().iterate()) {
    let top = sha256(leaf, bytes);
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) top = sha256(node, peaks.pop(), top);
    peaks.push(top);
    size += 1;
  }
  for (const bytes of db.prepare('SELECT bytes FROM documents').pluck().iterate()) sha256(bytes);
`;
/** What the kernel says of a process when it has ended. */
const MEASURED = `
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}))
`;

import { commitOf, machine } from './seen-on.ts';

async function campaign(events: number): Promise<void> {
  const independent = fileURLToPath(new URL('../test/ledger/independent.py', import.meta.url));
  const python = (args: string[], input?: string) =>
    execFileSync('python3', ['-B', independent, ...args], {
      encoding: 'utf8',
      ...(input ? { input } : {}),
      maxBuffer: 2 ** 28,
    });
  const world = await openBenchWorld(0);
  const tiles = mkdtempSync(join(tmpdir(), 'countersign-tiles-'));
  try {
    const { ledger, config } = world.app;
    const keyFile = keyFileIn(config.home);
    const { vkey } = await ensureLogKey(config.home, keyFile, ledger);
    const day = await aDay(world);
    const heads = [];
    for (let part = 1; part <= CHECKPOINTS; part += 1) {
      await fill(world, day, Math.round((events * part) / CHECKPOINTS));
      heads.push(await signHead(ledger, keyFile));
    }
    const size = heads.at(-1)!.checkpoint.size;
    process.stderr.write(`${size} events\n`);
    const run = (...args: string[]) =>
      JSON.parse(execFileSync('python3', ['-c', MEASURED, process.execPath, ...args], { encoding: 'utf8' })) as {
        seconds: number;
        megabytes: number;
      };
    const program = fileURLToPath(new URL('../bin/countersign.js', import.meta.url));
    const rounds = [1, 2, 3].map(() => ({
      verify: run(program, '--home', config.home, 'audit', 'verify'),
      bare: run('-e', BARE, config.home),
    }));
    const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
    const [verify, bare] = [of((round) => round.verify.seconds), of((round) => round.bare.seconds)];
    process.stderr.write('verified\n');

    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const proposals = (await ledger.events({ kinds: ['change.proposed'], limit: RECEIPTS })).map(
      (event) => event.changeId!,
    );
    const times: number[] = [];
    const sizes: number[] = [];
    const questions: string[] = [];
    for (const changeId of proposals) {
      const before = process.cpuUsage();
      const receipt = await receiptFor(ledger, changeId, () => signHead(ledger, keyFile));
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
      sizes.push(receipt.length);
      questions.push(JSON.stringify({ do: 'receipt', vkey, data: [base64(receipt)] }));
    }
    for (const [index, older] of heads.entries())
      for (const newer of heads.slice(index + 1, index + 6)) {
        const proof = await ledger.consistencyProof(older.checkpoint.size, newer.checkpoint.size);
        const lines = proof.map((hash) => hash.toString('base64')).join('\n');
        questions.push(JSON.stringify({ do: 'consistency', vkey, data: [older.text, newer.text, lines].map(base64) }));
      }
    const answers = python(['batch'], `${questions.join('\n')}\n`)
      .trimEnd()
      .split('\n');
    const refused = answers.filter((answer) => !answer.startsWith('ok')).length;
    process.stderr.write('proven\n');
    const began = process.cpuUsage();
    const { files } = await writeTiles(ledger, tiles, heads.at(-1)!);
    const written = process.cpuUsage(began);
    const said = python(['tiles', vkey, tiles]).trim();
    const commit = commitOf();
    const row = (what: string, value: string, budget: string) => `| ${what} | ${value} | ${budget} |`;
    const text = `# A ledger of ${size.toLocaleString('en')} events

\`npm run campaign:ledger\` at ${commit}, ${machine()} at the end: events of days of work, through the store, with a signed checkpoint after each fiftieth. CPU, medians of ${rounds.length} rounds for verification and of ${times.length} receipts.

| what | seen | budget |
|---|---|---|
${[
  row(
    '`audit verify`',
    `${verify.toFixed(1)} s, ${of((round) => round.verify.megabytes).toFixed(0)} MB`,
    'at most 150 MB',
  ),
  row('reading and hashing the same rows alone', `${bare.toFixed(1)} s`, ''),
  row('ratio of the two', (verify / bare).toFixed(2), 'at most 1.3'),
  row(
    'a receipt, with a new checkpoint',
    `${median(times).toFixed(2)} ms, ${Math.max(...sizes)} characters at most`,
    'at most 2 ms',
  ),
  row(
    `${times.length} receipts and ${answers.length - times.length} proofs of consistency before the independent verifier`,
    `${answers.length - refused} accepted`,
    'all',
  ),
  row(
    `tiles (${files.toLocaleString('en')} files)`,
    `written in ${((written.user + written.system) / 1e6).toFixed(1)} s; the independent verifier: ${said}`,
    'accepted',
  ),
].join('\n')}
`;
    console.log(text);
    if (events >= 1_000_000) writeFileSync('docs/results/ledger.md', text);
    process.exitCode = refused === 0 && said.startsWith('ok') ? 0 : 1;
  } finally {
    world.close();
    rmSync(tiles, { recursive: true, force: true });
  }
}

await campaign(Number(process.argv[2] ?? 1_000_000));
