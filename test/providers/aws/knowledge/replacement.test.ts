import { describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../../../src/providers/aws/knowledge/index.ts';

const knowledge = await loadKnowledge();
const replacement = (path: string) => {
  const [, type = '', property = ''] = /^([^.]+)\.(.*)$/.exec(path) ?? [];
  return knowledge.replacementOf(type, property);
};

describe('what an update of a property does', () => {
  it.each([
    ['AWS::DynamoDB::Table.KeySchema', 'always'],
    ['AWS::DynamoDB::Table.KeySchema.AttributeName', 'always'],
    ['AWS::DynamoDB::Table.BillingMode', 'never'],
    ['AWS::Lambda::Function.VpcConfig', 'never'],
    ['AWS::Lambda::Function.VpcConfig.SubnetIds', 'never'],
    ['AWS::Lambda::Function.VpcConfig.SubnetIds.0', 'never'],
    ['AWS::Lambda::Function.Environment.Variables.STAGE', 'never'],
    ['AWS::Lambda::Function.PackageType', 'always'],
    ['AWS::EC2::Instance.InstanceType', 'conditional'],
    ['AWS::EC2::Instance.ImageId', 'always'],
    ['AWS::RDS::DBInstance.Port', 'always'],
    ['AWS::S3::Bucket.ObjectLockEnabled', 'always'],
    ['AWS::IAM::Role.Policies.0.PolicyDocument.Statement.0.Action', 'never'],
    ['AWS::Cassandra::Table.PartitionKeyColumns', 'always'],
    ['AWS::CDK::Metadata.Analytics', 'never'],
  ])('%s: %s', (path, answer) => {
    expect(replacement(path)).toBe(answer);
  });

  it('calls 17 of the 18 properties of an ECS task definition replacing, and its tags not', () => {
    const properties =
      'ContainerDefinitions Cpu EnableFaultInjection EphemeralStorage ExecutionRoleArn Family InferenceAccelerators IpcMode Memory NetworkMode PidMode PlacementConstraints ProxyConfiguration RequiresCompatibilities RuntimePlatform TaskRoleArn Volumes';
    for (const property of properties.split(' '))
      expect(replacement(`AWS::ECS::TaskDefinition.${property}`), property).toBe('always');
    expect(replacement('AWS::ECS::TaskDefinition.Tags')).toBe('never');
  });

  it('calls a whole property conditional where only a part of it replaces', () => {
    expect(replacement('AWS::MSK::Cluster.BrokerNodeGroupInfo')).toBe('conditional');
    expect(replacement('AWS::MSK::Cluster.BrokerNodeGroupInfo.ClientSubnets')).toBe('always');
    expect(replacement('AWS::MSK::Cluster.BrokerNodeGroupInfo.InstanceType')).toBe('never');
  });

  it('takes what only cfn-lint knows to replace', () => {
    expect(replacement('AWS::SageMaker::Cluster.InstanceGroups.0.InstanceType')).toBe('always');
    expect(replacement('AWS::VpcLattice::ServiceNetworkVpcAssociation.DnsOptions')).toBe('always');
    expect(replacement('AWS::AutoScaling::AutoScalingGroup.LaunchTemplate')).toBe('conditional');
  });

  it('takes what only the specification knows to replace', () => {
    expect(replacement('AWS::Glue::Table.TableInput.Name')).toBe('always');
    expect(replacement('AWS::EKS::Cluster.KubernetesNetworkConfig')).toBe('always');
  });

  it('follows a shape that contains itself', () => {
    const nested = 'Rules.0.Statement.AndStatement.Statements.0.NotStatement.Statement.GeoMatchStatement.CountryCodes';
    expect(replacement(`AWS::WAFv2::WebACL.${nested}`)).toBe('never');
    expect(replacement(`AWS::WAFv2::WebACL.${nested}.Further`)).toBe('unknown');
  });
});

describe('what is not known', () => {
  it.each([
    ['an unknown type', 'AWS::No::Such.Name'],
    ['a type that is a property of every object', 'constructor.name'],
    ['a custom resource of its own name', 'Custom::Thing.ServiceToken'],
    ['an unknown property', 'AWS::Lambda::Function.NewProperty'],
    ['an unknown part of a known property', 'AWS::Lambda::Function.VpcConfig.NewPart'],
    ['an unknown part at depth', 'AWS::DynamoDB::Table.GlobalSecondaryIndexes.0.Projection.NewPart'],
    ['something below a plain value', 'AWS::SQS::Queue.VisibilityTimeout.Deeper'],
    ['a property name that every object has', 'AWS::Lambda::Function.constructor'],
  ])('%s is unknown, never `never`', (_, path) => {
    expect(replacement(path)).toBe('unknown');
  });

  it('is conditional below what is conditional, which is stricter', () => {
    expect(replacement('AWS::EC2::Instance.BlockDeviceMappings.0.NewPart')).toBe('conditional');
  });
});

describe('names', () => {
  it.each([
    ['AWS::DynamoDB::Table', 'TableName'],
    ['AWS::S3::Bucket', 'BucketName'],
    ['AWS::Logs::LogGroup', 'LogGroupName'],
    ['AWS::Logs::SubscriptionFilter', 'FilterName'],
    ['AWS::Logs::MetricFilter', 'FilterName'],
    ['AWS::Neptune::DBCluster', 'DBClusterIdentifier'],
    ['AWS::RDS::DBInstance', 'DBInstanceIdentifier'],
    ['AWS::ElastiCache::ReplicationGroup', 'ReplicationGroupId'],
    ['AWS::EC2::SecurityGroup', 'GroupName'],
    ['AWS::EKS::Cluster', 'Name'],
    ['AWS::CloudWatch::CompositeAlarm', 'AlarmName'],
    ['AWS::IAM::Role', 'RoleName'],
  ])('the physical name of %s is set by %s', (type, property) => {
    expect(knowledge.nameProperty(type)).toBe(property);
    expect(knowledge.hasProperty(type, property)).toBe(true);
  });

  it.each([
    'AWS::S3::BucketPolicy',
    'AWS::EC2::VPC',
    'AWS::EKS::AccessEntry',
    'AWS::Lambda::Permission',
    'AWS::SecretsManager::ResourcePolicy',
    'AWS::No::Such',
  ])('%s has no name of its own, and is not given that of what it belongs to', (type) => {
    expect(knowledge.nameProperty(type)).toBeUndefined();
  });

  it('has the attributes for Fn::GetAtt', () => {
    expect(knowledge.attributesOf('AWS::DynamoDB::Table')).toEqual(['Arn', 'StreamArn']);
    expect(knowledge.attributesOf('AWS::No::Such')).toEqual([]);
  });
});
