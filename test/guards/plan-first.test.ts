import { facts, plan, vectorsOf } from './builders.ts';

vectorsOf('plan-first', [
  ['exactly 15 minutes old', plan(), facts({ now: new Date('2026-11-24T12:15:00Z') }), 'pass'],
  ['a moment older', plan(), facts({ now: new Date('2026-11-24T12:15:00.001Z') }), 'deny'],
  ['older, once it is a change', plan(), facts({ phase: 'execute', now: new Date('2026-11-24T18:00:00Z') }), 'pass'],
  ['the dry run failed', plan({ dryRun: { kind: 'change_set', succeeded: false } }), facts(), 'deny'],
  ['nothing would change', plan({ dryRun: { kind: 'no_change', succeeded: true } }), facts(), 'deny'],
  [
    'nothing would change, as a preview',
    plan({ dryRun: { kind: 'no_change', succeeded: true } }),
    facts({ phase: 'preview' }),
    'pass',
  ],
]);
