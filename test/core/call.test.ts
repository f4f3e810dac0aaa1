import { describe, expect, it } from 'vitest';
import { callKey, callSchema, resolveStepReferences } from '../../src/core/call.ts';

describe('the key of a call', () => {
  const call = {
    provider: 'aws',
    service: 'ec2',
    operation: 'StopInstances',
    input: { a: 1, b: 2 },
    account: '1',
    region: 'r',
  };
  it('is the same for another order of members and another step', () => {
    expect(callKey({ ...call, input: { b: 2, a: 1 } })).toBe(callKey(call));
    expect(callKey({ ...call, step: 'step2' } as typeof call)).toBe(callKey(call));
  });
  it.each([
    [{ provider: 'other' }],
    [{ service: 'sts' }],
    [{ operation: 'StartInstances' }],
    [{ input: { a: 1, b: 3 } }],
    [{ account: '2' }],
    [{ region: 's' }],
  ])('differs with %j', (other) => {
    expect(callKey({ ...call, ...other })).not.toBe(callKey(call));
  });
  it('belongs to a strict shape: nothing unnamed', () => {
    expect(callSchema.safeParse({ ...call, step: 's' }).success).toBe(true);
    expect(callSchema.safeParse({ ...call, step: 's', endpoint: 'x' }).success).toBe(false);
  });
});

describe('a step reference', () => {
  const outputs = { step1: { SnapshotId: 'snap-1', Tags: [{ Key: 'k' }], Nested: { Id: 'n' }, Size: 0 } };
  it('becomes what an earlier step returned, however deep it stands', () => {
    const input = {
      Snapshot: { step: 'step1.SnapshotId' },
      List: [{ In: { step: 'step1.Nested.Id' } }, 'kept'],
      Zero: { step: 'step1.Size' },
      Whole: { step: 'step1' },
    };
    expect(resolveStepReferences(input, outputs)).toEqual({
      Snapshot: 'snap-1',
      List: [{ In: 'n' }, 'kept'],
      Zero: 0,
      Whole: outputs.step1,
    });
  });
  it('leaves alone what only looks like one', () => {
    const input = { step: 'step1.SnapshotId', other: true };
    expect(resolveStepReferences(input, outputs)).toEqual(input);
    expect(resolveStepReferences({ step: 7 }, outputs)).toEqual({ step: 7 });
    expect(resolveStepReferences(null, outputs)).toBeNull();
    expect(resolveStepReferences('step1.SnapshotId', outputs)).toBe('step1.SnapshotId');
  });
  it.each(['step2.SnapshotId', 'step1.Nothing', 'step1.Nothing.Deeper', ''])(
    'that points at nothing is refused: %j',
    (step) => {
      expect(() => resolveStepReferences({ a: { step } }, outputs)).toThrow(/step reference .* has no value/);
    },
  );
});
