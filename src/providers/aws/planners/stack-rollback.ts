/**
 * Plans the way back for a stack that is stuck or on its way: continue, roll back or cancel, by its state.
 *
 * CloudFormation has no preview of any of them: the effects are read from the resources' states. What they go back
 * to is the last state that worked, which people saw and signed before.
 */
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { compareWorstFirst, type Effect } from '../../../core/effect.ts';
import { CountersignError } from '../../../core/errors.ts';
import { loss } from '../effects/loss.ts';
import { withDisks } from '../effects/stack-instances.ts';
import { askingAws } from '../errors.ts';
import { holdsOf, isRevisionType } from '../knowledge/index.ts';
import { type LiveStack, observeStack } from '../observe/live-stack.ts';
import { madeSinceStable } from '../observe/stack.ts';
import type { AwsDraft } from '../observed.ts';
import { observed, type PlannerContext } from './context.ts';
import { definePlanner } from './definition.ts';
import { stackTarget, tokenFor } from './stack.ts';

type Way = { operation: string; detail: string; takesSkips: boolean };

const WAYS: Record<string, Way> = {
  UPDATE_ROLLBACK_FAILED: {
    operation: 'ContinueUpdateRollback',
    detail: 'Continues the failed rollback.',
    takesSkips: true,
  },
  UPDATE_IN_PROGRESS: {
    operation: 'CancelUpdateStack',
    detail: 'Cancels the running update and rolls it back.',
    takesSkips: false,
  },
  UPDATE_FAILED: {
    operation: 'RollbackStack',
    detail: 'Rolls the failed update back to the last working state.',
    takesSkips: false,
  },
  CREATE_FAILED: {
    operation: 'RollbackStack',
    detail: 'Deletes the resources that the failed creation made.',
    takesSkips: false,
  },
};

export async function planStackRollback(context: PlannerContext, name: string, skip: string[]): Promise<AwsDraft> {
  return askingAws(async () => {
    const live = await observeStack(context, name);
    const way = wayBack(live, skip);
    const { stackId, updatedAt } = live.observed;
    const call: Call = {
      step: 'step1',
      provider: 'aws',
      service: 'cloudformation',
      operation: way.operation,
      input: {
        StackName: stackId,
        ClientRequestToken: tokenFor(`${way.operation}/${stackId}/${updatedAt ?? ''}`),
        ...(skip.length > 0 ? { ResourcesToSkip: skip } : {}),
      },
      account: context.identity.account,
      region: context.identity.region,
    };
    return {
      action: 'roll_back',
      target: stackTarget(context, live),
      calls: [call],
      effects: (await withDisks(context, effectsOf(live, way, skip, await madeBy(context, live)))).sort(
        compareWorstFirst,
      ),
      observed: observed(context, { stack: live.observed }),
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'stack_rollback', input: { stack: stackId, skip } },
      notes: [`${way.detail} CloudFormation cannot preview this.`],
    };
  });
}

function wayBack({ observed: { stackName, status } }: LiveStack, skip: readonly string[]): Way {
  const way = WAYS[status];
  if (!way && /ROLLBACK_(?:\w+_)?IN_PROGRESS$/.test(status))
    throw new CountersignError(
      'STATE_STACK_BUSY',
      `${stackName} is in ${status}: CloudFormation is rolling it back.`,
      'Wait until the rollback has ended. If it fails, plan this again to continue it.',
      { next: { tool: 'describe_stack', input: { stack: stackName, include: ['events'] } } },
    );
  if (!way)
    throw new CountersignError(
      'STATE_NOTHING_TO_ROLL_BACK',
      `${stackName} is in ${status}: there is nothing to continue, roll back or cancel.`,
      'To restore an earlier template, use plan_stack_update.',
      { next: { tool: 'describe_stack', input: { stack: stackName, include: ['events'] } } },
    );
  if (skip.length > 0 && !way.takesSkips)
    throw new CountersignError(
      'INPUT_INVALID',
      `resources_to_skip does not apply to a stack in ${status}.`,
      'Leave it out.',
    );
  return way;
}

/**
 * What goes with the rollback: a stack can be left in UPDATE_FAILED, and what the update made be in use, for days.
 * While CloudFormation itself is at it (the other states) what it made is minutes old, and is not told of.
 */
async function madeBy({ cloudFormation }: PlannerContext, { observed, resources }: LiveStack) {
  if (observed.status === 'CREATE_FAILED') return resources;
  if (observed.status !== 'UPDATE_FAILED') return [];
  const made = await madeSinceStable(cloudFormation, observed.stackId);
  return resources.filter(({ LogicalResourceId = '' }) => made.has(LogicalResourceId));
}

function effectsOf(
  live: LiveStack,
  way: Way,
  skip: readonly string[],
  made: readonly StackResourceSummary[],
): Effect[] {
  const { stackName, stackId, status } = live.observed;
  const lost = made.map((resource) =>
    loss({ ...baseOf(resource, stackName), kind: 'delete' }, 'Delete', 'DeletionPolicy'),
  );
  if (status === 'CREATE_FAILED') return lost;
  const stuck = live.resources.filter(({ ResourceStatus = '' }) =>
    /UPDATE_FAILED|ROLLBACK_FAILED/.test(ResourceStatus),
  );
  const stack: Effect = {
    kind: 'update',
    type: 'AWS::CloudFormation::Stack',
    physicalId: stackId,
    owner: { kind: 'stack', name: stackName },
    holds: 'nothing',
    interrupts: 'unknown',
    reversibility: 'reversible',
    revision: false,
    properties: [],
    marks: [],
    why: way.detail,
  };
  return [
    stack,
    ...lost,
    ...stuck.map((resource): Effect => {
      const isSkipped = skip.includes(resource.LogicalResourceId ?? '');
      return {
        ...baseOf(resource, stackName),
        kind: 'update',
        interrupts: 'unknown',
        reversibility: 'reversible',
        why: isSkipped
          ? 'Skipped: it stays as it is and may then differ from the template.'
          : 'Returns to its last working state.',
      };
    }),
  ];
}

function baseOf(
  { LogicalResourceId = '', PhysicalResourceId, ResourceType = '' }: StackResourceSummary,
  stack: string,
) {
  return {
    type: ResourceType,
    logicalId: LogicalResourceId,
    ...(PhysicalResourceId ? { physicalId: PhysicalResourceId } : {}),
    owner: { kind: 'stack' as const, name: stack },
    holds: holdsOf(ResourceType),
    revision: isRevisionType(ResourceType),
    properties: [],
    marks: [],
  };
}

interface RollbackRecipe {
  stack: string;
  skip: string[];
}
export const stackRollback = definePlanner({
  name: 'stack_rollback',
  input: z.strictObject({ stack: z.string(), skip: z.array(z.string()) }),
  plan: (context, { stack, skip }) => planStackRollback(context, stack, skip),
  recipe: 'stack_rollback',
  replan: (context, { stack, skip }: RollbackRecipe) => planStackRollback(context, stack, skip),
});
