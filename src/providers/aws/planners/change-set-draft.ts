/** From a change set to a plan: effects of the stack and of its nested stacks, and the one call that executes it. */

import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../../core/call.ts';
import { sha256Hex } from '../../../core/digest.ts';
import { compareWorstFirst, type Effect, isLoss } from '../../../core/effect.ts';
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { Thing } from '../../../core/picture.ts';
import type { ChangeSet } from '../change-sets.ts';
import { effectsOfChanges } from '../effects/change-set.ts';
import { markDrift } from '../effects/drift.ts';
import { markFallen, protectionOfStack } from '../effects/fallen-protection.ts';
import { factsFor } from '../effects/live-facts.ts';
import { changesOffTemplates, isSilent } from '../effects/silent.ts';
import { withDisks } from '../effects/stack-instances.ts';
import { effectsOnStack, notesOnStack } from '../effects/stack-itself.ts';
import { withToldValues } from '../effects/told-values.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { loweredIn, protectionsIn } from '../knowledge/marks/protections.ts';
import { exportsAtStake, importersOf, outputsRemoved } from '../observe/exports.ts';
import { type LiveStack, observeStack } from '../observe/live-stack.ts';
import { parametersAfter, parametersBefore } from '../observe/named-parameters.ts';
import { readOpenGroups } from '../observe/open-groups.ts';
import { readersOf } from '../observe/output-readers.ts';
import { readOwners } from '../observe/owners.ts';
import type { AwsDraft } from '../observed.ts';
import {
  deployedSide,
  type Gathering,
  leavesByResource,
  pictureOf,
  touched,
  wantedSettings,
} from '../picture/picture.ts';
import { parseTemplate } from '../template/parse.ts';
import { MASK, maskTemplate } from '../template/secrets.ts';
import { createTaint, type Taint, type TaintedFrom } from '../template/taint.ts';
import { observed, type PlannerContext } from './context.ts';
import { tokenFor } from './stack.ts';
import { deletionEffects } from './stack-delete.ts';
import { namedElsewhere, stackViewOf, viewsOf } from './views.ts';
import { warningsOf } from './warnings.ts';

const NESTED = 'AWS::CloudFormation::Stack';

/** How a change set is planned again. `sent`: a template that the cloud does not tell; `role`: absent, it is not told. */
export interface ChangeSetRecipe {
  changeSetId: string;
  type: 'CREATE' | 'UPDATE';
  sent?: string;
  role?: string | null;
}

/** @param isRecheck what is computed again is compared, and its notes are read by nobody: no warnings are looked for. */
export async function draftOfChangeSet(
  context: PlannerContext,
  live: LiveStack,
  set: ChangeSet,
  { type, sent, isRecheck = false }: { type: 'CREATE' | 'UPDATE'; sent?: string | undefined; isRecheck?: boolean },
): Promise<AwsDraft> {
  const { account, region } = context.identity;
  const wanted = wantedTemplate(set, sent);
  const things: Thing[] = [];
  const given = await context.secrets.givenTo(live.stack);
  const gathering: Gathering = { prefix: '', things, protections: protectionOfStack(live), lowered: [] };
  const effects = (await effectsOfSet(context, live, set, gathering, wanted, { before: given, after: given })).sort(
    compareWorstFirst,
  );
  const importedExports = [
    ...(await importersOf(context.cloudFormation, exportsAtStake(live, wanted.template, effects))),
    ...(await readersOf(context, live.observed, outputsRemoved(live, wanted.template))),
  ];
  const call: Call = {
    step: 'step1',
    provider: 'aws',
    service: 'cloudformation',
    operation: 'ExecuteChangeSet',
    input: { ChangeSetName: set.id, StackName: set.stackId, ClientRequestToken: tokenFor(set.id) },
    account,
    region,
  };
  return {
    action: type === 'CREATE' ? 'create' : 'update',
    target: { kind: 'stack', account, region, name: set.stackName, ids: type === 'CREATE' ? [] : [set.stackId] },
    calls: [call],
    effects,
    picture: touched(things, effects),
    protections: gathering.protections,
    lowered: gathering.lowered,
    observed: observed(context, {
      stack: { ...live.observed, importedExports },
      wantedTemplate: `sha256:${sha256Hex(wanted.template)}`,
    }),
    dryRun:
      set.weakenedBy.length === 0
        ? { kind: 'change_set', succeeded: true }
        : {
            kind: 'change_set',
            succeeded: false,
            detail: `the change set was prepared with ${set.weakenedBy.join(', ')}`,
          },
    recipe: {
      planner: 'change_set',
      input: {
        changeSetId: set.id,
        type,
        ...(wanted.kept === undefined ? {} : { sent: wanted.kept }),
        ...(set.role === 'not told' ? {} : { role: set.role }),
      } satisfies ChangeSetRecipe,
    },
    notes: [
      ...notesOnStack(live, set),
      ...context.elsewhere.notes(),
      ...(isRecheck ? [] : await warnings(context, live, gathering, { wanted: wanted.template, sent })),
    ],
  };
}

