/** Local files that a template names: tools upload them, and write the place in S3 in their stead. */
import { isRecord, type Template } from './parse.ts';

/** By resource type. */
const PROPERTIES: Record<string, readonly string[]> = {
  'AWS::Lambda::Function': ['Code'],
  'AWS::Lambda::LayerVersion': ['Content'],
  'AWS::Serverless::Function': ['CodeUri', 'ImageUri'],
  'AWS::Serverless::LayerVersion': ['ContentUri'],
  'AWS::Serverless::Api': ['DefinitionUri'],
  'AWS::Serverless::StateMachine': ['DefinitionUri'],
  'AWS::Serverless::Application': ['Location'],
  'AWS::CloudFormation::Stack': ['TemplateURL'],
  'AWS::ApiGateway::RestApi': ['BodyS3Location'],
  'AWS::StepFunctions::StateMachine': ['DefinitionS3Location'],
  'AWS::Glue::Job': ['Command.ScriptLocation'],
};

export interface LocalAsset {
  logicalId: string;
  type: string;
  /** With dots: `Command.ScriptLocation`. */
  property: string;
  path: string;
}

export function localAssets(template: Template): LocalAsset[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type: type, Properties = {} }]) =>
    (PROPERTIES[type] ?? []).flatMap((property) => {
      const path = property
        .split('.')
        .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), Properties as unknown);
      const isLocal = typeof path === 'string' && !/^(?:s3|https?):\/\/|^\{\{resolve:|\.dkr\.ecr\./.test(path);
      return isLocal ? [{ logicalId, type, property, path }] : [];
    }),
  );
}
