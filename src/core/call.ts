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
  service: z.enum(SERVICES),
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

/** Is this a change set of ours, by name or ARN? */
export function isOwnChangeSet(nameOrArn: unknown): boolean {
  const name = /^arn:[^/]*:changeSet\/([^/]+)\//.exec(String(nameOrArn))?.[1] ?? String(nameOrArn);
  return name.startsWith(CHANGE_SET_PREFIX);
}

/** The bytes by which a permit knows a call: everything but the step's name. */
export function callKey(call: Omit<Call, 'step'>): string {
  const { service, operation, input, account, region } = call;
  return canonicalJson({ service, operation, input, account, region });
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
