import { describe, expect, it } from 'vitest';
import {
  callKey,
  callSchema,
  classifyCall,
  isOwnChangeSet,
  resolveStepReferences,
  type Service,
  WEAKENING_OPTIONS,
  weaknessesOf,
} from '../../src/core/call.ts';

describe('the class of a call', () => {
  it.each<[string, Service, string, Record<string, unknown>]>([
    ['read', 'cloudformation', 'DescribeStacks', {}],
    ['read', 'cloudformation', 'ListStacks', {}],
    ['read', 'cloudformation', 'GetTemplate', {}],
    ['read', 'cloudformation', 'ValidateTemplate', {}],
    ['read', 'cloudformation', 'EstimateTemplateCost', {}],
    ['read', 'ec2', 'DescribeInstances', {}],
    ['read', 'sts', 'GetCallerIdentity', {}],
    ['session', 'sts', 'AssumeRole', {}],
    ['write', 'sts', 'GetSessionToken', {}],
    ['write', 'sts', 'GetFederationToken', {}],
    ['write', 'sts', 'AssumeRoleWithSAML', {}],
    ['write', 'sts', 'DecodeAuthorizationMessage', {}],
    ['plan', 'cloudformation', 'CreateChangeSet', {}],
    ['plan', 'cloudformation', 'CreateChangeSet', { ChangeSetType: 'CREATE' }],
    ['write', 'cloudformation', 'CreateChangeSet', { ChangeSetType: 'IMPORT' }],
    ['plan', 'cloudformation', 'DeleteChangeSet', {}],
    ['plan', 'cloudformation', 'DetectStackDrift', {}],
    ['write', 'cloudformation', 'DetectStackSetDrift', {}],
    ['write', 'cloudformation', 'ExecuteChangeSet', {}],
    ['write', 'cloudformation', 'UpdateStack', {}],
    ['write', 'cloudformation', 'DeleteStack', { DryRun: true }],
    ['write', 'ec2', 'CreateChangeSet', {}],
    ['plan', 'ec2', 'TerminateInstances', { DryRun: true }],
    ['write', 'ec2', 'TerminateInstances', { DryRun: 'true' }],
    ['write', 'ec2', 'TerminateInstances', { DryRun: false }],
    ['write', 'ec2', 'TerminateInstances', {}],
    ['write', 'ec2', 'ForgetDescribe', {}],
  ])('is %s for %s %s %j', (expected, service, operation, input) => {
    expect(classifyCall(service, operation, input)).toBe(expected);
  });
  it.each(['GetSessionToken', 'GetFederationToken', 'GetWebIdentityToken', 'GetDelegatedAccessToken'])(
    'is write for %s, which is named like a read and mints credentials, whatever the service',
    (operation) => {
      expect(classifyCall('ec2', operation, {})).toBe('write');
    },
  );
  it.each(WEAKENING_OPTIONS)('is write for a change set with %s, and plan where that is off', (option) => {
    expect(classifyCall('cloudformation', 'CreateChangeSet', { [option]: true })).toBe('write');
    expect(classifyCall('cloudformation', 'CreateChangeSet', { [option]: 'DELETE' })).toBe('write');
    expect(classifyCall('cloudformation', 'CreateChangeSet', { [option]: false })).toBe('plan');
    expect(classifyCall('cloudformation', 'CreateChangeSet', { [option]: undefined })).toBe('plan');
  });
  it.each([
    [{ OnStackFailure: 'ROLLBACK', ImportExistingResources: false, ResourcesToImport: [] }, []],
    [{ DeploymentConfig: { Mode: 'STANDARD', DisableRollback: false } }, []],
    [{ DeploymentConfig: {} }, []],
    [{ OnStackFailure: 'DELETE' }, ['OnStackFailure: DELETE']],
    [{ DeploymentConfig: { Mode: 'EXPRESS' } }, ['DeploymentConfig.Mode: EXPRESS']],
    [{ DeploymentConfig: { DisableRollback: true } }, ['DeploymentConfig.DisableRollback']],
    [{ DeploymentConfig: { Mode: 'STANDARD', SkipHooks: true } }, ['DeploymentConfig.SkipHooks']],
    [
      { DeploymentMode: 'REVERT_DRIFT', DisableValidation: true },
      ['DeploymentMode: REVERT_DRIFT', 'DisableValidation'],
    ],
    [{ ResourcesToImport: [{ LogicalResourceId: 'T' }] }, ['ResourcesToImport']],
  ])('%j weakens by %j, whoever made the change set', (options, expected) => {
    expect(weaknessesOf(options)).toEqual(expected);
    expect(classifyCall('cloudformation', 'CreateChangeSet', options)).toBe(expected.length > 0 ? 'write' : 'plan');
  });
  it('knows what takes over resources or weakens rollback or validation', () => {
    expect([...WEAKENING_OPTIONS].sort()).toEqual([
      'DeploymentConfig',
      'DeploymentMode',
      'DisableValidation',
      'ImportExistingResources',
      'OnStackFailure',
      'ResourcesToImport',
    ]);
  });
});

describe('a change set of ours', () => {
  it.each([
    ['countersign-1', true],
    ['arn:aws:cloudformation:eu-west-1:1:changeSet/countersign-1/8f', true],
    ['arn:aws-cn:cloudformation:cn-north-1:1:changeSet/countersign-1/8f', true],
    ['cdk-deploy', false],
    ['not-countersign-1', false],
    ['arn:aws:cloudformation:eu-west-1:1:changeSet/cdk-deploy/8f', false],
    ['arn:aws:cloudformation:eu-west-1:1:changeSet/cdk/countersign-1', false],
    ['arn:aws:cloudformation:eu-west-1:1:stack/countersign-1/8f', false],
    ['x arn:aws:cloudformation:eu-west-1:1:changeSet/countersign-1/8f', false],
    [undefined, false],
  ])('%s: %s', (name, expected) => {
    expect(isOwnChangeSet(name)).toBe(expected);
  });
});

describe('the key of a call', () => {
  const call = {
    service: 'ec2' as const,
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
    [{ service: 'sts' as const }],
    [{ operation: 'StartInstances' }],
    [{ input: { a: 1, b: 3 } }],
    [{ account: '2' }],
    [{ region: 's' }],
  ])('differs with %j', (other) => {
    expect(callKey({ ...call, ...other })).not.toBe(callKey(call));
  });
  it('belongs to a strict shape: no service but ours, nothing unnamed', () => {
    expect(callSchema.safeParse({ ...call, step: 's' }).success).toBe(true);
    expect(callSchema.safeParse({ ...call, step: 's', service: 'iam' }).success).toBe(false);
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
