import { describe, expect, it } from 'vitest';
import {
  classifyCall,
  isOwnChangeSet,
  type Service,
  WEAKENING_OPTIONS,
  weaknessesOf,
} from '../../../src/providers/aws/call-classes.ts';
import { providerRules } from '../../../src/providers/index.ts';

describe('the class of a call', () => {
  it.each<[string, Service | 's3', string, Record<string, unknown>]>([
    ['read', 'cloudformation', 'DescribeStacks', {}],
    ['read', 'cloudformation', 'ListStacks', {}],
    ['read', 'cloudformation', 'GetTemplate', {}],
    ['read', 'cloudformation', 'ValidateTemplate', {}],
    ['read', 'cloudformation', 'EstimateTemplateCost', {}],
    ['read', 'ec2', 'DescribeInstances', {}],
    ['read', 'sts', 'GetCallerIdentity', {}],
    ['read', 's3', 'GetObject', {}],
    ['write', 's3', 'GetObjectTorrent', {}],
    ['write', 's3', 'ListBuckets', {}],
    ['write', 's3', 'PutObject', { DryRun: true }],
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

it('a service that is not known writes, unless it is named like a read', () => {
  expect(classifyCall('iam', 'CreateUser', {})).toBe('write');
  expect(providerRules.classify({ service: 'iam', operation: 'AssumeRole', input: {} })).toBe('write');
});
