import { describe, expect, it } from 'vitest';
import {
  compareWorstFirst,
  couldBeLoss,
  doing,
  EFFECT_KINDS,
  type Effect,
  effectName,
  effectSchema,
  isLoss,
  isRetained,
  KIND_SEVERITY,
  marksOf,
  worstReversibility,
} from '../../src/core/effect.ts';
import { effect, mark } from '../guards/builders.ts';

describe('a loss', () => {
  it.each<[string, Partial<Effect>, boolean, boolean]>([
    ['deleted', { kind: 'delete' }, true, true],
    ['replaced', { kind: 'replace' }, true, true],
    ['a revision replaced', { kind: 'replace', revision: true }, false, false],
    ['a revision deleted', { kind: 'delete', revision: true }, false, false],
    ['not decided', { kind: 'unknown' }, false, true],
    ['a revision, not decided', { kind: 'unknown', revision: true }, false, false],
    ['updated', { kind: 'update' }, false, false],
    ['created', { kind: 'create' }, false, false],
  ])('%s', (_what, over, is, could) => {
    expect({ is: isLoss(effect(over)), could: couldBeLoss(effect(over)) }).toEqual({ is, could });
  });
  it('is retained by a policy of Retain or by a recovery point, and by nothing else', () => {
    const retention = (effective: 'Delete' | 'Retain' | 'Snapshot') =>
      effect({ kind: 'delete', retention: { attribute: 'DeletionPolicy', effective } });
    expect(isRetained(retention('Retain'))).toBe(true);
    expect(isRetained(retention('Snapshot'))).toBe(false);
    expect(isRetained(retention('Delete'))).toBe(false);
    expect(isRetained(effect({ recoveryPoint: { id: 'snap-1', completedAt: '' } }))).toBe(true);
    expect(isRetained(effect())).toBe(false);
  });
});

describe('marks', () => {
  const both = effect({ logicalId: 'Both', marks: [mark('expire', { text: 'a' }), mark('expose', { text: 'b' })] });
  const none = effect({ logicalId: 'None' });
  it('are found by kind, each with its effect', () => {
    expect(marksOf([none, both], 'expose')).toEqual([{ effect: both, mark: both.marks[1] }]);
    expect(marksOf([none], 'expose')).toEqual([]);
  });
  it('say what an effect does; its kind says so where no mark does', () => {
    expect(doing([none, both], ['expire', 'expose']).map(({ mark: found }) => found?.text)).toEqual(['a', 'b']);
    const byKind = effect({ kind: 'expose' });
    expect(doing([byKind], ['expose'])).toEqual([{ effect: byKind }]);
    expect(doing([byKind], ['expire'])).toEqual([]);
    const marked = effect({ kind: 'expose', marks: [mark('expose', { text: 'how' })] });
    expect(doing([marked], ['expose'])).toEqual([{ effect: marked, mark: marked.marks[0] }]);
    const otherwise = effect({ kind: 'expose', marks: [mark('expire')] });
    expect(doing([otherwise], ['expose'])).toEqual([{ effect: otherwise }]);
  });
});

describe('worst first', () => {
  const sorted = (...effects: Effect[]) => [...effects].sort(compareWorstFirst).map(effectName);
  it('orders by reversibility before kind, kind before name, and name before type', () => {
    const of = (logicalId: string, over: Partial<Effect>) => effect({ logicalId, ...over });
    expect(
      sorted(
        of('tagged', { kind: 'tag', reversibility: 'irreversible' }),
        of('deleted', { kind: 'delete', reversibility: 'recoverable' }),
        of('unknown', { kind: 'tag', reversibility: 'unknown' }),
        of('reversible', { kind: 'replace' }),
      ),
    ).toEqual(['unknown', 'tagged', 'deleted', 'reversible']);
    expect(sorted(of('B', {}), of('A', {}), of('C', { kind: 'stop' }))).toEqual(['C', 'A', 'B']);
    const sameName = [effect({ type: 'AWS::B::B' }), effect({ type: 'AWS::A::A' })];
    expect(sameName.sort(compareWorstFirst).map(({ type }) => type)).toEqual(['AWS::A::A', 'AWS::B::B']);
  });
  it('knows how bad every kind is, and no two are alike', () => {
    const worstFirst = [...EFFECT_KINDS].sort((a, b) => KIND_SEVERITY[b] - KIND_SEVERITY[a]);
    expect(worstFirst).toEqual([
      'unknown',
      'replace',
      'delete',
      'expire',
      'disable',
      'disconnect',
      'unprotect',
      'expose',
      'stop',
      'reboot',
      'update',
      'start',
      'create',
      'protect',
      'tag',
    ]);
    expect(new Set(Object.values(KIND_SEVERITY)).size).toBe(EFFECT_KINDS.length);
  });
  it('takes the worst reversibility of all, and reversible for nothing', () => {
    const of = (reversibility: Effect['reversibility']) => effect({ reversibility });
    expect(worstReversibility([])).toBe('reversible');
    expect(worstReversibility([of('recoverable'), of('reversible')])).toBe('recoverable');
    expect(worstReversibility([of('recoverable'), of('irreversible'), of('recoverable')])).toBe('irreversible');
    expect(worstReversibility([of('unknown'), of('irreversible')])).toBe('unknown');
  });
});