/** Of the stack's own template; a nested stack's is its own file's. */
async function warnings(
  { knowledge }: PlannerContext,
  live: LiveStack,
  { resolved }: Gathering,
  { wanted, sent }: { wanted: string; sent: string | undefined },
): Promise<string[]> {
  const isNew = live.observed.status === 'REVIEW_IN_PROGRESS';
  const texts = { sent: sent ?? wanted, processed: wanted, deployed: isNew ? undefined : live.template };
  return resolved ? warningsOf(knowledge, texts, resolved) : [];
}

/**
 * The processed template of a change set. Some clouds cannot tell it: then what was sent is kept with the plan, its
 * secrets masked, so that the plan can be computed again.
 */
function wantedTemplate(set: ChangeSet, sent?: string): { template: string; kept?: string } {
  if (set.template !== undefined) return { template: set.template };
  if (sent === undefined)
    throw new CountersignError(
      'AWS_FAILED',
      `AWS does not return the template of ${set.name}.`,
      'Plan with template or template_file instead.',
    );
  const kept = maskTemplate(sent);
  return { template: kept, kept };
}

/** Parameters that are given a secret without being declared NoEcho. */
interface Given {
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
}
const without = (hidden: ReadonlySet<string>, values: Record<string, string>): Record<string, string> =>
  bareRecord(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hidden.has(name) ? MASK : value])),
  );

const physicalIdsOf = ({ resources }: LiveStack): Record<string, string> =>
  bareRecord(Object.fromEntries(resources.map((one) => [one.LogicalResourceId ?? '', one.PhysicalResourceId ?? ''])));

/** With what was read of things outside the stack that the changes name. */
async function withOutside(context: PlannerContext, ids: readonly string[], views: MarkContext): Promise<MarkContext> {
  const groups = readOpenGroups(context, ids, views);
  const owners = readOwners(context, ids, views);
  const [groupsRead, ownersRead] = await Promise.all([groups, owners]);
  return { ...views, groupsRead, ownersRead };
}

/** With what the live resources tell: values that would be overwritten, protections that fell. */
async function withLive(
  context: PlannerContext,
  live: LiveStack,
  effects: readonly Effect[],
  views: MarkContext,
  prefix: string,
  taint: Taint | undefined,
): Promise<Effect[]> {
  const fallen = await markFallen(context, live, effects, views, prefix);
  return markDrift(context, live, fallen, views.after, prefix, taint);
}

