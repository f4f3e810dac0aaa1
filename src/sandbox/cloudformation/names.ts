/** Physical names that templates give: which types have them, and within what they may stand once. */
import type { Knowledge } from '../../providers/aws/knowledge/index.ts';
import type { World } from '../world.ts';
import { type Stack, type StackResource, stacksIn } from './model.ts';
import { textOf } from './texts.ts';

const names = (text: string) =>
  new Set(
    text
      .trim()
      .split(/\s+/)
      .map((type) => `AWS::${type}`),
  );

/** Types whose `Name` is what AWS knows them by. Elsewhere it is a label that two may share. From memory. */
const KNOWN_BY_NAME = names(`
  Athena::WorkGroup CodeBuild::Project CodePipeline::Pipeline EKS::Cluster Events::ApiDestination Events::Connection
  Events::EventBus Events::Rule Glue::Crawler Glue::Job Glue::Trigger Glue::Workflow Kinesis::Stream Lambda::Alias
  SSM::Document SSM::Parameter Scheduler::Schedule Scheduler::ScheduleGroup SecretsManager::Secret
  ElasticLoadBalancingV2::LoadBalancer ElasticLoadBalancingV2::TargetGroup
`);

/** Types whose name property begins otherwise than their own name, and is what AWS knows them by all the same. */
const OTHERWISE_NAMED = names(`
  CloudWatch::CompositeAlarm CloudWatch::InsightRule Cognito::UserPoolGroup Cognito::UserPoolIdentityProvider
  DynamoDB::GlobalTable EC2::SecurityGroup ElastiCache::CacheCluster ElastiCache::SubnetGroup IAM::GroupPolicy
  IAM::RolePolicy IAM::UserPolicy Kinesis::StreamConsumer Logs::MetricFilter Logs::ResourcePolicy
  Logs::SubscriptionFilter RDS::EventSubscription Redshift::ClusterParameterGroup Redshift::EventSubscription
`);

/** Names that any number may bear. */
const LABELS = names(`
  ApiGateway::UsagePlan Cognito::IdentityPool Cognito::UserPool EC2::PrefixList SSM::Association
`);

/** The properties that say whose the name is: it stands once there, and again elsewhere. */
const PARENTS: Record<string, string[]> = {
  'AWS::ApiGateway::Stage': ['RestApiId'],
  'AWS::ApiGatewayV2::Stage': ['ApiId'],
  'AWS::AutoScaling::LifecycleHook': ['AutoScalingGroupName'],
  'AWS::CodeDeploy::DeploymentGroup': ['ApplicationName'],
  'AWS::Cognito::Terms': ['UserPoolId'],
  'AWS::Cognito::UserPoolGroup': ['UserPoolId'],
  'AWS::Cognito::UserPoolIdentityProvider': ['UserPoolId'],
  'AWS::EC2::SecurityGroup': ['VpcId'],
  'AWS::ECS::Daemon': ['ClusterArn'],
  'AWS::ECS::Service': ['Cluster'],
  'AWS::EKS::Addon': ['ClusterName'],
  'AWS::EKS::Capability': ['ClusterName'],
  'AWS::EKS::FargateProfile': ['ClusterName'],
  'AWS::EKS::IdentityProviderConfig': ['ClusterName'],
  'AWS::EKS::Nodegroup': ['ClusterName'],
  'AWS::Events::Rule': ['EventBusName'],
  'AWS::IAM::GroupPolicy': ['GroupName'],
  'AWS::IAM::Policy': ['Roles', 'Users', 'Groups'],
  'AWS::IAM::RolePolicy': ['RoleName'],
  'AWS::IAM::UserPolicy': ['UserName'],
  'AWS::Kinesis::StreamConsumer': ['StreamARN'],
  'AWS::Lambda::Alias': ['FunctionName'],
  'AWS::Logs::LogStream': ['LogGroupName'],
  'AWS::Logs::MetricFilter': ['LogGroupName'],
  'AWS::Logs::SubscriptionFilter': ['LogGroupName'],
  'AWS::MSK::Topic': ['ClusterArn'],
  'AWS::Scheduler::Schedule': ['GroupName'],
};

/** The physical name that the template gives. Replacing such a resource under the same name fails, as in AWS. */
export function ownName(knowledge: Knowledge, { type, properties }: StackResource): string | undefined {
  const property = knowledge.nameProperty(type);
  if (property === undefined || LABELS.has(type)) return undefined;
  const short = type.split('::')[2] ?? '';
  const isOwn = property === 'Name' ? KNOWN_BY_NAME.has(type) : property.startsWith(short) || OTHERWISE_NAMED.has(type);
  const value = isOwn ? properties[property] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const parentOf = ({ type, properties }: StackResource) =>
  textOf((PARENTS[type] ?? []).map((property) => properties[property]));

/** By another resource of the same type and parent, in any stack of the place; what a deletion left is not seen. */
export function nameTaken(
  world: World,
  knowledge: Knowledge,
  stack: Stack,
  spec: StackResource,
  name: string,
): boolean {
  const isSame = (other: StackResource) =>
    other.type === spec.type &&
    other.physicalId !== '' &&
    other.status !== 'DELETE_COMPLETE' &&
    ownName(knowledge, other) === name &&
    parentOf(other) === parentOf(spec);
  return stacksIn(world, stack).some((other) =>
    Object.values(other.id === stack.id ? stack.resources : other.resources).some(isSame),
  );
}
