/** A template as its author's tools would have sent it: local files stand in a bucket, which is made up. */

import { type LocalAsset, localAssets } from '../providers/aws/template/assets.ts';
import { asJson } from '../providers/aws/template/body.ts';
import { isRecord, parseTemplate, type Template } from '../providers/aws/template/parse.ts';

type Placed = (bucket: string, key: string) => unknown;
const asCode: Placed = (S3Bucket, S3Key) => ({ S3Bucket, S3Key });
const asObject: Placed = (Bucket, Key) => ({ Bucket, Key });
const asUri: Placed = (bucket, key) => `s3://${bucket}/${key}`;
/** Other types name the file by its URI. */
const PLACES: Record<string, Placed> = {
  'AWS::Lambda::Function': asCode,
  'AWS::Lambda::LayerVersion': asCode,
  'AWS::ApiGateway::RestApi': asObject,
  'AWS::StepFunctions::StateMachine': asObject,
};
/** What is in these files is not only code: they are templates of their own. */
const TEMPLATES = new Set(['AWS::CloudFormation::Stack', 'AWS::Serverless::Application']);

/** @returns the text as it was where it names no local file, or has loops. @throws INPUT_TEMPLATE_INVALID. */
export function packaged(text: string, bucket: string): string {
  const template = parseTemplate(text);
  const assets = localAssets(template).filter(({ type }) => !TEMPLATES.has(type));
  const json = assets.length > 0 ? asJson(template) : undefined;
  if (json === undefined) return text;
  const copy = JSON.parse(json) as Template;
  for (const asset of assets) place(copy, asset, bucket);
  return JSON.stringify(copy);
}

function place({ Resources }: Template, { logicalId, type, property, path }: LocalAsset, bucket: string): void {
  const steps = property.split('.');
  const last = steps.pop()!;
  const holder = steps.reduce<unknown>(
    (at, key) => (isRecord(at) ? at[key] : undefined),
    Resources[logicalId]!.Properties,
  );
  if (isRecord(holder)) holder[last] = (PLACES[type] ?? asUri)(bucket, path);
}
