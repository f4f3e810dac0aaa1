/** To be watched changes nothing: a guard judges as often, and says the same. */
import { expect, it } from 'vitest';
import { type Guard, judgeAll } from '../../src/core/guard.ts';
import { NOTHING_TOLD } from '../../src/core/observing.ts';
import type { PolicyPort } from '../../src/core/ports.ts';
import { watchedPolicy } from '../../src/watch/rooms.ts';
import type { Watch } from '../../src/watch/watch.ts';
import { effect, facts as ordinaryFacts, planWithEffects } from '../guards/builders.ts';

it('each guard judges once and is told once, by what the policy makes of its verdict', async () => {
  const judged: string[] = [];
  const told: unknown[] = [];
  const guard = (name: string, judge: () => ReturnType<Guard['judge']>): Guard => ({
    name,
    judge: () => {
      judged.push(name);
      return judge();
    },
  });
  const verdict = (name: string, outcome: 'pass' | 'deny') => ({ guard: name, outcome, message: '', remedy: '' });
  const guards = [
    guard('rate', () => verdict('rate', 'pass')),
    guard('exposure', () => verdict('exposure', 'deny')),
    guard('ownership', () => {
      throw new Error('a defect');
    }),
    guard('recreate', () => verdict('recreate', 'deny')),
  ];
  const facts = { ...ordinaryFacts(), adjustments: { exposure: { observe: true } } };
  const policy = { judgeFor: async () => ({ guards, guardsBeforePlanning: [], facts }) } as unknown as PolicyPort;
  const watch = {
    during: (_, run) => run(NOTHING_TOLD),
    begin: () => ({
      ...NOTHING_TOLD,
      happened: (_name, { 'countersign.guard.code': code, 'countersign.verdict': outcome }) =>
        told.push([code, outcome]),
      end: () => told.push('end'),
    }),
  } as Partial<Watch> as Watch;
  const plan = planWithEffects(effect());
  const watched = await watchedPolicy(policy, watch).judgeFor(plan, 'preview');
  expect(judgeAll(watched.guards, plan, facts)).toEqual(judgeAll(guards, plan, facts));
  expect(judged).toEqual([...guards, ...guards].map(({ name }) => name));
  expect(told).toEqual([['GUARD_EXPOSURE', 'note'], ['GUARD_OWNERSHIP', 'deny'], ['GUARD_RECREATE', 'deny'], 'end']);
  judgeAll(watched.guards, plan, facts);
  expect(told).toHaveLength(4);
});
