/**
 * The approver's test: what a reviewer must refuse stands in the first forty lines of `show`, at the widths that
 * terminals have, and a harmless change never looks like it.
 */
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { show } from '../../../src/cli/show.ts';
import { seedWorld } from '../../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../../world.ts';
import { APPROVER_CASES } from './cases.ts';

let world: TestWorld;
const STACK = 'shop-prod';
async function openWorldWith(template: object): Promise<void> {
  world = await openTestWorld();
  const stacks = [{ name: STACK, template: JSON.stringify(template) }];
  world.store.transact((inside) => seedWorld(inside, { vpcs: [{ id: 'vpc-0123456789abcdef0' }], stacks }));
}

async function shown(template: object, width: number): Promise<string> {
  const plan = await world.call('plan_stack_update', { stack: STACK, template: JSON.stringify(template) });
  expect(plan.plan_id, JSON.stringify(plan)).toBeDefined();
  const { change_id } = await world.call('propose_change', {
    plan_id: plan.plan_id,
    goal: 'deploy',
    reason: 'as asked',
  });
  return stripVTControlCharacters(await show(world.app, String(change_id), width));
}
/** What is compared is what a person takes in: no ids, digests or times. */
const withoutIds = (text: string) =>
  text.replaceAll(
    /chg_\w+|sha256:[0-9a-f]+|[0-9a-f]{8,}(?:-[0-9a-f]+)*|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| UTC)|countersign-/g,
    '#',
  );

describe.each(APPROVER_CASES)('$name', ({ before, hazard, twin, offending }) => {
  beforeAll(() => openWorldWith(before));
  afterAll(() => world.close());
  it.each([80, 200])('is told in the first forty lines of %i columns', async (width) => {
    const text = await shown(hazard, width);
    const lines = text.split('\n');
    const first = lines.slice(0, 40).join('\n');
    // At the narrow width a sentence goes on in the next line, a value never does.
    const joined = first.replaceAll(/\n *│ /g, ' ');
    for (const one of offending) expect(first.includes(one) || joined.includes(one), `${one} in\n${first}`).toBe(true);
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(width);
  });
  it('does not look like its twin', async () => {
    const [bad, good] = [await shown(hazard, 80), await shown(twin, 80)];
    expect(withoutIds(bad)).not.toBe(withoutIds(good));
    for (const one of offending.slice(-1)) expect(good.replaceAll(/\n *│ /g, ' '), 'twin').not.toContain(one);
  });
});

it('has twenty, each with its twin', () => {
  expect(APPROVER_CASES.length).toBeGreaterThanOrEqual(20);
});
