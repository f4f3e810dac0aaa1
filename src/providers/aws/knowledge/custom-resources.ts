/**
 * Custom resources whose handlers are public and well known: an update keeps their physical id, and they hold nothing.
 * What their functions may do is judged apart, by the role (marks/deputies.ts).
 *
 * Source: aws/aws-cdk, packages/@aws-cdk/custom-resource-handlers (BucketDeployment returns the PhysicalResourceId of
 * the request on an update; LogRetention the name of the log group; BucketNotifications that of the bucket), from memory.
 */
const KEEP_THEIR_ID: ReadonlySet<string> = new Set([
  'Custom::CDKBucketDeployment',
  'Custom::LogRetention',
  'Custom::S3BucketNotifications',
]);

export const keepsItsId = (type: string): boolean => KEEP_THEIR_ID.has(type);
