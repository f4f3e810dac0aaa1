/** What class of harm a call of AWS could do; the gate asks this of every attempt. */
import type { Call, CallClass } from '../../core/call.ts';
import type { Classified } from '../../core/permit.ts';

export const SERVICES = ['cloudformation', 'ec2', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

const READ_PREFIXES = ['Describe', 'List', 'Get', 'Validate', 'Estimate'] as const;
/** Named like a read, and not one: each mints credentials or starts something. */
const NOT_READS = new Set(['GetSessionToken', 'GetFederationToken', 'GetWebIdentityToken', 'GetDelegatedAccessToken']);
const PLAN_OPERATIONS = new Set(['CreateChangeSet', 'DeleteChangeSet', 'DetectStackDrift']);
/** Options of CreateChangeSet that take over resources or weaken rollback or validation: no dry run of ours has them. */
export const WEAKENING_OPTIONS = [
  'ResourcesToImport',
  'ImportExistingResources',
  'OnStackFailure',
  'DeploymentMode',
  'DeploymentConfig',
  'DisableValidation',
] as const;
/** Change sets that we made: only these are deleted by us. */
export const CHANGE_SET_PREFIX = 'countersign-';

/**
 * INVARIANT: what is not known to be milder is a write.
 *
 * @param input the SDK input; only EC2's `DryRun: true` is looked at.
 */
export function classifyCall(service: string, operation: string, input: Record<string, unknown>): CallClass {
  if (service === 'sts') {
    if (operation === 'GetCallerIdentity') return 'read';
    return operation === 'AssumeRole' ? 'session' : 'write';
  }
  if (READ_PREFIXES.some((prefix) => operation.startsWith(prefix)) && !NOT_READS.has(operation)) return 'read';
  if (service === 'cloudformation' && PLAN_OPERATIONS.has(operation)) return isWeakening(input) ? 'write' : 'plan';
  if (service === 'ec2' && input.DryRun === true) return 'plan';
  return 'write';
}

function isWeakening(input: Record<string, unknown>): boolean {
  const isSet = (value: unknown) => value !== undefined && value !== false;
  return input.ChangeSetType === 'IMPORT' || WEAKENING_OPTIONS.some((option) => isSet(input[option]));
}

/** Is this a change set of ours, by name or ARN? */
export function isOwnChangeSet(nameOrArn: unknown): boolean {
  const name = /^arn:[^/]*:changeSet\/([^/]+)\//.exec(String(nameOrArn))?.[1] ?? String(nameOrArn);
  return name.startsWith(CHANGE_SET_PREFIX);
}

/** @param sessionRoles ARNs of the roles that the policy names: only these are assumed. */
export function classified(
  { service, operation, input }: Pick<Call, 'service' | 'operation' | 'input'>,
  sessionRoles: readonly string[] = [],
): Classified {
  const { ChangeSetName: changeSet, RoleArn: role } = input;
  return {
    class: classifyCall(service, operation, input),
    isNamedSession: sessionRoles.includes(String(role)),
    ...(changeSet !== undefined && !isOwnChangeSet(changeSet) ? { notForPlanning: 'that change set is not ours' } : {}),
  };
}
