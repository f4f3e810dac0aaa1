/**
 * What protects: type | property path | mark | rule | what is no longer safe. Rules are in rows.ts.
 *
 * Source: property names, the CloudFormation resource specification (a test holds each first name against the index in
 * data/). What absence means and what is protected: from memory of the services' documentation, except where
 * protection-disguised.test.ts names a page.
 */
export const PROTECTION = `
AWS::RDS::DBInstance | DeletionProtection | unprotect | off off | the instance from deletion
AWS::RDS::DBCluster | DeletionProtection | unprotect | off off | the cluster from deletion
AWS::RDS::GlobalCluster | DeletionProtection | unprotect | off off | the cluster from deletion
AWS::RDS::DBInstance | EnableCloudwatchLogsExports | unprotect | fewer | its logs
AWS::RDS::DBCluster | EnableCloudwatchLogsExports | unprotect | fewer | its logs
AWS::DocDB::DBCluster | DeletionProtection | unprotect | off off | the cluster from deletion
AWS::Neptune::DBCluster | DeletionProtection | unprotect | off off | the cluster from deletion
AWS::DSQL::Cluster | DeletionProtectionEnabled | unprotect | off off | the cluster from deletion
AWS::QLDB::Ledger | DeletionProtection | unprotect | off on | the ledger from deletion
AWS::DynamoDB::Table | DeletionProtectionEnabled | unprotect | off off | the table from deletion
AWS::DynamoDB::GlobalTable | Replicas.*.DeletionProtectionEnabled | unprotect | off off | the table from deletion
AWS::Cognito::UserPool | DeletionProtection | unprotect | off off | the pool from deletion
AWS::EC2::Instance | DisableApiTermination | unprotect | off off | the instance from termination
AWS::EC2::LaunchTemplate | LaunchTemplateData.DisableApiTermination | unprotect | off off | new instances from termination
AWS::EC2::LaunchTemplate | LaunchTemplateData.DisableApiStop | unprotect | off off | new instances from being stopped
AWS::EC2::Instance | MetadataOptions.HttpTokens | unprotect | becomes optional | its credentials from requests that it can be made to send
AWS::EC2::LaunchTemplate | LaunchTemplateData.MetadataOptions.HttpTokens | unprotect | becomes optional | credentials from requests that instances can be made to send
AWS::AutoScaling::AutoScalingGroup | NewInstancesProtectedFromScaleIn | unprotect | off off | new instances from scale-in
AWS::EKS::Cluster | DeletionProtection | unprotect | off off | the cluster from deletion
AWS::EKS::Cluster | Logging.ClusterLogging.EnabledTypes | unprotect | fewer | its logs
AWS::NetworkFirewall::Firewall | DeleteProtection | unprotect | off off | the firewall from deletion
AWS::NetworkFirewall::Firewall | SubnetChangeProtection | unprotect | off off | its subnets from change
AWS::NetworkFirewall::Firewall | FirewallPolicyChangeProtection | unprotect | off off | its policy from change
AWS::Logs::LogGroup | DeletionProtectionEnabled | unprotect | off off | the log group from deletion
AWS::ElasticLoadBalancingV2::LoadBalancer | LoadBalancerAttributes.#deletion_protection~enabled.Value | unprotect | off off | the load balancer from deletion
AWS::ElasticLoadBalancingV2::LoadBalancer | LoadBalancerAttributes.#access_logs~s3~enabled.Value | unprotect | off off | its access logs
AWS::ElasticLoadBalancingV2::LoadBalancer | LoadBalancerAttributes.#access_logs~s3~bucket.Value | unprotect | changed | its access logs, where they were looked for
AWS::ElasticLoadBalancing::LoadBalancer | AccessLoggingPolicy.Enabled | unprotect | off off | its access logs
AWS::S3::Bucket | ObjectLockEnabled | unprotect | off off | objects from deletion
AWS::S3::Bucket | ObjectLockConfiguration | unprotect | weaker | objects from deletion
AWS::S3::Bucket | LoggingConfiguration | unprotect | fewer | its access logs
AWS::S3::Bucket | BucketEncryption | unprotect | removed | the encryption of new objects
AWS::Backup::BackupVault | LockConfiguration | unprotect | weaker | recovery points from deletion
AWS::Backup::BackupVault | AccessPolicy | unprotect | fewer | recovery points from whom the policy kept out
AWS::Backup::LogicallyAirGappedBackupVault | MinRetentionDays | unprotect | shorter 0 | recovery points from deletion
AWS::Backup::BackupSelection | BackupSelection | unprotect | changed | the resources it selected, if no longer selected
AWS::Backup::BackupPlan | BackupPlan.AdvancedBackupSettings | unprotect | fewer | consistent backups
AWS::CloudTrail::Trail | EnableLogFileValidation | unprotect | off off | the trail from unnoticed edits
AWS::CloudTrail::Trail | IsMultiRegionTrail | unprotect | off off | the record of other regions
AWS::CloudTrail::Trail | IncludeGlobalServiceEvents | unprotect | off on | the record of global services
AWS::CloudTrail::Trail | EventSelectors | unprotect | fewer | the record of some events
AWS::CloudTrail::Trail | AdvancedEventSelectors | unprotect | fewer | the record of some events
AWS::CloudTrail::Trail | S3BucketName | unprotect | changed | the record where it was looked for
AWS::CloudTrail::Trail | CloudWatchLogsLogGroupArn | unprotect | changed | the record where it was looked for
AWS::CloudTrail::EventDataStore | TerminationProtectionEnabled | unprotect | off on | the event data store from deletion
AWS::Config::ConfigurationRecorder | RecordingGroup | unprotect | fewer | the record of configurations
AWS::GuardDuty::Detector | Features | unprotect | fewer | findings of a kind
AWS::GuardDuty::Detector | DataSources | unprotect | fewer | findings of a kind
AWS::CloudFront::Distribution | DistributionConfig.Logging | unprotect | fewer | its access logs
AWS::CloudFront::Distribution | DistributionConfig.WebACLId | unprotect | fewer | the filter before it
AWS::Transfer::Connector | LoggingRole | unprotect | removed | its logs
AWS::ApiGateway::Stage | AccessLogSetting | unprotect | fewer | its access logs
AWS::ApiGatewayV2::Stage | AccessLogSettings | unprotect | fewer | its access logs
AWS::Redshift::Cluster | LoggingProperties | unprotect | removed | its audit logs
AWS::MSK::Cluster | LoggingInfo | unprotect | fewer | its logs
AWS::OpenSearchService::Domain | LogPublishingOptions | unprotect | fewer | its logs
AWS::Route53::HostedZone | QueryLoggingConfig | unprotect | removed | its query logs
AWS::KMS::Key | EnableKeyRotation | unprotect | off off | the yearly rotation
AWS::KMS::Key | BypassPolicyLockoutSafetyCheck | unprotect | becomes true | the key from a policy that locks everybody out
AWS::ECR::Repository | ImageTagMutability | unprotect | becomes MUTABLE | tags from being moved
AWS::ECR::Repository | ImageScanningConfiguration | unprotect | fewer | the scan of images
AWS::Lambda::Function | CodeSigningConfigArn | unprotect | changed | the function from unsigned code
AWS::Lambda::CodeSigningConfig | CodeSigningPolicies.UntrustedArtifactOnDeployment | unprotect | becomes Warn | functions from unsigned code
AWS::Lambda::CodeSigningConfig | AllowedPublishers.SigningProfileVersionArns | unprotect | more | functions from other publishers
AWS::WAFv2::WebACL | Rules | unprotect | fewer | requests that a rule blocked
AWS::WAFv2::WebACL | DefaultAction | unprotect | changed | requests that the default blocked
AWS::WAFv2::RuleGroup | Rules | unprotect | fewer | requests that a rule blocked
AWS::WAFv2::IPSet | Addresses | unprotect | fewer | requests that a rule with these addresses blocked
AWS::WAFv2::WebACLAssociation | WebACLArn | unprotect | changed | requests that the other list blocked
AWS::CloudFormation::HookTypeConfig | Configuration | unprotect | changed | stacks from what the hook refuses
AWS::CloudFormation::GuardHook | HookStatus | unprotect | becomes DISABLED | stacks from what the hook refuses
AWS::CloudFormation::GuardHook | FailureMode | unprotect | becomes WARN | stacks from what the hook refuses
AWS::CloudFormation::LambdaHook | HookStatus | unprotect | becomes DISABLED | stacks from what the hook refuses
AWS::CloudFormation::LambdaHook | FailureMode | unprotect | becomes WARN | stacks from what the hook refuses
AWS::AccessAnalyzer::Analyzer | ArchiveRules | unprotect | more | findings that a rule hides
AWS::ElastiCache::ReplicationGroup | AutomaticFailoverEnabled | unprotect | off off | the group from the loss of a node
AWS::ElastiCache::ReplicationGroup | MultiAZEnabled | unprotect | off off | the group from the loss of a zone
AWS::RDS::DBInstance | MultiAZ | unprotect | off off | the instance from the loss of a zone
`;

