/**
 * Hosts of AWS: one table, for what the marks tell and for what people are shown.
 *
 * Guarantees: what a name has before the service (a bucket, a load balancer, an instance, an API) is its customers', and
 * may be anybody's. A registry of images is told by its account, not as a host.
 * Source: "AWS service endpoints", AWS General Reference.
 */
import type { HostRules } from '../../../core/hosts.ts';

export const REGION = '(?:us-iso[a-z]?|us-gov|[a-z]{2})(?:-[a-z]{3,9}){1,2}-\\d';
const DOMAIN = '(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)';
/** Of two words only those that services have. */
const SERVICE = new RegExp(
  `^(?:\\d{12}\\.dkr\\.ecr|api\\.(?:ecr|sagemaker|pricing)|runtime\\.(?:sagemaker|lex)|streams\\.dynamodb|[a-z0-9-]{1,40})(?:\\.dualstack)?(?:\\.${REGION})?\\.${DOMAIN}$|(?:^|\\.)(?:aws\\.amazon|amazon|amazontrust)\\.com$|^${DOMAIN}$`,
  'i',
);
const BUCKETS = new RegExp(`^s3(?:[.-](?:dualstack\\.)?${REGION})?\\.amazonaws\\.com(?:\\.cn)?$`, 'i');

export const hostsOfAws: HostRules = {
  isOwn: (host) => SERVICE.test(host),
  holdsNames: (host) => BUCKETS.test(host),
  isShared: (domain) => /^(?:amazonaws\.com|api\.aws|on\.aws|cloudfront\.net)$/i.test(domain),
};
