/** Plans the update of a stack: as a change set of our own, or one that another tool prepared. */
import { CountersignError } from '../../../core/errors.ts';
import { CHANGE_SET_PREFIX, isOwnChangeSet } from '../call-classes.ts';
import {
  type ChangeSet,
  createChangeSet,
  discardChangeSet,
  keepIfPlanned,
  readChangeSet,
  type WantedTemplate,
} from '../change-sets.ts';
import { askingAws } from '../errors.ts';
import { type BegunStack, beginObserving, type LiveStack, observeStack } from '../observe/live-stack.ts';
import { deletedLately } from '../observe/stack.ts';
import type { AwsDraft } from '../observed.ts';
import type { StackUpdateRequest } from '../ports.ts';
import { stackUpdateRequestSchema } from '../ports.ts';
import { parseTemplate } from '../template/parse.ts';
import { capabilitiesFor, referencesIn } from '../template/resolve.ts';
import { requestToUndo, stateBefore } from './before.ts';
import { type ChangeSetRecipe, draftOfChangeSet } from './change-set-draft.ts';
import { observed, type PlannerContext } from './context.ts';
import { definePlanner } from './definition.ts';
import { deletion, refuseBusy, refuseNested, refuseStuck, stackTarget } from './stack.ts';
import { checkedTemplate, hasNestedStacks, refuseMaskedParameters, wantedTemplate } from './wanted-template.ts';

export async function planStackUpdate(context: PlannerContext, asked: StackUpdateRequest): Promise<AwsDraft> {
  return askingAws(async () => {
    const live = await beginObserving(context, asked.stack, 'later');
    refuseNested(live);
    refuseBusy(live);
    refuseNeverCreated(live);
    refuseStuck(live);
    const { request, notes } =
      asked.undo === undefined ? { request: asked, notes: [] } : await requestToUndo(context, asked, live);
    const wanted =
      request.changeSet === undefined ? await wantedTemplate(context, request, () => live.template) : undefined;
    const sent = wanted?.text;
    const draftOf = async (set: ChangeSet | 'unchanged'): Promise<AwsDraft> => {
      const whole = await live.whole;
      const draft =
        set === 'unchanged'
          ? noChange(context, whole, request, sent)
          : await draftOfChangeSet(context, whole, set, { type: 'UPDATE', sent });
      return { ...draft, notes: [...notes, ...draft.notes], before: stateBefore(whole) };
    };
    if (wanted === undefined) return draftOf(await adoptChangeSet(context, request.changeSet!, live.observed.stackId));
    const { cloudFormation } = context;
    const id = await proposeUpdate(context, request, live, wanted);
    // Beside CloudFormation's own time for the change set.
    for (const logicalId of namedByEdit(live, wanted.text, request))
      void context.drift.of(live.observed.stackId, logicalId);
    return keepIfPlanned(cloudFormation, id, async () => {
      const set = requireOwnStack(await readChangeSet(cloudFormation, id), live.observed.stackId);
      // CloudFormation keeps a set that failed for want of changes until somebody deletes it.
      if (set === 'unchanged') await discardChangeSet(cloudFormation, id).catch(() => undefined);
      return draftOf(set === 'unchanged' ? set : { ...set, role: roleFor(context, live) });
    });
  });
}

/** By the tags that it has: those of the update are not on it when the role is chosen. */
const roleFor = ({ serviceRoleOf }: PlannerContext, { observed }: BegunStack) =>
  serviceRoleOf(observed.stackName, observed.tags);

/** Logical ids of what is there and that the two templates, or a parameter that it names, make different. A guess. */
function namedByEdit({ template }: BegunStack, sent: string, { parameters = {} }: StackUpdateRequest): string[] {
  const [was, is] = [parseTemplate(template).Resources, parseTemplate(sent).Resources];
  return Object.keys(is).filter(
    (id) =>
      Object.hasOwn(was, id) &&
      is[id]?.Type !== 'AWS::CloudFormation::Stack' &&
      (JSON.stringify(was[id]) !== JSON.stringify(is[id]) ||
        referencesIn(is[id]?.Properties as never).some((name) => Object.hasOwn(parameters, name))),
  );
}

/** What the agent does not name is kept: parameters by UsePreviousValue, tags merged. */
async function proposeUpdate(
  context: PlannerContext,
  request: StackUpdateRequest,
  live: BegunStack,
  wanted: WantedTemplate,
) {
  refuseMaskedParameters(request.parameters);
  const template = checkedTemplate(context, wanted, live.observed.stackName);
  const given = request.parameters ?? {};
  const kept = Object.keys(template.Parameters ?? {}).filter(
    (name) => name in live.parameters && !Object.hasOwn(given, name),
  );
  return createChangeSet(context.cloudFormation, {
    stack: live.observed.stackName,
    type: 'UPDATE',
    template: wanted,
    parameters: [
      ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      ...Object.entries(given).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ],
    tags: request.undo === undefined ? { ...live.observed.tags, ...request.tags } : { ...request.tags },
    capabilities: request.capabilities ?? capabilitiesFor(template),
    hasNestedStacks: hasNestedStacks(template),
    serviceRole: roleFor(context, live),
  });
}

