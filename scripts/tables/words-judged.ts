/** Words of the specification that speak of replacing or of what cannot be changed, and not of what an update does. */
interface Group {
  why: string;
  paths: readonly string[];
}

export const SAY_OTHERWISE: readonly Group[] = [
  {
    why: 'Speaks of replacing a value, a rule set or text, not the resource',
    paths: [
      'AWS::ApiGateway::RestApi.Mode',
      'AWS::Cognito::UserPoolClient.DefaultRedirectURI',
      'AWS::Cognito::UserPoolClient.ExplicitAuthFlows',
      'AWS::DevOpsAgent::AgentSpace.Preferences',
      'AWS::DevOpsAgent::Asset.Zip',
      'AWS::EC2::SecurityGroupIngress.Description',
      'AWS::EventsV2::ResourcePolicy.PolicyDocument',
      'AWS::GameLift::GameSessionQueue.PriorityConfiguration',
      'AWS::KMS::ReplicaKey.Tags',
      'AWS::LakeFormation::DataLakeSettings.MutationType',
      'AWS::Logs::LogGroup.DataProtectionPolicy',
      'AWS::MediaStore::Container.LifecyclePolicy',
      'AWS::MediaTailor::PlaybackConfiguration.PersonalizationThresholdSeconds',
      'AWS::OpsWorks::Stack.HostnameTheme',
      'AWS::QuickSight::Dashboard.SourceEntity',
      'AWS::QuickSight::Template.SourceEntity',
      'AWS::Route53::HostedZone.QueryLoggingConfig',
      'AWS::S3::Bucket.MetricsConfigurations',
      'AWS::S3Outposts::Bucket.LifecycleConfiguration',
      'AWS::Shield::DRTAccess.RoleArn',
    ],
  },
  {
    why: 'Speaks of instances, workers or versions that the resource replaces while it runs',
    paths: [
      'AWS::AppStream::Fleet.MaxUserDurationInSeconds',
      'AWS::AutoScaling::AutoScalingGroup.DefaultInstanceWarmup',
      'AWS::AutoScaling::AutoScalingGroup.MaxInstanceLifetime',
      'AWS::GameLift::GameServerGroup.BalancingStrategy',
      'AWS::MWAA::Environment.WorkerReplacementStrategy',
    ],
  },
  {
    why: 'Decides what other changes do; changing it alone replaces nothing',
    paths: [
      'AWS::Batch::ComputeEnvironment.ReplaceComputeEnvironment',
      'AWS::ImageBuilder::Image.DeletionSettings',
      'AWS::SSM::Document.UpdateMethod',
    ],
  },
  {
    why: 'Says that it does not replace',
    paths: [
      'AWS::CloudFormation::Stack.Parameters',
      'AWS::CloudFormation::Stack.TemplateURL',
      'AWS::ElastiCache::ReplicationGroup.TransitEncryptionMode',
    ],
  },
  {
    why: 'Says when an update is refused, or which other one must not come with it',
    paths: [
      'AWS::ApiGatewayV2::Api.RouteKey',
      'AWS::ApiGatewayV2::Stage.DeploymentId',
      'AWS::CloudFormation::StackSet.ManagedExecution',
      'AWS::CloudFormation::StackSet.ManagedExecution.Active',
      'AWS::DMS::Endpoint.RedshiftSettings.EncryptionMode',
      'AWS::DMS::Endpoint.S3Settings.EncryptionMode',
      'AWS::EC2::PrefixList.MaxEntries',
      'AWS::EKS::Nodegroup.ReleaseVersion',
      'AWS::EKS::Nodegroup.Version',
      'AWS::IoTFleetWise::DecoderManifest.Status',
      'AWS::IoTFleetWise::ModelManifest.Status',
      'AWS::KinesisFirehose::DeliveryStream.ExtendedS3DestinationConfiguration.S3BackupMode',
      'AWS::KinesisFirehose::DeliveryStream.RedshiftDestinationConfiguration.S3BackupMode',
      'AWS::KinesisFirehose::DeliveryStream.SplunkDestinationConfiguration.S3BackupMode',
      'AWS::OpsWorks::App.Environment',
      'AWS::RDS::DBInstance.DatabaseInsightsMode',
      'AWS::SecurityHub::OrganizationConfiguration.AutoEnable',
      'AWS::SecurityHub::OrganizationConfiguration.AutoEnableStandards',
    ],
  },
  {
    why: 'Speaks of one item of a list, which is removed and added; the resource stays',
    paths: [
      'AWS::IoTSiteWise::Asset.AssetHierarchies.ExternalId',
      'AWS::IoTSiteWise::AssetModel.AssetModelCompositeModels.Description',
      'AWS::IoTSiteWise::AssetModel.AssetModelHierarchies.ExternalId',
      'AWS::MediaConnect::Flow.VpcInterfaces.Name',
      'AWS::NetworkFirewall::Firewall.SubnetMappings.IPAddressType',
      'AWS::NetworkFirewall::FirewallPolicy.FirewallPolicy.StatelessCustomActions.ActionName',
      'AWS::NetworkFirewall::RuleGroup.RuleGroup.RulesSource.StatelessRulesAndCustomActions.CustomActions.ActionName',
      'AWS::ElasticLoadBalancingV2::TargetGroup.Targets.QuicServerId',
    ],
  },
  {
    why: 'Speaks of something else that is immutable or not to be edited: image tags, locks, catalogues, tag keys, attributes, commands',
    paths: [
      'AWS::Athena::DataCatalog.Parameters',
      'AWS::Backup::BackupVault.LockConfiguration.ChangeableForDays',
      'AWS::Batch::JobDefinition.EksProperties.PodProperties.Containers.Command',
      'AWS::Batch::JobDefinition.EksProperties.PodProperties.InitContainers.Command',
      'AWS::Batch::JobDefinition.NodeProperties.NodeRangeProperties.EksProperties.PodProperties.Containers.Command',
      'AWS::Batch::JobDefinition.NodeProperties.NodeRangeProperties.EksProperties.PodProperties.InitContainers.Command',
      'AWS::CleanRoomsML::TrainingDataset.Tags',
      'AWS::CloudFront::Distribution.DistributionConfig.CacheBehaviors.PathPattern',
      'AWS::Cognito::UserPool.Schema.DeveloperOnlyAttribute',
      'AWS::Connect::TaskTemplate.Constraints.ReadOnlyFields',
      'AWS::ECR::Repository.ImageTagMutability',
      'AWS::ECR::RepositoryCreationTemplate.ImageTagMutability',
      'AWS::ECS::CapacityProvider.Tags',
      'AWS::ECS::Cluster.Tags',
      'AWS::ECS::Service.Tags',
      'AWS::ECS::TaskDefinition.Tags',
      'AWS::ECS::TaskSet.Tags',
      'AWS::EKS::PodIdentityAssociation.Tags',
      'AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerAttributes.Key',
      'AWS::SecretsManager::Secret.Tags',
    ],
  },
  {
    why: 'Advises a replacement of another kind: of a Memcached cluster by another logical id; of a database of EC2-Classic, which is retired, by one in a VPC',
    paths: ['AWS::ElastiCache::CacheCluster.CacheNodeType', 'AWS::RDS::DBInstance.VPCSecurityGroups'],
  },
];

const reasons = new Map(SAY_OTHERWISE.flatMap(({ why, paths }) => paths.map((path) => [path, why] as const)));

/** Why the words about this property do not say what an update does; `undefined`: they do. */
export const saysOtherwise = (path: string): string | undefined => reasons.get(path);
