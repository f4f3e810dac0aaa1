/**
 * Properties by which a resource changes something else: type | property > type of the thing, … Not here: what is
 * only used or read (the VPC that a security group stands in, a subnet, a key that encrypts).
 *
 * Source: the properties exist in the CloudFormation resource specification (a test holds each first name against the
 * index in data/); that they change what they name: from memory of the services' documentation.
 */
const TABLE = `
AWS::EC2::Route | RouteTableId > AWS::EC2::RouteTable
AWS::EC2::SubnetRouteTableAssociation | SubnetId > AWS::EC2::Subnet
AWS::EC2::SubnetNetworkAclAssociation | SubnetId > AWS::EC2::Subnet
AWS::EC2::SubnetCidrBlock | SubnetId > AWS::EC2::Subnet
AWS::EC2::NetworkAclEntry | NetworkAclId > AWS::EC2::NetworkAcl
AWS::EC2::SecurityGroupIngress | GroupId > AWS::EC2::SecurityGroup, GroupName > AWS::EC2::SecurityGroup
AWS::EC2::SecurityGroupEgress | GroupId > AWS::EC2::SecurityGroup
AWS::EC2::SecurityGroupVpcAssociation | GroupId > AWS::EC2::SecurityGroup, VpcId > AWS::EC2::VPC
AWS::EC2::VPCGatewayAttachment | VpcId > AWS::EC2::VPC, InternetGatewayId > AWS::EC2::InternetGateway, VpnGatewayId > AWS::EC2::VPNGateway
AWS::EC2::VPCEndpoint | VpcId > AWS::EC2::VPC, RouteTableIds > AWS::EC2::RouteTable
AWS::EC2::VPCEndpointConnectionNotification | VPCEndpointId > AWS::EC2::VPCEndpoint
AWS::EC2::VPCEndpointServicePermissions | ServiceId > AWS::EC2::VPCEndpointService
AWS::EC2::VPCDHCPOptionsAssociation | VpcId > AWS::EC2::VPC
AWS::EC2::VPCCidrBlock | VpcId > AWS::EC2::VPC
AWS::EC2::VPCPeeringConnection | VpcId > AWS::EC2::VPC, PeerVpcId > AWS::EC2::VPC
AWS::EC2::VPNGatewayRoutePropagation | RouteTableIds > AWS::EC2::RouteTable
AWS::EC2::VPNConnection | VpnGatewayId > AWS::EC2::VPNGateway, TransitGatewayId > AWS::EC2::TransitGateway
AWS::EC2::VPNConnectionRoute | VpnConnectionId > AWS::EC2::VPNConnection
AWS::EC2::NatGateway | AllocationId > AWS::EC2::EIP
AWS::EC2::EIPAssociation | AllocationId > AWS::EC2::EIP, EIP > AWS::EC2::EIP, InstanceId > AWS::EC2::Instance, NetworkInterfaceId > AWS::EC2::NetworkInterface
AWS::EC2::EIP | InstanceId > AWS::EC2::Instance
AWS::EC2::VolumeAttachment | VolumeId > AWS::EC2::Volume, InstanceId > AWS::EC2::Instance
AWS::EC2::NetworkInterfaceAttachment | InstanceId > AWS::EC2::Instance, NetworkInterfaceId > AWS::EC2::NetworkInterface
AWS::EC2::NetworkInterfacePermission | NetworkInterfaceId > AWS::EC2::NetworkInterface
AWS::EC2::Instance | Volumes.*.VolumeId > AWS::EC2::Volume, NetworkInterfaces.*.NetworkInterfaceId > AWS::EC2::NetworkInterface
AWS::EC2::TransitGatewayAttachment | TransitGatewayId > AWS::EC2::TransitGateway, VpcId > AWS::EC2::VPC
AWS::EC2::TransitGatewayVpcAttachment | TransitGatewayId > AWS::EC2::TransitGateway, VpcId > AWS::EC2::VPC
AWS::EC2::TransitGatewayPeeringAttachment | TransitGatewayId > AWS::EC2::TransitGateway, PeerTransitGatewayId > AWS::EC2::TransitGateway
AWS::EC2::TransitGatewayRoute | TransitGatewayRouteTableId > AWS::EC2::TransitGatewayRouteTable
AWS::EC2::TransitGatewayRouteTableAssociation | TransitGatewayRouteTableId > AWS::EC2::TransitGatewayRouteTable
AWS::EC2::TransitGatewayRouteTablePropagation | TransitGatewayRouteTableId > AWS::EC2::TransitGatewayRouteTable
AWS::EC2::LocalGatewayRoute | LocalGatewayRouteTableId > AWS::EC2::LocalGatewayRouteTable
AWS::EC2::GatewayRouteTableAssociation | GatewayId > AWS::EC2::InternetGateway, RouteTableId > AWS::EC2::RouteTable
AWS::EC2::ClientVpnAuthorizationRule | ClientVpnEndpointId > AWS::EC2::ClientVpnEndpoint
AWS::EC2::ClientVpnRoute | ClientVpnEndpointId > AWS::EC2::ClientVpnEndpoint
AWS::S3::BucketPolicy | Bucket > AWS::S3::Bucket
AWS::S3::AccessPoint | Bucket > AWS::S3::Bucket
AWS::S3::Bucket | ReplicationConfiguration.Rules.*.Destination.Bucket > AWS::S3::Bucket, LoggingConfiguration.DestinationBucketName > AWS::S3::Bucket
AWS::S3ObjectLambda::AccessPointPolicy | ObjectLambdaAccessPoint > AWS::S3ObjectLambda::AccessPoint
AWS::SQS::QueuePolicy | Queues > AWS::SQS::Queue
AWS::SQS::QueueInlinePolicy | Queue > AWS::SQS::Queue
AWS::SNS::TopicPolicy | Topics > AWS::SNS::Topic
AWS::SNS::TopicInlinePolicy | TopicArn > AWS::SNS::Topic
AWS::SNS::Subscription | TopicArn > AWS::SNS::Topic
AWS::SecretsManager::ResourcePolicy | SecretId > AWS::SecretsManager::Secret
AWS::SecretsManager::RotationSchedule | SecretId > AWS::SecretsManager::Secret
AWS::SecretsManager::SecretTargetAttachment | SecretId > AWS::SecretsManager::Secret
AWS::KMS::Alias | TargetKeyId > AWS::KMS::Key
AWS::Events::EventBusPolicy | EventBusName > AWS::Events::EventBus
AWS::Events::Rule | Targets.*.Arn > *
AWS::Scheduler::Schedule | Target.Arn > *
AWS::Pipes::Pipe | Source > *, Target > *
AWS::Logs::SubscriptionFilter | LogGroupName > AWS::Logs::LogGroup, DestinationArn > *
AWS::Logs::LogStream | LogGroupName > AWS::Logs::LogGroup
AWS::Kinesis::ResourcePolicy | ResourceArn > AWS::Kinesis::Stream
AWS::Lambda::Permission | FunctionName > AWS::Lambda::Function
AWS::Lambda::EventSourceMapping | FunctionName > AWS::Lambda::Function, EventSourceArn > *
AWS::Lambda::EventInvokeConfig | FunctionName > AWS::Lambda::Function
AWS::Lambda::Alias | FunctionName > AWS::Lambda::Function
AWS::Lambda::Version | FunctionName > AWS::Lambda::Function
AWS::Lambda::Url | TargetFunctionArn > AWS::Lambda::Function
AWS::Lambda::LayerVersionPermission | LayerVersionArn > AWS::Lambda::LayerVersion
AWS::ElasticLoadBalancingV2::Listener | LoadBalancerArn > AWS::ElasticLoadBalancingV2::LoadBalancer
AWS::ElasticLoadBalancingV2::ListenerRule | ListenerArn > AWS::ElasticLoadBalancingV2::Listener
AWS::ElasticLoadBalancingV2::ListenerCertificate | ListenerArn > AWS::ElasticLoadBalancingV2::Listener
AWS::ElasticLoadBalancingV2::TrustStoreRevocation | TrustStoreArn > AWS::ElasticLoadBalancingV2::TrustStore
AWS::AutoScaling::AutoScalingGroup | TargetGroupARNs > AWS::ElasticLoadBalancingV2::TargetGroup, LoadBalancerNames > AWS::ElasticLoadBalancing::LoadBalancer, InstanceId > AWS::EC2::Instance
AWS::AutoScaling::ScheduledAction | AutoScalingGroupName > AWS::AutoScaling::AutoScalingGroup
AWS::AutoScaling::ScalingPolicy | AutoScalingGroupName > AWS::AutoScaling::AutoScalingGroup
AWS::AutoScaling::LifecycleHook | AutoScalingGroupName > AWS::AutoScaling::AutoScalingGroup
AWS::AutoScaling::WarmPool | AutoScalingGroupName > AWS::AutoScaling::AutoScalingGroup
AWS::ApplicationAutoScaling::ScalableTarget | ResourceId > *
AWS::ECS::Service | LoadBalancers.*.TargetGroupArn > AWS::ElasticLoadBalancingV2::TargetGroup, ServiceRegistries.*.RegistryArn > AWS::ServiceDiscovery::Service
AWS::ECS::ClusterCapacityProviderAssociations | Cluster > AWS::ECS::Cluster
AWS::ECS::TaskSet | Service > AWS::ECS::Service
AWS::ECS::PrimaryTaskSet | Service > AWS::ECS::Service
AWS::EKS::AccessEntry | ClusterName > AWS::EKS::Cluster
AWS::EKS::Addon | ClusterName > AWS::EKS::Cluster
AWS::EKS::Nodegroup | ClusterName > AWS::EKS::Cluster
AWS::EKS::FargateProfile | ClusterName > AWS::EKS::Cluster
AWS::EKS::IdentityProviderConfig | ClusterName > AWS::EKS::Cluster
AWS::EKS::PodIdentityAssociation | ClusterName > AWS::EKS::Cluster
AWS::WAFv2::WebACLAssociation | ResourceArn > *
AWS::WAFv2::LoggingConfiguration | ResourceArn > AWS::WAFv2::WebACL
AWS::Shield::Protection | ResourceArn > *
AWS::Route53::RecordSet | HostedZoneId > AWS::Route53::HostedZone, HostedZoneName > AWS::Route53::HostedZone
AWS::Route53::RecordSetGroup | HostedZoneId > AWS::Route53::HostedZone, HostedZoneName > AWS::Route53::HostedZone, RecordSets.*.HostedZoneId > AWS::Route53::HostedZone, RecordSets.*.HostedZoneName > AWS::Route53::HostedZone
AWS::Route53::HostedZone | VPCs.*.VPCId > AWS::EC2::VPC
AWS::Route53::KeySigningKey | HostedZoneId > AWS::Route53::HostedZone
AWS::Route53::DNSSEC | HostedZoneId > AWS::Route53::HostedZone
AWS::Route53Resolver::ResolverRuleAssociation | VPCId > AWS::EC2::VPC
AWS::Route53Resolver::FirewallRuleGroupAssociation | VpcId > AWS::EC2::VPC
AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation | ResourceId > AWS::EC2::VPC
AWS::ServiceDiscovery::Instance | ServiceId > AWS::ServiceDiscovery::Service
AWS::ServiceDiscovery::PrivateDnsNamespace | Vpc > AWS::EC2::VPC
AWS::IAM::Policy | Roles > AWS::IAM::Role, Users > AWS::IAM::User, Groups > AWS::IAM::Group
AWS::IAM::ManagedPolicy | Roles > AWS::IAM::Role, Users > AWS::IAM::User, Groups > AWS::IAM::Group
AWS::IAM::RolePolicy | RoleName > AWS::IAM::Role
AWS::IAM::UserPolicy | UserName > AWS::IAM::User
AWS::IAM::GroupPolicy | GroupName > AWS::IAM::Group
AWS::IAM::UserToGroupAddition | GroupName > AWS::IAM::Group, Users > AWS::IAM::User
AWS::IAM::AccessKey | UserName > AWS::IAM::User
AWS::IAM::User | Groups > AWS::IAM::Group
AWS::EFS::MountTarget | FileSystemId > AWS::EFS::FileSystem
AWS::EFS::AccessPoint | FileSystemId > AWS::EFS::FileSystem
AWS::FSx::Volume | OntapConfiguration.StorageVirtualMachineId > AWS::FSx::StorageVirtualMachine
AWS::ApiGateway::Method | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::Resource | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::Deployment | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::Stage | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::Authorizer | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::GatewayResponse | RestApiId > AWS::ApiGateway::RestApi
AWS::ApiGateway::BasePathMapping | DomainName > AWS::ApiGateway::DomainName
AWS::ApiGateway::UsagePlanKey | UsagePlanId > AWS::ApiGateway::UsagePlan
AWS::ApiGatewayV2::Route | ApiId > AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::Integration | ApiId > AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::Stage | ApiId > AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::Authorizer | ApiId > AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::Deployment | ApiId > AWS::ApiGatewayV2::Api
AWS::ApiGatewayV2::ApiMapping | DomainName > AWS::ApiGatewayV2::DomainName
AWS::AppSync::Resolver | ApiId > AWS::AppSync::GraphQLApi
AWS::AppSync::DataSource | ApiId > AWS::AppSync::GraphQLApi
AWS::AppSync::GraphQLSchema | ApiId > AWS::AppSync::GraphQLApi
AWS::Cognito::UserPoolClient | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::UserPoolGroup | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::UserPoolUser | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::UserPoolDomain | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::UserPoolIdentityProvider | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::UserPoolUserToGroupAttachment | UserPoolId > AWS::Cognito::UserPool
AWS::Cognito::IdentityPoolRoleAttachment | IdentityPoolId > AWS::Cognito::IdentityPool
AWS::RDS::DBInstance | DBClusterIdentifier > AWS::RDS::DBCluster
AWS::RDS::DBProxyTargetGroup | DBProxyName > AWS::RDS::DBProxy
AWS::RDS::GlobalCluster | SourceDBClusterIdentifier > AWS::RDS::DBCluster
AWS::RDS::DBCluster | GlobalClusterIdentifier > AWS::RDS::GlobalCluster
AWS::Neptune::DBInstance | DBClusterIdentifier > AWS::Neptune::DBCluster
AWS::DocDB::DBInstance | DBClusterIdentifier > AWS::DocDB::DBCluster
AWS::Kinesis::StreamConsumer | StreamARN > AWS::Kinesis::Stream
AWS::MSK::ClusterPolicy | ClusterArn > AWS::MSK::Cluster
AWS::MSK::BatchScramSecret | ClusterArn > AWS::MSK::Cluster
AWS::AmazonMQ::ConfigurationAssociation | Broker > AWS::AmazonMQ::Broker
AWS::GlobalAccelerator::Listener | AcceleratorArn > AWS::GlobalAccelerator::Accelerator
AWS::GlobalAccelerator::EndpointGroup | ListenerArn > AWS::GlobalAccelerator::Listener
AWS::Glue::Table | DatabaseName > AWS::Glue::Database
AWS::Glue::Partition | TableName > AWS::Glue::Table
AWS::LakeFormation::Permissions | Resource.DatabaseResource.Name > AWS::Glue::Database, Resource.TableResource.Name > AWS::Glue::Table
AWS::RAM::ResourceShare | ResourceArns > *
AWS::Organizations::Policy | TargetIds > *
AWS::SSO::Assignment | TargetId > *
AWS::SSM::Association | InstanceId > AWS::EC2::Instance, Targets.*.Values > AWS::EC2::Instance
AWS::Backup::BackupSelection | BackupPlanId > AWS::Backup::BackupPlan
AWS::CodeDeploy::DeploymentGroup | AutoScalingGroups > AWS::AutoScaling::AutoScalingGroup
AWS::DMS::ReplicationTask | TargetEndpointArn > AWS::DMS::Endpoint
AWS::SSM::ResourcePolicy | ResourceArn > *
`;