/** Types that protect or record by being there. */
export const PROTECTS: ReadonlySet<string> = new Set(
  `AWS::Backup::BackupPlan AWS::Backup::BackupSelection AWS::Backup::BackupVault AWS::Backup::Framework AWS::DLM::LifecyclePolicy
AWS::EC2::FlowLog AWS::EC2::SnapshotBlockPublicAccess AWS::EC2::VPCBlockPublicAccessOptions AWS::EC2::VPCBlockPublicAccessExclusion
AWS::CloudTrail::Trail AWS::CloudTrail::EventDataStore AWS::Config::ConfigurationRecorder AWS::Config::DeliveryChannel AWS::Config::ConfigRule
AWS::Config::OrganizationConfigRule AWS::Config::ConformancePack AWS::Config::RemediationConfiguration AWS::GuardDuty::Detector
AWS::SecurityHub::Hub AWS::SecurityHub::Standard AWS::Macie::Session AWS::Detective::Graph AWS::AccessAnalyzer::Analyzer AWS::FMS::Policy
AWS::WAFv2::WebACL AWS::WAFv2::WebACLAssociation AWS::WAFv2::LoggingConfiguration AWS::WAFRegional::WebACLAssociation AWS::Shield::Protection
AWS::NetworkFirewall::Firewall AWS::NetworkFirewall::LoggingConfiguration AWS::Route53Resolver::FirewallRuleGroupAssociation
AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation AWS::Route53Resolver::ResolverDNSSECConfig AWS::Route53::DNSSEC AWS::Rbin::Rule
AWS::CloudFormation::HookVersion AWS::CloudFormation::HookDefaultVersion AWS::CloudFormation::HookTypeConfig AWS::CloudFormation::GuardHook
AWS::CloudFormation::LambdaHook AWS::Organizations::Policy AWS::Lambda::CodeSigningConfig AWS::SSM::PatchBaseline AWS::Budgets::Budget
AWS::Logs::AccountPolicy AWS::S3::StorageLens AWS::ApiGateway::UsagePlan AWS::ECR::RegistryScanningConfiguration AWS::InspectorV2::Filter`.split(
    /\s+/,
  ),
);
