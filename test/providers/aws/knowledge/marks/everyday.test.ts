/** Everyday changes: what the finders may and may not say of them, so that ordinary work stays ordinary. */
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../../src/providers/aws/template/parse.ts';
import { ACCOUNT, contextOf, marksOf, type Resources } from './stack.ts';

const template = (resources: Resources) => parseTemplate(JSON.stringify({ Resources: resources }));

/** Everything that is said of a change, as `kind bound reads network`. */
function said(before: Resources, after: Resources): string[] {
  return Object.values(marksOf(contextOf(template(before), template(after))))
    .flat()
    .map(({ kind, bound, reads, network }) =>
      [kind, bound, reads, network && `${network.range} ${network.fromPort}`].filter(Boolean).join(' '),
    );
}

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const digest = (letter: string) => `${letter.repeat(63)}1`;

const Role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    ManagedPolicyArns: [
      {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        ],
      },
    ],
    Policies: [
      {
        PolicyName: 'table',
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: arn('Table') }],
        },
      },
    ],
  },
};
const Table = { Type: 'AWS::DynamoDB::Table', Properties: {} };
const fn = (MemorySize: number, S3Key: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Role: arn('Role'), Handler: 'a.b', MemorySize, Code: { S3Bucket: 'cdk-assets', S3Key } },
});

describe('nothing is said of', () => {
  it('the memory of a function, whatever its code and role are', () => {
    expect(said({ Role, Table, Fn: fn(512, 'app.zip') }, { Role, Table, Fn: fn(1024, 'app.zip') })).toEqual([]);
  });
  it('an image bump', () => {
    const service = (tag: string): Resources => ({
      Task: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          TaskRoleArn: 'arn:aws:iam::1:role/web',
          ContainerDefinitions: [{ Name: 'web', Image: `1.dkr.ecr.eu-west-1.amazonaws.com/web:${tag}` }],
        },
      },
      Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 2 } },
    });
    expect(said(service('1.4.2'), service('1.4.3'))).toEqual([]);
  });
  it('sizes of instances and databases', () => {
    const sized = (size: string): Resources => ({
      Box: {
        Type: 'AWS::EC2::Instance',
        Properties: {
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: `t3.${size}`,
          IamInstanceProfile: 'web',
          UserData: 'x',
        },
      },
      Db: {
        Type: 'AWS::RDS::DBInstance',
        Properties: { DBInstanceClass: `db.t3.${size}`, BackupRetentionPeriod: 7, DeletionProtection: true },
      },
    });
    expect(said(sized('small'), sized('large'))).toEqual([]);
  });
  it('an alarm’s threshold, a longer retention, a tag', () => {
    const things = (n: number): Resources => ({
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Threshold: n, AlarmActions: ['arn:aws:sns:eu-west-1:1:ops'] },
      },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: n } },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          Tags: [{ Key: 'team', Value: `t${n}` }],
          PublicAccessBlockConfiguration: { BlockPublicAcls: true },
        },
      },
    });
    expect(said(things(30), things(90))).toEqual([]);
  });
  it('a queue that is added with its policy', () => {
    const Topic = { Type: 'AWS::SNS::Topic', Properties: {} };
    const queue: Resources = {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          MessageRetentionPeriod: 345_600,
          RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 3 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'sns.amazonaws.com' },
                Action: 'sqs:SendMessage',
                Resource: arn('Queue'),
                Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Topic' } } },
              },
            ],
          },
        },
      },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Endpoint: arn('Queue'), Protocol: 'sqs' },
      },
    };
    expect(said({ Topic }, { Topic, ...queue })).toEqual([]);
  });
  it('a network of its own, with a gateway, routes and lists', () => {
    const network: Resources = {
      Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: {} },
      Attachment: {
        Type: 'AWS::EC2::VPCGatewayAttachment',
        Properties: { VpcId: { Ref: 'Net' }, InternetGatewayId: { Ref: 'Gateway' } },
      },
      Subnet: {
        Type: 'AWS::EC2::Subnet',
        Properties: { VpcId: { Ref: 'Net' }, CidrBlock: '10.0.1.0/24', MapPublicIpOnLaunch: true },
      },
      Routes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Net' } } },
      Route: {
        Type: 'AWS::EC2::Route',
        Properties: {
          RouteTableId: { Ref: 'Routes' },
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId: { Ref: 'Gateway' },
        },
      },
      Association: {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Routes' } },
      },
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { VpcId: { Ref: 'Net' }, SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] },
      },
    };
    expect(said({ Table }, { Table, ...network })).toEqual([]);
  });
});

describe('only what is so is said of', () => {
  it('a deploy with hashed code and a new version: a bounded deputy', () => {
    const version = (id: string): Resources => ({
      [id]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    });
    const before = { Role, Table, Fn: fn(512, `${digest('a')}.zip`), ...version('VersionA') };
    const after = { Role, Table, Fn: fn(512, `${digest('b')}.zip`), ...version('VersionB') };
    expect(said(before, after)).toEqual(['deputy own_stack']);
  });
  it('a new function with its role: a bounded deputy', () => {
    expect(said({ Table }, { Table, Role, Fn: fn(512, `${digest('a')}.zip`) })).toEqual(['deputy own_stack']);
  });
  it('the role that a service has of its own, written out: a bounded deputy, and no other role of that kind', () => {
    const scaling = (account: string, path: string): Resources => ({
      Scaling: {
        Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
        Properties: { MinCapacity: 2, MaxCapacity: 6, RoleARN: `arn:aws:iam::${account}:role/${path}` },
      },
    });
    const own =
      'aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService';
    expect(said({ Table }, { Table, ...scaling(ACCOUNT, own) })).toEqual(['deputy own_stack']);
    for (const other of [
      scaling('999999999999', own),
      scaling(ACCOUNT, 'aws-service-roles/x/AWSServiceRoleForX'),
      scaling(ACCOUNT, 'AWSServiceRoleForX'),
    ])
      expect(said({ Table }, { Table, ...other })).toEqual(['deputy unbounded']);
  });
  it('a port opened to a private range, and one to the world: the range and the port', () => {
    const group = (...SecurityGroupIngress: object[]): Resources => ({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress } },
    });
    const rule = (CidrIp: string, port: number) => ({ CidrIp, IpProtocol: 'tcp', FromPort: port, ToPort: port });
    expect(said(group(), group(rule('10.0.0.0/8', 5432)))).toEqual(['expose 10.0.0.0/8 5432']);
    expect(said(group(), group(rule('0.0.0.0/0', 443)))).toEqual(['expose 0.0.0.0/0 443']);
  });
});
