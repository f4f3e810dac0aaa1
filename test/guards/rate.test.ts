import { facts, inDevelopment, plan, remembering, vectorsOf } from './builders.ts';

vectorsOf('rate', [
  ['nothing happened yet', plan(), facts(), 'pass'],
  ['another change in flight', plan(), remembering({ inFlight: 'chg' }), 'deny'],
  ['the fifth of an hour', plan(), remembering({ executionsLastHour: 4 }), 'pass'],
  ['the sixth of an hour', plan(), remembering({ executionsLastHour: 5 }), 'deny'],
  ['the thirtieth of an hour in development', plan(), remembering({ executionsLastHour: 29 }, inDevelopment()), 'pass'],
  [
    'the thirty-first of an hour in development',
    plan(),
    remembering({ executionsLastHour: 30 }, inDevelopment()),
    'deny',
  ],
  ['the same failure once', plan(), remembering({ sameFailures: 1 }), 'pass'],
  ['the same failure twice', plan(), remembering({ sameFailures: 2 }), 'deny'],
  ['more are allowed by the policy', plan(), remembering({ executionsLastHour: 5 }), 'pass', { per_hour: 6 }],
]);
