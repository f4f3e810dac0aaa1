/** Ways around the finder of slow losses, each closed. Pages are of the CloudFormation template reference, as read. */
import { describe, expect, it } from 'vitest';
import { marks, marksOfOne, type Resources } from './stack.ts';

const bucket = (...Rules: object[]) => ({ LifecycleConfiguration: { Rules } });
const expire = (type: string, before: object, after: object) =>
  marksOfOne('expire', type, before as never, after as never);

describe('a loss stays a loss', () => {
  // AWS::S3::Bucket Rule: “Objects must be smaller than this value in bytes”: a larger number matches more.
  it('when a lifecycle rule matches larger objects than before', () => {
    const rule = { Status: 'Enabled', ExpirationInDays: 30 };
    expect(
      expire(
        'AWS::S3::Bucket',
        bucket({ ...rule, ObjectSizeLessThan: 10 }),
        bucket({ ...rule, ObjectSizeLessThan: 1_000_000 }),
      ),
    ).toHaveLength(1);
  });
  // AWS::S3::Bucket Rule: “If Disabled, the rule is not currently being applied.”
  it('when a rule that was there, disabled, is enabled', () => {
    expect(
      expire(
        'AWS::S3::Bucket',
        bucket({ Status: 'Disabled', ExpirationInDays: 1 }),
        bucket({ Status: 'Enabled', ExpirationInDays: 1 }),
      ),
    ).toHaveLength(1);
  });
  // AWS::S3::Bucket Rule lists ExpirationDate, NoncurrentVersionExpiration and …InDays beside ExpirationInDays.
  it.each([
    { ExpirationDate: '2026-12-01T00:00:00Z' },
    { NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    { NoncurrentVersionExpirationInDays: 1 },
  ])('by %j instead of days', (limit) => {
    expect(expire('AWS::S3::Bucket', {}, bucket({ Status: 'Enabled', ...limit }))).toHaveLength(1);
  });
  it('when only the prefix of a rule moves to what matters', () => {
    const rule = { Id: 'tidy', Status: 'Enabled', ExpirationInDays: 1 };
    expect(
      expire('AWS::S3::Bucket', bucket({ ...rule, Prefix: 'tmp/' }), bucket({ ...rule, Prefix: '' })),
    ).toHaveLength(1);
  });
  // AWS::Kinesis::Stream: “The default value is 24.” AWS::KMS::Key: “The default value is 30 days.”
  it('when a long retention is left out instead of lowered', () => {
    expect(expire('AWS::Kinesis::Stream', { RetentionPeriodHours: 168 }, {})).toHaveLength(1);
    expect(expire('AWS::KMS::Key', { PendingWindowInDays: 30 }, { PendingWindowInDays: 7 })).toHaveLength(1);
    expect(expire('AWS::KMS::Key', { PendingWindowInDays: 30 }, {})).toEqual([]);
  });
  it('when versioning is left out instead of suspended', () => {
    expect(expire('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } }, {})).toHaveLength(1);
  });
  it('when the expiring attribute of a table changes, with TTL on before and after', () => {
    const ttl = (AttributeName: string) => ({ TimeToLiveSpecification: { AttributeName, Enabled: true } });
    expect(expire('AWS::DynamoDB::Table', ttl('expiresAt'), ttl('createdAt'))).toHaveLength(1);
  });
  it('when “for ever”, written as 0, becomes a number', () => {
    expect(expire('AWS::Events::Archive', { RetentionDays: 0 }, { RetentionDays: 1 })).toHaveLength(1);
    expect(expire('AWS::Cassandra::Table', { DefaultTimeToLive: 0 }, { DefaultTimeToLive: 60 })).toHaveLength(1);
  });
  it('when numbers are text, or come by a dynamic reference', () => {
    expect(expire('AWS::Logs::LogGroup', { RetentionInDays: '365' }, { RetentionInDays: '7' })).toHaveLength(1);
    expect(
      expire('AWS::Logs::LogGroup', { RetentionInDays: 365 }, { RetentionInDays: '{{resolve:ssm:/days:1}}' }),
    ).toHaveLength(1);
  });
  it('in a type that no row knows, by the name of the property', () => {
    expect(
      expire(
        'AWS::IoTAnalytics::Channel',
        { RetentionPeriod: { NumberOfDays: 1 } },
        { RetentionPeriod: { NumberOfDays: 1 } },
      ),
    ).toEqual([]);
    expect(expire('AWS::Unknown::Thing', { DataRetentionDays: 90 }, { DataRetentionDays: 1 })).toHaveLength(1);
    expect(expire('AWS::Unknown::Thing', {}, { Data: { ExpirationDays: 1 } })).toHaveLength(1);
  });
  it('when the image lifecycle is text in another layout', () => {
    const text = (countNumber: number) => ({
      LifecyclePolicy: {
        LifecyclePolicyText: JSON.stringify(
          { rules: [{ rulePriority: 1, selection: { countNumber }, action: { type: 'expire' } }] },
          null,
          2,
        ),
      },
    });
    expect(expire('AWS::ECR::Repository', text(100), text(1))).toHaveLength(1);
    expect(expire('AWS::ECR::Repository', text(1), text(100))).toEqual([]);
  });
});

describe('recovery points', () => {
  const plan = (more: object, DeleteAfterDays = 365) => ({
    BackupPlan: { BackupPlanRule: [{ RuleName: 'd', Lifecycle: { DeleteAfterDays }, ...more }] },
  });
  const at = (hour: number) => plan({ ScheduleExpression: `cron(0 ${hour} ? * * *)`, StartWindowMinutes: 60 * hour });
  it('expire when they are kept for less long', () => {
    expect(expire('AWS::Backup::BackupPlan', plan({}, 365), plan({}, 1))).toHaveLength(1);
  });
  it('but not when they are made at another hour', () => {
    expect(expire('AWS::Backup::BackupPlan', at(5), at(4))).toEqual([]);
  });
});

describe('capacity to zero stays capacity to zero', () => {
  it('by a schedule that is added instead', () => {
    expect(
      marksOfOne('disable', 'AWS::AutoScaling::ScheduledAction', null, {
        AutoScalingGroupName: 'g',
        DesiredCapacity: 0,
      }),
    ).toHaveLength(1);
  });
  it('by a scaling target whose maximum is none', () => {
    expect(
      marksOfOne('disable', 'AWS::ApplicationAutoScaling::ScalableTarget', null, {
        ResourceId: 'service/a/b',
        MaxCapacity: 0,
      }),
    ).toHaveLength(1);
  });
  it('by a filter that lets nothing through, on a trigger that had none', () => {
    const filter = { FilterCriteria: { Filters: [{ Pattern: '{"never":["true"]}' }] } };
    expect(marksOfOne('disable', 'AWS::Lambda::EventSourceMapping', {}, filter)).toHaveLength(1);
  });
  it('by an end that is near, in place of a switch', () => {
    const end = { EndDate: '2026-11-25T00:00:00Z' };
    expect(marksOfOne('disable', 'AWS::Scheduler::Schedule', {}, end)).toHaveLength(1);
  });
  it('by a trigger that is removed in place of switched off', () => {
    expect(marksOfOne('disable', 'AWS::Lambda::EventSourceMapping', { FunctionName: 'f' }, null)).toHaveLength(1);
  });
});

describe('traffic that is cut stays cut', () => {
  // AWS::EC2::SecurityGroup: “if you remove all egress rules that you added, we do not add egress rules, so no outbound traffic is allowed.”
  it('when all rules for what goes out are removed', () => {
    const before = { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] };
    expect(marksOfOne('disconnect', 'AWS::EC2::SecurityGroup', before, {})).toHaveLength(1);
    expect(
      marksOfOne(
        'expose',
        'AWS::EC2::SecurityGroup',
        { SecurityGroupEgress: [{ CidrIp: '10.0.0.0/8', IpProtocol: '-1' }] },
        {},
      ),
    ).toEqual([]);
  });
  it('by a subnet that is given other routes by a new association', () => {
    expect(
      marksOfOne('disconnect', 'AWS::EC2::SubnetRouteTableAssociation', null, {
        SubnetId: 'subnet-1',
        RouteTableId: 'rtb-1',
      }),
    ).toHaveLength(1);
  });
  it('by an entry of a network list that denies', () => {
    expect(
      marksOfOne('disconnect', 'AWS::EC2::NetworkAclEntry', null, {
        NetworkAclId: 'acl-1',
        RuleAction: 'deny',
        CidrBlock: '0.0.0.0/0',
      }),
    ).toHaveLength(1);
  });
  it('by a policy that denies everybody', () => {
    const policy = (...Statement: object[]) => ({ Bucket: 'b', PolicyDocument: { Statement } });
    expect(
      marksOfOne(
        'disconnect',
        'AWS::S3::BucketPolicy',
        policy(),
        policy({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }),
      ),
    ).toHaveLength(1);
  });
  it('by a rule of a listener that takes the traffic first', () => {
    expect(
      marksOfOne('disconnect', 'AWS::ElasticLoadBalancingV2::ListenerRule', { Priority: 100 }, { Priority: 1 }),
    ).toHaveLength(1);
  });
  it('by a group that is taken from an instance, not a rule from the group', () => {
    expect(
      marksOfOne(
        'disconnect',
        'AWS::EC2::Instance',
        { SecurityGroupIds: ['sg-1', 'sg-2'] },
        { SecurityGroupIds: ['sg-1'] },
      ),
    ).toHaveLength(1);
  });
  it('not when a removed link has a twin of the same name only', () => {
    const link = (FunctionName: string) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName, Principal: 'sns.amazonaws.com' },
    });
    expect(marks('disconnect', { Old: link('a') }, { New: link('b') })).toHaveLength(1);
  });
});

describe('an address stays where it is', () => {
  const address: Resources = {
    Address: { Type: 'AWS::EC2::EIP', Properties: {} },
    Other: { Type: 'AWS::EC2::EIP', Properties: {} },
  };
  const cut = (after: Record<string, unknown>) =>
    marksOfOne(
      'disconnect',
      'AWS::EC2::EIPAssociation',
      { EIP: { Ref: 'Address' }, InstanceId: 'i-1' },
      after,
      address,
    );
  it('when it is named by its allocation instead of its IP', () => {
    const AllocationId = { 'Fn::GetAtt': ['Address', 'AllocationId'] };
    expect(cut({ AllocationId, InstanceId: 'i-1' })).toEqual([]);
  });
  it('and not when another address takes its place, it goes, or its target is another', () => {
    expect(cut({ AllocationId: { 'Fn::GetAtt': ['Other', 'AllocationId'] }, InstanceId: 'i-1' })).toHaveLength(1);
    expect(cut({ InstanceId: 'i-1' })).toHaveLength(1);
    expect(cut({ AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] }, InstanceId: 'i-2' })).toHaveLength(1);
  });
});
