/** Ids that a person shortens: found where only one is meant, refused everywhere else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { approve } from '../../src/cli/commands/approve.ts';
import { auditReceipt } from '../../src/cli/commands/audit-receipt.ts';
import { auditShow } from '../../src/cli/commands/audit-show.ts';
import { close } from '../../src/cli/commands/close.ts';
import { execute } from '../../src/cli/commands/execute.ts';
import { reconcile } from '../../src/cli/commands/reconcile.ts';
import { show } from '../../src/cli/commands/show.ts';
import { createContext } from '../../src/cli/context.ts';
import { changeIdOf, subjectIdOf } from '../../src/cli/ids.ts';
import { bodyOf } from '../../src/core/events.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

let world: TestWorld;
let context: Context;
let id: string;
beforeEach(async () => {
  world = await openTestWorld();
  const [tell, note] = [() => undefined, () => undefined];
  context = createContext({ config: world.app.config, version: '0', sandboxed: true, width: 100, tell, note });
  id = await proposeFix(world);
});
afterEach(() => world.close());

/** Another change like it, with an id of our choice: what an agent that could choose ids would make. */
async function alike(other: string): Promise<void> {
  const [event] = await world.app.ledger.events({ changeId: id, kinds: ['change.proposed'] });
  const body = { ...bodyOf('change.proposed', event!), id: other };
  await world.app.ledger.append({ kind: 'change.proposed', changeId: other, body });
}
const flipped = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');

describe('the beginning of an id', () => {
  it('is the whole of it where it has six characters and is that of one only', async () => {
    const { ledger } = world.app;
    expect(await changeIdOf(ledger, id)).toBe(id);
    expect(await changeIdOf(ledger, id.slice(0, 10))).toBe(id);
    const { planId } = await world.app.changes.find(id);
    expect(await subjectIdOf(ledger, planId.slice(0, 12))).toBe(planId);
    expect(await subjectIdOf(ledger, id.slice(0, 11))).toBe(id);
  });

  it.each([
    ['shorter than six characters', () => id.slice(0, 9), 'INPUT_INVALID'],
    ['nothing but the prefix', () => 'chg_', 'INPUT_INVALID'],
    ['of none', () => flipped(id.slice(0, 10)), 'INPUT_NOT_FOUND'],
    ['no id at all', () => 'chg_%______', 'INPUT_NOT_FOUND'],
    ['longer than an id', () => `${id}0`, 'INPUT_NOT_FOUND'],
    ['of a plan', async () => (await world.app.changes.find(id)).planId, 'INPUT_NOT_FOUND'],
    ['in capitals', () => id.toUpperCase(), 'INPUT_NOT_FOUND'],
  ])('is refused: %s', async (_name, given, code) => {
    await expect(changeIdOf(world.app.ledger, await given())).rejects.toMatchObject({ code });
  });

  it('that fits two is refused by every command that signs or executes, with both listed', async () => {
    const other = flipped(id);
    await alike(other);
    const short = id.slice(0, 12);
    const change = { change: short };
    const commands = [
      () => approve.run(context, { ...change, key: world.keyOf('bob'), as: 'bob', confirm: 'cost-explorer-prod' }),
      () => execute.run(context, change),
      () => reconcile.run(context, change),
      () => close.run(context, { ...change, reason: 'seen', key: world.keyOf('bob') }),
      () => show.run(context, change),
      () => auditReceipt.run(context, change),
      () => auditShow.run(context, { ...change, limit: 9 }),
    ];
    for (const run of commands) {
      const error = await run().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'INPUT_ID_AMBIGUOUS' });
      for (const one of [id, other]) expect((error as Error).message).toContain(one);
    }
    expect(await changeIdOf(world.app.ledger, id)).toBe(id);
    expect((await world.app.changes.find(id)).state).toBe('pending');
  });

  it('with a slip at its end names the one that was meant, and is not taken for it', async () => {
    const error = await changeIdOf(world.app.ledger, flipped(id)).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: expect.stringContaining(`Did you mean:\n  ${id}`),
    });
  });

  it('is enough for show and approve, and what is signed has the whole id', async () => {
    const short = id.slice(0, 10);
    const { text } = await show.run(context, { change: short, statement: true, as: 'bob' });
    expect(text).toContain(id);
    const signed = { change: short, key: world.keyOf('bob'), as: 'bob', confirm: 'cost-explorer-prod' };
    expect((await approve.run(context, signed)).json).toMatchObject({ id, state: 'approved' });
  });
});
