/** What the gate asks: `core/permit`. How it stops real calls is in test/attacks. */
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/core/call.ts';
import {
  admit as admitClassified,
  mintPlanningPermit,
  mintWritingPermit,
  type Permit,
  revokePermit,
} from '../../src/core/permit.ts';
import { classified } from '../../src/providers/aws/call-classes.ts';

/** As the gate of AWS asks. */
const admit = (attempt: Call, permit: Permit | undefined, sessionRoles?: string[]) =>
  admitClassified(attempt, permit, classified(attempt, sessionRoles));
const stop: Call = {
  step: 'step1',
  provider: 'aws',
  service: 'ec2',
  operation: 'StopInstances',
  input: { InstanceIds: ['i-1'] },
  account: '1',
  region: 'r',
};
const changeSet = (operation: string, input: Call['input'] = {}): Call => ({
  ...stop,
  service: 'cloudformation',
  operation,
  input,
});
const refusal = (why: RegExp) =>
  expect.objectContaining({ code: 'EGRESS_REFUSED', message: expect.stringMatching(why) });

describe('without a permit', () => {
  it('reads leave, and nothing else', () => {
    expect(admit({ ...stop, operation: 'DescribeInstances' }, undefined)).toBe('read');
    expect(() => admit(stop, undefined)).toThrow(refusal(/no permit/));
    expect(() => admit(changeSet('CreateChangeSet'), undefined)).toThrow(refusal(/no permit/));
  });
  it('only the roles that the policy names are assumed', () => {
    const assume: Call = { ...stop, service: 'sts', operation: 'AssumeRole', input: { RoleArn: 'arn:role/planner' } };
    expect(admit(assume, undefined, ['arn:role/planner'])).toBe('session');
    expect(() => admit(assume, undefined, ['arn:role/other'])).toThrow(refusal(/no permit/));
    expect(() => admit(assume, undefined)).toThrow(refusal(/no permit/));
    expect(() => admit({ ...assume, input: {} }, undefined, ['arn:role/planner'])).toThrow(refusal(/no permit/));
    expect(() => admit({ ...assume, operation: 'AssumeRoot' }, undefined, ['arn:role/planner'])).toThrow(
      refusal(/no permit/),
    );
    expect(() => admit(assume, mintPlanningPermit('1', 'r'), ['arn:role/other'])).toThrow(
      refusal(/does not allow changes/),
    );
  });
  it('one of the same shape is none', () => {
    const forged: Permit = { kind: 'writing' };
    expect(() => admit(stop, forged)).toThrow(refusal(/not issued by this process/));
    expect(() => admit(stop, { ...mintWritingPermit(stop) })).toThrow(refusal(/not issued by this process/));
    revokePermit(forged);
    expect(() => admit(stop, forged)).toThrow(refusal(/not issued by this process/));
  });
});

describe('a planning permit', () => {
  it('lets any number of dry runs leave, and no write', () => {
    const permit = mintPlanningPermit('1', 'r');
    expect(permit.kind).toBe('planning');
    for (let times = 0; times < 3; times += 1) {
      expect(admit(changeSet('CreateChangeSet', { ChangeSetName: 'countersign-1' }), permit)).toBe('plan');
      expect(admit({ ...stop, input: { DryRun: true } }, permit)).toBe('plan');
    }
    expect(admit(changeSet('DetectStackDrift'), permit)).toBe('plan');
    expect(() => admit(stop, permit)).toThrow(refusal(/does not allow changes/));
    expect(() => admit(changeSet('ExecuteChangeSet'), permit)).toThrow(refusal(/does not allow changes/));
  });
  it('makes and deletes change sets of ours only', () => {
    const permit = mintPlanningPermit('1', 'r');
    expect(() => admit(changeSet('DeleteChangeSet', { ChangeSetName: 'cdk-deploy' }), permit)).toThrow(
      refusal(/did not make/),
    );
    expect(admit(changeSet('DeleteChangeSet', { ChangeSetName: 'countersign-2' }), permit)).toBe('plan');
  });
  it('is for one account and one region', () => {
    const call = changeSet('CreateChangeSet');
    expect(() => admit(call, mintPlanningPermit('2', 'r'))).toThrow(refusal(/another account or region/));
    expect(() => admit(call, mintPlanningPermit('1', 's'))).toThrow(refusal(/another account or region/));
  });
  it('ends when it is revoked', () => {
    const permit = mintPlanningPermit('1', 'r');
    revokePermit(permit);
    expect(() => admit(changeSet('CreateChangeSet'), permit)).toThrow(refusal(/no longer valid/));
  });
});

describe('a writing permit', () => {
  it('lets exactly its call leave, once', () => {
    const permit = mintWritingPermit(stop);
    expect(permit.kind).toBe('writing');
    expect(() => admit({ ...stop, input: { InstanceIds: ['i-2'] } }, permit)).toThrow(refusal(/another call/));
    expect(() => admit({ ...stop, operation: 'TerminateInstances' }, permit)).toThrow(refusal(/another call/));
    expect(admit(stop, permit)).toBe('write');
    expect(() => admit(stop, permit)).toThrow(refusal(/already been made/));
  });
  it('is for one account and one region, and ends when it is revoked', () => {
    const permit = mintWritingPermit(stop);
    expect(() => admit({ ...stop, account: '2' }, permit)).toThrow(refusal(/another account or region/));
    expect(() => admit({ ...stop, region: 's' }, permit)).toThrow(refusal(/another account or region/));
    revokePermit(permit);
    expect(() => admit(stop, permit)).toThrow(refusal(/no longer valid/));
  });
  it('lets no dry run leave that is another call', () => {
    expect(() => admit(changeSet('CreateChangeSet'), mintWritingPermit(stop))).toThrow(refusal(/another call/));
  });
  it('cannot be changed into the other kind', () => {
    expect(Object.isFrozen(mintWritingPermit(stop))).toBe(true);
    expect(Object.isFrozen(mintPlanningPermit('1', 'r'))).toBe(true);
  });
});
