/** How verdicts become one decision: `core/guard` and `core/verdict`. */
import { describe, expect, it } from 'vitest';
import type { Facts, Guard } from '../../src/core/guard.ts';
import { doingAll, facts, gone, judged, made, plan } from './builders.ts';

const broken: Guard = {
  name: 'broken',
  judge: () => {
    throw new Error('x');
  },
};

describe('judging', () => {
  it('denies when a guard throws, and when there are no guards', () => {
    expect(judged(plan(), facts(), [broken]).decision).toBe('denied');
    expect(judged(plan(), facts(), []).decision).toBe('denied');
  });
  it('takes an excepted resource out of the sight of one guard, and shows that', () => {
    const exception = {
      guard: 'stateful-loss',
      resource: 'Table',
      until: '2026-12-01',
      owner: 'carol',
      reason: 'OPS-1',
    };
    const { verdicts } = judged(doingAll(gone()), facts({ exceptions: [exception] }));
    const of = (name: string) => verdicts.find(({ guard }) => guard === name);
    expect(of('stateful-loss')).toMatchObject({ outcome: 'note', exceptions: [expect.stringContaining('OPS-1')] });
    expect(of('backup-first')?.outcome).toBe('deny');
  });
  it('raises a hold, and only watches in shadow mode', () => {
    const adjusted = (adjustments: Facts['adjustments']) =>
      judged(doingAll(gone({ type: 'AWS::SQS::Queue' })), facts({ adjustments }), [made('stateful-loss')]).verdicts[0];
    expect(adjusted({ 'stateful-loss': { raise: { outcome: 'deny' } } })?.outcome).toBe('deny');
    expect(adjusted({ 'stateful-loss': { observe: true } })).toMatchObject({ outcome: 'note', observed: 'hold' });
  });
});
