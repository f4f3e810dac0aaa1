/** The queue of changes in PostgreSQL: what is offered is given once, in order, to one of the runners. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrated } from '../../src/cli/ledger.ts';
import type { Target } from '../../src/core/plan.ts';
import { dispatchOn } from '../../src/dispatch/boss.ts';
import type { Dispatch } from '../../src/execute/dispatch.ts';
import { postgresHere } from '../postgres-here.ts';

const server = postgresHere();
let owner: string;
let runner: string;
let running: Dispatch[] = [];
let count = 0;
beforeEach(async () => {
  owner = await server().database();
  await migrated(owner);
  count += 1;
  runner = await server().as(owner, `runner_${count}`, 'countersign_executor');
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  running = [];
});

const targetOf = (name: string, account = '123456789012'): Target => ({
  kind: 'stack',
  account,
  region: 'r1',
  name,
  ids: [],
});
const change = (id: string, name: string, account?: string) => ({ id, target: targetOf(name, account) });
interface Given {
  id: string;
  by: string;
  end(): void;
}
/** Each change that is given waits for its `end`. */
function runners(...names: string[]) {
  const given: Given[] = [];
  let wake: () => void = () => undefined;
  return {
    given,
    async start(): Promise<Dispatch[]> {
      for (const by of names) {
        const dispatch = dispatchOn(runner, 4, () => undefined);
        running.push(dispatch);
        await dispatch.start(
          (id) =>
            new Promise((resolve, reject) => {
              given.push({ id, by, end: id.startsWith('throws') ? () => reject(new Error('a defect')) : resolve });
              wake();
            }),
        );
      }
      return running;
    },
    async until(some: number): Promise<string[]> {
      while (given.length < some)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return given.map(({ id }) => id);
    },
  };
}
const quiet = () => new Promise((resolve) => setTimeout(resolve, 2_500));

it('gives what several runners offer to one of them, and the next of its target when that has ended', async () => {
  const { given, start, until } = runners('one', 'two');
  const dispatches = await start();
  for (const one of dispatches)
    for (const [id, name] of [
      ['first', 'a'],
      ['throws', 'a'],
      ['third', 'a'],
      ['other', 'b'],
    ])
      await one.offer(change(id!, name!), '1/0');
  expect((await until(2)).sort()).toEqual(['first', 'other']);
  await quiet();
  expect(given).toHaveLength(2);
  for (const [index, next] of ['throws', 'third'].entries()) {
    given.find(({ id }) => id === ['first', 'throws'][index])!.end();
    expect((await until(3 + index)).at(-1)).toBe(next);
  }
  for (const { end } of given) end();
  await dispatches[0]!.offer(change('first', 'a'), '1/0');
  await quiet();
  expect(given).toHaveLength(4);
  await dispatches[0]!.offer(change('first', 'a'), '1/1');
  expect(await until(5)).toContain('first');
  for (const { end } of given) end();
}, 60_000);

it('is not held back by a job that failed after all', async () => {
  const { given, start, until } = runners('one');
  const [dispatch] = await start();
  await dispatch!.offer(change('first', 'a'), '1/0');
  await until(1);
  const client = new Client({ connectionString: owner });
  await client.connect();
  await client.query("UPDATE countersign_jobs.job SET state = 'failed', completed_on = now() WHERE state = 'active'");
  await client.end();
  await dispatch!.offer(change('second', 'a'), '1/0');
  expect(await until(2)).toEqual(['first', 'second']);
  for (const { end } of given) end();
}, 60_000);

it('takes only from accounts of what it has offered itself', async () => {
  const { given, start, until } = runners('one', 'two');
  const [one, two] = await start();
  await one!.offer(change('of one', 'a', '111111111111'), '1/0');
  await two!.offer(change('of two', 'a', 'an account: with / signs'), '1/0');
  await until(2);
  expect(given.map(({ id, by }) => `${id} by ${by}`).sort()).toEqual(['of one by one', 'of two by two']);
  for (const { end } of given) end();
}, 60_000);

it('is the executors’ alone: a server’s role is refused, and told what is missing', async () => {
  const server_ = await server().as(owner, `no_runner_${count}`, 'countersign_server');
  const dispatch = dispatchOn(server_, 1, () => undefined);
  await expect(dispatch.start(async () => undefined)).rejects.toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
  await dispatch.stop();
});
