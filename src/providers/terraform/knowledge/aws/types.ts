/**
 * Which type of CloudFormation a type of `aws_*` or `awscc_*` is, so that all that is known of that one holds for it.
 *
 * Source: the names of hashicorp/aws 6.25.0 (@cdktf/provider-aws 21.22.1) beside those of the CloudFormation service
 * specification: a type that has the same name behind one of the prefixes is that one; the others are listed, from the
 * page of each resource in the provider's documentation. `awscc_*` is made from CloudFormation's own names.
 */
import { judgements } from '../../../aws/knowledge/holds.ts';
import { revisionTypes } from '../../../aws/knowledge/revisions.ts';
import { typesOf } from '../../../aws/knowledge/tables/judgement.ts';

/** What hashicorp/aws writes before a name, and what CloudFormation writes instead. The first that fits decides. */
const PREFIXES: readonly (readonly [prefix: string, instead: string])[] = [
  ['', ''],
  ['cloudwatch_event_', 'Events'],
  ['cloudwatch_log_', 'Logs'],
  ['cloudwatch_metric_', 'CloudWatch'],
  ['acm_', 'CertificateManager'],
  ['sfn_', 'StepFunctions'],
  ['lb_', 'ElasticLoadBalancingV2'],
  ['alb_', 'ElasticLoadBalancingV2'],
  ['db_', 'RDS'],
  ['dx_', 'DirectConnect'],
  ['mq_', 'AmazonMQ'],
  ['prometheus_', 'APS'],
  ['opensearch_', 'OpenSearchService'],
  ['keyspaces_', 'Cassandra'],
  ['sesv2_', 'SES'],
  ['ssoadmin_', 'SSO'],
  ['ebs_', 'EC2'],
  ['default_', 'EC2'],
  ['', 'EC2'],
];

