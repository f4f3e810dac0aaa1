import { describe, expect, it } from 'vitest';
import { marks, marksOfOne, type Resources } from './stack.ts';

const around: Resources = {
  Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'shop.test.' } },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shop-files' } },
  Group: { Type: 'AWS::EC2::SecurityGroup' },
  Fn: { Type: 'AWS::Lambda::Function', Properties: {} },
  Child: {
    Type: 'AWS::CloudFormation::Stack',
    Properties: { TemplateURL: 'https://b.s3.amazonaws.com/t?versionId=1' },
  },
  Role: { Type: 'AWS::IAM::Role', Properties: {} },
};
const reach = (type: string, before: object | null, after: object | null) =>
  marksOfOne('reach', type, before as never, after as never, around);

describe('reach', () => {
  it.each([
    ['AWS::EC2::Route', { RouteTableId: 'rtb-1' }, 'rtb-1'],
    ['AWS::S3::BucketPolicy', { Bucket: 'other' }, 'other'],
    [
      'AWS::SQS::QueuePolicy',
      { Queues: ['https://sqs.eu-west-1.amazonaws.com/1/other'] },
      'https://sqs.eu-west-1.amazonaws.com/1/other',
    ],
    ['AWS::IAM::Policy', { Roles: ['admin'] }, 'admin'],
    ['AWS::Route53::RecordSet', { HostedZoneId: 'Z1' }, 'Z1'],
    ['AWS::Route53::RecordSetGroup', { RecordSets: [{ HostedZoneId: 'Z1' }] }, 'Z1'],
    ['AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-1' }, 'sg-1'],
    ['AWS::Lambda::Permission', { FunctionName: 'other' }, 'other'],
    [
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      { ListenerArn: 'arn:aws:elasticloadbalancing:x' },
      'arn:aws:elasticloadbalancing:x',
    ],
    [
      'AWS::Events::Rule',
      { Targets: [{ Id: 'a', Arn: 'arn:aws:events:eu-west-1:999900001111:event-bus/default' }] },
      'arn:aws:events:eu-west-1:999900001111:event-bus/default',
    ],
    ['AWS::EC2::VolumeAttachment', { VolumeId: 'vol-1', InstanceId: { Ref: 'Group' } }, 'vol-1'],
    ['AWS::EC2::VPCPeeringConnection', { VpcId: { Ref: 'Group' }, PeerVpcId: 'vpc-2' }, 'vpc-2'],
  ])('%s %j touches %s', (type, properties, id) => {
    expect(reach(type, null, properties)).toMatchObject([{ target: { id } }]);
  });
  it.each([
    ['AWS::S3::BucketPolicy', { Bucket: { Ref: 'Bucket' } }],
    ['AWS::S3::BucketPolicy', { Bucket: 'shop-files' }],
    [
      'AWS::EC2::SecurityGroupIngress',
      { GroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] }, SourceSecurityGroupId: 'sg-9' },
    ],
    ['AWS::Lambda::Permission', { FunctionName: { Ref: 'Fn' } }],
    ['AWS::EC2::SecurityGroup', { VpcId: 'vpc-1' }],
    ['AWS::Lambda::Function', { VpcConfig: { SubnetIds: ['subnet-1'] }, KmsKeyArn: 'arn:aws:kms:x' }],
    ['AWS::Route53::RecordSet', { HostedZoneId: { Ref: 'Zone' } }],
    ['AWS::Events::Rule', { Targets: [{ Id: 'a', Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] } }] }],
  ])('%s %j touches nothing outside', (type, properties) => {
    expect(reach(type, null, properties)).toEqual([]);
  });
  it('is marked without a target for what is not known, and what a nested stack returns', () => {
    for (const GroupId of [
      { Ref: 'Unknown' },
      { 'Fn::ImportValue': 'group' },
      { 'Fn::GetAtt': ['Child', 'Outputs.Group'] },
    ]) {
      const [mark] = reach('AWS::EC2::SecurityGroupIngress', null, { GroupId });
      expect(mark?.kind).toBe('reach');
      expect(mark?.target).toBeUndefined();
    }
  });
  it('is marked when it changes or goes, and not for tags', () => {
    const rule = (Priority: number) => ({ ListenerArn: 'arn:l', Priority });
    expect(reach('AWS::ElasticLoadBalancingV2::ListenerRule', rule(1), rule(2))).toHaveLength(1);
    expect(reach('AWS::ElasticLoadBalancingV2::ListenerRule', rule(1), null)).toHaveLength(1);
    expect(
      reach(
        'AWS::Events::Rule',
        { Targets: [{ Id: 'a', Arn: 'arn:x' }] },
        { Targets: [{ Id: 'a', Arn: 'arn:x' }], Tags: [{ Key: 'a', Value: 'b' }] },
      ),
    ).toEqual([]);
  });
  it('is marked on both sides when it lets go of one thing for another', () => {
    expect(
      reach('AWS::S3::BucketPolicy', { Bucket: 'one' }, { Bucket: 'two' }).map(({ target }) => target?.id),
    ).toEqual(['two', 'one']);
  });
  it('does not take a name of another type for its own', () => {
    const Named = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } };
    expect(
      marks('reach', {}, { Named, It: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'orders' } } }, 'It'),
    ).toHaveLength(1);
  });
  it('names the thing in full, and shows what hides in a name', () => {
    const long = `arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/${'a'.repeat(200)}`;
    expect(reach('AWS::ElasticLoadBalancingV2::ListenerRule', null, { ListenerArn: long })).toMatchObject([
      { target: { id: long } },
    ]);
    const [mark] = reach('AWS::S3::BucketPolicy', null, { Bucket: 'prod\u202egol' });
    expect(mark?.text).toBe('Changes the Bucket prod\\u{202e}gol, which is outside this stack.');
  });
});
