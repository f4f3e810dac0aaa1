/** What class of harm a call of AWS could do; the gate asks this of every attempt. */
import type { Call, CallClass } from '../../core/call.ts';
import type { Classified } from '../../core/permit.ts';

export const SERVICES = ['cloudformation', 'ec2', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

const READ_PREFIXES = ['Describe', 'List', 'Get', 'Validate', 'Estimate'] as const;
/** Named like a read, and not one: each mints credentials or starts something. */
const NOT_READS = new Set(['GetSessionToken', 'GetFederationToken', 'GetWebIdentityToken', 'GetDelegatedAccessToken']);
const PLAN_OPERATIONS = new Set(['CreateChangeSet', 'DeleteChangeSet', 'DetectStackDrift', 'DetectStackResourceDrift']);
/**
 * Options of a change set that take over resources, or weaken rollback or validation, with the values that do not.
 * No dry run of ours has any other value, and no change set of another tool is taken over with one. A value that is an
 * object is looked at by its parts; a part that is not listed weakens.
 */
const WEAKENING: Record<string, readonly unknown[] | Record<string, readonly unknown[]>> = {
  ResourcesToImport: [],
  ImportExistingResources: [],
  OnStackFailure: ['ROLLBACK'],
  DeploymentMode: [],
  DeploymentConfig: { Mode: ['STANDARD'], DisableRollback: [] },
  DisableValidation: [],
};
export const WEAKENING_OPTIONS: readonly string[] = Object.keys(WEAKENING);
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
  if (service === 's3') return operation === 'GetObject' ? 'read' : 'write';
  if (READ_PREFIXES.some((prefix) => operation.startsWith(prefix)) && !NOT_READS.has(operation)) return 'read';
  if (service === 'cloudformation' && PLAN_OPERATIONS.has(operation)) return isWeakening(input) ? 'write' : 'plan';
  if (service === 'ec2' && input.DryRun === true) return 'plan';
  return 'write';
}

function isWeakening(input: Record<string, unknown>): boolean {
  return input.ChangeSetType === 'IMPORT' || weaknessesOf(input).length > 0;
}

/**
 * @param options of CreateChangeSet, or as DescribeChangeSet tells them.
 * @returns each that weakens, to be shown: `OnStackFailure: DO_NOTHING`.
 */
export function weaknessesOf(options: Record<string, unknown>): string[] {
  return Object.entries(WEAKENING).flatMap(([name, harmless]) => {
    const value = options[name];
    if (Array.isArray(harmless)) return isHarmless(value, harmless) ? [] : [said(name, value)];
    if (isHarmless(value, [])) return [];
    if (typeof value !== 'object') return [said(name, value)];
    const byPart = harmless as Record<string, readonly unknown[]>;
    return Object.entries(value as object)
      .filter(([part, inner]) => !isHarmless(inner, byPart[part] ?? []))
      .map(([part, inner]) => said(`${name}.${part}`, inner));
  });
}

/** What is not there, empty or off is harmless whatever it belongs to. */
const isHarmless = (value: unknown, harmless: readonly unknown[]): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  harmless.includes(value);
const said = (name: string, value: unknown): string => (typeof value === 'string' ? `${name}: ${value}` : name);

/** By name or ARN. */
export const OWN_CHANGE_SET = new RegExp(`^(?:arn:[^/]*:changeSet/)?${CHANGE_SET_PREFIX}[^/]*(?:/|$)`);
/** Is this a change set of ours, by name or ARN? */
export const isOwnChangeSet = (nameOrArn: unknown): boolean => OWN_CHANGE_SET.test(String(nameOrArn));

/** @param sessionRoles ARNs of the roles that the policy names: only these are assumed. */
export function classified(
  { service, operation, input }: Pick<Call, 'service' | 'operation' | 'input'>,
  sessionRoles: readonly string[] = [],
): Classified {
  const { ChangeSetName: changeSet, RoleArn: role } = input;
  return {
    class: classifyCall(service, operation, input),
    isNamedSession: sessionRoles.includes(String(role)),
    ...(changeSet !== undefined && !isOwnChangeSet(changeSet)
      ? { notForPlanning: 'Countersign did not make that change set' }
      : {}),
  };
}
