/** What faults of the database and of the way to it leave: nothing lost, nothing doubled, and no false word. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { openLedgerAt, verifyLedger } from '../../src/ledger/open.ts';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { postgresHere } from '../postgres-here.ts';
import { wayTo } from '../way.ts';

// What was said to be durable is to be there after a crash.
const server = postgresHere({ fsync: 'on' });
let url: string;
let opened: OpenLedger[] = [];
beforeEach(async () => {
  url = await server().database();
  await migrate(url);
});
afterEach(() => {
  vi.useRealTimers();
  for (const ledger of opened) ledger.close();
  opened = [];
});
const open = (place: string) => {
  const ledger = openLedgerAt(place);
  opened.push(ledger);
  return ledger;
};
const turn = (name: string) => ({ kind: 'test.turn', body: { name } });
const namesIn = async (ledger: OpenLedger) =>
  (await ledger.events()).map(({ body }) => (body as { name: string }).name);
const coded = (code: string) => expect.objectContaining({ code });

it.each(['kill', 'stop'] as const)(
  'loses nothing and doubles nothing when the server ends by %s, again and again, under appends',
  async (how) => {
    const ledgers = [open(url), open(url)];
    const told = new Map<string, 'done' | string>();
    let isOver = false;
    const append = async (worker: number) => {
      for (let n = 0; !isOver; n += 1) {
        const name = `${worker}/${n}`;
        const ledger = ledgers[worker % 2]!;
        const asked =
          n % 3 === 0
            ? ledger.transact(async (tx) => {
                await tx.claim(`claim ${name}`);
                await tx.events({ limit: 1, newestFirst: true });
                return tx.append(turn(name));
              })
            : ledger.append(turn(name));
        const outcome = await asked.then(
          () => 'done',
          (error: { code?: string }) => error.code ?? String(error),
        );
        told.set(name, outcome);
      }
    };
    const workers = Array.from({ length: 16 }, (_, worker) => append(worker));
    for (let round = 0; round < 3; round += 1) {
      const before = told.size;
      while (told.size < before + 200) await new Promise((resolve) => setTimeout(resolve, 20));
      await server()[how]();
      await server().start();
    }
    isOver = true;
    await Promise.all(workers);
    const names = await namesIn(ledgers[0]!);
    expect(new Set(names).size).toBe(names.length);
    const done = [...told].filter(([, outcome]) => outcome === 'done').map(([name]) => name);
    expect(done.filter((name) => !names.includes(name))).toEqual([]);
    // A server that is back within the time that is waited costs no caller anything.
    expect([...new Set(told.values())]).toEqual(['done']);
    expect(names.length).toBe(told.size);
    expect(await verifyLedger(url)).toMatchObject({ ok: true, size: names.length });
  },
  120_000,
);

it.each([
  ['the commit, which was carried out', 'COMMIT', 'after'],
  ['the commit, which was carried out and never answered', 'COMMIT', 'silent'],
  ['the commit, which was not', 'COMMIT', 'before'],
  ['the insert', 'INSERT INTO', 'after'],
  ['the lock', 'locked_head', 'before'],
] as const)(
  'records once what was sent when the connection is lost at %s',
  async (_name, text, where) => {
    const way = await wayTo(url);
    try {
      const ledger = open(way.url);
      await ledger.append(turn('first'));
      way.cutAt(text, where);
      expect(await ledger.append(turn('second'))).toMatchObject({ seq: 2 });
      await ledger.transact((tx) => tx.append(turn('third')));
      expect(await namesIn(open(url))).toEqual(['first', 'second', 'third']);
      expect(await verifyLedger(url)).toMatchObject({ ok: true, size: 3 });
    } finally {
      way.close();
    }
  },
  60_000,
);

it('says that it does not know when the commit was sent and the ledger cannot be asked, and never "not done"', async () => {
  const way = await wayTo(url);
  try {
    const ledger = open(way.url);
    await ledger.append(turn('first'));
    way.cutAt('COMMIT', 'after', () => way.refuse(true));
    await expect(ledger.append(turn('second'))).rejects.toThrow(coded('LEDGER_OUTCOME_UNKNOWN'));
    await expect(ledger.append(turn('third'))).rejects.toThrow(coded('LEDGER_UNREACHABLE'));
    way.refuse(false);
    await ledger.append(turn('fourth'));
    expect(await namesIn(ledger)).toEqual(['first', 'second', 'fourth']);
  } finally {
    way.close();
  }
}, 90_000);

it('tells who may not connect without encryption where the database has none', async () => {
  const ledger = open(`${url}?sslmode=require`);
  for (const ask of [() => ledger.append(turn('first')), ledger.head, ledger.ready])
    await expect(ask()).rejects.toThrow(coded('CONFIG_INVALID'));
});

/** With nothing told of the end of it. @param does what is under way when it goes dark. */
const DOING: Record<string, { at: string; does(ledger: OpenLedger): Promise<unknown> }> = {
  'an append': { at: 'insert', does: (ledger) => ledger.append(turn('dark')) },
  'a decision': {
    at: 'SAVEPOINT',
    does: (ledger) =>
      ledger.transact(async (tx) => {
        await tx.events({ limit: 1 });
        return tx.append(turn('dark'));
      }),
  },
  'a commit': { at: 'COMMIT', does: (ledger) => ledger.append(turn('dark')) },
  'a read': { at: 'FROM countersign.events', does: (ledger) => ledger.events() },
  'a look': { at: 'clock_timestamp', does: (ledger) => ledger.ready() },
};
it.each(Object.entries(DOING))(
  'tells the truth in a bounded time when the network goes dark in %s, and goes on when it is back',
  async (_, { at, does }) => {
    const way = await wayTo(url);
    try {
      const [ledger, other] = [open(way.url), open(url)];
      await ledger.append(turn('first'));
      let wakes = 0;
      const stop = ledger.watch(() => {
        wakes += 1;
      });
      await expect.poll(() => wakes).toBeGreaterThan(0);
      way.cutAt(at, 'dark');
      const outcome = await does(ledger).then(
        () => 'done',
        ({ code }: { code?: string }) => code,
      );
      expect(outcome).toMatch(/^LEDGER_(?:UNREACHABLE|OUTCOME_UNKNOWN)$/);
      // Who is not cut off goes on: what the other one held is given up.
      await other.append(turn('meanwhile'));
      way.goDark(false);
      await ledger.append(turn('back'));
      const before = wakes;
      await other.append(turn('heard'));
      await expect.poll(() => wakes, { timeout: 30_000 }).toBeGreaterThan(before);
      stop();
      const names = await namesIn(ledger);
      expect(names.filter((name) => name !== 'dark')).toEqual(['first', 'meanwhile', 'back', 'heard']);
      if (outcome === 'LEDGER_UNREACHABLE') expect(names).not.toContain('dark');
      expect(await verifyLedger(url)).toMatchObject({ ok: true, size: names.length });
    } finally {
      way.close();
    }
  },
  120_000,
);

