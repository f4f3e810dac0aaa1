import { expect, it } from 'vitest';
import {
  deleting,
  doingAll,
  effect,
  facts,
  gone,
  inDevelopment,
  inDisposable,
  made,
  plan,
  removed,
  vectorsOf,
} from './builders.ts';

const people = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `p${index}`, roles: [] }));
const sevenSeats = { ...facts().seatRules, reversible: { seats: 7, include: [] } };
it('wants the role of the policy among the seats', () => {
  expect(made('approval').judge(doingAll(gone()), facts()).roles).toEqual(['data']);
});

vectorsOf('approval', [
  ['reversible in production', plan(), facts(), 'hold(1)'],
  ['recoverable in production', doingAll(removed()), facts(), 'hold(2)'],
  ['irreversible in production', doingAll(gone()), facts(), 'hold(2)'],
  ['unknown in production', doingAll(effect({ reversibility: 'unknown' })), facts(), 'hold(2)'],
  ['an unknown kind that its planner calls reversible', doingAll(effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  ['the worst of several counts', doingAll(effect(), removed()), facts(), 'hold(2)'],
  ['reversible in development', plan(), inDevelopment(), 'pass'],
  ['recoverable in development', doingAll(removed()), inDevelopment(), 'hold(1)'],
  ['irreversible where all is disposable', doingAll(gone()), inDisposable(), 'pass'],
  ['a stack that never completed goes', deleting([gone()], { neverCompleted: true }), facts(), 'hold(1)'],
  ['nobody could sign', plan(), facts({ approvers: [] }), 'deny'],
  [
    'nobody could sign where nothing executes',
    plan(),
    facts({ approvers: [], scope: { text: 's', create: true, execute: 'plan_only' } }),
    'hold(1)',
  ],
  ['one too few could sign', doingAll(removed()), facts({ approvers: [{ name: 'bob', roles: [] }] }), 'deny'],
  [
    'nobody has the role',
    doingAll(gone()),
    facts({
      approvers: [
        { name: 'bob', roles: [] },
        { name: 'dan', roles: [] },
      ],
    }),
    'deny',
  ],
  ['seven seats and seven people', plan(), facts({ seatRules: sevenSeats, approvers: people(7) }), 'hold(7)'],
  ['nothing to change', plan({ effects: [] }), facts(), 'pass'],
]);
