import { describe, expect, it } from 'vitest';
import { marks, marksOfOne } from './stack.ts';

describe('unprotect', () => {
  it.each([
    ['AWS::RDS::DBInstance', { DeletionProtection: true }, { DeletionProtection: false }],
    ['AWS::RDS::DBInstance', { DeletionProtection: true }, {}],
    ['AWS::RDS::DBInstance', { DeletionProtection: true }, { DeletionProtection: { Ref: 'Unknown' } }],
    ['AWS::DynamoDB::Table', { DeletionProtectionEnabled: 'true' }, { DeletionProtectionEnabled: 'false' }],
    ['AWS::EC2::Instance', { DisableApiTermination: true }, {}],
    [
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] },
      { LoadBalancerAttributes: [] },
    ],
    ['AWS::S3::Bucket', { LoggingConfiguration: { DestinationBucketName: 'logs' } }, {}],
    ['AWS::Backup::BackupVault', { LockConfiguration: { MinRetentionDays: 7 } }, {}],
    ['AWS::CloudTrail::Trail', { EnableLogFileValidation: true }, {}],
    ['AWS::Backup::BackupSelection', { BackupSelection: { ListOfTags: [1] } }, null],
    ['AWS::EC2::FlowLog', { ResourceId: 'vpc-1' }, null],
    ['AWS::WAFv2::WebACLAssociation', { ResourceArn: 'arn' }, null],
    ['AWS::Transfer::Connector', { LoggingRole: 'arn:aws:iam::1:role/logs' }, {}],
    ['AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' }, { DeletionProtection: 'INACTIVE' }],
  ])('%s: %j → %j', (type, before, after) => {
    expect(marksOfOne('unprotect', type, before, after)).toHaveLength(1);
  });
  it('does not mind what stays on, or other properties', () => {
    expect(
      marksOfOne(
        'unprotect',
        'AWS::RDS::DBInstance',
        { DeletionProtection: true },
        { DeletionProtection: 'true', DBInstanceClass: 'db.t3.small' },
      ),
    ).toEqual([]);
    expect(
      marksOfOne('unprotect', 'AWS::EC2::FlowLog', { ResourceId: 'vpc-1', Tags: [] }, { ResourceId: 'vpc-1' }),
    ).toEqual([]);
  });
  const withPolicy = (Type: string, DeletionPolicy?: string) => ({
    It: { Type, ...(DeletionPolicy ? { DeletionPolicy } : {}) },
  });
  it.each([
    ['AWS::S3::Bucket', 'Retain', undefined, 1],
    ['AWS::S3::Bucket', 'Retain', 'Snapshot', 1],
    ['AWS::RDS::DBInstance', 'Retain', 'Snapshot', 1],
    ['AWS::S3::Bucket', 'RetainExceptOnCreate', 'Delete', 1],
    ['AWS::S3::Bucket', 'Retain', 'RetainExceptOnCreate', 0],
    ['AWS::S3::Bucket', 'Snapshot', undefined, 0],
    ['AWS::RDS::DBInstance', 'Snapshot', 'Retain', 0],
  ])('DeletionPolicy of %s: %s → %s gives %d', (type, before, after, count) => {
    expect(marks('unprotect', withPolicy(type, before), withPolicy(type, after))).toHaveLength(count);
  });
  it('tells a policy that is raised, and a flag that is switched on', () => {
    expect(marks('protect', withPolicy('AWS::S3::Bucket'), withPolicy('AWS::S3::Bucket', 'Retain'))).toEqual([
      { kind: 'protect', path: 'DeletionPolicy', text: 'DeletionPolicy in force: Delete → Retain.' },
    ]);
    expect(marksOfOne('protect', 'AWS::RDS::DBInstance', {}, { DeletionProtection: true })).toHaveLength(1);
    expect(marksOfOne('protect', 'AWS::RDS::DBInstance', { DeletionProtection: true }, {})).toEqual([]);
  });
});