/** A line is a service, and its types as `terraform>CloudFormation`. */
const OTHERS = `
APS prometheus_rule_group_namespace>RuleGroupsNamespace
ApplicationAutoScaling appautoscaling_target>ScalableTarget appautoscaling_policy>ScalingPolicy
AutoScaling autoscaling_group>AutoScalingGroup autoscaling_policy>ScalingPolicy autoscaling_schedule>ScheduledAction
AutoScaling launch_configuration>LaunchConfiguration
Backup backup_vault>BackupVault backup_plan>BackupPlan backup_selection>BackupSelection
Backup backup_logically_air_gapped_vault>LogicallyAirGappedBackupVault
Bedrock bedrockagent_agent>Agent bedrockagent_agent_alias>AgentAlias bedrockagent_data_source>DataSource
Bedrock bedrockagent_knowledge_base>KnowledgeBase bedrock_inference_profile>ApplicationInferenceProfile
CloudFront cloudfront_origin_access_identity>CloudFrontOriginAccessIdentity
CloudHSM cloudhsm_v2_cluster>Cluster
CloudTrail cloudtrail>Trail
CodeDeploy codedeploy_app>Application
CodePipeline codepipeline>Pipeline
CodeStarConnections codestarconnections_host>Connection
Cognito cognito_user>UserPoolUser cognito_user_group>UserPoolGroup cognito_identity_provider>UserPoolIdentityProvider
Cognito cognito_resource_server>UserPoolResourceServer cognito_managed_user_pool_client>UserPoolClient
Cognito cognito_identity_pool_roles_attachment>IdentityPoolRoleAttachment
DMS dms_s3_endpoint>Endpoint
DirectConnect dx_gateway>DirectConnectGateway dx_hosted_private_virtual_interface>PrivateVirtualInterface
DirectConnect dx_hosted_public_virtual_interface>PublicVirtualInterface dx_hosted_transit_virtual_interface>TransitVirtualInterface
DirectoryService directory_service_directory>MicrosoftAD
DocDB docdb_cluster>DBCluster docdb_cluster_instance>DBInstance docdb_cluster_parameter_group>DBClusterParameterGroup
DocDB docdb_subnet_group>DBSubnetGroup
EC2 ec2_managed_prefix_list>PrefixList route_table_association>SubnetRouteTableAssociation network_acl_rule>NetworkAclEntry
EC2 main_route_table_association>SubnetRouteTableAssociation network_acl_association>SubnetNetworkAclAssociation
EC2 vpc_dhcp_options>DHCPOptions vpc_ipv4_cidr_block_association>VPCCidrBlock vpc_ipv6_cidr_block_association>VPCCidrBlock
EC2 vpc_ipam>IPAM vpc_ipam_pool>IPAMPool vpc_ipam_scope>IPAMScope vpc_ipam_resource_discovery>IPAMResourceDiscovery
EC2 vpc_security_group_ingress_rule>SecurityGroupIngress vpc_security_group_egress_rule>SecurityGroupEgress
EC2 security_group_rule>SecurityGroupIngress vpc_security_group_vpc_association>SecurityGroupVpcAssociation vpc_peering_connection_accepter>VPCPeeringConnection
EC2 internet_gateway_attachment>VPCGatewayAttachment vpn_gateway_attachment>VPCGatewayAttachment
EC2 vpc_endpoint_service_allowed_principal>VPCEndpointServicePermissions spot_fleet_request>SpotFleet
EC2 spot_instance_request>Instance default_vpc_dhcp_options>DHCPOptions
ElastiCache elasticache_cluster>CacheCluster
ElasticLoadBalancing elb>LoadBalancer
ElasticLoadBalancingV2 lb>LoadBalancer alb>LoadBalancer
Elasticsearch elasticsearch_domain>Domain
EventSchemas schemas_registry>Registry schemas_schema>Schema schemas_discoverer>Discoverer
Events cloudwatch_event_bus>EventBus cloudwatch_event_bus_policy>EventBusPolicy cloudwatch_event_permission>EventBusPolicy
FSx fsx_lustre_file_system>FileSystem fsx_ontap_file_system>FileSystem fsx_openzfs_file_system>FileSystem
FSx fsx_windows_file_system>FileSystem fsx_ontap_volume>Volume fsx_openzfs_volume>Volume fsx_openzfs_snapshot>Snapshot
FSx fsx_ontap_storage_virtual_machine>StorageVirtualMachine
FinSpace finspace_kx_environment>Environment
Glue glue_catalog_database>Database glue_catalog_table>Table
IAM iam_policy>ManagedPolicy iam_openid_connect_provider>OIDCProvider
KMS kms_external_key>Key kms_replica_external_key>ReplicaKey
KafkaConnect mskconnect_connector>Connector mskconnect_custom_plugin>CustomPlugin
KafkaConnect mskconnect_worker_configuration>WorkerConfiguration
Lambda lambda_function_url>Url lambda_function_event_invoke_config>EventInvokeConfig
Lex lexv2models_bot>Bot lexv2models_bot_version>BotVersion
Lightsail lightsail_lb>LoadBalancer lightsail_container_service>Container lightsail_lb_certificate>LoadBalancerTlsCertificate
Logs cloudwatch_log_group>LogGroup cloudwatch_log_stream>LogStream cloudwatch_query_definition>QueryDefinition
Macie macie2_account>Session macie2_findings_filter>FindingsFilter macie2_custom_data_identifier>CustomDataIdentifier
Neptune neptune_cluster>DBCluster neptune_cluster_instance>DBInstance neptune_parameter_group>DBParameterGroup
Neptune neptune_cluster_parameter_group>DBClusterParameterGroup neptune_subnet_group>DBSubnetGroup
RDS db_instance>DBInstance db_parameter_group>DBParameterGroup db_subnet_group>DBSubnetGroup db_snapshot>DBSnapshot
RDS db_snapshot_copy>DBSnapshot db_proxy>DBProxy db_proxy_endpoint>DBProxyEndpoint db_proxy_default_target_group>DBProxyTargetGroup
RDS rds_cluster>DBCluster rds_cluster_instance>DBInstance rds_cluster_parameter_group>DBClusterParameterGroup
RDS rds_cluster_snapshot_copy>ClusterSnapshot rds_shard_group>DBShardGroup
Redshift redshift_parameter_group>ClusterParameterGroup redshift_subnet_group>ClusterSubnetGroup redshift_cluster_snapshot>Snapshot
Route53 route53_zone>HostedZone route53_record>RecordSet route53_hosted_zone_dnssec>DNSSEC
Route53RecoveryControl route53recoverycontrolconfig_cluster>Cluster route53recoverycontrolconfig_control_panel>ControlPanel
Route53RecoveryControl route53recoverycontrolconfig_routing_control>RoutingControl
Route53RecoveryControl route53recoverycontrolconfig_safety_rule>SafetyRule
Route53Resolver route53_resolver_endpoint>ResolverEndpoint route53_resolver_rule>ResolverRule
Route53Resolver route53_resolver_rule_association>ResolverRuleAssociation route53_resolver_dnssec_config>ResolverDNSSECConfig
Route53Resolver route53_resolver_query_log_config>ResolverQueryLoggingConfig
Route53Resolver route53_resolver_query_log_config_association>ResolverQueryLoggingConfigAssociation
S3 s3control_multi_region_access_point>MultiRegionAccessPoint s3control_storage_lens_configuration>StorageLens
S3 s3control_access_grant>AccessGrant s3control_access_grants_instance>AccessGrantsInstance s3_access_point>AccessPoint
S3Express s3_directory_bucket>DirectoryBucket
S3ObjectLambda s3control_object_lambda_access_point>AccessPoint
S3Outposts s3control_bucket>Bucket
SES ses_domain_identity>EmailIdentity
SMSVOICE pinpointsmsvoicev2_phone_number>PhoneNumber pinpointsmsvoicev2_opt_out_list>OptOutList
SNS sns_topic_subscription>Subscription
SSO ssoadmin_account_assignment>Assignment
SageMaker sagemaker_endpoint_configuration>EndpointConfig
SageMaker sagemaker_notebook_instance_lifecycle_configuration>NotebookInstanceLifecycleConfig
SecretsManager secretsmanager_secret_policy>ResourcePolicy secretsmanager_secret_rotation>RotationSchedule
SecurityHub securityhub_account>Hub securityhub_standards_subscription>Standard
ServiceCatalog servicecatalog_provisioned_product>CloudFormationProvisionedProduct servicecatalog_product>CloudFormationProduct
ServiceCatalog servicecatalog_principal_portfolio_association>PortfolioPrincipalAssociation
ServiceCatalog servicecatalog_product_portfolio_association>PortfolioProductAssociation
StepFunctions sfn_alias>StateMachineAlias
StorageGateway storagegateway_cached_iscsi_volume>Volume storagegateway_stored_iscsi_volume>Volume
Timestream timestreamwrite_database>Database timestreamwrite_table>Table timestreaminfluxdb_db_instance>InfluxDBInstance
Timestream timestreaminfluxdb_db_cluster>InfluxDBCluster
WAFv2 wafv2_web_acl_logging_configuration>LoggingConfiguration
`;

