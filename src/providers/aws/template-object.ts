/**
 * A template in S3: read whole, in one version that cannot change, from a bucket that the policy names for the account.
 *
 * SECURITY: what is read here is judged before CloudFormation reads it. So the bucket must belong to the account of the
 * plan, and both reads name the version: somebody who writes the object in between changes neither.
 */
import { CountersignError } from '../../core/errors.ts';
import type { WantedTemplate } from './change-sets.ts';
import type { PlannerContext } from './planners/context.ts';
import { MAX_TEMPLATE_BYTES } from './template/parse.ts';

interface Named {
  bucket: string;
  key: string;
  versionId?: string;
}
type Reading = Pick<PlannerContext, 'identity' | 'objects' | 'templateBuckets'>;

export const isInS3 = (file: string): boolean => file.startsWith('s3://');

/**
 * @param file `s3://bucket/key`, with `?versionId=…` or the newest version. The key stands as it is, not encoded.
 * @throws INPUT_INVALID, INPUT_TEMPLATE_FILE_OUTSIDE, INPUT_TOO_LARGE; AWS's own errors.
 */
export async function readFromS3(context: Reading, file: string): Promise<WantedTemplate> {
  const named = namedBy(file);
  refuseOtherBuckets(context, named);
  const [{ GetObjectCommand }, client] = await Promise.all([import('@aws-sdk/client-s3'), context.objects()]);
  const { bucket: Bucket, key: Key, versionId } = named;
  const { account: ExpectedBucketOwner, region } = context.identity;
  const object = await client.send(
    new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner, ...(versionId ? { VersionId: versionId } : {}) }),
  );
  const kept = object.VersionId;
  if (kept === undefined || kept === 'null')
    throw new CountersignError(
      'INPUT_INVALID',
      `The bucket ${Bucket} gave no version of this template, so it could be replaced before CloudFormation reads it.`,
      'Ask the user to enable versioning of this bucket; then upload the template again.',
    );
  const text = await textOf(object);
  const { url } = await client.config.endpointProvider({
    ...{ Region: region, Bucket, Key, ForcePathStyle: true, UseFIPS: false, UseDualStack: false },
  });
  const path = Key.split('/').map(encodeURIComponent).join('/');
  return { text, url: `${url.origin}/${Bucket}/${path}?versionId=${encodeURIComponent(kept)}` };
}

function namedBy(file: string): Named {
  const [, bucket, key, versionId] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^?]{1,1024})(?:\?versionId=([^?&#\s]{1,1024}))?$/.exec(file) ?? [];
  // A URL with such a step would lead to another bucket.
  const isPlain = key?.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (bucket === undefined || key === undefined || !isPlain)
    throw new CountersignError(
      'INPUT_INVALID',
      'template_file is no name of an object in S3.',
      'Write it as s3://BUCKET/KEY?versionId=VERSION.',
    );
  return { bucket, key, ...(versionId === undefined ? {} : { versionId }) };
}

function refuseOtherBuckets({ templateBuckets }: Reading, { bucket }: Named): void {
  if (templateBuckets.includes(bucket)) return;
  throw new CountersignError(
    'INPUT_TEMPLATE_FILE_OUTSIDE',
    `The policy does not name ${bucket} among the template_buckets of this account.`,
    templateBuckets.length === 0
      ? 'Send a template of at most 51,200 bytes, or ask the user to add the bucket to template_buckets in the policy.'
      : `Use one of: ${templateBuckets.join(', ')}.`,
  );
}

/** Read no further than the bound. */
async function textOf({ Body }: { Body?: unknown }): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (Body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    size += part.length;
    if (size > MAX_TEMPLATE_BYTES)
      throw new CountersignError(
        'INPUT_TOO_LARGE',
        `The template in S3 has more than ${MAX_TEMPLATE_BYTES} bytes, the limit of CloudFormation.`,
        'Split the stack, for example into nested stacks.',
      );
  }
  return Buffer.concat(parts).toString('utf8');
}
