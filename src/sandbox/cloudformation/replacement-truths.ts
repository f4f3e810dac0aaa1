/**
 * Update behaviours taken by hand from the "Update requires" lines of the AWS CloudFormation User Guide, so that the
 * sandbox is not only the planner's own index talking to itself. `page` is the file below doc_source/ of
 * github.com/awsdocs/aws-cloudformation-user-guide, read at commit 6c68a17a (September 2023). "Replacement" is
 * always; "No interruption" and "Some interruptions" are never. Left out, because the page is milder than other
 * sources: PackageType of a Lambda function, LocalSecondaryIndexes of a table, Engine and MultiAZ of a database,
 * MasterUsername of a cluster.
 */
import type { Replacement } from '../../providers/aws/knowledge/replacement.ts';

interface Page {
  page: string;
  always?: string;
  never?: string;
  /** The line says "Some interruptions", the text above it when it is a replacement after all. */
  conditional?: string;
}

const PAGES: Record<string, Page> = {
  'AWS::DynamoDB::Table': {
    page: 'aws-resource-dynamodb-table',
    always: 'TableName KeySchema',
    never: 'BillingMode DeletionProtectionEnabled PointInTimeRecoverySpecification TimeToLiveSpecification',
  },
  'AWS::SQS::Queue': {
    page: 'aws-resource-sqs-queue',
    always: 'QueueName FifoQueue',
    never: 'VisibilityTimeout MessageRetentionPeriod',
  },
  'AWS::Lambda::Function': {
    page: 'aws-resource-lambda-function',
    always: 'FunctionName',
    never: 'MemorySize Runtime Role Timeout Code',
  },
  'AWS::S3::Bucket': {
    page: 'aws-properties-s3-bucket',
    always: 'BucketName ObjectLockEnabled',
    never: 'VersioningConfiguration PublicAccessBlockConfiguration',
  },
  'AWS::EC2::Instance': {
    page: 'aws-properties-ec2-instance',
    always: 'ImageId KeyName SubnetId AvailabilityZone',
    never: 'DisableApiTermination',
    conditional: 'InstanceType',
  },
  'AWS::EC2::SecurityGroup': {
    page: 'aws-properties-ec2-security-group',
    always: 'GroupDescription GroupName VpcId',
    never: 'SecurityGroupIngress',
  },
  'AWS::EC2::VPC': {
    page: 'aws-resource-ec2-vpc',
    always: 'CidrBlock',
    never: 'EnableDnsSupport',
    conditional: 'InstanceTenancy',
  },
  'AWS::EC2::Volume': {
    page: 'aws-resource-ec2-volume',
    never: 'Size VolumeType',
  },
  'AWS::EC2::Subnet': {
    page: 'aws-resource-ec2-subnet',
    always: 'CidrBlock AvailabilityZone VpcId',
    never: 'MapPublicIpOnLaunch',
  },
  'AWS::RDS::DBInstance': {
    page: 'aws-resource-rds-dbinstance',
    always: 'DBInstanceIdentifier StorageEncrypted DBSubnetGroupName KmsKeyId',
    never: 'DBInstanceClass AllocatedStorage DeletionProtection EngineVersion',
  },
  'AWS::RDS::DBCluster': {
    page: 'aws-resource-rds-dbcluster',
    always: 'DBClusterIdentifier StorageEncrypted',
    never: 'BackupRetentionPeriod',
  },
  'AWS::IAM::Role': {
    page: 'aws-resource-iam-role',
    always: 'RoleName Path',
    never: 'AssumeRolePolicyDocument Policies',
  },
  'AWS::SNS::Topic': {
    page: 'aws-resource-sns-topic',
    always: 'TopicName FifoTopic',
    never: 'DisplayName',
  },
  'AWS::Logs::LogGroup': {
    page: 'aws-resource-logs-loggroup',
    always: 'LogGroupName',
    never: 'RetentionInDays KmsKeyId',
  },
  'AWS::KMS::Key': {
    page: 'aws-resource-kms-key',
    always: 'KeySpec',
    never: 'Description EnableKeyRotation KeyPolicy',
  },
  'AWS::ECS::Service': {
    page: 'aws-resource-ecs-service',
    always: 'ServiceName Cluster LaunchType',
    never: 'DesiredCount TaskDefinition',
  },
  'AWS::ECS::TaskDefinition': {
    page: 'aws-resource-ecs-taskdefinition',
    always: 'Family ContainerDefinitions Cpu',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    page: 'aws-resource-elasticloadbalancingv2-loadbalancer',
    always: 'Name Scheme Type',
    never: 'SecurityGroups Subnets',
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    page: 'aws-resource-elasticloadbalancingv2-targetgroup',
    always: 'Port Protocol VpcId',
    never: 'HealthCheckPath',
  },
  'AWS::ElastiCache::CacheCluster': {
    page: 'aws-properties-elasticache-cache-cluster',
    always: 'Engine',
    never: 'CacheNodeType',
  },
  'AWS::EFS::FileSystem': {
    page: 'aws-resource-efs-filesystem',
    always: 'Encrypted KmsKeyId PerformanceMode',
    never: 'ThroughputMode',
  },
  'AWS::SecretsManager::Secret': {
    page: 'aws-resource-secretsmanager-secret',
    always: 'Name',
    never: 'Description GenerateSecretString',
  },
  'AWS::Events::Rule': {
    page: 'aws-resource-events-rule',
    always: 'Name',
    never: 'ScheduleExpression',
  },
  'AWS::Kinesis::Stream': {
    page: 'aws-resource-kinesis-stream',
    always: 'Name',
    never: 'ShardCount',
  },
};

/** Every row, for the tests: type, property, what happens, and the page that says so. */
export const replacementTruths = Object.entries(PAGES).flatMap(([type, { page, ...words }]) =>
  Object.entries(words).flatMap(([replacement, properties]) =>
    properties.split(' ').map((property) => ({ type, property, replacement: replacement as Replacement, page })),
  ),
);

const byName = new Map(replacementTruths.map((row) => [`${row.type}.${row.property}`, row.replacement]));

export function replacementTruth(type: string, property: string): Replacement | undefined {
  return byName.get(`${type}.${property}`);
}
