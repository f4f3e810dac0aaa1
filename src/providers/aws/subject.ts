/** What was observed of AWS, in the words that guards and the policy read. Pure: the same for the same observation. */
import type { Target } from '../../core/plan.ts';
import { type Action, type Actor, type PlanSubject, UNSEEN } from '../../core/subject.ts';
import type { Observed, ObservedInstance, ObservedResource, ObservedStack } from './observed.ts';

const STACK = 'AWS::CloudFormation::Stack';
/** As CloudFormation names what a StackSet made. */
const OF_STACK_SET = /^StackSet-/i;

/** UPDATE_ROLLBACK_COMPLETE is a good state: an update that failed left it behind, and may loop. */
const BROKEN = /^(?:CREATE|UPDATE|DELETE|ROLLBACK|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_FAILED$|^ROLLBACK_COMPLETE$/;

export function subjectOf(target: Target, { stack, instances, resources }: Observed): PlanSubject {
  if (target.kind === 'stack') return stack ? subjectOfStack(target, stack) : { ...UNSEEN, parent: parentOf(target) };
  const seen = [...(instances ?? []).map(ofInstance), ...(resources ?? []).map(ofResource)];
  return { ...UNSEEN, lifecycle: instances || resources ? 'live' : 'unseen', resources: seen };
}

function subjectOfStack(target: Target, stack: ObservedStack): PlanSubject {
  const { status, stackId } = stack;
  const isNew = status === 'REVIEW_IN_PROGRESS';
  return {
    lifecycle: isNew ? 'new' : stack.neverCompleted ? 'never_completed' : 'live',
    busy: !isNew && /_IN_PROGRESS$/.test(status) ? status : null,
    broken: BROKEN.test(status),
    parent: parentOf(target, stack),
    protectedFrom: stack.terminationProtection ? ['delete'] : [],
    resourceCount: stack.resourceCount,
    tags: stack.tags,
    itself: { type: STACK, ids: [stackId, target.name] },
    dependents: stack.importedExports.map(({ name, importers }) => ({ name, users: importers })),
    recentlyDeleted: stack.recentlyDeleted
      .filter(({ neverCompleted }) => !neverCompleted)
      .map(({ deletedAt }) => ({ at: deletedAt })),
    resources: [],
  };
}

function parentOf({ name }: Target, stack?: ObservedStack): PlanSubject['parent'] {
  if (stack?.parentId) return { kind: 'part', name: stack.parentId };
  return OF_STACK_SET.test(name) ? { kind: 'instance', name: 'its StackSet' } : null;
}

type Resource = PlanSubject['resources'][number];

const ofInstance = (instance: ObservedInstance): Resource => ({
  id: instance.id,
  owner: instance.owner,
  tags: instance.tags,
  protectedFrom: [
    ...(instance.terminationProtection ? (['delete'] as const) : []),
    ...(instance.stopProtection ? (['stop'] as const) : []),
  ],
  canEnd: true,
  runs: instance.state === 'running',
  losesDisksOnStop: instance.instanceStore,
  users: [],
});

const ofResource = ({ id, owner, tags, facts }: ObservedResource): Resource => ({
  id,
  owner,
  tags,
  protectedFrom: [],
  canEnd: false,
  runs: false,
  losesDisksOnStop: false,
  users: Array.isArray(facts.usedBy) ? facts.usedBy.map((user) => JSON.stringify(user)) : [],
});

export function actorOf({ identity: { account, arn } }: Pick<Observed, 'identity'>): Actor {
  return { account, name: arn, role: /:assumed-role\/([^/]+)\//.exec(arn)?.[1] ?? null };
}

/** Of plans that were made before they said it themselves. The first that is called decides. */
const ACTION_OF: readonly (readonly [operation: string, Action])[] = [
  ['DeleteStack', 'delete'],
  ['TerminateInstances', 'terminate'],
  ['ModifyInstanceAttribute', 'resize'],
  ['StopInstances', 'stop'],
  ['StartInstances', 'start'],
  ['RebootInstances', 'reboot'],
  ['CreateTags', 'tag'],
  ['DeleteTags', 'tag'],
  ['CreateSnapshot', 'copy'],
];
const ACTION_OF_TOOL: Record<string, Action> = {
  plan_stack_create: 'create',
  plan_stack_rollback: 'roll_back',
};

/** The tool tells a creation and a rollback; their calls are those of other plans, or many. */
export function actionOf(operations: readonly string[], tool = ''): Action {
  const called = ACTION_OF.find(([name]) => operations.includes(name));
  return ACTION_OF_TOOL[tool] ?? called?.[1] ?? 'update';
}