/** Recursive over nested change sets. */
async function effectsOfSet(
  context: PlannerContext,
  live: LiveStack,
  told: ChangeSet,
  gathering: Gathering,
  { template, kept }: { template: string; kept?: string },
  given: Given,
): Promise<Effect[]> {
  const { prefix, things } = gathering;
  const set = { ...told, parameters: without(given.after, told.parameters) };
  const { account, region } = context.identity;
  const { secretKey, planNonce } = context;
  const place = { account, region, stackId: set.stackId, stackName: set.stackName };
  // SECURITY: the cloud tells the template of a stack that is only being reviewed; nothing of it is there, and taken for
  // what was before it would hide all that the new resources do.
  const isNew = live.observed.status === 'REVIEW_IN_PROGRESS';
  const deployed = { template: live.processed, parameters: parametersBefore(live) };
  const wanted = { template, parameters: parametersAfter(live, { ...set, template }) };
  const named = namedElsewhere(isNew ? [wanted] : [deployed, wanted], place);
  const [parsedBefore, parsedAfter] = [isNew ? null : parseTemplate(live.processed), parseTemplate(template)];
  const exports = await context.secrets.exportsOf([
    ...(parsedBefore ? [{ template: parsedBefore, parameters: live.parameters }] : []),
    { template: parsedAfter, parameters: set.parameters },
  ]);
  const where = { ...place, elsewhere: await context.elsewhere.read(named, region, exports) };
  const compared = viewsOf(isNew ? null : deployed, wanted, physicalIdsOf(live), where);
  gathering.resolved ??= compared;
  const fromBefore: TaintedFrom = { given: given.before, exports, parameters: live.parameters };
  const fromAfter: TaintedFrom = { given: given.after, exports, parameters: set.parameters };
  const seen = pictureOf(
    isNew ? null : { ...deployedSide(live), from: fromBefore },
    { side: { template, parameters: set.parameters }, settings: wantedSettings(live, set), from: fromAfter },
    { prefix, where, secretKey, planNonce },
  );
  things.push(...seen);
  const leaves = leavesByResource(seen);
  gathering.protections.push(...protectionsIn(compared, prefix));
  gathering.lowered.push(...loweredIn(compared, prefix));
  const taint = {
    ...(parsedBefore ? { before: createTaint(parsedBefore, fromBefore) } : {}),
    after: createTaint(parsedAfter, fromAfter),
  };
  const isTold = kept === undefined && !isSilent(set.changes);
  const changes = isTold ? set.changes : changesOffTemplates(set.changes, compared);
  const ids = changes.map(({ LogicalResourceId = '' }) => LogicalResourceId);
  const judged = withToldValues(compared, changes, (id, path) =>
    [taint.before, taint.after].some((side) => side?.at(id, ['Properties', ...path]) === true),
  );
  const views = await withOutside(context, ids, judged);
  const facts = await factsFor(context, changes, views);
  const situation = { context, stackName: set.stackName, prefix, facts, views, leaves, taint };
  const own = await withDisks(context, effectsOfChanges(situation, changes));
  const drifted = isNew ? own : await withLive(context, live, own, views, prefix, taint.before);
  const nested = await Promise.all(
    changes
      .filter(({ ResourceType }) => ResourceType === NESTED)
      .map((change) => {
        const id = change.LogicalResourceId ?? '';
        const below = { before: taint.before?.givenTo(id) ?? new Set<string>(), after: taint.after.givenTo(id) };
        return effectsOfNested(context, change, set, drifted, gathering, below);
      }),
  );
  const onStack = effectsOnStack(
    live,
    // A nested stack works under the role of its root.
    prefix === '' ? set : { ...set, role: null },
    isNew ? null : stackViewOf(deployed, where, fromBefore),
    stackViewOf(wanted, where, fromAfter),
  );
  return [...drifted.map((effect) => asOpened(effect, set, prefix)), ...nested.flat(), ...onStack];
}

/** INVARIANT: a nested stack of whose resources nothing is told is never an update in place: it could do anything. */
function asOpened(effect: Effect, { nested }: ChangeSet, prefix: string): Effect {
  const isTold = nested[(effect.logicalId ?? '').slice(prefix.length)] !== undefined;
  if (effect.type !== NESTED || isTold || isLoss(effect)) return effect;
  return {
    ...effect,
    kind: effect.kind === 'create' ? 'create' : 'unknown',
    holds: 'unknown',
    interrupts: 'unknown',
    reversibility: 'unknown',
    why: 'The change set does not show the changes in this nested stack. Prepare it with --include-nested-stacks.',
  };
}

/** A nested stack changes by its own change set; one that is removed or replaced takes all its resources along. */
async function effectsOfNested(
  context: PlannerContext,
  { LogicalResourceId: id = '', PhysicalResourceId: stackId }: ResourceChange,
  parent: ChangeSet,
  effects: readonly Effect[],
  gathering: Gathering,
  given: Given,
): Promise<Effect[]> {
  const { prefix } = gathering;
  const own = effects.find(({ logicalId }) => logicalId === prefix + id);
  const below = `${prefix}${id}/`;
  const isLost = own?.kind === 'delete' || own?.kind === 'replace';
  const lost =
    isLost && stackId
      ? await deletionEffects(context, await observeStack(context, stackId), { ...gathering, prefix: below })
      : [];
  const set = parent.nested[id];
  if (!set || set === 'unchanged') return lost;
  const child = await observeStack(context, set.stackId, 'later');
  return [
    ...lost,
    ...(await effectsOfSet(context, child, set, { ...gathering, prefix: below }, wantedTemplate(set), given)),
  ];
}
