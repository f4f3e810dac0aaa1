/** What plans alone leave of a stack that nobody made: an empty one in REVIEW_IN_PROGRESS, which nothing else removes. */
import type { Target } from '../../core/plan.ts';
import type { Removal } from '../../core/removal.ts';
import { findStack, listResources } from './observe/stack.ts';
import { allPages } from './paging.ts';
import type { PlannerContext } from './planners/context.ts';
import { tokenFor } from './planners/stack.ts';

/** Clocks of two machines. */
const SKEW_MILLISECONDS = 60_000;

export async function removalOf(
  { cloudFormation }: Pick<PlannerContext, 'cloudFormation'>,
  { name, account, region }: Target,
  since: Date,
  dead: readonly string[],
): Promise<Removal> {
  const stack = await findStack(cloudFormation, name);
  if (!stack?.StackId) return { why: 'it no longer exists' };
  if (stack.StackStatus !== 'REVIEW_IN_PROGRESS') return { why: `it is ${stack.StackStatus}` };
  if ((stack.CreationTime?.getTime() ?? 0) < since.getTime() - SKEW_MILLISECONDS)
    return { why: 'it existed before the plan' };
  const resources = await listResources(cloudFormation, stack.StackId);
  if (resources.length > 0) return { why: `it has resources: ${resources.length}` };
  const { paginateListChangeSets } = await import('@aws-sdk/client-cloudformation');
  const asked = paginateListChangeSets({ client: cloudFormation }, { StackName: stack.StackId });
  for await (const { Summaries = [] } of allPages(asked)) {
    const waiting = Summaries.find(({ ChangeSetId = '' }) => !dead.includes(ChangeSetId));
    if (waiting) return { why: `it has the change set ${waiting.ChangeSetName}` };
  }
  const call = { step: 'remove', provider: 'aws', service: 'cloudformation', operation: 'DeleteStack' };
  const input = { StackName: stack.StackId, ClientRequestToken: tokenFor(`remove/${stack.StackId}`) };
  return { call: { ...call, input, account, region }, why: 'it is empty, and no plan needs it' };
}
