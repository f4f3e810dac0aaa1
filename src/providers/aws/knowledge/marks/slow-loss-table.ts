/**
 * What destroys slowly or cuts off: type | property path | mark | rule | what goes. Rules are in rows.ts; `*` in a path: each item; `+`: judged on
 * creation too, because what is created acts on something that exists.
 *
 * Source: property names and their existence, the CloudFormation resource specification (a test holds every first name
 * against the index in data/). What absence means (the number after a rule) and what is lost: from memory of the
 * services' documentation, except where slow-loss-disguised.test.ts names a page.
 */
import type { MarkKind } from '../../../../core/mark.ts';

export const SLOW_LOSS = `
AWS::S3::Bucket | LifecycleConfiguration.Rules | expire | sooner | objects that its lifecycle rules match
AWS::S3::Bucket | VersioningConfiguration.Status | expire | off off | earlier versions of what is overwritten or deleted
AWS::S3::Bucket | ReplicationConfiguration.Rules | expire | fewer | copies of new objects
AWS::S3::Bucket | NotificationConfiguration | disconnect | fewer | events to what listened
AWS::S3Express::DirectoryBucket | LifecycleConfiguration.Rules | expire | sooner | objects that its lifecycle rules match
AWS::S3Outposts::Bucket | LifecycleConfiguration.Rules | expire | sooner | objects that its lifecycle rules match
AWS::DynamoDB::Table | TimeToLiveSpecification | expire | ttl | items whose time attribute has passed
AWS::DynamoDB::Table | PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled | expire | off off | point-in-time recovery
AWS::DynamoDB::Table | PointInTimeRecoverySpecification.RecoveryPeriodInDays | expire | shorter 35 | older points to recover to
AWS::DynamoDB::Table | StreamSpecification | disconnect | removed | changes to what reads its stream
AWS::DynamoDB::GlobalTable | TimeToLiveSpecification | expire | ttl | items whose time attribute has passed
AWS::DynamoDB::GlobalTable | Replicas.*.Region | expire | fewer | a replica with its data
AWS::DynamoDB::GlobalTable | Replicas.*.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled | expire | off off | point-in-time recovery
AWS::DynamoDB::GlobalTable | Replicas.*.PointInTimeRecoverySpecification.RecoveryPeriodInDays | expire | shorter 35 | older points to recover to
AWS::SQS::Queue | MessageRetentionPeriod | expire | shorter 345600 | messages older than that
AWS::SQS::Queue | RedrivePolicy | expire | removed | messages that fail, instead of keeping them in a dead-letter queue
AWS::SNS::Topic | ArchivePolicy | expire | fewer | archived messages
AWS::SNS::Topic | Subscription | disconnect | fewer | messages to a subscriber
AWS::Kinesis::Stream | RetentionPeriodHours | expire | shorter 24 | records older than that
AWS::KinesisVideo::Stream | DataRetentionInHours | expire | shorter 0 | video older than that
AWS::Logs::LogGroup | RetentionInDays | expire | shorter never | log events older than that
AWS::ECR::Repository | LifecyclePolicy.LifecyclePolicyText | expire | sooner | images that its rules match
AWS::ECR::RepositoryCreationTemplate | LifecyclePolicy | expire | sooner | images of new repositories
AWS::Backup::BackupPlan | BackupPlan.BackupPlanRule | expire | sooner | recovery points older than that
AWS::Backup::BackupPlan | BackupPlan.BackupPlanRule | unprotect | fewer | future recovery points
AWS::DLM::LifecyclePolicy | PolicyDetails | expire | sooner | snapshots beyond what it keeps
AWS::DLM::LifecyclePolicy | State | unprotect | becomes DISABLED | future snapshots
AWS::RDS::DBInstance | BackupRetentionPeriod | expire | shorter 1 | automated backups older than that
AWS::RDS::DBInstance | PerformanceInsightsRetentionPeriod | expire | shorter 7 | performance data older than that
AWS::RDS::DBInstance | DeleteAutomatedBackups | expire | becomes true | automated backups when it is deleted
AWS::RDS::DBCluster | BackupRetentionPeriod | expire | shorter 1 | automated backups older than that
AWS::RDS::DBCluster | BacktrackWindow | expire | shorter 0 | rewinding within that window
AWS::RDS::DBCluster | PerformanceInsightsRetentionPeriod | expire | shorter 7 | performance data older than that
AWS::RDS::DBCluster | DeleteAutomatedBackups | expire | becomes true | automated backups when it is deleted
AWS::DocDB::DBCluster | BackupRetentionPeriod | expire | shorter 1 | automated backups older than that
AWS::DocDBElastic::Cluster | BackupRetentionPeriod | expire | shorter 1 | automated backups older than that
AWS::Neptune::DBCluster | BackupRetentionPeriod | expire | shorter 1 | automated backups older than that
AWS::Redshift::Cluster | AutomatedSnapshotRetentionPeriod | expire | shorter 1 | automated snapshots older than that
AWS::Redshift::Cluster | ManualSnapshotRetentionPeriod | expire | shorter never -1 | manual snapshots older than that
AWS::ElastiCache::ReplicationGroup | SnapshotRetentionLimit | expire | shorter 0 | snapshots older than that
AWS::ElastiCache::CacheCluster | SnapshotRetentionLimit | expire | shorter 0 | snapshots older than that
AWS::ElastiCache::ServerlessCache | SnapshotRetentionLimit | expire | shorter 0 | snapshots older than that
AWS::MemoryDB::Cluster | SnapshotRetentionLimit | expire | shorter 0 | snapshots older than that
AWS::EFS::FileSystem | BackupPolicy.Status | expire | off off | future backups
AWS::EFS::FileSystem | ReplicationConfiguration | expire | removed | the copy in the other file system
AWS::FSx::FileSystem | WindowsConfiguration.AutomaticBackupRetentionDays | expire | shorter 30 | backups older than that
AWS::FSx::FileSystem | LustreConfiguration.AutomaticBackupRetentionDays | expire | shorter 0 | backups older than that
AWS::FSx::FileSystem | OntapConfiguration.AutomaticBackupRetentionDays | expire | shorter 30 | backups older than that
AWS::FSx::FileSystem | OpenZFSConfiguration.AutomaticBackupRetentionDays | expire | shorter 30 | backups older than that
AWS::Timestream::Table | RetentionProperties.MemoryStoreRetentionPeriodInHours | expire | shorter 6 | records older than that leave the memory store
AWS::Timestream::Table | RetentionProperties.MagneticStoreRetentionPeriodInDays | expire | shorter 73000 | records older than that
AWS::MSK::Configuration | ServerProperties | expire | changed | messages, if the properties shorten log retention
AWS::MSK::Cluster | ConfigurationInfo | expire | changed | messages, if the other configuration shortens log retention
AWS::SecretsManager::Secret | ReplicaRegions | expire | fewer | a replica of the secret
AWS::SSM::Parameter | Policies | expire | changed | the parameter, if a policy lets it expire
AWS::CloudTrail::EventDataStore | RetentionPeriod | expire | shorter 366 | events older than that
AWS::CloudTrail::EventDataStore | IngestionEnabled | disable | off on | new events
AWS::Events::Archive | RetentionDays | expire | shorter never 0 | archived events older than that
AWS::Cassandra::Table | DefaultTimeToLive | expire | shorter never 0 | rows older than that
AWS::Cassandra::Table | PointInTimeRecoveryEnabled | expire | off off | point-in-time recovery
AWS::Rbin::Rule | RetentionPeriod.RetentionPeriodValue | expire | shorter 0 | deleted snapshots and images, sooner
AWS::KMS::Key | Enabled | disable | off on | everything encrypted under it, as long as it is disabled
AWS::KMS::Key | PendingWindowInDays | expire | shorter 30 | days in which the deletion can be taken back
AWS::KMS::ReplicaKey | Enabled | disable | off on | everything encrypted under it, as long as it is disabled
AWS::KMS::ReplicaKey | PendingWindowInDays | expire | shorter 30 | days in which the deletion can be taken back
AWS::SecretsManager::Secret | GenerateSecretString | expire | set | the current value: a newly generated one overwrites it
AWS::RDS::DBInstance | ManageMasterUserPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::RDS::DBCluster | ManageMasterUserPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::Redshift::Cluster | ManageMasterPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::DocDB::DBCluster | ManageMasterUserPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::DocDB::DBCluster | RotateMasterUserPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::RedshiftServerless::Namespace | ManageAdminPassword | disconnect | becomes true | connections with the current admin password, as a new one is generated
AWS::Lightsail::Database | RotateMasterUserPassword | disconnect | becomes true | connections with the current master password, as a new one is generated
AWS::DynamoDB::Table | GlobalSecondaryIndexes.*.IndexName | disconnect | fewer | queries of a removed index
AWS::DynamoDB::GlobalTable | GlobalSecondaryIndexes.*.IndexName | disconnect | fewer | queries of a removed index
AWS::DynamoDB::Table | ProvisionedThroughput.ReadCapacityUnits | disable | cut | reads beyond its capacity
AWS::DynamoDB::Table | ProvisionedThroughput.WriteCapacityUnits | disable | cut | writes beyond its capacity
AWS::DynamoDB::Table | GlobalSecondaryIndexes.*.ProvisionedThroughput.ReadCapacityUnits | disable | cut | queries beyond its capacity
AWS::DynamoDB::Table | GlobalSecondaryIndexes.*.ProvisionedThroughput.WriteCapacityUnits | disable | cut | writes beyond its capacity
AWS::DynamoDB::Table | OnDemandThroughput.MaxReadRequestUnits | disable | cut | reads beyond its capacity
AWS::DynamoDB::Table | OnDemandThroughput.MaxWriteRequestUnits | disable | cut | writes beyond its capacity
AWS::DynamoDB::GlobalTable | WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings.MaxCapacity | disable | cut | writes beyond its capacity
AWS::Cassandra::Table | BillingMode.ProvisionedThroughput.ReadCapacityUnits | disable | cut | reads beyond its capacity
AWS::Cassandra::Table | BillingMode.ProvisionedThroughput.WriteCapacityUnits | disable | cut | writes beyond its capacity
AWS::Kinesis::Stream | ShardCount | disable | cut | records beyond its capacity
AWS::ElastiCache::CacheCluster | NumCacheNodes | disable | cut | its nodes, with what they cache
AWS::ElastiCache::ReplicationGroup | NumCacheClusters | disable | cut | its replicas
AWS::ElastiCache::ReplicationGroup | ReplicasPerNodeGroup | disable | cut | its replicas
AWS::ElastiCache::ReplicationGroup | NumNodeGroups | disable | cut | its shards
AWS::MemoryDB::Cluster | NumReplicasPerShard | disable | cut | its replicas
AWS::MemoryDB::Cluster | NumShards | disable | cut | its shards
AWS::DAX::Cluster | ReplicationFactor | disable | cut | its nodes
AWS::MSK::Cluster | NumberOfBrokerNodes | disable | cut | its brokers
AWS::OpenSearchService::Domain | ClusterConfig.InstanceCount | disable | cut | its nodes
AWS::OpenSearchService::Domain | ClusterConfig.WarmCount | disable | cut | its warm nodes
AWS::Elasticsearch::Domain | ElasticsearchClusterConfig.InstanceCount | disable | cut | its nodes
AWS::DocDBElastic::Cluster | ShardCount | disable | cut | its shards
AWS::DocDBElastic::Cluster | ShardInstanceCount | disable | cut | its replicas
AWS::DocDB::DBCluster | ServerlessV2ScalingConfiguration.MaxCapacity | disable | cut | its capacity
AWS::Neptune::DBCluster | ServerlessScalingConfiguration.MaxCapacity | disable | cut | its capacity
AWS::NeptuneGraph::Graph | ReplicaCount | disable | cut | its replicas
AWS::RDS::DBCluster | ScalingConfiguration.MaxCapacity | disable | cut | its capacity
AWS::RDS::DBShardGroup | MaxACU | disable | cut | its capacity
AWS::RedshiftServerless::Workgroup | BaseCapacity | disable | cut | its capacity
AWS::RedshiftServerless::Workgroup | MaxCapacity | disable | cut | its capacity
AWS::MWAA::Environment | MaxWorkers | disable | cut | its workers
AWS::MWAA::Environment | Schedulers | disable | cut | its schedulers
AWS::EMR::InstanceGroupConfig | InstanceCount | disable | cut | its instances
AWS::GameLift::Fleet | MaxSize | disable | cut | its instances
AWS::AppStream::Fleet | ComputeCapacity.DesiredInstances | disable | cut | its instances
AWS::Lightsail::Container | Scale | disable | cut | its nodes
AWS::CodeBuild::Fleet | BaseCapacity | disable | cut | its machines
AWS::ECS::TaskSet | Scale.Value | disable | cut | its tasks
AWS::Redshift::Cluster | NumberOfNodes | disable | cut | its nodes
AWS::RDS::DBCluster | ServerlessV2ScalingConfiguration.MaxCapacity | disable | cut | its capacity
AWS::Lambda::Alias | ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions | disable | cut | its warm capacity
AWS::KMS::Alias | TargetKeyId | disconnect | changed | access to data encrypted under the previous key
AWS::AutoScaling::AutoScalingGroup | MinSize | disable | cut | its instances
AWS::AutoScaling::AutoScalingGroup | MaxSize | disable | cut | its instances
AWS::AutoScaling::AutoScalingGroup | DesiredCapacity | disable | cut | its instances
AWS::AutoScaling::AutoScalingGroup | TargetGroupARNs | disconnect | fewer | traffic to its instances
AWS::AutoScaling::AutoScalingGroup | LoadBalancerNames | disconnect | fewer | traffic to its instances
AWS::AutoScaling::AutoScalingGroup | MaxInstanceLifetime | expire | shorter never 0 | instances older than that
AWS::AutoScaling::ScheduledAction | MinSize | disable | cut | the group's instances | +
AWS::AutoScaling::ScheduledAction | MaxSize | disable | cut | the group's instances | +
AWS::AutoScaling::ScheduledAction | DesiredCapacity | disable | cut | the group's instances | +
AWS::ApplicationAutoScaling::ScalableTarget | MaxCapacity | disable | cut | its capacity | +
AWS::ApplicationAutoScaling::ScalableTarget | MinCapacity | disable | cut | its capacity
AWS::ApplicationAutoScaling::ScalableTarget | ScheduledActions.*.ScalableTargetAction.MaxCapacity | disable | cut | its capacity | +
AWS::ECS::Service | DesiredCount | disable | cut | its tasks
AWS::ECS::Service | LoadBalancers | disconnect | fewer | traffic to its tasks
AWS::ECS::Service | ServiceRegistries | disconnect | fewer | its name for those who find it by name
AWS::EKS::Nodegroup | ScalingConfig.MinSize | disable | cut | its nodes
AWS::EKS::Nodegroup | ScalingConfig.MaxSize | disable | cut | its nodes
AWS::EKS::Nodegroup | ScalingConfig.DesiredSize | disable | cut | its nodes
AWS::EC2::EC2Fleet | TargetCapacitySpecification.TotalTargetCapacity | disable | cut | its instances
AWS::EC2::SpotFleet | SpotFleetRequestConfigData.TargetCapacity | disable | cut | its instances
AWS::Lambda::Function | ReservedConcurrentExecutions | disable | cut | every invocation
AWS::Lambda::EventSourceMapping | Enabled | disable | off on | events that it read
AWS::Lambda::EventSourceMapping | FilterCriteria | disable | set | events that no longer match
AWS::Events::Rule | State | disable | becomes DISABLED | the invocations of its targets
AWS::Events::Rule | Targets | disconnect | fewer | events to a target
AWS::Scheduler::Schedule | State | disable | becomes DISABLED | the invocations of its targets
AWS::Scheduler::Schedule | EndDate | disable | set | invocations after that date
AWS::Pipes::Pipe | DesiredState | disable | becomes STOPPED | events that it carried
AWS::IoT::TopicRule | TopicRulePayload.RuleDisabled | disable | becomes true | messages that it carried
AWS::CloudTrail::Trail | IsLogging | disable | off on | the record of who did what
AWS::CloudWatch::Alarm | ActionsEnabled | disable | off on | its actions
AWS::CloudWatch::Alarm | AlarmActions | disable | fewer | an action or a recipient
AWS::CloudWatch::CompositeAlarm | ActionsEnabled | disable | off on | its actions
AWS::CloudWatch::CompositeAlarm | AlarmActions | disable | fewer | an action or a recipient
AWS::GuardDuty::Detector | Enable | disable | off on | findings
AWS::Batch::ComputeEnvironment | State | disable | becomes DISABLED | jobs
AWS::Batch::ComputeEnvironment | ComputeResources.MaxvCpus | disable | cut | jobs
AWS::Batch::JobQueue | State | disable | becomes DISABLED | jobs
AWS::CodePipeline::Pipeline | DisableInboundStageTransitions | disable | more | releases
AWS::Synthetics::Canary | StartCanaryAfterCreation | disable | becomes false | checks
AWS::IAM::AccessKey | Status | disable | becomes Inactive | everything that uses the key
AWS::ApiGateway::ApiKey | Enabled | disable | off on | clients that use the key
AWS::ApiGateway::UsagePlan | Throttle.RateLimit | disable | shorter never | calls above the limit
AWS::ApiGateway::UsagePlan | Throttle.BurstLimit | disable | shorter never | calls above the limit
AWS::CloudFront::Distribution | DistributionConfig.Enabled | disable | off on | everything it serves
AWS::CloudFront::Distribution | DistributionConfig.Aliases | disconnect | fewer | traffic to a name
AWS::CloudFront::Distribution | DistributionConfig.Origins.*.DomainName | disconnect | changed | traffic to an origin
AWS::GlobalAccelerator::Accelerator | Enabled | disable | off on | all its traffic
AWS::GlobalAccelerator::EndpointGroup | EndpointConfigurations | disconnect | fewer | traffic to an endpoint
AWS::GlobalAccelerator::EndpointGroup | TrafficDialPercentage | disconnect | cut | traffic to the group
AWS::SES::ConfigurationSet | SendingOptions.SendingEnabled | disable | off on | mail
AWS::ElasticLoadBalancingV2::Listener | DefaultActions | disconnect | changed | traffic to where it went
AWS::ElasticLoadBalancingV2::Listener | Port | disconnect | changed | traffic to the port
AWS::ElasticLoadBalancingV2::Listener | Protocol | disconnect | changed | traffic in the protocol
AWS::ElasticLoadBalancingV2::ListenerRule | Actions | disconnect | changed | traffic to where it went
AWS::ElasticLoadBalancingV2::ListenerRule | Conditions | disconnect | narrower | traffic that no longer matches
AWS::ElasticLoadBalancingV2::ListenerRule | Priority | disconnect | changed | traffic that another rule takes first
AWS::ElasticLoadBalancingV2::TargetGroup | Targets | disconnect | fewer | traffic to a target
AWS::ElasticLoadBalancingV2::LoadBalancer | SecurityGroups | disconnect | fewer | traffic that a removed group let in
AWS::ElasticLoadBalancingV2::LoadBalancer | Subnets | disconnect | fewer | traffic in a zone
AWS::ElasticLoadBalancing::LoadBalancer | Instances | disconnect | fewer | traffic to an instance
AWS::ElasticLoadBalancing::LoadBalancer | Listeners | disconnect | fewer | traffic to a port
AWS::ElasticLoadBalancing::LoadBalancer | SecurityGroups | disconnect | fewer | traffic that a removed group let in
AWS::Route53::RecordSet | Name | disconnect | changed | those who ask for the name
AWS::Route53::RecordSet | Type | disconnect | changed | those who ask for the type
AWS::Route53::RecordSet | ResourceRecords | disconnect | fewer | those who are sent to the old address
AWS::Route53::RecordSet | AliasTarget | disconnect | changed | those who are sent to the old target
AWS::Route53::RecordSet | Weight | disconnect | cut | traffic by this record
AWS::Route53::RecordSet | SetIdentifier | disconnect | changed | traffic by this record
AWS::Route53::RecordSet | HealthCheckId | disconnect | changed | traffic when that check fails
AWS::Route53::RecordSetGroup | RecordSets | disconnect | fewer | those who ask for a name
AWS::Route53::HostedZone | VPCs | disconnect | fewer | names in a network
AWS::Route53::HealthCheck | HealthCheckConfig.Type | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.FullyQualifiedDomainName | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.IPAddress | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.Port | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.ResourcePath | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.SearchString | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.AlarmIdentifier | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.ChildHealthChecks | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.RoutingControlArn | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.InsufficientDataHealthStatus | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.Inverted | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.Disabled | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.EnableSNI | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.Regions | disconnect | changed | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.FailureThreshold | disconnect | shorter 3 | traffic when it fails
AWS::Route53::HealthCheck | HealthCheckConfig.HealthThreshold | disconnect | set | traffic when it fails
AWS::EC2::Route | * | disconnect | changed | traffic that took the old route
AWS::EC2::TransitGatewayRoute | * | disconnect | changed | traffic that took the old route
AWS::EC2::TransitGatewayRoute | Blackhole | disconnect | becomes true | traffic to that range | +
AWS::EC2::SubnetRouteTableAssociation | * | disconnect | changed | traffic that took the old routes
AWS::EC2::SubnetNetworkAclAssociation | * | disconnect | changed | traffic that the old list let through
AWS::EC2::NetworkAclEntry | * | disconnect | changed | traffic that the old entry let through
AWS::EC2::VPCDHCPOptionsAssociation | * | disconnect | changed | names, if the other options have another server
AWS::EC2::VPCEndpoint | RouteTableIds | disconnect | fewer | private traffic to the service
AWS::EC2::VPCEndpoint | SubnetIds | disconnect | fewer | private traffic to the service
AWS::EC2::VPCEndpoint | SecurityGroupIds | disconnect | fewer | private traffic to the service
AWS::EC2::VPCEndpoint | PrivateDnsEnabled | disconnect | off off | private traffic to the service
AWS::EC2::EIPAssociation | * | disconnect | changed | traffic to the address
AWS::EC2::EIP | InstanceId | disconnect | changed | traffic to the address
AWS::EC2::Instance | SecurityGroupIds | disconnect | fewer | traffic that a removed group let in
AWS::EC2::Instance | SourceDestCheck | disconnect | changed | traffic that it forwards
AWS::EC2::NetworkInterface | GroupSet | disconnect | fewer | traffic that a removed group let in
AWS::EC2::VPC | EnableDnsSupport | disconnect | off on | names in the network
AWS::EC2::PrefixList | Entries | disconnect | fewer | traffic that rules with this list let through
AWS::RDS::DBInstance | VPCSecurityGroups | disconnect | fewer | connections that a removed group let in
AWS::RDS::DBInstance | Port | disconnect | changed | connections to the old port
AWS::RDS::DBCluster | VpcSecurityGroupIds | disconnect | fewer | connections that a removed group let in
AWS::RDS::DBCluster | Port | disconnect | changed | connections to the old port
AWS::Lambda::Function | VpcConfig.SubnetIds | disconnect | fewer | connections of the function
AWS::Lambda::Function | VpcConfig.SecurityGroupIds | disconnect | fewer | connections of the function
AWS::SNS::Subscription | FilterPolicy | disconnect | set | messages that no longer match
AWS::Logs::SubscriptionFilter | DestinationArn | disconnect | changed | log events to the old destination
AWS::Logs::SubscriptionFilter | FilterPattern | disconnect | set | log events that no longer match
AWS::CertificateManager::Certificate | SubjectAlternativeNames | disconnect | fewer | connections to a name that the certificate no longer has
AWS::ApiGatewayV2::Integration | IntegrationUri | disconnect | changed | requests to where they went
AWS::ApiGatewayV2::Route | Target | disconnect | changed | requests to where they went
AWS::ApiGatewayV2::ApiMapping | * | disconnect | changed | requests to a name
AWS::ApiGateway::BasePathMapping | * | disconnect | changed | requests to a name
AWS::ApiGateway::RestApi | DisableExecuteApiEndpoint | disconnect | becomes true | requests to the default endpoint
AWS::ApiGatewayV2::Api | DisableExecuteApiEndpoint | disconnect | becomes true | requests to the default endpoint
AWS::WAFv2::WebACL | DefaultAction | disconnect | changed | requests that no rule lets through
AWS::WAFv2::WebACL | Rules | disconnect | blocks | requests that a rule blocks
AWS::WAFv2::RuleGroup | Rules | disconnect | blocks | requests that a rule blocks
AWS::WAFv2::IPSet | Addresses | disconnect | more | requests from addresses that a rule blocks
AWS::NetworkFirewall::FirewallPolicy | FirewallPolicy | disconnect | changed | traffic that it no longer allows
AWS::NetworkFirewall::RuleGroup | RuleGroup | disconnect | changed | traffic that it no longer allows
`;

