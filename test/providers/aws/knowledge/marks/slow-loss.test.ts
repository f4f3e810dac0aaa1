import { describe, expect, it } from 'vitest';
import { marks, marksOfOne } from './stack.ts';

const unknown = { Ref: 'Unknown' };

describe('expire', () => {
  it.each([
    ['AWS::Logs::LogGroup', {}, { RetentionInDays: 30 }],
    ['AWS::Logs::LogGroup', { RetentionInDays: 30 }, { RetentionInDays: 7 }],
    ['AWS::Logs::LogGroup', { RetentionInDays: 30 }, { RetentionInDays: unknown }],
    ['AWS::SQS::Queue', {}, { MessageRetentionPeriod: 60 }],
    ['AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 }, {}],
    ['AWS::Kinesis::Stream', { RetentionPeriodHours: 168 }, {}],
    ['AWS::DynamoDB::Table', {}, { TimeToLiveSpecification: { AttributeName: 'createdAt', Enabled: true } }],
    ['AWS::DynamoDB::Table', { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }, {}],
    [
      'AWS::S3::Bucket',
      { VersioningConfiguration: { Status: 'Enabled' } },
      { VersioningConfiguration: { Status: 'Suspended' } },
    ],
    ['AWS::S3::Bucket', {}, { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] } }],
    ['AWS::RDS::DBInstance', { BackupRetentionPeriod: 7 }, { BackupRetentionPeriod: 0 }],
    [
      'AWS::ECR::Repository',
      {},
      {
        LifecyclePolicy: {
          LifecyclePolicyText: '{"rules":[{"selection":{"countNumber":1},"action":{"type":"expire"}}]}',
        },
      },
    ],
    ['AWS::KMS::Key', {}, { PendingWindowInDays: 7 }],
    [
      'AWS::DynamoDB::GlobalTable',
      { Replicas: [{ Region: 'eu-west-1' }, { Region: 'us-east-1' }] },
      { Replicas: [{ Region: 'eu-west-1' }] },
    ],
  ])('%s: %j → %j', (type, before, after) => {
    expect(marksOfOne('expire', type, before, after)).toHaveLength(1);
  });
  it.each([
    ['AWS::Logs::LogGroup', { RetentionInDays: 30 }, { RetentionInDays: 90 }],
    ['AWS::Logs::LogGroup', { RetentionInDays: '30' }, { RetentionInDays: 30 }],
    ['AWS::Logs::LogGroup', { RetentionInDays: 30 }, {}],
    ['AWS::SQS::Queue', { MessageRetentionPeriod: 60 }, { MessageRetentionPeriod: 345_600 }],
    [
      'AWS::S3::Bucket',
      { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 30 }] } },
      { LifecycleConfiguration: { Rules: [{ Id: 'named', Status: 'Enabled', ExpirationInDays: 90 }] } },
    ],
    [
      'AWS::S3::Bucket',
      {},
      {
        LifecycleConfiguration: {
          Rules: [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
        },
      },
    ],
    ['AWS::S3::Bucket', {}, { LifecycleConfiguration: { Rules: [{ Status: 'Disabled', ExpirationInDays: 1 }] } }],
    [
      'AWS::DynamoDB::Table',
      { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } },
      { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: false } },
    ],
    ['AWS::Events::Archive', { RetentionDays: 30 }, { RetentionDays: 0 }],
  ])('not %s: %j → %j', (type, before, after) => {
    expect(marksOfOne('expire', type, before, after)).toEqual([]);
  });
  it('says nothing of what is created', () => {
    expect(marksOfOne('expire', 'AWS::SQS::Queue', null, { MessageRetentionPeriod: 60 })).toEqual([]);
  });
  it('says what will be lost', () => {
    const [mark] = marksOfOne('expire', 'AWS::Logs::LogGroup', { RetentionInDays: 30 }, { RetentionInDays: 7 });
    expect(mark).toEqual({
      kind: 'expire',
      path: 'Properties.RetentionInDays',
      text: 'Will expire: log events older than that (RetentionInDays 30 → 7).',
    });
  });
});

