/** Plans the creation of a stack, as a change set of type CREATE. */
import { CountersignError } from '../../../core/errors.ts';
import { type ChangeSet, createChangeSet, keepIfPlanned, readChangeSet, type WantedTemplate } from '../change-sets.ts';
import { asCountersignError, askingAws } from '../errors.ts';
import { observeStack } from '../observe/live-stack.ts';
import { deletedLately, findStack } from '../observe/stack.ts';
import type { AwsDraft } from '../observed.ts';
import type { TemplateRequest } from '../ports.ts';
import { templateRequestSchema } from '../ports.ts';
import { capabilitiesFor } from '../template/resolve.ts';
import { draftOfChangeSet } from './change-set-draft.ts';
import type { PlannerContext } from './context.ts';
import { definePlanner } from './definition.ts';
import { deletion, neverCompleted } from './stack.ts';
import { adoptChangeSet, recomputeChangeSet } from './stack-update.ts';
import { checkedTemplate, hasNestedStacks, refuseMaskedParameters, wantedTemplate } from './wanted-template.ts';

export async function planStackCreate(context: PlannerContext, request: TemplateRequest): Promise<AwsDraft> {
  return askingAws(async () => {
    const { cloudFormation } = context;
    if (!context.hasPolicy)
      throw new CountersignError(
        'CONFIG_NO_POLICY',
        'Without a policy, new stacks cannot be planned: even the dry run would leave an empty stack behind.',
        {
          agent: 'Tell the user to run `countersign init`, which writes a policy.',
          person: 'Write a policy with: countersign init',
        },
      );
    const existing = await findStack(cloudFormation, request.stack);
    // A stack that is only a plan yet (ours or another tool's) is planned on; any other exists.
    if (existing && existing.StackStatus !== 'REVIEW_IN_PROGRESS')
      throw new CountersignError(
        'STATE_STACK_EXISTS',
        `The stack ${request.stack} exists already (${existing.StackStatus}).`,
        neverCompleted(existing.StackStatus ?? '')
          ? 'Its creation never completed: delete it with plan_stack_delete, then create it again.'
          : 'Change it in place with plan_stack_update.',
        { next: wayOn(request, existing.StackStatus ?? '') },
      );
    const sent = request.changeSet === undefined ? await wantedTemplate(context, request, noTemplate) : undefined;
    const draftOf = async (set: ChangeSet | 'unchanged') => {
      if (set === 'unchanged')
        throw new CountersignError(
          'AWS_CHANGE_SET_FAILED',
          'The template would create nothing.',
          'Add resources to it.',
        );
      const [live, recentlyDeleted] = await Promise.all([
        observeStack(context, set.stackId),
        deletedLately(cloudFormation, set.stackName, context.now()),
      ]);
      return draftOfChangeSet(context, { ...live, observed: { ...live.observed, recentlyDeleted } }, set, {
        type: 'CREATE',
        sent: sent?.text,
      });
    };
    if (sent === undefined)
      return draftOf(await adoptChangeSet(context, request.changeSet!, existing?.StackId ?? request.stack));
    const id = await proposeCreation(context, request, sent);
    try {
      return await keepIfPlanned(cloudFormation, id, async () =>
        draftOf(ours(context, request, await readChangeSet(cloudFormation, id))),
      );
    } catch (error) {
      throw withEmptyStackTold(error, request.stack);
    }
  });
}

function wayOn({ stack, template, templateFile, changeSet }: TemplateRequest, status: string) {
  if (neverCompleted(status)) return deletion(stack);
  const same = {
    ...(template === undefined ? {} : { template: '<the same template>' }),
    ...(templateFile === undefined ? {} : { template_file: templateFile }),
    ...(changeSet === undefined ? {} : { change_set: changeSet }),
  };
  return { tool: 'plan_stack_update', input: { stack, ...same } };
}

/** CloudFormation makes an empty stack for the change set of a new one, and a planner may not delete stacks. */
function withEmptyStackTold(error: unknown, stack: string): CountersignError {
  const { code, message, remedy, remedyForPeople, cause, next } = asCountersignError(error);
  const left = `The empty stack ${stack} stays in REVIEW_IN_PROGRESS; the next plan_stack_create uses it.`;
  const clean = 'If the stack is not needed';
  return new CountersignError(
    code,
    `${message} ${left}`,
    {
      agent: `${remedy} ${clean}, tell the user: countersign clean removes it.`,
      person: `${remedyForPeople} ${clean}, remove it: countersign clean`,
    },
    { cause, next },
  );
}

const roleFor = ({ serviceRoleOf }: PlannerContext, { stack, tags = {} }: TemplateRequest) =>
  serviceRoleOf(stack, tags);
const ours = (context: PlannerContext, request: TemplateRequest, set: ChangeSet | 'unchanged') =>
  set === 'unchanged' ? set : { ...set, role: roleFor(context, request) };

const noTemplate = (): never => {
  throw new CountersignError(
    'INPUT_INVALID',
    'A new stack needs a template.',
    'Send template, template_file or change_set.',
  );
};

async function proposeCreation(context: PlannerContext, request: TemplateRequest, wanted: WantedTemplate) {
  refuseMaskedParameters(request.parameters);
  const template = checkedTemplate(context, wanted, request.stack);
  return createChangeSet(context.cloudFormation, {
    stack: request.stack,
    type: 'CREATE',
    template: wanted,
    parameters: Object.entries(request.parameters ?? {}).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    tags: request.tags ?? {},
    capabilities: request.capabilities ?? capabilitiesFor(template),
    hasNestedStacks: hasNestedStacks(template),
    serviceRole: roleFor(context, request),
  });
}

export const stackCreate = definePlanner({
  name: 'stack_create',
  input: templateRequestSchema,
  plan: planStackCreate,
  recipe: 'change_set',
  replan: recomputeChangeSet,
});
