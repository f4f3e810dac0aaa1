/**
 * What must be uploaded or prepared before a plan, and how. Each command here was run (test/deploy-tools), and none of
 * them can delete, replace or execute anything: they upload files, or make a change set.
 */
import { CountersignError } from '../../../core/errors.ts';
import type { PlannerContext } from './context.ts';

const refusal = (why: string, remedy: string) => new CountersignError('INPUT_NEEDS_PACKAGING', why, remedy);

/** @param asset the property, as in `Function.Code`. */
export const needsPackage = (asset: string): CountersignError =>
  refusal(
    `${asset} names a local file that must be uploaded first.`,
    'Run aws cloudformation package --template-file FILE --s3-bucket BUCKET --output-template-file packaged.yaml, then plan with template_file: packaged.yaml',
  );

/** More than CloudFormation takes in a call. */
export function needsUpload({ templateBuckets }: PlannerContext, bytes: number, isCdk: boolean): CountersignError {
  const [bucket = 'BUCKET'] = templateBuckets;
  const upload = isCdk
    ? 'Run cdk publish-assets STACK --unstable=publish-assets, which uploads the template too'
    : `Run aws s3api put-object --bucket ${bucket} --key KEY --body FILE`;
  const needed =
    templateBuckets.length === 0 ? ' The user must add the bucket to template_buckets in the policy first.' : '';
  return refusal(
    `The template has ${bytes} bytes; a call takes 51200.`,
    `${upload}; then plan with template_file: s3://${bucket}/KEY.${needed}`,
  );
}

/** @param macro it runs a function of the account as soon as a change set is made, before anybody has judged it. */
export const needsPrepared = (macro: string): CountersignError =>
  refusal(
    `The macro ${macro} would run as soon as a change set is made.`,
    'Ask the user to prepare it: aws cloudformation create-change-set --stack-name STACK --change-set-name NAME --template-body file://FILE --include-nested-stacks --capabilities CAPABILITY_AUTO_EXPAND; then plan with change_set: NAME',
  );