/** A change set that cdk, sam or the AWS CLI prepared, with the same refusals as our own. */
export async function adoptChangeSet(
  context: PlannerContext,
  name: string,
  stackId: string,
): Promise<ChangeSet | 'unchanged'> {
  // SECURITY: by this prefix it is known what we made, and so the role that a change set works under.
  if (isOwnChangeSet(name))
    throw new CountersignError(
      'INPUT_INVALID',
      `The change set ${name} has the prefix ${CHANGE_SET_PREFIX}, which only plans of this server have.`,
      'Propose the plan that it belongs to, or ask the user to prepare it under another name.',
    );
  const set = await readChangeSet(context.cloudFormation, name, name.startsWith('arn:') ? undefined : stackId);
  if (set === 'unchanged') return set;
  requireOwnStack(set, stackId);
  if (!set.executable)
    throw new CountersignError(
      'STATE_CHANGE_SET_OBSOLETE',
      `The change set ${set.name} is obsolete: the stack has changed, or it has already run.`,
      'Prepare it again.',
    );
  return set;
}

/** A name can come to mean another stack; the id that was observed cannot. */
function requireOwnStack(set: ChangeSet | 'unchanged', stackId: string): ChangeSet | 'unchanged' {
  if (set === 'unchanged' || set.stackId === stackId) return set;
  throw new CountersignError(
    'INPUT_INVALID',
    `The change set ${set.name} belongs to ${set.stackName} (${set.stackId}).`,
    'Name the stack that it was prepared for.',
  );
}

function refuseNeverCreated({ observed: { stackName, status } }: BegunStack): void {
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED')
    throw new CountersignError(
      'STATE_STACK_NOT_UPDATABLE',
      `${stackName} is in ${status}: its creation never completed, so it cannot be updated.`,
      'Use plan_stack_delete, then plan_stack_create.',
      { next: deletion(stackName) },
    );
}

/** A parameter that nobody gives keeps its deployed value: another Default in the template changes nothing. */
function keptOverDefault(live: LiveStack, { parameters = {} }: StackUpdateRequest, sent: string | undefined): string[] {
  const { Parameters: declared = {} } = sent === undefined ? {} : parseTemplate(sent);
  const { Parameters: known = {} } = parseTemplate(live.template);
  const names = Object.keys(declared).filter(
    (name) =>
      Object.hasOwn(live.parameters, name) &&
      !Object.hasOwn(parameters, name) &&
      declared[name]?.Default !== undefined &&
      JSON.stringify(declared[name].Default) !== JSON.stringify(known[name]?.Default),
  );
  return names.length === 0
    ? []
    : [
        `${names.join(', ')}: the deployed value stays, the new Default does not count. Give the value in parameters to change it.`,
      ];
}

function noChange(
  context: PlannerContext,
  live: LiveStack,
  request: StackUpdateRequest,
  sent: string | undefined,
): AwsDraft {
  return {
    action: 'update',
    target: stackTarget(context, live),
    calls: [],
    effects: [],
    observed: observed(context, { stack: live.observed }),
    dryRun: { kind: 'no_change', succeeded: true },
    recipe: { planner: 'none', input: null },
    notes: keptOverDefault(live, request, sent),
  };
}

/** The same change set, described again on the stack as it is now. */
export function recomputeChangeSet(
  context: PlannerContext,
  { changeSetId, type, sent, role = 'not told' }: ChangeSetRecipe,
): Promise<AwsDraft> {
  return askingAws(async () => {
    const read = await readChangeSet(context.cloudFormation, changeSetId);
    if (read === 'unchanged' || !read.executable)
      throw new CountersignError('STATE_STALE', 'The change set is obsolete.', 'Plan again.');
    const set = { ...read, role };
    const live = await observeStack(context, set.stackId, 'later');
    const recentlyDeleted =
      type === 'CREATE' ? await deletedLately(context.cloudFormation, set.stackName, context.now()) : [];
    const now = { ...live, observed: { ...live.observed, recentlyDeleted } };
    return draftOfChangeSet(context, now, set, { type, sent, isRecheck: true });
  });
}

export const stackUpdate = definePlanner({
  name: 'stack_update',
  input: stackUpdateRequestSchema,
  plan: planStackUpdate,
  recipe: 'change_set',
  replan: recomputeChangeSet,
});
