/**
 * Which types hold data, or an identity that others point at and a new one cannot take over.
 *
 * Source of each row: the type's page in the CloudFormation template reference,
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (aws-resource-…), and for `SNAPSHOT`
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 *
 * What is in no list is `unknown`: nobody has judged it yet, and it is treated as the worst.
 */
export type Holds = 'data' | 'identity' | 'nothing' | 'unknown';

const DATA = `
AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable AWS::S3::Bucket AWS::S3Express::DirectoryBucket AWS::S3Tables::TableBucket
AWS::EC2::Volume AWS::EC2::Snapshot AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::RDS::GlobalCluster AWS::Neptune::DBCluster
AWS::Neptune::DBInstance AWS::DocDB::DBCluster AWS::DocDB::DBInstance AWS::Redshift::Cluster AWS::RedshiftServerless::Namespace
AWS::ElastiCache::CacheCluster AWS::ElastiCache::ReplicationGroup AWS::ElastiCache::ServerlessCache AWS::MemoryDB::Cluster
AWS::EFS::FileSystem AWS::FSx::FileSystem AWS::FSx::Volume AWS::SQS::Queue AWS::Kinesis::Stream AWS::MSK::Cluster
AWS::MSK::ServerlessCluster AWS::AmazonMQ::Broker AWS::Logs::LogGroup AWS::Logs::LogStream AWS::SecretsManager::Secret AWS::SSM::Parameter
AWS::KMS::Key AWS::KMS::ReplicaKey AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain AWS::OpenSearchServerless::Collection
AWS::Backup::BackupVault AWS::Backup::LogicallyAirGappedBackupVault AWS::ECR::Repository AWS::ECR::PublicRepository AWS::CodeCommit::Repository
AWS::CodeArtifact::Repository AWS::CodeArtifact::Domain AWS::Cognito::UserPool AWS::Cognito::IdentityPool AWS::Glue::Database AWS::Glue::Table AWS::Athena::WorkGroup
AWS::Timestream::Database AWS::Timestream::Table AWS::QLDB::Ledger AWS::Cassandra::Keyspace AWS::Cassandra::Table AWS::SDB::Domain
AWS::Lightsail::Database AWS::Lightsail::Instance AWS::Lightsail::Disk AWS::Lightsail::Bucket AWS::CloudTrail::EventDataStore AWS::SageMaker::Domain AWS::SageMaker::NotebookInstance
AWS::SageMaker::FeatureGroup AWS::WorkSpaces::Workspace AWS::DMS::ReplicationInstance AWS::Events::Archive AWS::Events::EventBus AWS::DAX::Cluster AWS::IoT::Thing AWS::IoT::Certificate
AWS::CloudFormation::Stack AWS::S3::AccessPoint AWS::StepFunctions::StateMachine AWS::Cloud9::EnvironmentEC2 AWS::HealthLake::FHIRDatastore AWS::DSQL::Cluster AWS::EMR::Cluster
`;
const IDENTITY = `
AWS::EC2::VPC AWS::EC2::Subnet AWS::EC2::EIP AWS::EC2::TransitGateway AWS::EC2::VPNGateway AWS::EC2::VPNConnection AWS::EC2::CustomerGateway AWS::EC2::KeyPair
AWS::EC2::NatGateway AWS::EC2::VPCEndpointService AWS::EC2::IPAM AWS::EC2::PrefixList AWS::Route53::HostedZone AWS::Route53::KeySigningKey AWS::CertificateManager::Certificate
AWS::ACMPCA::CertificateAuthority AWS::CloudFront::Distribution AWS::CloudFront::OriginAccessIdentity AWS::ApiGateway::RestApi AWS::ApiGateway::DomainName AWS::ApiGateway::ApiKey AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::DomainName AWS::AppSync::GraphQLApi AWS::AppSync::ApiKey AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancing::LoadBalancer AWS::GlobalAccelerator::Accelerator
AWS::Cognito::UserPoolClient AWS::Cognito::UserPoolDomain AWS::IAM::User AWS::IAM::AccessKey AWS::IAM::OIDCProvider AWS::IAM::SAMLProvider AWS::EKS::Cluster AWS::ECS::Cluster AWS::SNS::Topic
AWS::DirectoryService::MicrosoftAD AWS::DirectoryService::SimpleAD AWS::Organizations::Account AWS::Organizations::Organization AWS::Organizations::OrganizationalUnit AWS::ServiceDiscovery::PrivateDnsNamespace
AWS::ServiceDiscovery::PublicDnsNamespace AWS::ServiceDiscovery::HttpNamespace AWS::Lambda::Url AWS::SES::EmailIdentity AWS::CodeStarConnections::Connection AWS::CodeConnections::Connection AWS::Amplify::App AWS::AutoScaling::AutoScalingGroup
`;
const NOTHING = `
AWS::EC2::Instance AWS::EC2::SecurityGroup AWS::EC2::SecurityGroupIngress AWS::EC2::SecurityGroupEgress AWS::EC2::RouteTable AWS::EC2::Route AWS::EC2::InternetGateway AWS::EC2::VPCGatewayAttachment
AWS::EC2::SubnetRouteTableAssociation AWS::EC2::NetworkAcl AWS::EC2::NetworkAclEntry AWS::EC2::SubnetNetworkAclAssociation AWS::EC2::VPCEndpoint AWS::EC2::FlowLog AWS::EC2::LaunchTemplate AWS::EC2::EIPAssociation
AWS::EC2::NetworkInterface AWS::EC2::NetworkInterfaceAttachment AWS::EC2::VolumeAttachment AWS::EC2::DHCPOptions AWS::EC2::VPCDHCPOptionsAssociation AWS::EC2::VPCCidrBlock AWS::EC2::SubnetCidrBlock AWS::EC2::PlacementGroup
AWS::EC2::VPCPeeringConnection AWS::EC2::TransitGatewayAttachment AWS::EC2::TransitGatewayVpcAttachment AWS::EC2::TransitGatewayRoute AWS::EC2::TransitGatewayRouteTable AWS::EC2::TransitGatewayRouteTableAssociation AWS::EC2::TransitGatewayRouteTablePropagation
AWS::EC2::VPNGatewayRoutePropagation AWS::EC2::VPNConnectionRoute AWS::EC2::EgressOnlyInternetGateway AWS::EC2::VPCEndpointServicePermissions AWS::EC2::InstanceConnectEndpoint
AWS::Lambda::Function AWS::Lambda::Permission AWS::Lambda::Version AWS::Lambda::LayerVersion AWS::Lambda::LayerVersionPermission AWS::Lambda::Alias AWS::Lambda::EventSourceMapping AWS::Lambda::EventInvokeConfig
AWS::Serverless::Function AWS::Serverless::Api AWS::Serverless::HttpApi AWS::Serverless::LayerVersion AWS::Serverless::StateMachine
AWS::IAM::Role AWS::IAM::Policy AWS::IAM::ManagedPolicy AWS::IAM::InstanceProfile AWS::IAM::RolePolicy AWS::IAM::UserPolicy AWS::IAM::GroupPolicy AWS::IAM::Group AWS::IAM::UserToGroupAddition AWS::IAM::ServiceLinkedRole
AWS::SQS::QueuePolicy AWS::SNS::TopicPolicy AWS::SNS::Subscription AWS::S3::BucketPolicy AWS::KMS::Alias AWS::SecretsManager::ResourcePolicy AWS::SecretsManager::RotationSchedule AWS::SecretsManager::SecretTargetAttachment
AWS::Events::Rule AWS::Events::EventBusPolicy AWS::Events::Connection AWS::Events::ApiDestination AWS::Scheduler::Schedule AWS::Scheduler::ScheduleGroup AWS::Pipes::Pipe AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm AWS::CloudWatch::Dashboard AWS::CloudWatch::AnomalyDetector
AWS::Logs::MetricFilter AWS::Logs::SubscriptionFilter AWS::Logs::ResourcePolicy AWS::Logs::QueryDefinition AWS::ECS::Service AWS::ECS::TaskDefinition AWS::ECS::CapacityProvider AWS::ECS::ClusterCapacityProviderAssociations
AWS::ElasticLoadBalancingV2::Listener AWS::ElasticLoadBalancingV2::ListenerRule AWS::ElasticLoadBalancingV2::ListenerCertificate AWS::ElasticLoadBalancingV2::TargetGroup
AWS::AutoScaling::LaunchConfiguration AWS::AutoScaling::ScalingPolicy AWS::AutoScaling::ScheduledAction AWS::AutoScaling::LifecycleHook AWS::AutoScaling::WarmPool AWS::ApplicationAutoScaling::ScalableTarget AWS::ApplicationAutoScaling::ScalingPolicy
AWS::ApiGateway::Deployment AWS::ApiGateway::Stage AWS::ApiGateway::Method AWS::ApiGateway::Resource AWS::ApiGateway::Account AWS::ApiGateway::Model AWS::ApiGateway::Authorizer AWS::ApiGateway::UsagePlan AWS::ApiGateway::UsagePlanKey AWS::ApiGateway::BasePathMapping AWS::ApiGateway::GatewayResponse AWS::ApiGateway::RequestValidator AWS::ApiGateway::VpcLink
AWS::ApiGatewayV2::Deployment AWS::ApiGatewayV2::Stage AWS::ApiGatewayV2::Route AWS::ApiGatewayV2::Integration AWS::ApiGatewayV2::Authorizer AWS::ApiGatewayV2::ApiMapping AWS::ApiGatewayV2::VpcLink
AWS::RDS::DBSubnetGroup AWS::RDS::DBParameterGroup AWS::RDS::DBClusterParameterGroup AWS::RDS::OptionGroup AWS::RDS::EventSubscription AWS::RDS::DBProxy AWS::RDS::DBProxyTargetGroup AWS::Redshift::ClusterSubnetGroup AWS::Redshift::ClusterParameterGroup
AWS::ElastiCache::SubnetGroup AWS::ElastiCache::ParameterGroup AWS::EFS::MountTarget AWS::EFS::AccessPoint AWS::Route53::RecordSet AWS::Route53::RecordSetGroup AWS::Route53::HealthCheck AWS::CloudFront::Function AWS::CloudFront::CachePolicy AWS::CloudFront::OriginAccessControl AWS::CloudFront::ResponseHeadersPolicy AWS::CloudFront::OriginRequestPolicy
AWS::CodeBuild::Project AWS::CodePipeline::Pipeline AWS::CodePipeline::Webhook AWS::CodeDeploy::Application AWS::CodeDeploy::DeploymentGroup AWS::CodeDeploy::DeploymentConfig AWS::Config::ConfigRule AWS::Config::ConfigurationRecorder AWS::Config::DeliveryChannel AWS::Config::ConformancePack AWS::Config::OrganizationConfigRule
AWS::CloudTrail::Trail AWS::GuardDuty::Detector AWS::SecurityHub::Hub AWS::WAFv2::WebACL AWS::WAFv2::WebACLAssociation AWS::WAFv2::IPSet AWS::WAFv2::RuleGroup AWS::SSM::Document AWS::SSM::Association AWS::SSM::MaintenanceWindow AWS::SSM::MaintenanceWindowTarget AWS::SSM::MaintenanceWindowTask AWS::SSM::PatchBaseline
AWS::CloudFormation::WaitCondition AWS::CloudFormation::WaitConditionHandle AWS::CloudFormation::StackSet AWS::CloudFormation::ModuleVersion AWS::CloudFormation::ResourceVersion AWS::CloudFormation::HookVersion AWS::CloudFormation::HookDefaultVersion AWS::CloudFormation::HookTypeConfig AWS::CloudFormation::ResourceDefaultVersion AWS::CloudFormation::Macro
AWS::EKS::Nodegroup AWS::EKS::Addon AWS::EKS::FargateProfile AWS::EKS::AccessEntry AWS::Batch::ComputeEnvironment AWS::Batch::JobQueue AWS::Batch::JobDefinition AWS::Glue::Crawler AWS::Glue::Job AWS::Glue::Trigger AWS::Glue::Connection AWS::Athena::NamedQuery AWS::KinesisFirehose::DeliveryStream
AWS::Backup::BackupPlan AWS::Backup::BackupSelection AWS::DLM::LifecyclePolicy AWS::Cognito::UserPoolGroup AWS::Cognito::IdentityPoolRoleAttachment AWS::Cognito::UserPoolResourceServer AWS::Budgets::Budget AWS::SNS::TopicInlinePolicy AWS::AppSync::DataSource AWS::AppSync::Resolver AWS::AppSync::GraphQLSchema AWS::AppSync::FunctionConfiguration
AWS::ServiceDiscovery::Service AWS::ServiceCatalog::Portfolio AWS::ServiceCatalog::CloudFormationProduct AWS::ServiceCatalog::PortfolioPrincipalAssociation AWS::ServiceCatalog::PortfolioProductAssociation AWS::AmazonMQ::Configuration AWS::AmazonMQ::ConfigurationAssociation AWS::MSK::Configuration AWS::Organizations::Policy AWS::Synthetics::Canary AWS::XRay::Group AWS::XRay::SamplingRule
AWS::CDK::Metadata AWS::DMS::Endpoint AWS::DMS::ReplicationSubnetGroup AWS::DMS::ReplicationTask AWS::Neptune::DBSubnetGroup AWS::Neptune::DBParameterGroup AWS::Neptune::DBClusterParameterGroup AWS::DocDB::DBSubnetGroup AWS::DocDB::DBClusterParameterGroup AWS::ImageBuilder::ImagePipeline AWS::ImageBuilder::Component AWS::ImageBuilder::ImageRecipe AWS::ImageBuilder::InfrastructureConfiguration AWS::StepFunctions::Activity
`;
/** DeletionPolicy: Snapshot works; elsewhere it means Delete. */
const SNAPSHOT = `
AWS::DocDB::DBCluster AWS::EC2::Volume AWS::ElastiCache::CacheCluster AWS::ElastiCache::ReplicationGroup AWS::Neptune::DBCluster AWS::RDS::DBCluster AWS::RDS::DBInstance AWS::Redshift::Cluster
`;

const names = (text: string): Set<string> => new Set(text.split(/\s+/).filter(Boolean));
const tables: [Holds, Set<string>][] = [
  ['data', names(DATA)],
  ['identity', names(IDENTITY)],
  ['nothing', names(NOTHING)],
];
const snapshotTypes = names(SNAPSHOT);

export function holdsOf(type: string): Holds {
  return tables.find(([, types]) => types.has(type))?.[0] ?? 'unknown';
}

export function snapshotSupported(type: string): boolean {
  return snapshotTypes.has(type);
}
