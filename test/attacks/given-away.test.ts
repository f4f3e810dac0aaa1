/** A change that another runner was given, since its executor was not heard of. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventsOf } from '../../src/core/events.ts';
import type { WireRequest } from '../../src/sandbox/cloud.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { type CloudProxy, openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const written = () => world.writes().map(({ operation }) => operation);
const fix = async () => signedByAll(world, world.app, await proposeFix(world));

it('sends nothing for one that it lost before it had begun, and leaves it approved', async () => {
  const id = await fix();
  await expect(world.app.executor.run(id, () => undefined, { lost: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'STATE_NONCE_USED',
  });
  expect(written()).toEqual([]);
  expect((await world.execute(id)).state).toBe('succeeded');
});

it('sends no further call of one that it lost between two of them', async () => {
  world.store.transact((inside) =>
    seedWorld(inside, { instances: [{ name: 'alone', tags: { environment: 'production', Backup: 'daily' } }] }),
  );
  const { instances } = await world.call('describe_instances', { tag: 'Name=alone' });
  const [{ instance_id }] = instances as [{ instance_id: string }];
  const { plan_id } = await world.call('plan_instance_type', { instance_id, instance_type: 'm5.large' });
  const { change_id } = await world.call('propose_change', { plan_id, goal: 'scale', reason: 'larger' });
  const id = await signedByAll(world, world.app, String(change_id));
  const lost = new AbortController();
  const tell = (text: string) => {
    if (text.includes('StopInstances was accepted')) lost.abort();
  };
  const change = await world.app.executor.run(id, tell, { lost: lost.signal });
  expect(change.state).toBe('failed');
  expect(change.outcome?.detail).toMatch(/ModifyInstanceAttribute was not sent: .*another was given the change/);
  expect(written()).toEqual(['StopInstances']);
  const intents = await eventsOf(world.app.ledger, ['call.intended'], { changeId: id });
  expect(intents).toHaveLength(1);
});

/** The request of an executor on another host, which leaves and is not answered. */
async function onItsWay(): Promise<{ id: string; deliver(): Promise<number> }> {
  const id = await fix();
  let deliver: (() => Promise<number>) | undefined;
  const proxy: CloudProxy = async (request: WireRequest, forward) => {
    if (!request.body.includes('Action=ExecuteChangeSet')) return forward();
    deliver = async () => (await forward()).status;
    return new Promise(() => undefined);
  };
  const app = await world.another({ proxy, host: 'there' });
  void world.execute(id, app).catch(() => undefined);
  await expect.poll(() => deliver !== undefined, { timeout: 10_000 }).toBe(true);
  return { id, deliver: deliver! };
}

it('is looked into by whoever was given it, and is not called undone while its request may arrive', async () => {
  const { id, deliver } = await onItsWay();
  await expect(world.app.executor.reconcile(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_RUNNING' });
  expect((await world.app.executor.reconcile(id, { isGiven: true })).change.state).toBe('executing');
  await deliver();
  expect((await world.app.executor.reconcile(id, { isGiven: true })).change.state).toBe('succeeded');
  expect(written()).toEqual(['ExecuteChangeSet']);
});

it('is called undone when the endpoint would refuse its request, and that is refused then', async () => {
  const { id, deliver } = await onItsWay();
  world.age(17);
  expect((await world.app.executor.reconcile(id, { isGiven: true })).change.state).toBe('failed');
  expect(await deliver()).toBeGreaterThanOrEqual(400);
  expect((await world.app.changes.find(id)).state).toBe('failed');
});