it('goes on when a writer says nothing inside of its transaction, and what that one decided is decided again', async () => {
  const [silent, other] = [open(url), open(url.replace('127.0.0.1', 'localhost'))];
  let runs = 0;
  let holds: (value?: unknown) => void = () => undefined;
  const held = new Promise((resolve) => {
    holds = resolve;
  });
  let wakes: (value?: unknown) => void = () => undefined;
  const woken = new Promise((resolve) => {
    wakes = resolve;
  });
  const deciding = silent.transact(async (tx) => {
    runs += 1;
    await tx.events({ limit: 1 });
    holds();
    if (runs === 1) await woken;
    await tx.append(turn(`silent, run ${runs}`));
  });
  await held;
  await other.append(turn('other'));
  wakes();
  await deciding;
  expect(await namesIn(other)).toEqual(['other', 'silent, run 2']);
}, 60_000);

it('reads again over another connection when the answer to a read never comes', async () => {
  const way = await wayTo(url);
  try {
    const ledger = open(way.url);
    await ledger.append(turn('first'));
    expect(await namesIn(ledger)).toEqual(['first']);
    let isCut = false;
    way.cutAt('FROM countersign.events', 'silent', () => {
      isCut = true;
    });
    expect(await namesIn(ledger)).toEqual(['first']);
    expect(isCut).toBe(true);
  } finally {
    way.close();
  }
}, 90_000);

it('is busy for whoever waits for long, and tells that nothing was appended', async () => {
  const holder = new Client({ connectionString: url });
  await holder.connect();
  try {
    await holder.query('BEGIN; SELECT FROM countersign.locked_head()');
    const ledger = open(url);
    await expect(ledger.append(turn('waits'))).rejects.toThrow(coded('LEDGER_BUSY'));
    await holder.query('ROLLBACK');
    await ledger.append(turn('second'));
    expect(await namesIn(ledger)).toEqual(['second']);
  } finally {
    await holder.end();
  }
}, 60_000);

it.each([
  ['ahead of', 5 * 60_000],
  ['behind', -5 * 60_000],
])('takes no event from a machine whose clock is minutes %s the database, and reads for it', async (where, skew) => {
  const ledger = open(url);
  await ledger.append(turn('in time'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skew });
  await expect(ledger.append(turn('skewed'))).rejects.toThrow(
    expect.objectContaining({ code: 'LEDGER_CLOCK_SKEWED', message: expect.stringContaining(where) }),
  );
  expect(await namesIn(ledger)).toEqual(['in time']);
  vi.useRealTimers();
  await ledger.append(turn('in time again'));
  expect(await namesIn(ledger)).toEqual(['in time', 'in time again']);
});

it('gives events the time of the database, in their order, whatever clocks within two minutes say', async () => {
  const [one, two] = [open(url), open(url)];
  const began = Date.now();
  for (const [ledger, skew] of [
    [one, 90_000],
    [two, -90_000],
    [one, 90_000],
    [two, 0],
  ] as const) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skew });
    await ledger.append(turn(String(skew)));
    vi.useRealTimers();
  }
  const times = (await one.events()).map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // Of this machine's clock, which is the database's.
  expect(times[0]).toBeGreaterThanOrEqual(began - 1);
  expect(times.at(-1)).toBeLessThanOrEqual(Date.now() + 1);
});

it('goes on from the newest event when the clock of the database itself was set back', async () => {
  const ledger = open(url);
  const ahead = openLedgerAt(url, () => new Date(Date.now() + 3_600_000));
  opened.push(ahead);
  const { at } = await ahead.append(turn('before it was set back'));
  expect((await ledger.append(turn('after'))).at).toBe(at);
  expect(await verifyLedger(url)).toMatchObject({ ok: true, size: 2 });
});
