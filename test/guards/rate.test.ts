import { expect, it } from 'vitest';
import { rate } from '../../guards/rate.ts';
import { call, deleting, facts, factsWithHistory, inDevelopment, observedStack, plan, vectorsOf } from './builders.ts';

const failedTwice = factsWithHistory({ sameFailures: 2, executionsLastHour: 5 });
const rollback = (operation: string, status: string) =>
  plan({ tool: 'plan_stack_rollback', calls: [call(operation)], ...observedStack({ status }) });

const executing = { changeId: 'chg_0123456789ab', isUnknown: false };

vectorsOf('rate', [
  ['a rollback after the same failure', rollback('RollbackStack', 'UPDATE_FAILED'), failedTwice, 'pass'],
  ['a rollback that goes on', rollback('ContinueUpdateRollback', 'UPDATE_ROLLBACK_FAILED'), failedTwice, 'pass'],
  ['an update that is cancelled', rollback('CancelUpdateStack', 'UPDATE_IN_PROGRESS'), failedTwice, 'pass'],
  ['a stack that never came up goes', deleting(undefined, { status: 'ROLLBACK_COMPLETE' }), failedTwice, 'pass'],
  ['a deletion that failed', deleting(undefined, { status: 'DELETE_FAILED' }), failedTwice, 'pass'],
  ['an update that mends a failed one', plan(observedStack({ status: 'UPDATE_FAILED' })), failedTwice, 'pass'],
  [
    'an update after it was rolled back',
    plan(observedStack({ status: 'UPDATE_ROLLBACK_COMPLETE' })),
    failedTwice,
    'deny',
  ],
  [
    'what only says that it recovers',
    plan(),
    factsWithHistory({ sameFailures: 2 }, facts({ goal: 'recover' })),
    'deny',
  ],
  [
    'a rollback while another change executes',
    rollback('RollbackStack', 'UPDATE_FAILED'),
    factsWithHistory({ inFlight: executing }),
    'deny',
  ],
  ['nothing happened yet', plan(), facts(), 'pass'],
  ['another change in flight', plan(), factsWithHistory({ inFlight: executing }), 'deny'],
  [
    'another change of unknown outcome',
    plan(),
    factsWithHistory({ inFlight: { ...executing, isUnknown: true } }),
    'deny',
  ],
  ['the fifth of an hour', plan(), factsWithHistory({ executionsLastHour: 4 }), 'pass'],
  ['the sixth of an hour', plan(), factsWithHistory({ executionsLastHour: 5 }), 'deny'],
  [
    'the thirtieth of an hour in development',
    plan(),
    factsWithHistory({ executionsLastHour: 29 }, inDevelopment()),
    'pass',
  ],
  [
    'the thirty-first of an hour in development',
    plan(),
    factsWithHistory({ executionsLastHour: 30 }, inDevelopment()),
    'deny',
  ],
  ['the same failure once', plan(), factsWithHistory({ sameFailures: 1 }), 'pass'],
  ['the same failure twice', plan(), factsWithHistory({ sameFailures: 2 }), 'deny'],
  ['more are allowed by the policy', plan(), factsWithHistory({ executionsLastHour: 5 }), 'pass', { per_hour: 6 }],
]);

it('tells the other guards how many executions an hour allows', () => {
  const perHour = (options: object, environment: 'production' | 'development' | 'disposable') =>
    rate.executionsPerHour?.(rate.options.parse(options), environment);
  expect(perHour({}, 'production')).toBe(5);
  expect(perHour({}, 'development')).toBe(30);
  expect(perHour({ per_hour: 7 }, 'production')).toBe(7);
});
