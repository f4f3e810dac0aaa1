/**
 * What calls and commands cost as a ledger grows: CPU of this process, or of the command's, on ledgers of no events, ten
 * thousand and a million (COUNTERSIGN_GROWTH_EVENTS names another number), spread over a year.
 *
 * The events are those of a day of real work here, again and again: three of four record tool calls; one change in fifty is of
 * the stack and the sponsor that are measured.
 */
import { execFileSync } from 'node:child_process';
import type { LedgerEvent } from '../src/core/events.ts';
import { ensureLogKey, keyFileIn, signHead } from '../src/ledger/log-key.ts';
import { receiptFor } from '../src/ledger/receipt.ts';
import { openLedger } from '../src/ledger/sqlite/store.ts';
import { median, type Row } from './measure.ts';
import { type BenchWorld, openBenchWorld, STACK } from './world.ts';

const MOST = Number(process.env.COUNTERSIGN_GROWTH_EVENTS ?? 1_000_000);
const SIZES = [0, 10_000, MOST];
const ROUNDS = 5;
const WARMING = 3;
/** There are as many at first. */
const PAGE = { limit: 2 };
const YEAR_MILLISECONDS = 365 * 24 * 3_600_000;
const OTHERS = 50;
const IN_ONE_TRANSACTION = 5_000;

type Costs = Map<string, number>;

export async function benchGrowth(): Promise<Row[]> {
  const world = await openBenchWorld(0);
  try {
    const day = await aDay(world);
    const at: Costs[] = [];
    for (const size of SIZES) {
      await fill(world, day, size);
      process.stderr.write(`  ${size} events …\n`);
      at.push(await costs(world));
    }
    const smallest = at[0]!;
    const rows = [...smallest.keys()].flatMap((name) =>
      SIZES.slice(1).map((size, index): Row => {
        const [ours, baseline] = [at[index + 1]!.get(name)!, smallest.get(name)!];
        return {
          name: `${name}, ${size.toLocaleString('en')} events`,
          ours: `${ours.toFixed(1)} ms`,
          baseline: `${baseline.toFixed(1)} ms`,
          value: ours / baseline,
          limit: 1.5,
          wanted: 'at most',
        };
      }),
    );
    return [...rows, await proof(world)];
  } finally {
    world.close();
  }
}

let memory = 512;
const update = (world: BenchWorld) => {
  memory += 64;
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
  return world.call('plan_stack_update', { stack: STACK, set });
};
const propose = (world: BenchWorld, plan: unknown) =>
  world.call('propose_change', { plan_id: plan, goal: 'fix', reason: 'more memory' });

/** Every event that a plan, a change and its withdrawal leave, with the calls around them. */
export async function aDay(world: BenchWorld): Promise<LedgerEvent[]> {
  const since = (await world.app.ledger.head()).size;
  await world.call('describe_policy', {});
  await world.call('describe_stack', { stack: STACK });
  const { plan_id: plan } = await update(world);
  await world.call('describe_plan', { plan_id: plan });
  const { change_id: change } = await propose(world, plan);
  for (let turn = 0; turn < 4; turn += 1) await world.call('describe_change', { change_id: change });
  await world.call('withdraw_change', { change_id: change });
  return world.app.ledger.events({ sinceSeq: since });
}

/** Up to that many events, through the store itself, by a clock that has a year for all of them. */
export async function fill(world: BenchWorld, day: readonly LedgerEvent[], size: number): Promise<void> {
  const begun = Date.now();
  const first = (await world.app.ledger.head()).size;
  let seq = first;
  const ledger = openLedger(
    world.app.config.home,
    () => new Date(begun - YEAR_MILLISECONDS * (1 - (seq - first + 1) / Math.max(1, size - first))),
  );
  const text = JSON.stringify(day);
  for (let turn = 0; seq < size; )
    await ledger.transact(async (tx) => {
      for (let appended = 0; appended < IN_ONE_TRANSACTION && seq < size; turn += 1) {
        const other = turn % OTHERS;
        const again = text
          .replaceAll(
            /(chg|plan)_[0-9a-f]{10}/g,
            (id) => `${id.slice(0, -8)}${(turn + first).toString(16).padStart(8, '0')}`,
          )
          .replaceAll(STACK, other === 0 ? STACK : `stack-${other}`)
          .replaceAll('"alice"', other === 0 ? '"alice"' : `"person-${other}"`);
        for (const { kind, changeId, planId, body } of JSON.parse(again) as LedgerEvent[]) {
          await tx.append({ kind, body, ...(changeId ? { changeId } : {}), ...(planId ? { planId } : {}) });
          seq += 1;
          appended += 1;
        }
      }
    });
  ledger.close();
}

async function costs(world: BenchWorld): Promise<Costs> {
  const found = new Map<string, number[]>();
  const record = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const before = process.cpuUsage();
    const result = await run();
    const { user, system } = process.cpuUsage(before);
    found.set(name, [...(found.get(name) ?? []), (user + system) / 1000]);
    return result;
  };
  for (let round = -WARMING; round < ROUNDS; round += 1) {
    // What is loaded lazily and compiled late is so in the rounds that are not counted.
    if (round === 0) found.clear();
    await record('describe_policy', () => world.call('describe_policy', {}));
    await record('describe_stack', () => world.call('describe_stack', { stack: STACK }));
    const { plan_id: plan } = await record('plan_stack_update', () => update(world));
    await record('describe_plan', () => world.call('describe_plan', { plan_id: plan }));
    const stored = await world.app.changes.plan(String(plan));
    await record('judging', () => world.app.policy.judgeFor(stored.plan, 'propose', 'fix'));
    const { change_id: change } = await record('propose_change', () => propose(world, plan));
    await record('describe_change', () => world.call('describe_change', { change_id: change }));
    await record('describe_changes', () => world.call('describe_changes', PAGE));
    await record('describe_changes, pending', () => world.call('describe_changes', { ...PAGE, state: 'pending' }));
    await record('describe_changes, withdrawn', () => world.call('describe_changes', { ...PAGE, state: 'withdrawn' }));
    await record('withdraw_change', () => world.call('withdraw_change', { change_id: change }));
    for (const command of [['changes'], ['show', String(change)]]) {
      const name = `countersign ${command[0]}`;
      found.set(name, [...(found.get(name) ?? []), cpuOfCommand(world, command)]);
    }
  }
  return new Map([...found].map(([name, values]) => [name, median(values)]));
}

/** As the shell tells it, to a millisecond. */
function cpuOfCommand(world: BenchWorld, command: readonly string[]): number {
  const bin = new URL('../bin/countersign.js', import.meta.url).pathname;
  const args = [bin, '--home', world.app.config.home, ...command];
  const timed = execFileSync(
    'bash',
    ['-c', 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>&1; } 2>&1', '-', process.execPath, ...args],
    {
      encoding: 'utf8',
    },
  );
  return timed
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
}

async function proof(world: BenchWorld): Promise<Row> {
  const { ledger } = world.app;
  const events = await ledger.events({ kinds: ['change.proposed'], limit: 200 });
  const keyFile = keyFileIn(world.app.config.home);
  await ensureLogKey(world.app.config.home, keyFile, ledger);
  const times: number[] = [];
  for (const { changeId = '' } of events) {
    const before = process.cpuUsage();
    await receiptFor(ledger, changeId, () => signHead(ledger, keyFile));
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  const value = median(times);
  return {
    name: `a receipt, ${(await ledger.head()).size.toLocaleString('en')} events`,
    ours: `${value.toFixed(2)} ms`,
    baseline: 'none',
    value,
    limit: 2,
    wanted: 'at most',
  };
}
