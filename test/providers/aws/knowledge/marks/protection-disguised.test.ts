/** Ways around the finder of protections, each closed. Pages are of the CloudFormation template reference, as read. */
import { describe, expect, it } from 'vitest';
import { marks, marksOfOne } from './stack.ts';

const lowered = (type: string, before: object | null, after: object | null) =>
  marksOfOne('unprotect', type, before as never, after as never);
const attribute = (Key: string, Value: string) => ({ LoadBalancerAttributes: [{ Key, Value }] });
const withPolicy = (type: string, name: string, policy?: unknown) => ({
  It: { Type: type, ...(policy === undefined ? {} : { [name]: policy }) },
});

describe('a protection that is lowered stays one', () => {
  // AWS::DynamoDB::Table: “This setting is disabled by default.”
  it('when it is left out instead of switched off', () => {
    expect(lowered('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true }, {})).toHaveLength(1);
  });
  // LoadBalancerAttribute: `deletion_protection.enabled`, “The default is false.”
  it('when an attribute is left out of a list, or the list is', () => {
    const type = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
    expect(
      lowered(type, attribute('deletion_protection.enabled', 'true'), attribute('idle_timeout.timeout_seconds', '60')),
    ).toHaveLength(1);
    expect(lowered(type, attribute('deletion_protection.enabled', 'true'), {})).toHaveLength(1);
  });
  // LoadBalancerAttribute: `access_logs.s3.bucket` names where the logs go.
  it('when logs are not switched off but sent elsewhere', () => {
    expect(
      lowered(
        'AWS::ElasticLoadBalancingV2::LoadBalancer',
        attribute('access_logs.s3.bucket', 'audit'),
        attribute('access_logs.s3.bucket', 'mine'),
      ),
    ).toHaveLength(1);
    expect(lowered('AWS::CloudTrail::Trail', { S3BucketName: 'audit' }, { S3BucketName: 'mine' })).toHaveLength(1);
  });
  it('when the policy becomes Snapshot on a type that has none', () => {
    expect(
      marks(
        'unprotect',
        withPolicy('AWS::DynamoDB::Table', 'DeletionPolicy', 'Retain'),
        withPolicy('AWS::DynamoDB::Table', 'DeletionPolicy', 'Snapshot'),
      ),
    ).toHaveLength(1);
  });
  it('when it is the policy for replacement, not for deletion', () => {
    expect(
      marks(
        'unprotect',
        withPolicy('AWS::S3::Bucket', 'UpdateReplacePolicy', 'Retain'),
        withPolicy('AWS::S3::Bucket', 'UpdateReplacePolicy'),
      ),
    ).toHaveLength(1);
  });
  // DeletionPolicy: RetainExceptOnCreate “behaves like Retain for stack operations, except for the stack operation that initially created the resource”.
  it('but is none when Retain becomes RetainExceptOnCreate of what exists', () => {
    expect(
      marks(
        'unprotect',
        withPolicy('AWS::S3::Bucket', 'DeletionPolicy', 'Retain'),
        withPolicy('AWS::S3::Bucket', 'DeletionPolicy', 'RetainExceptOnCreate'),
      ),
    ).toEqual([]);
  });
  it('when the policy hangs on something that nobody knows', () => {
    expect(
      marks(
        'unprotect',
        withPolicy('AWS::S3::Bucket', 'DeletionPolicy', 'Retain'),
        withPolicy('AWS::S3::Bucket', 'DeletionPolicy', { Ref: 'Unknown' }),
      ),
    ).toHaveLength(1);
  });
  it('when the flag comes by a dynamic reference', () => {
    expect(
      lowered('AWS::RDS::DBInstance', { DeletionProtection: true }, { DeletionProtection: '{{resolve:ssm:/flag:1}}' }),
    ).toHaveLength(1);
  });
  it('when the recording resource goes, not its flag', () => {
    for (const type of [
      'AWS::CloudTrail::Trail',
      'AWS::GuardDuty::Detector',
      'AWS::Config::ConfigRule',
      'AWS::CloudFormation::GuardHook',
      'AWS::Backup::BackupPlan',
    ])
      expect(lowered(type, { Name: 'a' }, null), type).toHaveLength(1);
  });
  it('when a hook still stands but only warns', () => {
    expect(lowered('AWS::CloudFormation::GuardHook', { FailureMode: 'FAIL' }, { FailureMode: 'WARN' })).toHaveLength(1);
  });
  it('when a backup selection still stands but selects something else', () => {
    expect(
      lowered(
        'AWS::Backup::BackupSelection',
        { BackupSelection: { Resources: ['arn:db'] } },
        { BackupSelection: { Resources: ['arn:test'] } },
      ),
    ).toHaveLength(1);
  });
  it('when a lifecycle policy of snapshots is disabled, not removed', () => {
    expect(lowered('AWS::DLM::LifecyclePolicy', { State: 'ENABLED' }, { State: 'DISABLED' })).toHaveLength(1);
  });
  it('when the lock of a vault is loosened, not removed', () => {
    expect(
      lowered(
        'AWS::Backup::BackupVault',
        { LockConfiguration: { MinRetentionDays: 30 } },
        { LockConfiguration: { MinRetentionDays: 1 } },
      ),
    ).toHaveLength(1);
  });
  it('but is none when the lock gets longer', () => {
    const locked = (MinRetentionDays: number) => ({ LockConfiguration: { MinRetentionDays } });
    expect(lowered('AWS::Backup::BackupVault', locked(1), locked(30))).toEqual([]);
  });
  it('when one replica of a global table loses it', () => {
    const table = (flag: boolean) => ({
      Replicas: [
        { Region: 'eu-west-1', DeletionProtectionEnabled: true },
        { Region: 'us-east-1', DeletionProtectionEnabled: flag },
      ],
    });
    expect(lowered('AWS::DynamoDB::GlobalTable', table(true), table(false))).toHaveLength(1);
  });
});