/** Types whose name behind the prefix is that of another thing. */
const NOT: ReadonlySet<string> = new Set(['aws_iam_policy_attachment']);

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const known = [...judgements.flatMap(typesOf), ...revisionTypes];
const byName = new Map(known.map((type) => [plain(type.replace(/^AWS::/, '')), type]));
const listed = new Map(
  OTHERS.trim()
    .split('\n')
    .flatMap((line) => {
      const [service, ...pairs] = line.split(' ');
      return pairs.map((pair): [string, string] => {
        const [name, type] = pair.split('>');
        return [`aws_${name}`, `AWS::${service}::${type}`];
      });
    }),
);

/** CloudFormation's name of the type; undefined: it has none, or none that anybody judged. */
export function cloudFormationType(type: string): string | undefined {
  const own = /^awscc_(.+)$/.exec(type)?.[1];
  if (own !== undefined) return byName.get(plain(own));
  const name = /^aws_(.+)$/.exec(type)?.[1];
  if (name === undefined || NOT.has(type)) return undefined;
  const said = listed.get(type);
  if (said !== undefined) return said;
  for (const [prefix, instead] of PREFIXES) {
    const found = name.startsWith(prefix) ? byName.get(plain(instead + name.slice(prefix.length))) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of `aws_*`, for the documentation. */
export const listedTypes: readonly string[] = [...listed.keys()];
