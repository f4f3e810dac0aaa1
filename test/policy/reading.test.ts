import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { DEV_STACK, openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

type Answer = Record<string, unknown>;
/** Production stacks and nothing else. */
const narrowed = () => world.policyText.replace(/ {2}- \{ account: main, (?:stacks: \["\*-dev"\]|ids).*\n/g, '');
const asked = async (policy: string, tool: string, input: object = {}): Promise<Answer> => {
  const answer = await (await world.another({ policy })).pipeline(tool, input);
  return answer.ok ? answer.content : { ...answer.error };
};

describe('reading', () => {
  it('follows the scopes: a stack in none is left out of lists, and refused where it is named', async () => {
    const list = await asked(narrowed(), 'describe_stacks');
    const names = (list.stacks as Answer[]).map(({ stack }) => stack);
    expect(names).toContain(STACK);
    expect(names).not.toContain(DEV_STACK);
    expect(list.out_of_scope).toBeGreaterThan(0);
    for (const include of [[], ['template'], ['parameters', 'outputs']])
      expect(await asked(narrowed(), 'describe_stack', { stack: DEV_STACK, include })).toMatchObject({
        code: 'GUARD_SCOPE',
      });
    expect(await asked(narrowed(), 'describe_stack', { stack: STACK })).toMatchObject({ stack: STACK });
  });

  it.each(['describe_instances', 'describe_security_groups', 'describe_volumes'])(
    'leaves out of %s what is in no scope, and refuses what is named',
    async (tool) => {
      const [key, ids, id] = {
        describe_instances: ['instances', 'instance_ids', 'instance_id'],
        describe_security_groups: ['security_groups', 'group_ids', 'group_id'],
        describe_volumes: ['volumes', 'volume_ids', 'volume_id'],
      }[tool] as [string, string, string];
      const everything = (await asked(world.policyText, tool))[key] as Answer[];
      const some = await asked(narrowed(), tool);
      const seen = (some[key] as Answer[]).map((one) => one[id]);
      const hidden = everything.filter((one) => !seen.includes(one[id]));
      expect(hidden.length).toBeGreaterThan(0);
      expect(some.out_of_scope).toBe(hidden.length);
      expect(await asked(narrowed(), tool, { [ids]: [hidden[0]![id]] })).toMatchObject({ code: 'GUARD_SCOPE' });
      expect(await asked(`${narrowed()}read: all\n`, tool, { [ids]: [hidden[0]![id]] })).toHaveProperty(key);
    },
  );

  it('is all that the credentials can read where the policy says so, and without a policy', async () => {
    expect(await asked(`${narrowed()}read: all\n`, 'describe_stack', { stack: DEV_STACK })).toMatchObject({
      stack: DEV_STACK,
    });
    const without = await (await world.another({ policyPath: undefined })).pipeline('describe_stack', {
      stack: DEV_STACK,
    });
    expect(without).toMatchObject({ ok: true });
  });
});

describe('a state folder', () => {
  it.each([0o777, 0o1777, 0o770, 0o775])('that others can write is refused (mode %o)', (mode) => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-mode-'));
    chmodSync(home, mode);
    try {
      expect(() => openLedger(home)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
      chmodSync(home, 0o755);
      openLedger(home).close();
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
