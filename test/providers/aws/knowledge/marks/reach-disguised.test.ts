/** Ways around the finder of reach, each closed. Pages are of the CloudFormation template reference, as read. */
import { describe, expect, it } from 'vitest';
import { marks, marksOfOne, type Resources } from './stack.ts';

const around: Resources = {
  Topic: { Type: 'AWS::SNS::Topic' },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Child: { Type: 'AWS::CloudFormation::Stack', Properties: {} },
  Made: { Type: 'Custom::Thing', Properties: {} },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Value: 'rtb-9' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: 'vpc-foreign' } },
};
const reach = (type: string, properties: object, before: object | null = null) =>
  marksOfOne('reach', type, before as never, properties as never, around);

describe('something outside stays outside', () => {
  it('when an own name is only part of it', () => {
    expect(reach('AWS::S3::BucketPolicy', { Bucket: { 'Fn::Join': ['', ['prod-', { Ref: 'Bucket' }]] } })).toHaveLength(
      1,
    );
    expect(reach('AWS::S3::BucketPolicy', { Bucket: { 'Fn::Join': ['', [{ Ref: 'Bucket' }, '-logs']] } })).toHaveLength(
      1,
    );
  });
  it('when it is handed through a nested stack, a custom resource or a parameter of the stack', () => {
    for (const RouteTableId of [{ 'Fn::GetAtt': ['Child', 'Outputs.Table'] }, { 'Fn::GetAtt': ['Made', 'Id'] }])
      expect(reach('AWS::EC2::Route', { RouteTableId })).toMatchObject([{ kind: 'reach' }]);
    expect(reach('AWS::EC2::Route', { RouteTableId: { 'Fn::GetAtt': ['Parameter', 'Value'] } })).toHaveLength(1);
  });
  it('when an own resource only repeats its name', () => {
    expect(reach('AWS::EC2::VPCGatewayAttachment', { VpcId: { 'Fn::GetAtt': ['Subnet', 'VpcId'] } })).toMatchObject([
      { target: { id: 'vpc-foreign' } },
    ]);
  });
  it('when it is one of several', () => {
    expect(
      reach('AWS::SNS::TopicPolicy', { Topics: [{ Ref: 'Topic' }, 'arn:aws:sns:eu-west-1:111122223333:other'] }),
    ).toHaveLength(1);
  });
  // AWS::Route53::RecordSet: “Specify either HostedZoneName or HostedZoneId”.
  it('when a zone is named by its name instead of its id, or inside a group of records', () => {
    expect(reach('AWS::Route53::RecordSet', { HostedZoneName: 'example.com.' })).toHaveLength(1);
    expect(reach('AWS::Route53::RecordSetGroup', { RecordSets: [{ HostedZoneName: 'example.com.' }] })).toHaveLength(1);
  });
  // AWS::SQS::QueueInlinePolicy: “associates one Amazon SQS queue with one policy”, a type beside QueuePolicy.
  it('when its policy is written by the type for one queue or one topic', () => {
    expect(reach('AWS::SQS::QueueInlinePolicy', { Queue: 'https://sqs.eu-west-1.amazonaws.com/1/other' })).toHaveLength(
      1,
    );
    expect(reach('AWS::SNS::TopicInlinePolicy', { TopicArn: 'arn:aws:sns:eu-west-1:1:other' })).toHaveLength(1);
  });
  it('when a role gets its policy by any of the four types', () => {
    for (const [type, property, value] of [
      ['AWS::IAM::Policy', 'Roles', ['admin']],
      ['AWS::IAM::ManagedPolicy', 'Roles', ['admin']],
      ['AWS::IAM::RolePolicy', 'RoleName', 'admin'],
      ['AWS::IAM::UserToGroupAddition', 'GroupName', 'admins'],
    ] as const)
      expect(reach(type, { [property]: value }), type).toHaveLength(1);
  });
  // AWS::Lambda::EventSourceMapping: EventSourceArn names the queue or stream that is read.
  it('when an own function empties somebody’s queue', () => {
    expect(
      reach('AWS::Lambda::EventSourceMapping', {
        FunctionName: { Ref: 'Topic' },
        EventSourceArn: 'arn:aws:sqs:eu-west-1:1:orders',
      }),
    ).toHaveLength(1);
  });
  it('when a service of the stack puts its tasks behind somebody’s load balancer', () => {
    expect(reach('AWS::ECS::Service', { LoadBalancers: [{ TargetGroupArn: 'arn:tg' }] })).toHaveLength(1);
    expect(reach('AWS::AutoScaling::AutoScalingGroup', { TargetGroupARNs: ['arn:tg'] })).toHaveLength(1);
  });
  it('when the setting is one for the whole account', () => {
    expect(reach('AWS::Logs::ResourcePolicy', { PolicyName: 'a' })).toHaveLength(1);
    expect(reach('AWS::ApiGateway::Account', { CloudWatchRoleArn: { Ref: 'Unknown' } })).toHaveLength(1);
  });
  it('in a type that no row knows, if its name says that it attaches', () => {
    expect(reach('AWS::Brand::NewAttachment', { ThingId: 'thing-1' })).toMatchObject([{ target: { id: 'thing-1' } }]);
  });
  it('when an own resource of another type has its name', () => {
    const Decoy = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'prod-data' } };
    expect(
      marks('reach', {}, { Decoy, It: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'prod-data' } } }, 'It'),
    ).toHaveLength(1);
  });
  it('when it is let go of, not taken', () => {
    expect(marksOfOne('reach', 'AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-1' }, null)).toHaveLength(1);
  });
  it('when it comes by a dynamic reference', () => {
    expect(reach('AWS::EC2::Route', { RouteTableId: '{{resolve:ssm:/network/table:1}}' })).toHaveLength(1);
  });
});
