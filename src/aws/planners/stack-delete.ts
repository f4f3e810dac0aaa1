/** Plans the deletion of a stack. */
import type { Call } from '../../core/call.ts';
import { compareWorstFirst } from '../../core/effect.ts';
import type { PlanDraft } from '../../core/plan.ts';
import { holdsOf, isRevisionType } from '../../knowledge/index.ts';
import { parseTemplate } from '../../template/parse.ts';
import { resolveTemplate } from '../../template/resolve.ts';
import { loss } from '../effects.ts';
import { askingAws } from '../errors.ts';
import { observeStack } from '../observe/stack.ts';
import { observed, type PlannerContext } from './context.ts';
import { refuseBusy, stackTarget, tokenFor } from './stack.ts';

/** DeleteStack has no preview: what vanishes and what stays is read from the template and the resources. */
export async function planStackDelete(context: PlannerContext, name: string): Promise<PlanDraft> {
  return askingAws(async () => {
    const live = await observeStack(context.cloudFormation, name, context.secretKey);
    refuseBusy(live);
    const resolved = resolveTemplate(parseTemplate(live.template), {
      parameters: Object.fromEntries(Object.entries(live.observed.parameters)),
      pseudo: {
        AccountId: context.identity.account,
        Region: context.identity.region,
        StackId: live.observed.stackId,
        StackName: live.observed.stackName,
      },
    }).resources;
    const effects = live.resources
      .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
      .map(({ LogicalResourceId = '', PhysicalResourceId, ResourceType = '' }) => {
        const policy = resolved[LogicalResourceId]?.deletionPolicy ?? 'Delete';
        return loss(
          {
            kind: 'delete',
            type: ResourceType,
            logicalId: LogicalResourceId,
            ...(PhysicalResourceId ? { physicalId: PhysicalResourceId } : {}),
            owner: { kind: 'stack', name: live.observed.stackName },
            holds: holdsOf(ResourceType),
            revision: isRevisionType(ResourceType),
            properties: [],
            marks: [],
          },
          policy === 'Retain' ? 'Retain' : policy === 'Snapshot' ? 'Snapshot' : 'Delete',
          'DeletionPolicy',
        );
      });
    const call: Call = {
      step: 'step1',
      service: 'cloudformation',
      operation: 'DeleteStack',
      input: {
        StackName: live.observed.stackId,
        ClientRequestToken: tokenFor(live.observed.stackId + (live.observed.updatedAt ?? '')),
      },
      account: context.identity.account,
      region: context.identity.region,
    };
    return {
      target: stackTarget(context, live),
      calls: [call],
      effects: effects.sort(compareWorstFirst),
      observed: observed(context, { stack: live.observed }),
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'stack_delete', input: { stack: live.observed.stackId } },
      notes: ['CloudFormation has no preview of a deletion: this plan was made from the template and the resources.'],
    };
  });
}
