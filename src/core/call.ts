/** One exact AWS API call, and what class of harm it could do. */
import { z } from 'zod';
import { canonicalJson } from './digest.ts';

export const SERVICES = ['cloudformation', 'ec2', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

/**
 * One call as it will leave: `input` is the SDK input shape, plain JSON (dates as ISO 8601).
 * A value that exists only after an earlier step is a step reference: `{"step": "step1.SnapshotId"}`.
 */
export const callSchema = z.strictObject({
  step: z.string(),
  provider: z.string(),
  service: z.string(),
  operation: z.string(),
  input: z.record(z.string(), z.json()),
  account: z.string(),
  region: z.string(),
});
export type Call = z.infer<typeof callSchema>;

/**
 * read: changes nothing. session: `AssumeRole` of a role that the policy names. plan: leaves a dry run behind
 * (a change set) or asks EC2 with DryRun. write: everything else, known or not.
 */
export type CallClass = 'read' | 'session' | 'plan' | 'write';

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
export function classifyCall(service: Service, operation: string, input: Record<string, unknown>): CallClass {
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

/** The bytes by which a permit knows a call: everything but the step's name. */
export function callKey(call: Omit<Call, 'step'>): string {
  const { provider, service, operation, input, account, region } = call;
  return canonicalJson({ provider, service, operation, input, account, region });
}

const stepReferenceSchema = z.strictObject({ step: z.string() });

/**
 * Replaces step references by what earlier steps returned.
 *
 * @param outputs by step name, the plain SDK output of that step.
 * @throws Error when a reference points at nothing: the plan is malformed and must not run.
 */
export function resolveStepReferences(value: unknown, outputs: Record<string, Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveStepReferences(item, outputs));
  if (value === null || typeof value !== 'object') return value;
  const reference = stepReferenceSchema.safeParse(value);
  if (reference.success) {
    const [step = '', ...path] = reference.data.step.split('.');
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], outputs[step]);
    if (found === undefined) throw new Error(`step reference ${reference.data.step} has no value`);
    return found;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveStepReferences(item, outputs)]));
}
