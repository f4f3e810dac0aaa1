/** What belongs to the stack, what starts by itself, what protects. */
import type { ApproverCase } from './case.ts';

const resources = (Resources: object, more: object = {}) => ({ Resources, ...more });
const topic = (DisplayName: string) => ({ Bell: { Type: 'AWS::SNS::Topic', Properties: { DisplayName } } });
const secret = (Outputs: object) =>
  resources(topic('Bell'), {
    Parameters: { Token: { Type: 'String', NoEcho: true, Default: 'first-token-1' } },
    Outputs,
  });
const table = (DeletionPolicy: string, tag: string) =>
  resources({
    Orders: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy,
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        Tags: [{ Key: 'team', Value: tag }],
      },
    },
  });
const rule = (Arn: string, Description: string) =>
  resources({
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description,
        EventPattern: { source: ['acme.orders'] },
        Targets: [{ Id: 'one', Arn }],
      },
    },
  });
const ROLE = 'arn:aws:iam::123456789012:role/scheduler';
const schedule = (Arn: string, Input: string) => ({
  Nightly: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn, RoleArn: ROLE, Input },
    },
  },
});
const queues = Object.fromEntries(
  Array.from({ length: 36 }, (_, index) => [
    `Queue${index}`,
    { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30 } },
  ]),
);
const worker = (Action: string, Resource: object | string) => ({
  ZWorker: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: 'work', PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } }],
    },
  },
});

export const settings: ApproverCase[] = [
  {
    name: 'a secret that is exported',
    before: secret({ Bell: { Value: { Ref: 'Bell' } } }),
    hazard: secret({
      Bell: { Value: { Ref: 'Bell' } },
      Shared: { Value: { Ref: 'Token' }, Export: { Name: 'shop-token' } },
    }),
    twin: secret({
      Bell: { Value: { Ref: 'Bell' } },
      Shared: { Value: { Ref: 'Bell' }, Export: { Name: 'shop-bell' } },
    }),
    offending: ['Outputs.Shared', 'Token', 'shop-token'],
  },
  {
    name: 'an event target in another account',
    before: rule('arn:aws:sqs:eu-west-1:123456789012:orders', 'orders'),
    hazard: rule('arn:aws:events:eu-west-1:604417839920:event-bus/default', 'orders, all of them'),
    twin: rule('arn:aws:sqs:eu-west-1:123456789012:orders', 'orders, all of them'),
    offending: ['FOREIGN ACCOUNT', 'arn:aws:events:eu-west-1:604417839920:event-bus/default'],
  },
  {
    name: 'a deletion policy that is lowered',
    before: table('Retain', 'web'),
    hazard: table('Delete', 'shop'),
    twin: table('Retain', 'shop'),
    offending: ['DeletionPolicy', 'Retain → Delete'],
  },
  {
    name: 'a schedule that calls an API by itself',
    before: resources(topic('Bell')),
    hazard: resources({
      ...topic('Bell'),
      ...schedule('arn:aws:scheduler:::aws-sdk:rds:deleteDBInstance', '{"DbInstanceIdentifier":"orders"}'),
    }),
    twin: resources({
      ...topic('Bell'),
      ...schedule('arn:aws:lambda:eu-west-1:123456789012:function:report', '{"day":"orders"}'),
    }),
    offending: ['arn:aws:scheduler:::aws-sdk:rds:deleteDBInstance', 'DbInstanceIdentifier'],
  },
  {
    name: 'a role that allows everything among thirty-seven creations',
    before: resources(topic('Bell')),
    hazard: resources({ ...topic('Bell'), ...queues, ...worker('*', '*') }),
    twin: resources({ ...topic('Bell'), ...queues, ...worker('sqs:SendMessage', { 'Fn::GetAtt': ['Queue1', 'Arn'] }) }),
    offending: ['ZWorker', 'Policies.work.PolicyDocument.Statement.0.Action: *'],
  },
];
