import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintPlanningPermit } from '../../src/core/permit.ts';
import { maskTemplate } from '../../src/providers/aws/template/secrets.ts';
import { generatedTemplate } from '../generated-templates.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld();
});
afterAll(() => world.close());

const SEEDS = Array.from({ length: 25 }, (_, index) => 90_000 + index);

it('plans whatever a generator makes, with an effect for each of its resources (`npm run campaign:templates` for thousands)', async () => {
  const planner = world.app.cloud.planners.find(({ name }) => name === 'stack_create')!;
  const permit = mintPlanningPermit('123456789012', 'eu-west-1');
  for (const seed of SEEDS) {
    const { text } = generatedTemplate(seed, 12_000);
    expect(maskTemplate(text), `seed ${seed}`).not.toContain('cannot be parsed');
    const input = planner.input.parse({ stack: `generated-${seed}`, template: text });
    const { effects } = await planner.plan(input, {}, permit, randomBytes(16).toString('hex')).catch((cause) => {
      throw new Error(`seed ${seed}`, { cause });
    });
    const ids = Object.keys((JSON.parse(text) as { Resources: object }).Resources).sort();
    expect([...new Set(effects.map(({ logicalId }) => logicalId))].sort(), `seed ${seed}`).toEqual(ids);
  }
});

it('gives the same template for the same seed', () => {
  expect(generatedTemplate(7)).toEqual(generatedTemplate(7));
  expect(generatedTemplate(7).text).not.toBe(generatedTemplate(8).text);
});
