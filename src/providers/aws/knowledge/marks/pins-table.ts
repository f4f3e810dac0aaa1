/**
 * Where code, or a whole template, is named: type | kind | path of the name | path of its version (of an S3 object).
 * Kinds: `object` (S3 key or URL), `image` (container), `ami`.
 *
 * Source: the properties exist in the CloudFormation resource specification (a test holds each first name against the
 * index in data/); that the service reads them when the resource is made: from memory of the services' documentation.
 */
export interface PinRow {
  type: string;
  kind: 'object' | 'image' | 'ami';
  path: string;
  version: string | undefined;
}

const TABLE = `
AWS::Lambda::Function | object | Code.S3Key | Code.S3ObjectVersion
AWS::Lambda::Function | image | Code.ImageUri |
AWS::Lambda::LayerVersion | object | Content.S3Key | Content.S3ObjectVersion
AWS::CloudFormation::Stack | object | TemplateURL |
AWS::CloudFormation::StackSet | object | TemplateURL |
AWS::CloudFormation::HookVersion | object | SchemaHandlerPackage |
AWS::CloudFormation::ResourceVersion | object | SchemaHandlerPackage |
AWS::CloudFormation::ModuleVersion | object | ModulePackage |
AWS::ServiceCatalog::CloudFormationProduct | object | ProvisioningArtifactParameters.*.Info.LoadTemplateFromURL |
AWS::StepFunctions::StateMachine | object | DefinitionS3Location.Key | DefinitionS3Location.Version
AWS::ApiGateway::RestApi | object | BodyS3Location.Key | BodyS3Location.Version
AWS::ApiGatewayV2::Api | object | BodyS3Location.Key | BodyS3Location.Version
AWS::AppSync::GraphQLSchema | object | DefinitionS3Location |
AWS::AppSync::Resolver | object | CodeS3Location |
AWS::AppSync::FunctionConfiguration | object | CodeS3Location |
AWS::Glue::Job | object | Command.ScriptLocation |
AWS::Glue::Job | object | DefaultArguments.--extra-py-files |
AWS::Glue::Job | object | DefaultArguments.--extra-jars |
AWS::Synthetics::Canary | object | Code.S3Key | Code.S3ObjectVersion
AWS::SSM::Document | object | Attachments.*.Values |
AWS::ElasticBeanstalk::ApplicationVersion | object | SourceBundle.S3Key |
AWS::KinesisAnalyticsV2::Application | object | ApplicationConfiguration.ApplicationCodeConfiguration.CodeContent.S3ContentLocation.FileKey | ApplicationConfiguration.ApplicationCodeConfiguration.CodeContent.S3ContentLocation.ObjectVersion
AWS::SageMaker::Model | object | PrimaryContainer.ModelDataUrl |
AWS::SageMaker::Model | image | PrimaryContainer.Image |
AWS::SageMaker::Model | image | Containers.*.Image |
AWS::MWAA::Environment | object | PluginsS3Path | PluginsS3ObjectVersion
AWS::MWAA::Environment | object | RequirementsS3Path | RequirementsS3ObjectVersion
AWS::EMR::Cluster | object | BootstrapActions.*.ScriptBootstrapAction.Path |
AWS::ECS::TaskDefinition | image | ContainerDefinitions.*.Image |
AWS::Batch::JobDefinition | image | ContainerProperties.Image |
AWS::CodeBuild::Project | image | Environment.Image |
AWS::AppRunner::Service | image | SourceConfiguration.ImageRepository.ImageIdentifier |
AWS::Lightsail::Container | image | ContainerServiceDeployment.Containers.*.Image |
AWS::EC2::Instance | ami | ImageId |
AWS::EC2::LaunchTemplate | ami | LaunchTemplateData.ImageId |
AWS::AutoScaling::LaunchConfiguration | ami | ImageId |
AWS::Batch::ComputeEnvironment | ami | ComputeResources.ImageId |
`;

export const PINS: readonly PinRow[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [type = '', kind = '', path = '', version] = line.split('|').map((cell) => cell.trim());
    return { type, kind: kind as PinRow['kind'], path, version: version || undefined };
  });

/** Versions by a name that moves: type, path, and the values that move. */
export const MOVING: readonly { type: string; path: string; moving: RegExp }[] = [
  { type: 'AWS::Lambda::Alias', path: 'FunctionVersion', moving: /^\$LATEST$/i },
  { type: 'AWS::AutoScaling::AutoScalingGroup', path: 'LaunchTemplate.Version', moving: /^\$(Latest|Default)$/i },
  {
    type: 'AWS::AutoScaling::AutoScalingGroup',
    path: 'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version',
    moving: /^\$(Latest|Default)$/i,
  },
  { type: 'AWS::EC2::Instance', path: 'LaunchTemplate.Version', moving: /^\$(Latest|Default)$/i },
  { type: 'AWS::EKS::Nodegroup', path: 'LaunchTemplate.Version', moving: /^\$(Latest|Default)$/i },
  {
    type: 'AWS::Batch::ComputeEnvironment',
    path: 'ComputeResources.LaunchTemplate.Version',
    moving: /^\$(Latest|Default)$/i,
  },
  { type: 'AWS::SSM::Association', path: 'DocumentVersion', moving: /^\$(LATEST|DEFAULT)$/i },
  {
    type: 'AWS::EC2::SpotFleet',
    path: 'SpotFleetRequestConfigData.LaunchTemplateConfigs.*.LaunchTemplateSpecification.Version',
    moving: /^\$(Latest|Default)$/i,
  },
];
