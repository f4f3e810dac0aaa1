import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
// @ts-expect-error: an example in plain JavaScript, for a workflow.
import { commentOf } from '../../examples/github-actions/plan-comment.mjs';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

it('tells what a plan does and why it is held, as text that cannot become anything else', async () => {
  const answer = await world.call('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.CostTable.Properties.TableName', value: 'x`[a](http://evil.example)' }],
  });
  const comment = commentOf(answer, STACK);
  expect(comment).toMatch(/^### `cost-explorer-prod` is denied/);
  expect(comment).toContain('| deny | `GUARD_RECREATE` |');
  expect(comment.replaceAll(/`[^`]*`/g, '')).not.toContain('evil.example');
});

it('tells an error too', async () => {
  const comment = commentOf(await world.call('plan_stack_update', { stack: 'gone-prod' }), 'gone-prod');
  expect(comment).toContain('could not be planned');
  expect(comment).toContain('AWS_NOT_FOUND');
});

it('is what the example workflow calls, with the exit codes that the command has', () => {
  const workflow = readFileSync(new URL('../../examples/github-actions/countersign-plan.yml', import.meta.url), 'utf8');
  expect(parse(workflow)).toMatchObject({ jobs: { plan: { steps: expect.any(Array) } } });
  expect(workflow).toContain('plan-comment.mjs');
  expect(workflow).toContain('0|3|5)');
});