export interface ReachRow {
  property: string;
  /** Type of the thing; undefined: any. */
  of: string | undefined;
}

export const REACH: ReadonlyMap<string, ReachRow[]> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [type = '', cells = ''] = line.split(' | ');
      const rows = cells.split(', ').map((cell): ReachRow => {
        const [property = '', of = '*'] = cell.split(' > ');
        return { property: property.trim(), of: of.trim() === '*' ? undefined : of.trim() };
      });
      return [type.trim(), rows] as const;
    }),
);

/** One for the whole account and region: creating one changes it for everybody there. From memory. */
export const ACCOUNT_WIDE: ReadonlySet<string> = new Set(
  `AWS::ApiGateway::Account AWS::Logs::ResourcePolicy AWS::Logs::AccountPolicy AWS::EC2::SnapshotBlockPublicAccess
AWS::ECR::RegistryPolicy AWS::ECR::ReplicationConfiguration AWS::ECR::RegistryScanningConfiguration AWS::IAM::ServiceLinkedRole
AWS::CloudFormation::HookTypeConfig AWS::CloudFormation::HookDefaultVersion AWS::CloudFormation::ResourceDefaultVersion
AWS::CloudFormation::TypeActivation AWS::CloudFormation::PublicTypeVersion AWS::XRay::ResourcePolicy AWS::EC2::VPCBlockPublicAccessOptions
AWS::SES::VdmAttributes AWS::Glue::DataCatalogEncryptionSettings AWS::LakeFormation::DataLakeSettings AWS::Config::ConfigurationRecorder
AWS::Config::DeliveryChannel AWS::GuardDuty::Detector AWS::SecurityHub::Hub AWS::Macie::Session AWS::IAM::OIDCProvider AWS::IAM::SAMLProvider`.split(
    /\s+/,
  ),
);

/** Types without a row whose name says that they attach to something. */
export const NAMED_LIKE_REACH =
  /(Attachment|Association|Associations|Permission|Permissions|ResourcePolicy|Policy|Assignment|Membership|Addition|Propagation|Grant|Member)$/;