it('an effect is named by its logical id, else its physical id, else its type', () => {
  expect(effectName(effect({ logicalId: 'Fn', physicalId: 'p' }))).toBe('Fn');
  const { logicalId: _none, ...alone } = effect({ physicalId: 'p' });
  expect(effectName(alone)).toBe('p');
  const { physicalId: _neither, ...bare } = alone;
  expect(effectName(bare)).toBe('AWS::Lambda::Function');
});

it('an effect has a strict shape: nothing unnamed, no word of its own', () => {
  const whole = effect({
    retention: { attribute: 'none', effective: 'Snapshot' },
    recoveryPoint: { id: 'a', completedAt: 'b' },
    properties: [{ path: 'Tags', replaces: 'conditional' }],
  });
  expect(effectSchema.safeParse(whole).success).toBe(true);
  for (const wrong of [
    { kind: 'explode' },
    { reversibility: 'mostly' },
    { holds: 'treasure' },
    { interrupts: 'maybe' },
    { note: 'x' },
    { owner: { kind: 'person', name: 'x' } },
    { owner: { kind: 'stack', name: 'x', more: 1 } },
    { retention: { attribute: 'none', effective: 'Keep' } },
    { retention: { effective: 'Retain' } },
    { contents: 'some' },
    { retention: { attribute: 'none', effective: 'Retain', more: 1 } },
    { recoveryPoint: { id: 'a', completedAt: 'b', more: 1 } },
    { properties: [{ path: 'a', replaces: 'perhaps' }] },
    { properties: [{ path: 'a', replaces: 'never', more: 1 }] },
  ])
    expect(effectSchema.safeParse({ ...whole, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});

it('an effect may be of every word that there is for it', () => {
  const words = {
    kind: EFFECT_KINDS,
    holds: ['data', 'identity', 'nothing', 'unknown'],
    interrupts: ['no', 'yes', 'unknown'],
    reversibility: ['reversible', 'recoverable', 'irreversible', 'unknown'],
    owner: ['stack', 'auto_scaling_group'].map((kind) => ({ kind, name: 'x' })),
    retention: ['DeletionPolicy', 'UpdateReplacePolicy', 'DeleteOnTermination', 'none'].flatMap((attribute) =>
      ['Delete', 'Retain', 'Snapshot'].map((effective) => ({ attribute, effective })),
    ),
    properties: ['never', 'always', 'conditional', 'unknown'].map((replaces) => [{ path: 'Tags', replaces }]),
  };
  for (const [key, values] of Object.entries(words))
    for (const value of values)
      expect(effectSchema.safeParse({ ...effect(), [key]: value }).success, JSON.stringify(value)).toBe(true);
});

describe('the strict shape of an effect', () => {
  it.each([
    ['values for people only', { properties: [{ path: 'P', replaces: 'never', peopleOnly: true }] }, true],
    ['values for no one', { properties: [{ path: 'P', replaces: 'never', peopleOnly: false }] }, false],
    ['contents that are listed', { contents: 'listed' }, true],
    ['contents that are hidden', { contents: 'hidden' }, true],
    ['contents of another word', { contents: '' }, false],
  ])('%s', (_what, over, taken) => {
    expect(effectSchema.safeParse({ ...effect(), ...over }).success).toBe(taken);
  });
});
