/**
 * Attributes that hashicorp/aws names otherwise than CloudFormation, where a judgement reads them: types (without
 * `aws_`) | attribute > property, … A colon after the property says how the value is told (`told.ts`). What is not here
 * has the same name in both, written with `_` in one.
 *
 * Source: the attributes exist in hashicorp/aws 6.25.0 (@cdktf/provider-aws 21.22.1); that they are the same, from the
 * page of each resource in its documentation and the CloudFormation template reference.
 */
import { byType } from '../rows/by-type.ts';

const TABLE = `
api_gateway_method | authorization > AuthorizationType
api_gateway_stage | access_log_settings > AccessLogSetting
api_gateway_usage_plan | throttle_settings > Throttle
api_gateway_rest_api api_gateway_rest_api_policy | policy > Policy
apigatewayv2_stage | access_log_settings > AccessLogSettings
autoscaling_group | load_balancers > LoadBalancerNames, protect_from_scale_in > NewInstancesProtectedFromScaleIn
athena_workgroup | configuration > WorkGroupConfiguration
backup_plan | rule > BackupPlan.BackupPlanRule, advanced_backup_setting > BackupPlan.AdvancedBackupSettings
backup_plan | rule.copy_action > BackupPlan.BackupPlanRule.CopyActions
backup_selection | resources > BackupSelection.Resources, selection_tag > BackupSelection.ListOfTags, condition > BackupSelection.Conditions
keyspaces_table | point_in_time_recovery.status > PointInTimeRecoveryEnabled, capacity_specification > BillingMode.ProvisionedThroughput
cloudfront_distribution | enabled > DistributionConfig.Enabled, aliases > DistributionConfig.Aliases, web_acl_id > DistributionConfig.WebACLId
cloudfront_distribution | logging_config > DistributionConfig.Logging, origin > DistributionConfig.Origins
cloudfront_distribution | default_cache_behavior > DistributionConfig.DefaultCacheBehavior
cloudtrail | enable_logging > IsLogging, cloud_watch_logs_group_arn > CloudWatchLogsLogGroupArn, event_selector > EventSelectors
cloudtrail | advanced_event_selector > AdvancedEventSelectors, enable_log_file_validation > EnableLogFileValidation
cloudwatch_log_group | retention_in_days > RetentionInDays : zero is never
cloudwatch_log_delivery_destination | delivery_destination_configuration.destination_resource_arn > DestinationResourceArn
cloudwatch_event_connection | auth_parameters.oauth.authorization_endpoint > AuthParameters.OAuthParameters.AuthorizationEndpoint
cloudwatch_event_bus_policy | policy > Policy
codebuild_project | project_visibility > Visibility
docdb_cluster rds_cluster | enabled_cloudwatch_logs_exports > EnableCloudwatchLogsExports
neptune_cluster | enable_cloudwatch_logs_exports > EnableCloudwatchLogsExports
db_instance | enabled_cloudwatch_logs_exports > EnableCloudwatchLogsExports, vpc_security_group_ids > VPCSecurityGroups
db_instance rds_cluster_instance | instance_class > DBInstanceClass, identifier > DBInstanceIdentifier, replicate_source_db > SourceDBInstanceIdentifier
rds_cluster_instance docdb_cluster_instance neptune_cluster_instance | cluster_identifier > DBClusterIdentifier
rds_cluster docdb_cluster neptune_cluster | cluster_identifier > DBClusterIdentifier
neptune_cluster | iam_database_authentication_enabled > IamAuthEnabled, serverless_v2_scaling_configuration > ServerlessScalingConfiguration
db_parameter_group rds_cluster_parameter_group docdb_cluster_parameter_group neptune_cluster_parameter_group | parameter > Parameters : named values
dynamodb_table | point_in_time_recovery.enabled > PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
dynamodb_table | point_in_time_recovery.recovery_period_in_days > PointInTimeRecoverySpecification.RecoveryPeriodInDays
dynamodb_table | ttl > TimeToLiveSpecification, stream_view_type > StreamSpecification.StreamViewType
dynamodb_table | read_capacity > ProvisionedThroughput.ReadCapacityUnits, write_capacity > ProvisionedThroughput.WriteCapacityUnits
dynamodb_table | global_secondary_index > GlobalSecondaryIndexes, replica.region_name > Replicas
dynamodb_global_table | replica.region_name > Replicas
eip | instance > InstanceId
instance spot_instance_request | associate_public_ip_address > NetworkInterfaces.AssociatePublicIpAddress, vpc_security_group_ids > SecurityGroupIds, ami > ImageId, user_data_base64 > UserData
launch_template | disable_api_stop > LaunchTemplateData.DisableApiStop, disable_api_termination > LaunchTemplateData.DisableApiTermination
launch_template | metadata_options > LaunchTemplateData.MetadataOptions, network_interfaces > LaunchTemplateData.NetworkInterfaces
launch_template | user_data > LaunchTemplateData.UserData, image_id > LaunchTemplateData.ImageId, iam_instance_profile > LaunchTemplateData.IamInstanceProfile
network_interface | security_groups > GroupSet
ec2_managed_prefix_list | entry > Entries
spot_fleet_request | target_capacity > SpotFleetRequestConfigData.TargetCapacity
vpc_peering_connection | peer_owner_id > PeerOwnerId
ecs_service | network_configuration.assign_public_ip > NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp
ecs_task_definition | container_definitions > ContainerDefinitions : capitals
eks_cluster | enabled_cluster_log_types > Logging.ClusterLogging.EnabledTypes, vpc_config > ResourcesVpcConfig
elb | internal > Scheme : internal, access_logs.enabled > AccessLoggingPolicy.Enabled, access_logs.bucket > AccessLoggingPolicy.S3BucketName
lb alb | internal > Scheme : internal, enable_deletion_protection > LoadBalancerAttributes : attribute deletion_protection.enabled
lb alb | access_logs.bucket > LoadBalancerAttributes : attribute access_logs.s3.bucket, access_logs.enabled > LoadBalancerAttributes : attribute access_logs.s3.enabled
lb alb | connection_logs.bucket > LoadBalancerAttributes : attribute connection_logs.s3.bucket
elasticsearch_domain | cluster_config > ElasticsearchClusterConfig, vpc_options > VPCOptions
opensearch_domain elasticsearch_domain | access_policies > AccessPolicies
fsx_lustre_file_system | automatic_backup_retention_days > LustreConfiguration.AutomaticBackupRetentionDays
fsx_ontap_file_system | automatic_backup_retention_days > OntapConfiguration.AutomaticBackupRetentionDays
fsx_openzfs_file_system | automatic_backup_retention_days > OpenZFSConfiguration.AutomaticBackupRetentionDays
fsx_windows_file_system | automatic_backup_retention_days > WindowsConfiguration.AutomaticBackupRetentionDays
guardduty_detector | datasources > DataSources
guardduty_publishing_destination | destination_arn > DestinationProperties.DestinationArn
iam_access_key | user > UserName
iam_role | assume_role_policy > AssumeRolePolicyDocument, inline_policy > Policies, name > RoleName
iam_role_policy | policy > PolicyDocument, role > RoleName, name > PolicyName
iam_user_policy | policy > PolicyDocument, user > UserName, name > PolicyName
iam_group_policy | policy > PolicyDocument, group > GroupName, name > PolicyName
iam_policy | policy > PolicyDocument, name > ManagedPolicyName
iam_instance_profile | role > Roles
iam_user | name > UserName
iot_topic_rule | enabled > TopicRulePayload.RuleDisabled : not
iot_policy | policy > PolicyDocument
kms_key | is_enabled > Enabled, deletion_window_in_days > PendingWindowInDays, policy > KeyPolicy, bypass_policy_lockout_safety_check > BypassPolicyLockoutSafetyCheck
kms_external_key kms_replica_key kms_replica_external_key | deletion_window_in_days > PendingWindowInDays, policy > KeyPolicy
kinesis_stream | retention_period > RetentionPeriodHours
kinesis_firehose_delivery_stream | extended_s3_configuration > ExtendedS3DestinationConfiguration, http_endpoint_configuration.url > HttpEndpointDestinationConfiguration.EndpointConfiguration.Url
kinesis_firehose_delivery_stream | splunk_configuration > SplunkDestinationConfiguration, redshift_configuration.cluster_jdbcurl > RedshiftDestinationConfiguration.ClusterJDBCURL
kinesis_firehose_delivery_stream | snowflake_configuration > SnowflakeDestinationConfiguration, opensearch_configuration > AmazonopensearchserviceDestinationConfiguration
kinesis_firehose_delivery_stream | elasticsearch_configuration > ElasticsearchDestinationConfiguration, iceberg_configuration > IcebergDestinationConfiguration
lambda_code_signing_config | policies.untrusted_artifact_on_deployment > CodeSigningPolicies.UntrustedArtifactOnDeployment
lambda_event_source_mapping | destination_config.on_failure.destination_arn > DestinationConfig.OnFailure.Destination
lambda_function | image_uri > Code.ImageUri, s3_bucket > Code.S3Bucket, s3_key > Code.S3Key, s3_object_version > Code.S3ObjectVersion, source_code_hash > Code.ZipFile
lambda_layer_version | s3_key > Content.S3Key, s3_bucket > Content.S3Bucket, s3_object_version > Content.S3ObjectVersion
lambda_permission | principal_org_id > PrincipalOrgID
lambda_function_url | authorization_type > AuthType
lambda_alias | function_version > FunctionVersion
quicksight_dashboard | permissions > Permissions
redshift_cluster redshift_logging | logging > LoggingProperties, bucket_name > LoggingProperties.BucketName
route53_health_check | type > HealthCheckConfig.Type, fqdn > HealthCheckConfig.FullyQualifiedDomainName, ip_address > HealthCheckConfig.IPAddress
route53_health_check | disabled > HealthCheckConfig.Disabled, invert_healthcheck > HealthCheckConfig.Inverted, failure_threshold > HealthCheckConfig.FailureThreshold
route53_health_check | port > HealthCheckConfig.Port, resource_path > HealthCheckConfig.ResourcePath, search_string > HealthCheckConfig.SearchString
route53_record | records > ResourceRecords, alias.name > AliasTarget.DNSName, weighted_routing_policy.weight > Weight
s3_bucket s3_bucket_acl | acl > AccessControl : canned
s3_bucket | versioning.enabled > VersioningConfiguration.Status, lifecycle_rule > LifecycleConfiguration.Rules, logging.target_bucket > LoggingConfiguration.DestinationBucketName
s3_bucket | website > WebsiteConfiguration, server_side_encryption_configuration > BucketEncryption, replication_configuration > ReplicationConfiguration
s3_bucket | bucket > BucketName
s3_bucket_versioning | versioning_configuration > VersioningConfiguration
s3_bucket_lifecycle_configuration | rule > LifecycleConfiguration.Rules
s3_bucket_logging | target_bucket > LoggingConfiguration.DestinationBucketName
s3_bucket_policy | policy > PolicyDocument
s3_bucket_ownership_controls | rule > OwnershipControls.Rules
s3_bucket_replication_configuration | rule > ReplicationConfiguration.Rules
s3_bucket_server_side_encryption_configuration | rule > BucketEncryption.ServerSideEncryptionConfiguration
s3control_bucket_lifecycle_configuration | rule > LifecycleConfiguration.Rules
ses_configuration_set | sending_enabled > SendingOptions.SendingEnabled
sns_topic | policy > Policy
sns_topic_policy | policy > PolicyDocument, arn > Topics
sqs_queue | message_retention_seconds > MessageRetentionPeriod, redrive_policy > RedrivePolicy : parsed, policy > Policy
sqs_queue_policy | policy > PolicyDocument, queue_url > Queues
ssm_association | output_location.s3_bucket_name > OutputLocation.S3Location.OutputS3BucketName
ssm_resource_data_sync | s3_destination.bucket_name > BucketName
secretsmanager_secret | replica > ReplicaRegions, policy > ResourcePolicy
secretsmanager_secret_policy | policy > ResourcePolicy
sfn_state_machine | definition > DefinitionString
synthetics_canary | start_canary > StartCanaryAfterCreation
vpc_endpoint | policy > PolicyDocument
vpc_endpoint_service_allowed_principal | principal_arn > AllowedPrincipals
wafv2_web_acl wafv2_rule_group | rule > Rules
wafv2_web_acl_association | web_acl_arn > WebACLArn
ecr_repository_policy | policy > RepositoryPolicyText
ecr_lifecycle_policy | policy > LifecyclePolicy.LifecyclePolicyText
efs_file_system_policy | policy > FileSystemPolicy
efs_backup_policy | backup_policy.status > BackupPolicy.Status
kms_key_policy | policy > KeyPolicy
backup_vault_policy | policy > AccessPolicy
backup_vault_lock_configuration | min_retention_days > LockConfiguration.MinRetentionDays, max_retention_days > LockConfiguration.MaxRetentionDays
elasticsearch_domain_policy opensearch_domain_policy | access_policies > AccessPolicies
dynamodb_resource_policy | policy > ResourcePolicy.PolicyDocument
kinesis_resource_policy | policy > ResourcePolicy
ssoadmin_permission_set_inline_policy | inline_policy > InlinePolicy
ssoadmin_managed_policy_attachment | managed_policy_arn > ManagedPolicies
cloudwatch_log_resource_policy | policy_document > PolicyDocument
codeartifact_domain_permissions_policy codeartifact_repository_permissions_policy | policy_document > PermissionsPolicyDocument
glacier_vault | access_policy > AccessPolicy
vpc_endpoint_policy | policy > PolicyDocument
vpc_security_group_ingress_rule | cidr_ipv4 > CidrIp, referenced_security_group_id > SourceSecurityGroupId, prefix_list_id > SourcePrefixListId, security_group_id > GroupId
vpc_security_group_egress_rule | cidr_ipv4 > CidrIp, referenced_security_group_id > DestinationSecurityGroupId, prefix_list_id > DestinationPrefixListId, security_group_id > GroupId
cloudwatch_event_target | arn > Targets.Arn, role_arn > Targets.RoleArn
rds_cluster_role_association | role_arn > AssociatedRoles.RoleArn
db_instance_role_association | role_arn > AssociatedRoles.RoleArn
scheduler_schedule | target > Target, state > State
`;

export interface Rename {
  /** Names of attributes, from the top. */
  from: readonly string[];
  to: readonly string[];
  how: string | undefined;
}

export const renames: ReadonlyMap<string, readonly Rename[]> = byType(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [types = '', pairs = ''] = line.split(' | ');
      const those = pairs.split(', ').map(renameOf);
      return types.split(' ').flatMap((type) => those.map((rename) => [`aws_${type}`, rename] as const));
    }),
);

function renameOf(pair: string): Rename {
  const [from = '', rest = ''] = pair.split(' > ');
  const [to = '', how] = rest.split(' : ');
  return { from: from.split('.'), to: to.split('.'), how };
}
