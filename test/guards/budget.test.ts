import { expect, it } from 'vitest';
import { budget } from '../../guards/budget.ts';
import {
  createdFunction,
  deletedFunction,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  many,
  plan,
  planWithEffects,
  spending,
  vectorsOf,
} from './builders.ts';

it('tells the sum, the cap and the part of this plan', () => {
  const { message } = made('budget').judge(plan(), spending({ updated: 60 }));
  expect(message).toContain('61 resources within one hour; the limit is 60 (1 from this plan)');
});

vectorsOf('budget', [
  ['nothing spent', plan(), facts(), 'pass'],
  ['a large plan by itself', plan({ effects: many(80) }), facts(), 'pass'],
  ['the twentieth change of an hour', plan(), spending({ changes: 19 }), 'pass'],
  ['the twenty-first change of an hour', plan(), spending({ changes: 20 }), 'deny'],
  [
    'the twenty-first change, though its effects are not told',
    plan({ effects: [] }),
    spending({ changes: 20 }),
    'deny',
  ],
  ['no change at all', plan({ calls: [], effects: [] }), spending({ changes: 20 }), 'pass'],
  ['the sixty-first change of a day', plan(), spending({ changes: 5 }, { changes: 60 }), 'deny'],
  ['the sixtieth update of an hour', plan(), spending({ updated: 59 }), 'pass'],
  ['the sixty-first update of an hour', plan(), spending({ updated: 60 }), 'deny'],
  ['nothing of what is used up', planWithEffects(createdFunction()), spending({ updated: 60 }), 'pass'],
  ['the fifty-first loss of a day', planWithEffects(deletedFunction()), spending({}, { lost: 50 }), 'deny'],
  ['the fourth loss of a day', planWithEffects(deletedFunction()), spending({}, { lost: 3 }), 'hold(2)'],
  ['the third loss of a day', planWithEffects(deletedFunction()), spending({}, { lost: 2 }), 'pass'],
  ['what could be a loss', planWithEffects(effect({ kind: 'unknown' })), spending({}, { lost: 3 }), 'hold(2)'],
  [
    'the fourth loss of a day in development',
    planWithEffects(deletedFunction()),
    spending({}, { lost: 3 }, inDevelopment()),
    'hold(1)',
  ],
  ['the twenty-first change of an hour in development', plan(), spending({ changes: 20 }, {}, inDevelopment()), 'pass'],
  [
    'the tenth deletion of a disposable stack',
    plan({ effects: many(20, { kind: 'delete' }) }),
    spending({ lost: 60 }, { changes: 19, created: 200, lost: 180 }, inDisposable()),
    'note',
  ],
  ['fewer by the policy', plan(), spending({ changes: 2 }), 'deny', { hour: { changes: 2 } }],
  ['the twenty-first change of a day in development', plan(), spending({}, { changes: 20 }, inDevelopment()), 'pass'],
  ['an update after many losses', plan(), spending({}, { lost: 10 }), 'pass'],
  ['five losses after none', plan({ effects: many(5, { kind: 'delete' }) }), spending({}, { lost: 0 }), 'pass'],
  [
    'more alone by the policy',
    planWithEffects(deletedFunction()),
    spending({}, { lost: 3 }),
    'pass',
    { lost_alone: 4 },
  ],
  [
    'fewer in a day by the policy',
    planWithEffects(deletedFunction()),
    spending({}, { lost: 1 }),
    'deny',
    { day: { lost: 1 } },
  ],
  ['nothing of what is more than used up', planWithEffects(createdFunction()), spending({ updated: 61 }), 'pass'],
  ['the twenty-first change, though its calls are not told', plan({ calls: [] }), spending({ changes: 20 }), 'deny'],
]);

it('tells the caps in force for describe_policy: the standard ones, and those of the policy', () => {
  const given = budget.options.parse({ hour: { lost: 2 } });
  expect(budget.caps?.(given, 'production')).toEqual({
    hour: { changes: 20, updated: 60, created: 200, lost: 2 },
    day: { changes: 60, updated: 200, created: 500, lost: 50 },
  });
});

it('says what the agents would do too often', () => {
  const told = (of: Parameters<typeof planWithEffects>[0], spent: Parameters<typeof spending>[0]) =>
    made('budget').judge(planWithEffects(of), spending(spent)).message;
  expect(told(effect(), { changes: 20 })).toContain('would make 21 changes');
  expect(told(effect(), { updated: 60 })).toContain('would update 61 resources');
  expect(told(createdFunction(), { created: 200 })).toContain('would create 201 resources');
  expect(told(deletedFunction(), { lost: 50 })).toContain('would lose 51 resources');
});
