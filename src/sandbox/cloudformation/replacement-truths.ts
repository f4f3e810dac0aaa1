/**
 * Update behaviours taken by hand from the "Update requires" lines of the AWS CloudFormation documentation
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/, the page of each type), so that the
 * sandbox is not only the planner's own index talking to itself.
 */
import type { Replacement } from '../../knowledge/index.ts';

const TRUTHS: Record<string, Replacement> = {
  'AWS::DynamoDB::Table.TableName': 'always',
  'AWS::DynamoDB::Table.BillingMode': 'never',
  'AWS::DynamoDB::Table.KeySchema': 'always',
  'AWS::SQS::Queue.QueueName': 'always',
  'AWS::SQS::Queue.FifoQueue': 'always',
  'AWS::SQS::Queue.VisibilityTimeout': 'never',
  'AWS::Lambda::Function.FunctionName': 'always',
  'AWS::Lambda::Function.MemorySize': 'never',
  'AWS::Lambda::Function.Runtime': 'never',
  'AWS::Lambda::Function.PackageType': 'always',
  'AWS::S3::Bucket.BucketName': 'always',
  'AWS::S3::Bucket.VersioningConfiguration': 'never',
  'AWS::EC2::Instance.ImageId': 'always',
  'AWS::EC2::Instance.InstanceType': 'conditional',
  'AWS::EC2::Instance.KeyName': 'always',
  'AWS::EC2::Instance.SubnetId': 'always',
  'AWS::EC2::SecurityGroup.GroupDescription': 'always',
  'AWS::EC2::SecurityGroup.SecurityGroupIngress': 'never',
  'AWS::EC2::VPC.CidrBlock': 'always',
  'AWS::EC2::VPC.EnableDnsSupport': 'never',
  'AWS::RDS::DBInstance.DBInstanceIdentifier': 'always',
  'AWS::RDS::DBInstance.DBInstanceClass': 'never',
  'AWS::RDS::DBInstance.StorageEncrypted': 'always',
  'AWS::IAM::Role.RoleName': 'always',
  'AWS::IAM::Role.AssumeRolePolicyDocument': 'never',
  'AWS::SNS::Topic.TopicName': 'always',
  'AWS::SNS::Topic.DisplayName': 'never',
  'AWS::Logs::LogGroup.LogGroupName': 'always',
  'AWS::Logs::LogGroup.RetentionInDays': 'never',
  'AWS::KMS::Key.Description': 'never',
};

export function replacementTruth(type: string, property: string): Replacement | undefined {
  return TRUTHS[`${type}.${property}`];
}
