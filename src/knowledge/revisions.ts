/**
 * Types that are replaced by design: each replacement is a revision, the old one is meant to go.
 * Source: "Update requires: Replacement" on nearly every property of the type's page in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ and the type's purpose there.
 */
const REVISIONS = new Set([
  'AWS::Lambda::Version',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::LayerVersionPermission',
  'AWS::Lambda::Permission',
  'AWS::Serverless::LayerVersion',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ECS::TaskDefinition',
  'AWS::AutoScaling::LaunchConfiguration',
  'AWS::Batch::JobDefinition',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::SubnetNetworkAclAssociation',
  'AWS::EC2::EIPAssociation',
  'AWS::EC2::VPCDHCPOptionsAssociation',
  'AWS::EC2::NetworkInterfaceAttachment',
  'AWS::CloudFormation::HookVersion',
  'AWS::CloudFormation::ModuleVersion',
  'AWS::CloudFormation::ResourceVersion',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::CDK::Metadata',
]);

export function isRevisionType(type: string): boolean {
  return REVISIONS.has(type);
}
