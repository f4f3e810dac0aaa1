/**
 * Types that run code or call APIs under a role.
 * type | properties whose change changes what it runs or as whom | where its role stands | where its targets stand.
 *
 * Source: the properties exist in the CloudFormation resource specification (a test holds each first name against the
 * index in data/); which of them decide what runs: from memory of the services' documentation.
 *
 * Deliberately absent: memory, timeout, environment variables, runtime of a function; the image, count and size of ECS
 * tasks (an image bump is everyday work; pins.ts asks for its version); the rhythm of a schedule.
 */
export interface DeputyRow {
  runs: string[];
  roles: string[];
  targets: string[];
}

const TABLE = `
AWS::Lambda::Function | Code Role Layers Handler ImageConfig | Role |
AWS::StepFunctions::StateMachine | Definition DefinitionString DefinitionS3Location DefinitionSubstitutions RoleArn | RoleArn | Definition DefinitionString
AWS::Scheduler::Schedule | Target | Target.RoleArn | Target.Arn
AWS::Events::Rule | Targets RoleArn | Targets.*.RoleArn RoleArn | Targets.*.Arn
AWS::Pipes::Pipe | Target Enrichment RoleArn TargetParameters | RoleArn | Target Enrichment
AWS::CloudWatch::Alarm | AlarmActions OKActions InsufficientDataActions | | AlarmActions.* OKActions.* InsufficientDataActions.*
AWS::CodeBuild::Project | Source SecondarySources ServiceRole Environment.Image BuildBatchConfig | ServiceRole |
AWS::CodePipeline::Pipeline | Stages RoleArn | RoleArn Stages.*.Actions.*.RoleArn |
AWS::CodeDeploy::DeploymentGroup | ServiceRoleArn Deployment | ServiceRoleArn |
AWS::Glue::Job | Command Role DefaultArguments | Role |
AWS::Glue::Crawler | Role Targets | Role |
AWS::ECS::TaskDefinition | TaskRoleArn ExecutionRoleArn | TaskRoleArn ExecutionRoleArn |
AWS::EC2::Instance | UserData IamInstanceProfile | IamInstanceProfile |
AWS::EC2::LaunchTemplate | LaunchTemplateData.UserData LaunchTemplateData.IamInstanceProfile | LaunchTemplateData.IamInstanceProfile.Arn LaunchTemplateData.IamInstanceProfile.Name |
AWS::AutoScaling::LaunchConfiguration | UserData IamInstanceProfile | IamInstanceProfile |
AWS::IAM::InstanceProfile | Roles | Roles.* |
AWS::Batch::JobDefinition | ContainerProperties.JobRoleArn ContainerProperties.ExecutionRoleArn ContainerProperties.Command | ContainerProperties.JobRoleArn ContainerProperties.ExecutionRoleArn |
AWS::Batch::ComputeEnvironment | ServiceRole ComputeResources.InstanceRole | ServiceRole ComputeResources.InstanceRole |
AWS::SageMaker::NotebookInstance | RoleArn LifecycleConfigName | RoleArn |
AWS::SageMaker::NotebookInstanceLifecycleConfig | OnStart OnCreate | |
AWS::SageMaker::Pipeline | PipelineDefinition RoleArn | RoleArn |
AWS::SageMaker::Model | ExecutionRoleArn Containers PrimaryContainer | ExecutionRoleArn |
AWS::Synthetics::Canary | Code ExecutionRoleArn | ExecutionRoleArn |
AWS::IoT::TopicRule | TopicRulePayload.Actions TopicRulePayload.ErrorAction | |
AWS::EMR::Cluster | JobFlowRole ServiceRole BootstrapActions Steps | JobFlowRole ServiceRole |
AWS::AppSync::DataSource | ServiceRoleArn HttpConfig LambdaConfig | ServiceRoleArn |
AWS::ApiGateway::Method | Integration | Integration.Credentials | Integration.Uri
AWS::ApiGatewayV2::Integration | IntegrationUri IntegrationSubtype CredentialsArn | CredentialsArn |
AWS::AppRunner::Service | InstanceConfiguration.InstanceRoleArn | InstanceConfiguration.InstanceRoleArn |
AWS::EKS::Nodegroup | NodeRole | NodeRole |
AWS::EKS::PodIdentityAssociation | RoleArn TargetRoleArn | RoleArn TargetRoleArn |
AWS::Transfer::Connector | AccessRole | AccessRole |
AWS::RDS::DBInstance | AssociatedRoles | AssociatedRoles.*.RoleArn |
AWS::RDS::DBCluster | AssociatedRoles | AssociatedRoles.*.RoleArn |
`;

const words = (cell: string | undefined) => (cell ?? '').split(' ').filter((word) => word !== '');

export const DEPUTIES: ReadonlyMap<string, DeputyRow> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [type = '', runs, roles, targets] = line.split('|').map((cell) => cell.trim());
      return [type, { runs: words(runs), roles: words(roles), targets: words(targets) }] as const;
    }),
);

/** In types without a row: names of properties that hold a role which the service takes on. */
export const ROLE_PROPERTY =
  /(RoleArn|RoleARN|ServiceRole|ExecutionRole|JobRole|TaskRole|IamRole|IAMRole|InstanceRole)$|^Role$/;

/** Whatever it is told to do, it does to things by tag, by account, or anywhere: no role in a template bounds it. */
export const UNBOUNDED: ReadonlyMap<string, string> = new Map([
  ['AWS::DLM::LifecyclePolicy', 'makes and deletes snapshots of every volume or instance with its tags'],
  ['AWS::CloudFormation::Macro', 'rewrites every template that uses it'],
  ['AWS::CloudFormation::StackSet', 'deploys a template in other accounts or regions'],
  ['AWS::CloudFormation::HookVersion', 'runs code at every operation that it hooks'],
  ['AWS::CloudFormation::ResourceVersion', 'runs code for every resource of its type'],
  ['AWS::CloudFormation::LambdaHook', 'runs code at every operation that it hooks'],
  ['AWS::ImageBuilder::ImagePipeline', 'runs builds on instances'],
  ['AWS::Organizations::Policy', 'limits the permissions of accounts'],
]);

/** They call AWS APIs or run documents of Systems Manager by themselves. */
export const DIRECT: ReadonlyMap<string, string> = new Map([
  ['AWS::Config::RemediationConfiguration', 'runs an automation on every resource it finds'],
  ['AWS::Budgets::BudgetsAction', 'attaches policies or stops instances'],
  ['AWS::FIS::ExperimentTemplate', 'injects faults: stops, terminates, disconnects'],
  ['AWS::SSMIncidents::ResponsePlan', 'runs an automation'],
]);

/** Documents of Systems Manager that look or keep the agent up to date, and do nothing else. From memory. */
export const HARMLESS_DOCUMENTS = new Set(['AWS-UpdateSSMAgent', 'AWS-GatherSoftwareInventory']);
