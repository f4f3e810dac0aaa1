/** Whose is what a change reaches? The stack that CloudFormation lists it in decides, and only surely. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttackedWorld, openAttackedWorld } from '../../attacks/attempts.ts';

const ROLE = `
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: eks.amazonaws.com }, Action: "sts:AssumeRole" }] } }`;
const cluster = (name: string) => `Resources:${ROLE}
  Eks: { Type: "AWS::EKS::Cluster", Properties: { Name: ${name}, RoleArn: !GetAtt Role.Arn, ResourcesVpcConfig: { SubnetIds: [subnet-1] } } }
  Logs: { Type: "AWS::S3::Bucket", Properties: { BucketName: ${name}-logs } }
Outputs:
  Eks: { Value: !Ref Eks, Export: { Name: ${name} } }
`;
const queue = (name: string) => `Resources:
  Queue: { Type: "AWS::SQS::Queue" }
  Named: { Type: "AWS::SNS::Topic", Properties: { TopicName: ${name} } }
  Store: { Type: "AWS::S3::Bucket", Properties: { BucketName: ${name} } }
`;
const user = (clusterName: string, version: string, bucket = 'dev-cluster-logs') => `Resources:
  Dns: { Type: "AWS::EKS::Addon", Properties: { ClusterName: ${clusterName}, AddonName: coredns, AddonVersion: ${version} } }
  Trail: { Type: "AWS::Athena::WorkGroup", Properties: { Name: q, WorkGroupConfiguration: { ResultConfiguration: { OutputLocation: "s3://${bucket}/" } } } }
`;

let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [
      { name: 'base-dev', template: cluster('dev-cluster') },
      { name: 'shop-prod', template: cluster('prod-cluster') },
      { name: 'elsewhere', template: cluster('other-cluster') },
      // A bucket of another stack has the name of a cluster.
      { name: 'trap-dev', template: queue('trap-cluster') },
      { name: 'app-dev', template: user('dev-cluster', 'v1') },
    ],
  });
});
afterEach(() => world.close());

const upgraded = (name: string, bucket?: string) => ({ stack: 'app-dev', template: user(name, 'v2', bucket) });
const reach = (name: string) => world.verdict('reach', 'plan_stack_update', upgraded(name));

describe('what a stack of development reaches', () => {
  it('is development where a stack of development owns it, by name, import or ARN', async () => {
    for (const name of ['dev-cluster', '!ImportValue dev-cluster'])
      expect(await reach(name), name).toMatchObject({ outcome: 'pass' });
    // Another word for the name replaces the add-on, which is no reversible effect.
    const { message } = await reach('arn:aws:eks:eu-west-1:123456789012:cluster/dev-cluster');
    expect(message).toContain('of the stack base-dev, which is in development');
  });
  it('is production where a stack of production owns it', async () => {
    for (const name of ['prod-cluster', '!ImportValue prod-cluster'])
      expect(await reach(name), name).toMatchObject({ outcome: 'hold' });
  });
  it('is refused where its stack is in no scope', async () => {
    expect(await reach('other-cluster')).toMatchObject({ outcome: 'deny' });
  });
  it('is production where nobody is known to own it', async () => {
    for (const name of [
      'trap-cluster',
      'nobodys-cluster',
      'arn:aws:eks:eu-west-1:999900001111:cluster/dev-cluster',
      'arn:aws:eks:us-east-1:123456789012:cluster/dev-cluster',
    ])
      expect(await reach(name), name).toMatchObject({ outcome: 'hold' });
  });
});

describe('a bucket that data is sent to', () => {
  const exposure = (bucket: string) => world.verdict('exposure', 'plan_stack_update', upgraded('dev-cluster', bucket));
  it('is nobody else’s where a stack of this account owns it', async () => {
    expect(await exposure('trap-cluster')).toMatchObject({ outcome: 'pass' });
  });
  it('may be anybody’s where none does', async () => {
    expect(await exposure('taken')).toMatchObject({ outcome: 'hold' });
    expect(await exposure('dev-cluster-logs-copy')).toMatchObject({ outcome: 'hold' });
  });
});
