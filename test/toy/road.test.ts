/** The whole road on another cloud, with all guards: describe → plan → propose → sign → execute. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { show } from '../../src/cli/show.ts';
import { type App, createApp } from '../../src/compose.ts';
import { mintPlanningPermit, mintWritingPermit } from '../../src/core/permit.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { tools } from '../../tools/index.ts';
import { openTestWorld, type TestWorld } from '../world.ts';
import { createToy, type Shelves, toyTools } from './provider.ts';

let world: TestWorld;
let toy: ReturnType<typeof createToy>;
let app: App;
const place = { account: '123456789012', region: 'eu-west-1' };
const file = () => join(world.home, 'shelves.json');
const shelves = (): Shelves => JSON.parse(readFileSync(file(), 'utf8'));
const fill = (all: Shelves) => writeFileSync(file(), JSON.stringify(all));

beforeEach(async () => {
  world = await openTestWorld();
  fill({ 'novels-prod': { books: ['Emma', 'Persuasion'] }, 'novels-dev': { books: ['Emma'] } });
  toy = createToy(file(), place);
  app = createApp(world.app.config, {
    provider: toy,
    tools: [...toyTools, ...tools.filter(({ name }) => !/stack|instance|volume|group|snapshot|tags/.test(name))],
  });
});
afterEach(() => {
  app.close();
  world.close();
});

async function call(tool: string, input: unknown): Promise<Record<string, unknown>> {
  const answer = await app.pipeline(tool, input);
  return answer.ok ? answer.content : { ...answer.error };
}
const planned = (shelf: string, book: string, remove = false) => call('plan_book', { shelf, book, remove });
const proposed = async (shelf: string, book: string) => {
  const plan = await planned(shelf, book);
  const change = await call('propose_change', { plan_id: plan.plan_id, goal: 'deploy', reason: 'a new book' });
  return String(change.change_id);
};
const sign = (id: string, as: string) =>
  approve(app, id, { decision: 'approve', key: world.keyOf(as), as, confirm: 'novels-prod' });

it('a book is put in once a person has signed it, and the ledger verifies', async () => {
  expect(await call('describe_shelf', { shelf: 'novels-prod' })).toEqual({ books: ['Emma', 'Persuasion'] });
  const id = await proposed('novels-prod', 'Middlemarch');
  expect(await call('describe_change', { change_id: id })).toMatchObject({ state: 'pending', seats: { needed: 1 } });
  await expect(app.executor.run(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
  await sign(id, 'bob');
  expect(toy.writes()).toEqual([]);
  expect(await app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(toy.writes()).toMatchObject([{ operation: 'PutIn', input: { shelf: 'novels-prod', book: 'Middlemarch' } }]);
  expect(shelves()['novels-prod']?.books).toEqual(['Emma', 'Persuasion', 'Middlemarch']);
  expect(await show(app, id)).toContain('library:PutIn');
  expect((await verifyLedger(world.home)).ok).toBe(true);
});

it('guards judge what is lost there as anywhere', async () => {
  const denied = await planned('novels-prod', 'Emma', true);
  expect(denied).toMatchObject({ decision: 'denied' });
  expect(JSON.stringify(denied)).toContain('GUARD_STATEFUL_LOSS');
  fill({ 'novels-prod': { books: ['Emma'], chained: true } });
  expect(JSON.stringify(await planned('novels-prod', 'Emma', true))).toContain('GUARD_STACK_DELETION');
  expect(await planned('poems', 'Odes')).toMatchObject({ code: 'GUARD_SCOPE' });
  expect(toy.writes()).toEqual([]);
});

it('a shelf that somebody changed meanwhile makes the change stale', async () => {
  const id = await proposed('novels-prod', 'Middlemarch');
  await sign(id, 'bob');
  fill({ 'novels-prod': { books: ['Emma'] } });
  await expect(app.executor.run(id)).rejects.toMatchObject({
    code: 'STATE_STALE',
    message: expect.stringContaining('shelf books'),
  });
  expect(toy.writes()).toEqual([]);
});

it('no call leaves without a permit for exactly it', async () => {
  const { plan } = await app.changes.plan(String((await planned('novels-dev', 'Odes')).plan_id));
  const { calls } = plan;
  const other = { ...calls[0]!, input: { shelf: 'novels-prod', book: 'Odes' } };
  for (const permit of [mintPlanningPermit('123456789012', 'eu-west-1'), mintWritingPermit(other)])
    await expect(toy.send(calls[0]!, permit, await toy.ownRights(plan.target))).rejects.toMatchObject({
      code: 'EGRESS_REFUSED',
    });
  expect(toy.writes()).toEqual([]);
});