describe('disable', () => {
  it.each([
    ['AWS::ECS::Service', { DesiredCount: 3 }, { DesiredCount: 0 }],
    ['AWS::AutoScaling::AutoScalingGroup', { MaxSize: '4' }, { MaxSize: '0' }],
    ['AWS::Lambda::Function', {}, { ReservedConcurrentExecutions: 0 }],
    ['AWS::KMS::Key', {}, { Enabled: false }],
    ['AWS::Events::Rule', { State: 'ENABLED' }, { State: 'DISABLED' }],
    ['AWS::Lambda::EventSourceMapping', {}, { Enabled: false }],
    ['AWS::CloudTrail::Trail', { IsLogging: true }, { IsLogging: false }],
    ['AWS::CloudWatch::Alarm', {}, { ActionsEnabled: 'false' }],
  ])('%s: %j → %j', (type, before, after) => {
    expect(marksOfOne('disable', type, before, after)).toHaveLength(1);
  });
  it('does not mind capacity that grows, or falls to one', () => {
    expect(marksOfOne('disable', 'AWS::ECS::Service', { DesiredCount: 3 }, { DesiredCount: 1 })).toEqual([]);
    expect(marksOfOne('disable', 'AWS::ECS::Service', { DesiredCount: 0 }, { DesiredCount: 3 })).toEqual([]);
    expect(marksOfOne('disable', 'AWS::CloudWatch::Alarm', { Threshold: 1 }, { Threshold: 5 })).toEqual([]);
  });
  it('finds a trigger that is removed', () => {
    expect(marksOfOne('disable', 'AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' }, null)).toHaveLength(1);
  });
  it('finds a key policy that locks everybody out', () => {
    const policy = (Action: string) => ({
      KeyPolicy: {
        Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action, Resource: '*' }],
      },
    });
    expect(marksOfOne('disable', 'AWS::KMS::Key', policy('kms:*'), policy('kms:Decrypt'))).toHaveLength(1);
    expect(marksOfOne('disable', 'AWS::KMS::Key', policy('kms:Decrypt'), policy('kms:*'))).toEqual([]);
  });
});

describe('disconnect', () => {
  const group = (...SecurityGroupIngress: object[]) => ({ SecurityGroupIngress });
  const https = { CidrIp: '10.0.0.0/8', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  it.each([
    [
      'AWS::Route53::RecordSet',
      { Name: 'a.', ResourceRecords: ['1.2.3.4'] },
      { Name: 'a.', ResourceRecords: ['5.6.7.8'] },
    ],
    [
      'AWS::ElasticLoadBalancingV2::Listener',
      { DefaultActions: [{ Type: 'forward', TargetGroupArn: 'a' }] },
      { DefaultActions: [{ Type: 'fixed-response' }] },
    ],
    [
      'AWS::EC2::Route',
      { RouteTableId: 'rtb-1', NatGatewayId: 'nat-1' },
      { RouteTableId: 'rtb-1', NatGatewayId: 'nat-2' },
    ],
    ['AWS::EC2::SecurityGroup', group(https), group()],
    ['AWS::EC2::SecurityGroup', group(https), group({ ...https, CidrIp: '10.0.0.0/9' })],
    ['AWS::EC2::Route', { RouteTableId: 'rtb-1' }, null],
    [
      'AWS::Lambda::Permission',
      { FunctionName: 'f', Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com' },
      null,
    ],
  ])('%s: %j → %j', (type, before, after) => {
    expect(marksOfOne('disconnect', type, before, after)).toHaveLength(1);
  });
  it('does not mind rules written in another way, new records, or a TTL', () => {
    expect(
      marksOfOne(
        'disconnect',
        'AWS::EC2::SecurityGroup',
        group(https),
        group({ ...https, CidrIp: '10.0.0.0/9' }, { ...https, CidrIp: '10.128.0.0/9' }),
      ),
    ).toEqual([]);
    expect(
      marksOfOne('disconnect', 'AWS::Route53::RecordSet', { Name: 'a.', TTL: 60 }, { Name: 'a.', TTL: 300 }),
    ).toEqual([]);
    expect(marksOfOne('disconnect', 'AWS::EC2::SecurityGroup', group(), group(https))).toEqual([]);
  });
  it('does not mind a link that gets another logical id', () => {
    const link = { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: 'f', Principal: 'sns.amazonaws.com' } };
    expect(marks('disconnect', { Old: link }, { New: link })).toEqual([]);
  });
  it('minds a rule that moves out of a group only if it is not taken up', () => {
    const own = { Ref: 'Group' };
    const Group = (properties: object) => ({ Type: 'AWS::EC2::SecurityGroup', Properties: properties });
    const Rule = { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: own, ...https } };
    expect(marks('disconnect', { Group: Group(group(https)) }, { Group: Group({}), Rule })).toEqual([]);
    expect(marks('disconnect', { Group: Group(group(https)) }, { Group: Group({}) })).toHaveLength(1);
  });
});
