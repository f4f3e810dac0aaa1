import { type TypeLines, typesOf } from './tables/judgement.ts';

/**
 * Types that are replaced by design: a replacement is a new revision, link or grant, and the old one is meant to go.
 * An update of one counts as `update`. Nothing here may hold data of its own that the template does not have.
 */
interface Group {
  source: string;
  types: TypeLines;
}

const INDEX =
  'every property except tags, descriptions and switches is create-only in @aws-cdk/aws-service-spec 0.1.216 and the schemas of cfn-lint 1.51.0';

export const REVISIONS: readonly Group[] = [
  {
    source: `A numbered or named revision of another resource: ${INDEX}`,
    types: `
      AppConfig HostedConfigurationVersion
      AutoScaling LaunchConfiguration
      Bedrock AutomatedReasoningPolicyVersion FlowVersion GuardrailVersion PromptVersion
      CloudFormation HookVersion ModuleVersion ResourceVersion
      Connect ContactFlowModuleVersion ContactFlowVersion ViewVersion
      ECS DaemonTaskDefinition TaskDefinition
      Greengrass ConnectorDefinitionVersion CoreDefinitionVersion DeviceDefinitionVersion FunctionDefinitionVersion GroupVersion
      Greengrass LoggerDefinitionVersion ResourceDefinitionVersion SubscriptionDefinitionVersion
      GreengrassV2 ComponentVersion Deployment
      ImageBuilder Component ContainerRecipe ImageRecipe
      Lambda LayerVersion Version
      SageMaker EndpointConfig Model
      Serverless LayerVersion
      StepFunctions StateMachineVersion
      Wisdom AIAgentVersion AIGuardrailVersion AIPromptVersion`,
  },
  {
    source:
      'A revision by its purpose, although AWS updates some of its properties in place or lists none: service documentation, from memory',
    types: `
      ApiGateway Deployment
      ApiGatewayV2 Deployment
      Batch JobDefinition
      CDK Metadata
      CloudFormation WaitConditionHandle
      Lex BotVersion
      Wisdom MessageTemplateVersion`,
  },
  {
    source: `A link or a grant between two resources, recreated at once: ${INDEX}`,
    types: `
      EC2 EIPAssociation NetworkInterfaceAttachment SubnetNetworkAclAssociation SubnetRouteTableAssociation VPCDHCPOptionsAssociation
      IoT PolicyPrincipalAttachment ThingPrincipalAttachment
      Lambda LayerVersionPermission Permission
      ServiceCatalog PortfolioPrincipalAssociation PortfolioProductAssociation TagOptionAssociation
      WAFv2 WebACLAssociation`,
  },
];

export const revisionTypes: ReadonlySet<string> = new Set(REVISIONS.flatMap(typesOf));

export function isRevisionType(type: string): boolean {
  return revisionTypes.has(type);
}
