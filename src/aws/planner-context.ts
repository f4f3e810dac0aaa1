/** What every planner works with. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { PlanDraft } from '../core/plan.ts';
import type { Knowledge } from '../knowledge/index.ts';

export interface PlannerContext {
  cloudFormation: CloudFormationClient;
  ec2: EC2Client;
  identity: { account: string; arn: string; region: string };
  knowledge: Knowledge;
  secretKey: string;
  templateRoots: string[];
  now(): Date;
}

export function observed(
  context: PlannerContext,
  rest: Omit<PlanDraft['observed'], 'identity'>,
): PlanDraft['observed'] {
  return { identity: { account: context.identity.account, arn: context.identity.arn }, ...rest };
}
