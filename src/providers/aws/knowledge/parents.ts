/**
 * The properties that say what a resource belongs to, where its name is unique only within that: two functions may both
 * have an alias `live`, and two roles an inline policy of one name.
 *
 * Source: the primary identifiers of the types in the schemas of cfn-lint 1.51.0, which have these beside the name; of the
 * policies of IAM: IAM User Guide, "Managed policies and inline policies".
 */
const PARENTS: Readonly<Record<string, readonly string[]>> = {
  ApiId: [
    'ApiGatewayV2::Authorizer',
    'ApiGatewayV2::Model',
    'ApiGatewayV2::Stage',
    'AppSync::ChannelNamespace',
    'AppSync::DataSource',
    'AppSync::FunctionConfiguration',
  ],
  AppId: ['Amplify::Branch', 'Amplify::Domain'],
  ApplicationId: ['AppConfig::ConfigurationProfile', 'AppConfig::Environment'],
  ApplicationName: ['CodeDeploy::DeploymentGroup', 'ElasticBeanstalk::Environment'],
  AutoScalingGroupName: ['AutoScaling::LifecycleHook', 'AutoScaling::ScalingPolicy'],
  Cluster: ['ECS::Service'],
  ClusterName: ['EKS::Addon', 'EKS::FargateProfile', 'EKS::Nodegroup'],
  DatabaseName: ['Glue::Table', 'Timestream::Table'],
  EventBusName: ['Events::Rule'],
  FunctionName: ['Lambda::Alias'],
  GroupName: ['IAM::GroupPolicy', 'Scheduler::Schedule'],
  Groups: ['IAM::Policy'],
  KeyspaceName: ['Cassandra::Table'],
  LogGroupName: ['Logs::LogStream', 'Logs::MetricFilter', 'Logs::SubscriptionFilter'],
  MeshName: ['AppMesh::Route', 'AppMesh::VirtualGateway', 'AppMesh::VirtualNode', 'AppMesh::VirtualRouter'],
  NamespaceId: ['ServiceDiscovery::Service'],
  RestApiId: ['ApiGateway::Authorizer', 'ApiGateway::Model', 'ApiGateway::RequestValidator', 'ApiGateway::Stage'],
  RoleName: ['IAM::RolePolicy'],
  Roles: ['IAM::Policy'],
  UserName: ['IAM::UserPolicy'],
  UserPoolId: [
    'Cognito::UserPoolClient',
    'Cognito::UserPoolGroup',
    'Cognito::UserPoolIdentityProvider',
    'Cognito::UserPoolResourceServer',
    'Cognito::UserPoolUser',
  ],
  Users: ['IAM::Policy'],
};

/** Type: the properties. */
export const parentProperties: ReadonlyMap<string, string[]> = new Map(
  [
    ...Map.groupBy(
      Object.entries(PARENTS).flatMap(([property, types]) => types.map((type) => ({ type: `AWS::${type}`, property }))),
      ({ type }) => type,
    ),
  ].map(([type, rows]) => [type, rows.map(({ property }) => property)]),
);

/** What its name is unique in, as text that can be compared; `undefined`: the account and region, or a default of AWS. */
export function nameScope(type: string, properties: Readonly<Record<string, unknown>>): string | undefined {
  const names = (parentProperties.get(type) ?? []).filter((name) => properties[name] !== undefined);
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return names.length === 0 ? undefined : names.map((name) => `${name} ${text(properties[name])}`).join(', ');
}
