/** What every planner works with. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Permit } from '../../../core/permit.ts';
import type { Target } from '../../../core/plan.ts';
import type { Identity, Place } from '../../../core/ports.ts';
import type { Earlier } from '../../../core/way-back.ts';
import type { Knowledge } from '../knowledge/index.ts';
import { createDriftReads, type DriftReads } from '../observe/drift.ts';
import { createElsewhere, type Elsewhere } from '../observe/elsewhere.ts';
import { readOtherStacks } from '../observe/other-stacks.ts';
import { createSecretValues, type SecretValues } from '../observe/secret-values.ts';
import type { AwsDraft } from '../observed.ts';

export interface PlannerContext {
  cloudFormation: CloudFormationClient;
  ec2: EC2Client;
  identity: Identity;
  knowledge: Knowledge;
  /** Keys the HMAC of masked values. */
  secretKey: string;
  /** Of the plan that is made or computed again: with the key it tags masked values, equal ones equally in one plan only. */
  planNonce: string;
  /** Of one plan: what it reads of other stacks. */
  elsewhere: Elsewhere;
  /** Of one plan: what other stacks make of their secrets. */
  secrets: SecretValues;
  /** Of one plan: what differs of the stacks that it touches. Needs a planning permit. */
  drift: DriftReads;
  templateRoots: string[];
  /** Of the account, by the policy. */
  templateBuckets: readonly string[];
  /** Made where a template is read from S3. */
  objects(): Promise<S3Client>;
  /** A change of ours, with what its target was before it. */
  earlier(changeId: string): Promise<Earlier>;
  /** Without a policy nothing is sent to AWS that could run a macro or leave an empty stack behind. */
  hasPolicy: boolean;
  /** ARN of the role under which CloudFormation changes this stack; null: the caller's own session. */
  serviceRoleOf(stack: string, tags: Record<string, string>): string | null;
  now(): Date;
}
/** What one plan reads once. */
export function readsOf(client: CloudFormationClient): Pick<PlannerContext, 'elsewhere' | 'secrets' | 'drift'> {
  const others = readOtherStacks(client);
  return {
    elsewhere: createElsewhere(others),
    secrets: createSecretValues(client, others),
    drift: createDriftReads(client),
  };
}

/** Without a permit the clients only read. */
export type ContextFor = (place: Place, permit?: Permit) => Promise<PlannerContext>;

export function observed(context: PlannerContext, rest: Omit<AwsDraft['observed'], 'identity'>): AwsDraft['observed'] {
  return { identity: { account: context.identity.account, arn: context.identity.name }, ...rest };
}

/** The target of a plan on resources by id. */
export function resourcesTarget({ identity: { account, region } }: PlannerContext, ids: readonly string[]): Target {
  const sorted = [...new Set(ids)].sort();
  return { kind: 'resources', account, region, name: sorted.join(','), ids: sorted };
}
