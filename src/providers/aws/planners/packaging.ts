/**
 * What must be uploaded or prepared before a plan, and how.
 *
 * SECURITY: only commands that upload files or make a change set are named, and test/deploy-tools runs each of them.
 * `cdk deploy` deletes stacks and change sets on its way to a change set, `sam deploy` makes a stack of its own, and
 * both, as `aws cloudformation deploy`, send empty tags.
 */
import { CountersignError } from '../../../core/errors.ts';
import { transformsOf } from '../template/inspect.ts';
import type { Template } from '../template/parse.ts';
import type { PlannerContext } from './context.ts';

const CDK_PATH = 'aws:cdk:path';
const PUBLISH = 'npx cdk publish-assets STACK --unstable=publish-assets';
const refusal = (why: string, remedy: string) => new CountersignError('INPUT_NEEDS_PACKAGING', why, remedy);

/** @param asset the property, as in `Function.Code`. */
export function needsPackage(template: Template, asset: string): CountersignError {
  const isCdk = Object.values(template.Resources).some(({ Metadata }) => Metadata?.[CDK_PATH] !== undefined);
  const source = transformsOf(template).includes('AWS::Serverless-2016-10-31')
    ? '.aws-sam/build/template.yaml'
    : 'FILE';
  const command = isCdk
    ? `${PUBLISH} (then template_file: cdk.out/STACK.template.json)`
    : `aws cloudformation package --template-file ${source} --s3-bucket BUCKET --output-template-file packaged.yaml (then template_file: packaged.yaml)`;
  return refusal(
    `${asset} names a local file that must be uploaded first.`,
    `Upload the files, which changes no stack, then plan the template that names them: ${command}`,
  );
}

/** More than CloudFormation takes in a call. */
export function needsUpload(
  { templateBuckets }: PlannerContext,
  { text, stack }: { text: string; stack: string },
): CountersignError {
  const why = `The template has ${Buffer.byteLength(text)} bytes; a call takes 51200.`;
  const [bucket] = templateBuckets;
  if (bucket === undefined)
    return refusal(
      why,
      `${prepared(stack, '--template-url URL')}. Or ask the user to list a bucket in template_buckets.`,
    );
  const upload = text.includes(CDK_PATH) ? PUBLISH : `aws s3api put-object --bucket ${bucket} --key KEY --body FILE`;
  return refusal(
    why,
    `Upload the template, then plan it from there: ${upload} (then template_file: s3://${bucket}/KEY)`,
  );
}

/** @param macro it runs a function of the account as soon as a change set is made, before anybody has judged it. */
export const needsPrepared = (macro: string, stack: string): CountersignError =>
  refusal(
    `The macro ${macro} would run as soon as a change set is made.`,
    prepared(stack, '--template-body file://FILE'),
  );

const prepared = (stack: string, template: string) =>
  `Ask the user to prepare a change set, and plan it by name with change_set: aws cloudformation create-change-set --stack-name ${stack} --change-set-name NAME ${template} --include-nested-stacks, with --parameters ParameterKey=P,UsePreviousValue=true for each parameter that stays, and --capabilities as needed`;
