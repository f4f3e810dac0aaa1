/** Plans the deletion of a stack. DeleteStack has no preview: what vanishes is read from template and resources. */

import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { compareWorstFirst, type Effect } from '../../../core/effect.ts';
import type { Thing } from '../../../core/picture.ts';
import { markFallen, protectionOfStack } from '../effects/fallen-protection.ts';
import { asPolicy, loss } from '../effects/loss.ts';
import { withDisks } from '../effects/stack-instances.ts';
import { askingAws } from '../errors.ts';
import { holdsOf, isRevisionType } from '../knowledge/index.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { marksOfChange } from '../knowledge/marks/index.ts';
import { protectionsIn } from '../knowledge/marks/protections.ts';
import { type LiveStack, observeStack } from '../observe/live-stack.ts';
import { parametersBefore } from '../observe/named-parameters.ts';
import { readersOf } from '../observe/output-readers.ts';
import { readOwners } from '../observe/owners.ts';
import type { AwsDraft } from '../observed.ts';
import { deployedSide, type Gathering, pictureOf, touched } from '../picture/picture.ts';
import { parseTemplate } from '../template/parse.ts';
import { observed, type PlannerContext } from './context.ts';
import { definePlanner } from './definition.ts';
import { refuseBusy, stackTarget, tokenFor } from './stack.ts';
import { namedElsewhere, viewsOf } from './views.ts';

export async function planStackDelete(context: PlannerContext, name: string): Promise<AwsDraft> {
  return askingAws(async () => {
    const live = await observeStack(context, name);
    refuseBusy(live);
    const { stackId, updatedAt } = live.observed;
    const outputs = (live.stack.Outputs ?? []).map(({ OutputKey = '' }) => OutputKey);
    const readers = await readersOf(context, live.observed, outputs);
    const things: Thing[] = [];
    const protections = protectionOfStack(live);
    const effects = (await deletionEffects(context, live, { prefix: '', things, protections, lowered: [] })).sort(
      compareWorstFirst,
    );
    const call: Call = {
      step: 'step1',
      provider: 'aws',
      service: 'cloudformation',
      operation: 'DeleteStack',
      input: { StackName: stackId, ClientRequestToken: tokenFor(stackId + (updatedAt ?? '')) },
      account: context.identity.account,
      region: context.identity.region,
    };
    return {
      action: 'delete',
      target: stackTarget(context, live),
      calls: [call],
      effects,
      picture: touched(things, effects),
      protections,
      observed: observed(context, {
        stack: { ...live.observed, importedExports: [...live.observed.importedExports, ...readers] },
      }),
      dryRun: { kind: 'synthesised', succeeded: true },
      recipe: { planner: 'stack_delete', input: { stack: stackId } },
      notes: [
        'CloudFormation cannot preview a deletion: this is derived from template and resources.',
        ...context.elsewhere.notes(),
      ],
    };
  });
}

/** Everything that goes when this stack goes, nested stacks expanded. */
export async function deletionEffects(
  context: PlannerContext,
  live: LiveStack,
  gathering: Gathering,
): Promise<Effect[]> {
  const { prefix, things } = gathering;
  const { account, region } = context.identity;
  const { secretKey, planNonce } = context;
  const { stackId, stackName } = live.observed;
  const place = { account, region, stackId, stackName };
  const deployed = { template: live.processed, parameters: parametersBefore(live) };
  const written = { template: parseTemplate(live.processed), parameters: live.parameters };
  const secrets = await context.secrets.exportsOf([written]);
  const named = namedElsewhere([deployed], place);
  const where = { ...place, elsewhere: await context.elsewhere.read(named, region, secrets) };
  const compared = viewsOf(deployed, null, {}, where);
  const ids = live.resources.map(({ LogicalResourceId = '' }) => LogicalResourceId);
  const views = { ...compared, ownersRead: await readOwners(context, ids, compared) };
  things.push(...pictureOf(deployedSide(live), null, { prefix, where, secretKey, planNonce }));
  gathering.protections.push(...protectionsIn(views, prefix));
  const own = live.resources.map((resource) => deletionEffect(resource, views, stackName, prefix));
  const effects = await markFallen(context, live, await withDisks(context, own), views, prefix);
  const nested = live.resources.filter(
    ({ ResourceType, PhysicalResourceId }, index) =>
      ResourceType === 'AWS::CloudFormation::Stack' &&
      PhysicalResourceId &&
      effects[index]?.retention?.effective === 'Delete',
  );
  const below = await Promise.all(
    nested.map(async ({ LogicalResourceId, PhysicalResourceId }) =>
      deletionEffects(context, await observeStack(context, PhysicalResourceId!), {
        ...gathering,
        prefix: `${prefix}${LogicalResourceId}/`,
      }),
    ),
  );
  return [...effects, ...below.flat()];
}

function deletionEffect(
  { LogicalResourceId = '', PhysicalResourceId, ResourceType = '' }: StackResourceSummary,
  views: MarkContext,
  stackName: string,
  prefix: string,
): Effect {
  const view = views.before[LogicalResourceId] ?? null;
  return loss(
    {
      kind: 'delete',
      type: ResourceType,
      logicalId: prefix + LogicalResourceId,
      ...(PhysicalResourceId ? { physicalId: PhysicalResourceId } : {}),
      owner: { kind: 'stack', name: stackName },
      holds: holdsOf(ResourceType),
      revision: isRevisionType(ResourceType),
      properties: [],
      marks: marksOfChange(view, null, views),
    },
    asPolicy(view?.deletionPolicy),
    'DeletionPolicy',
    view?.properties,
  );
}

export const stackDelete = definePlanner({
  name: 'stack_delete',
  input: z.strictObject({ stack: z.string() }),
  plan: (context, { stack }) => planStackDelete(context, stack),
  recipe: 'stack_delete',
  replan: (context, { stack }: { stack: string }) => planStackDelete(context, stack),
});
