import { expect, it } from 'vitest';
import { creating, facts, inDevelopment, made, observedStack, plan, vectorsOf } from './builders.ts';

const yearEnd = { text: 'year end', until: '2027-01-04T07:00:00Z' };
it('tells the freeze that lasts longest', () => {
  const freezes = [{ text: 'release', until: '2026-11-25T07:00:00Z' }, yearEnd];
  expect(made('freeze').judge(plan(), facts({ freezes })).message).toContain('2027-01-04');
});

it('tells the longest wherever it stands in the list', () => {
  const freezes = [yearEnd, { text: 'release', until: '2026-11-25T07:00:00Z' }];
  expect(made('freeze').judge(plan(), facts({ freezes })).message).toContain('2027-01-04');
});

vectorsOf('freeze', [
  ['nothing in force', plan(), facts(), 'pass'],
  ['a freeze', plan(), facts({ freezes: [yearEnd] }), 'deny'],
  ['a freeze in development', plan(), inDevelopment({ freezes: [yearEnd] }), 'deny'],
  ['an operation in progress', plan(observedStack({ status: 'UPDATE_IN_PROGRESS' })), facts(), 'deny'],
  ['a rollback in progress', plan(observedStack({ status: 'UPDATE_ROLLBACK_IN_PROGRESS' })), facts(), 'deny'],
  [
    'an operation in progress, ended by its tool',
    plan({ tool: 'plan_stack_rollback', ...observedStack({ status: 'UPDATE_IN_PROGRESS' }) }),
    facts(),
    'pass',
  ],
  [
    'a freeze, and the tool that ends operations',
    plan({ tool: 'plan_stack_rollback' }),
    facts({ freezes: [yearEnd] }),
    'deny',
  ],
  ['a failed rollback', plan(observedStack({ status: 'UPDATE_ROLLBACK_FAILED' })), facts(), 'pass'],
  ['a stack that is only a change set yet', creating(), facts(), 'pass'],
]);
