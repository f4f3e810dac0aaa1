/** The app of a server that lives for long: the policy is followed, and what was begun under the one before ends with it. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCurrentApp } from '../../src/cli/current-app.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => {
  vi.useRealTimers();
  world.close();
});

it('opens anew when the policy is edited, and closes the one before after a quarter of an hour', async () => {
  const config = { ...world.app.config, policyPath: join(world.home, 'policy.yaml') };
  const { current } = createCurrentApp({ config, version: '1', sandboxed: true, logDefect: () => undefined });
  const first = await current();
  expect(await current()).toBe(first);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  await world.another({ policy: `${world.policyText}# edited\n` });
  const second = await current();
  expect(second).not.toBe(first);
  expect(await current()).toBe(second);
  await vi.advanceTimersByTimeAsync(14 * 60_000);
  expect(await first.ledger.events({ limit: 1 })).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2 * 60_000);
  await expect(first.ledger.events({ limit: 1 })).rejects.toThrow(/not open/);
  expect(await second.ledger.events({ limit: 1 })).toHaveLength(1);
  second.close();
});
