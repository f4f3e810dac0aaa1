/**
 * CPU of commands, in turns with the least that Node does, and of reading policies that are as large as they get. The
 * change that is shown is one property of one resource.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns, type Row, ratioRow } from './measure.ts';

const root = new URL('..', import.meta.url).pathname;
const BIN = join(root, 'bin/countersign.js');
const ROUNDS = 15;
const SETTINGS = { ...process.env, COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' };

export async function benchCommands(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    const key = keyIn(folder, 'bob');
    const policy = policyIn(folder, 'policy', {
      people: `  bob: { signs_in_as: [bob], roles: [sre], keys: ["${publicOf(key)}"] }`,
    });
    const run = (...command: string[]) => [BIN, '--home', join(folder, 'home'), '--policy', policy, ...command];
    const id = proposeIn(folder, run);
    const nothing = ['-e', '0'];
    const cedarAlone = ['-e', `require(${JSON.stringify(join(root, 'dist/cedar.cjs'))})`];
    const compared: [string, string[], string[], number][] = [
      ['countersign changes, beside node -e 0 (CPU)', run('changes'), nothing, 3],
      ['countersign show (CPU)', run('show', id), nothing, 3],
      ['countersign approve, to its question (CPU)', run('approve', id, '--key', key), nothing, 3],
      ['countersign policy check, beside node with Cedar (CPU)', run('policy', 'check'), cedarAlone, 2],
    ];
    const rows: Row[] = [];
    for (const [name, command, baseline, limit] of compared)
      rows.push(
        ratioRow(
          name,
          await inTurns(
            ROUNDS,
            () => cpuOf(command),
            () => cpuOf(baseline),
          ),
          'ms',
          limit,
        ),
      );
    for (const [name, large, limit] of sizes(folder)) {
      const check = run('policy', 'check').map((part) => (part === policy ? large : part));
      const times = await inTurns(
        5,
        () => cpuOf(check),
        () => cpuOf(run('policy', 'check')),
      );
      rows.push(ratioRow(`policy check of ${name}, beside a small policy (CPU)`, times, 'ms', limit));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** User and system, in milliseconds. */
function cpuOf(args: readonly string[]): number {
  const script = 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>&1 </dev/null; } 2>&1; true';
  const timed = execFileSync('bash', ['-c', script, '-', process.execPath, ...args], {
    encoding: 'utf8',
    env: SETTINGS,
  });
  return timed
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
}

function keyIn(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return path;
}
const publicOf = (key: string) => execFileSync('cut', ['-d ', '-f1,2', `${key}.pub`], { encoding: 'utf8' }).trim();

function policyIn(folder: string, name: string, { people = '', scopes = '', rules = '' }): string {
  const path = join(folder, `${name}.yaml`);
  const head = 'version: 1\naccounts:\n  main: { id: "123456789012", regions: [eu-west-1] }\nscopes:\n';
  const all = '  - { account: main, stacks: ["*"], environment: production, execute: by_command }\n';
  const alice = 'people:\n  alice: { signs_in_as: [alice], roles: [dev] }\n';
  writeFileSync(path, `${head}${scopes}${all}${alice}${people}\n${rules}`);
  return path;
}

/** An agent's change in the simulated cloud. */
function proposeIn(folder: string, run: (...command: string[]) => string[]): string {
  const tool = (name: string, input: unknown): Record<string, unknown> => {
    const file = join(folder, 'input.json');
    writeFileSync(file, JSON.stringify(input));
    const args = run('--sandbox', 'tool', name, '--input', file);
    return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8', env: SETTINGS }).stdout);
  };
  execFileSync(process.execPath, run('--sandbox', 'policy', 'adopt'), { env: SETTINGS });
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
  const { plan_id } = tool('plan_stack_update', { stack: 'cost-explorer-prod', set });
  return String(tool('propose_change', { plan_id, goal: 'fix', reason: 'more memory' }).change_id);
}

function sizes(folder: string): [string, string, number][] {
  const many = (count: number, one: (index: number) => string, between = '\n') =>
    Array.from({ length: count }, (_, index) => one(index)).join(between);
  const key = (index: number) => {
    const bytes = Buffer.concat([
      Buffer.from([0, 0, 0, 11]),
      Buffer.from('ssh-ed25519'),
      Buffer.from([0, 0, 0, 32]),
      Buffer.alloc(32, `${index}key`),
    ]);
    return `ssh-ed25519 ${bytes.toString('base64')}`;
  };
  const people = many(1_000, (i) => `  p${i}: { signs_in_as: [u${i}], roles: [dev], keys: ["${key(i)}"] }`);
  const scopes = `${many(500, (i) => `  - { account: main, stacks: ["team-${i}-*"], environment: development }`)}\n`;
  const cedar = many(
    500,
    (i) =>
      `@id("r${i}") @message("m") forbid (principal, action == Action::"delete", resource == Type::"AWS::S3::Bucket");`,
  );
  writeFileSync(join(folder, 'many.cedar'), cedar);
  return [
    ['1,000 people', policyIn(folder, 'people', { people }), 10],
    ['500 scopes', policyIn(folder, 'scopes', { scopes }), 10],
    ['500 rules', policyIn(folder, 'rules', { rules: 'rules: ["many.cedar"]' }), 10],
  ];
}