/** Types that are themselves a link or a trigger: removing one cuts or stops what went through it. */
const REMOVED: Record<'disconnect' | 'disable' | 'expire', string> = {
  disconnect: `
AWS::EC2::Route AWS::EC2::TransitGatewayRoute AWS::EC2::SubnetRouteTableAssociation AWS::EC2::SubnetNetworkAclAssociation
AWS::EC2::NetworkAclEntry AWS::EC2::VPCGatewayAttachment AWS::EC2::VPCEndpoint AWS::EC2::VPCPeeringConnection AWS::EC2::NatGateway
AWS::EC2::TransitGatewayAttachment AWS::EC2::TransitGatewayVpcAttachment AWS::EC2::TransitGatewayPeeringAttachment
AWS::EC2::TransitGatewayRouteTableAssociation AWS::EC2::TransitGatewayRouteTablePropagation AWS::EC2::VPNGatewayRoutePropagation
AWS::EC2::VPNConnectionRoute AWS::EC2::VPNConnection AWS::EC2::EIPAssociation AWS::EC2::EIP AWS::EC2::NetworkInterfaceAttachment AWS::EC2::VolumeAttachment
AWS::EC2::VPCDHCPOptionsAssociation AWS::EC2::EgressOnlyInternetGateway AWS::EC2::InternetGateway AWS::EC2::ClientVpnEndpoint
AWS::EC2::ClientVpnRoute AWS::EC2::ClientVpnAuthorizationRule AWS::EC2::ClientVpnTargetNetworkAssociation AWS::EC2::VPCEndpointServicePermissions
AWS::ElasticLoadBalancingV2::Listener AWS::ElasticLoadBalancingV2::ListenerRule AWS::ElasticLoadBalancingV2::ListenerCertificate
AWS::ElasticLoadBalancingV2::TargetGroup AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancing::LoadBalancer
AWS::Route53::RecordSet AWS::Route53::RecordSetGroup AWS::Route53::HealthCheck AWS::Route53Resolver::ResolverRule
AWS::Route53Resolver::ResolverRuleAssociation AWS::Route53Resolver::ResolverEndpoint AWS::ServiceDiscovery::Instance AWS::ServiceDiscovery::Service
AWS::Lambda::Permission AWS::Lambda::Alias AWS::Lambda::Url AWS::SNS::Subscription AWS::Logs::SubscriptionFilter AWS::KMS::Alias
AWS::ApiGateway::Method AWS::ApiGateway::Resource AWS::ApiGateway::Stage AWS::ApiGateway::BasePathMapping AWS::ApiGateway::DomainName AWS::ApiGateway::UsagePlanKey AWS::ApiGateway::VpcLink
AWS::ApiGatewayV2::Route AWS::ApiGatewayV2::Integration AWS::ApiGatewayV2::Stage AWS::ApiGatewayV2::ApiMapping AWS::ApiGatewayV2::DomainName AWS::ApiGatewayV2::VpcLink
AWS::EFS::MountTarget AWS::EFS::AccessPoint AWS::GlobalAccelerator::Listener AWS::GlobalAccelerator::EndpointGroup AWS::RDS::DBProxyTargetGroup AWS::RDS::DBProxy
AWS::DirectConnect::PrivateVirtualInterface AWS::VpcLattice::ServiceNetworkVpcAssociation AWS::VpcLattice::ServiceNetworkServiceAssociation
AWS::NetworkFirewall::Firewall AWS::SecretsManager::SecretTargetAttachment AWS::EKS::FargateProfile AWS::EKS::AccessEntry
AWS::IAM::Policy AWS::IAM::RolePolicy AWS::IAM::UserPolicy AWS::IAM::GroupPolicy AWS::IAM::InstanceProfile
AWS::SQS::QueuePolicy AWS::SNS::TopicPolicy AWS::S3::BucketPolicy AWS::Events::EventBusPolicy AWS::SecretsManager::ResourcePolicy`,
  disable: `
AWS::Events::Rule AWS::Scheduler::Schedule AWS::Lambda::EventSourceMapping AWS::Pipes::Pipe AWS::IoT::TopicRule AWS::CloudWatch::Alarm
AWS::CloudWatch::CompositeAlarm AWS::AutoScaling::ScalingPolicy AWS::ApplicationAutoScaling::ScalingPolicy AWS::ApplicationAutoScaling::ScalableTarget
AWS::ECS::Service AWS::EKS::Nodegroup AWS::SecretsManager::RotationSchedule AWS::CodePipeline::Webhook AWS::Synthetics::Canary AWS::SSM::Association`,
  expire: 'AWS::Rbin::Rule',
};

export const REMOVAL: ReadonlyMap<string, MarkKind> = new Map(
  Object.entries(REMOVED).flatMap(([mark, types]) =>
    types
      .trim()
      .split(/\s+/)
      .map((type) => [type, mark as MarkKind] as const),
  ),
);
