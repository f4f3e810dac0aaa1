/**
 * Effects of a change set.
 *
 * CloudFormation's verdict and the tables' are merged, the stricter wins; then what is conditional is decided by
 * live facts, and what is dynamic by what happens to the resource that it depends on. What stays open is judged as
 * the worst that is possible for its type.
 */

import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { type Effect, type EffectKind, KIND_SEVERITY } from '../../../core/effect.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import {
  conditionalRule,
  holdsOf,
  interruptsOf,
  isDefaultWritten,
  isReissue,
  isRevisionType,
  monthlyUsd,
  nameScope,
  oneWayUpgrade,
  sizeProperty,
} from '../knowledge/index.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { marksOfChange } from '../knowledge/marks/index.ts';
import type { PlannerContext } from '../planners/context.ts';
import type { Taint } from '../template/taint.ts';
import { type LeavesByResource, withLeaves } from './leaves.ts';
import { decide, type LiveFacts } from './live-facts.ts';
import { asPolicy, type EffectBase, loss } from './loss.ts';
import { propertyChanges } from './properties.ts';
import { withoutSettledOutputs } from './settled-outputs.ts';
import { byTagKey } from './tag-keys.ts';

export interface Situation {
  context: PlannerContext;
  stackName: string;
  /** Before logical ids of nested stacks' resources: `Network/`. */
  prefix: string;
  facts: LiveFacts;
  views: MarkContext;
  /** Where the templates differ, by logical id with its prefix. */
  leaves: LeavesByResource;
  /** What the templates make of their secrets; before: absent for a new stack. */
  taint?: { before?: Taint; after: Taint };
}

export function effectsOfChanges(situation: Situation, changes: readonly ResourceChange[]): Effect[] {
  const moved = settleIdentities(situation, changes);
  return changes
    .map((change) => effectOfChange(situation, change, moved))
    .map((effect) => withLeaves(effect, situation.leaves.get(effect.logicalId ?? '')));
}

/**
 * A dynamic detail comes true only if the resource it names does change. Starting from the worst (all of them may),
 * resources that surely keep their identity are taken out until nothing more can be.
 *
 * @returns logical ids of resources that may be replaced, or whose `Ref` may be another after an update in place.
 */
function settleIdentities(situation: Situation, changes: readonly ResourceChange[]): ReadonlySet<string> {
  const modified = changes.filter(({ Action }) => Action === 'Modify');
  const moved = new Set(modified.map(({ LogicalResourceId = '' }) => LogicalResourceId));
  for (let before = -1; before !== moved.size; ) {
    before = moved.size;
    for (const change of modified)
      if (!ANSWERED.test(change.ResourceType ?? '') && !mayBeReplaced(situation, change, moved))
        moved.delete(change.LogicalResourceId ?? '');
  }
  return moved;
}

function mayBeReplaced(situation: Situation, change: ResourceChange, moved: ReadonlySet<string>): boolean {
  const open = propertiesOf(situation, change, moved).some(({ replaces }) => replaces !== 'never');
  return open || saysReplaced(change, moved);
}

/** CloudFormation's own word on the whole resource; Conditional counts only while a detail is open (see caller). */
function saysReplaced({ Replacement, Details = [] }: ResourceChange, moved: ReadonlySet<string>): boolean {
  if (Details.length === 0) return Replacement !== 'False';
  return Replacement === 'True' && !Details.every((detail) => isMoot(detail, moved));
}

/** The physical id of a custom resource is what its function answers: it may be another after an update in place. */
const ANSWERED = /^(?:Custom::|AWS::CloudFormation::(?:CustomResource|Macro)$)/;

/**
 * The detail's cause is a resource that stays what it is, so what `Ref` gives of it stays too. An attribute may change
 * in place, whatever its name (a table's StreamArn): there CloudFormation's word counts.
 */
function isMoot(
  { Evaluation, ChangeSource, CausingEntity }: ResourceChangeDetail,
  moved: ReadonlySet<string>,
): boolean {
  return (
    Evaluation === 'Dynamic' &&
    ChangeSource === 'ResourceReference' &&
    CausingEntity !== undefined &&
    !moved.has(CausingEntity.split('.')[0] ?? '')
  );
}

function propertiesOf({ context, facts, taint, views }: Situation, change: ResourceChange, moved: ReadonlySet<string>) {
  const id = change.LogicalResourceId ?? '';
  const leaves = {
    before: { isTainted: (path: readonly string[]) => taint?.before?.at(id, path) === true },
    after: { isTainted: (path: readonly string[]) => taint?.after.at(id, path) === true },
  };
  return propertyChanges(context.knowledge, change, (detail) => isMoot(detail, moved), leaves).map((property) => {
    const name = property.path.replace(/^Properties\./, '');
    const replaces = isDefaultOnly(views, change, name) ? 'never' : decide(property.replaces, change, name, facts);
    return { ...property, replaces };
  });
}

/** A default that is written out is no change; CloudFormation's own word that it always replaces stands. */
function isDefaultOnly({ before, after }: MarkContext, change: ResourceChange, name: string): boolean {
  const { LogicalResourceId: id = '', ResourceType: type = '', Details = [] } = change;
  const [was, is] = [before[id]?.properties, after[id]?.properties];
  const isCertain = Details.some(
    ({ Target, Evaluation }) =>
      Target?.Name === name && Target.RequiresRecreation === 'Always' && Evaluation !== 'Dynamic',
  );
  return was !== undefined && is !== undefined && !isCertain && isDefaultWritten(type, name, was[name], is[name]);
}

function effectOfChange(situation: Situation, change: ResourceChange, moved: ReadonlySet<string>): Effect {
  const type = change.ResourceType ?? 'unknown';
  const logicalId = change.LogicalResourceId ?? '';
  const { views } = situation;
  const before = views.before[logicalId] ?? null;
  const after = change.Action === 'Remove' ? null : (views.after[logicalId] ?? null);
  const marks = withoutSettledOutputs(marksOfChange(before, after, views), change, before, after, views);
  const size = sizeOf(type, after);
  const added = addedCost(before, after, views);
  const base: EffectBase = {
    type,
    logicalId: situation.prefix + logicalId,
    ...(change.PhysicalResourceId ? { physicalId: change.PhysicalResourceId } : {}),
    owner: { kind: 'stack', name: situation.stackName },
    holds: holdsOf(type),
    revision: isRevisionType(type),
    properties:
      change.Action === 'Modify' ? byTagKey(propertiesOf(situation, change, moved), before, after, views) : [],
    marks,
    ...(size === undefined ? {} : { size }),
    ...(added === 0 ? {} : { monthlyUsd: added }),
  };
  switch (change.Action) {
    case 'Add':
      return {
        ...base,
        ...nameOf(situation, type, after?.properties),
        ...scopeOf(type, after),
        kind: 'create',
        interrupts: 'no',
        reversibility: 'reversible',
        why: 'A new resource; it can be deleted again.',
      };
    case 'Modify':
      return modification(base, change, mayBeReplaced(situation, change, moved), situation);
    case 'Remove':
      return loss(
        { ...base, ...scopeOf(type, before), kind: 'delete' },
        asPolicy(change.PolicyAction),
        'DeletionPolicy',
        before?.properties,
      );
    default:
      return {
        ...base,
        kind: 'unknown',
        interrupts: 'unknown',
        reversibility: 'unknown',
        why: `CloudFormation calls this ${change.Action ?? 'nothing'}; its effect is unknown.`,
      };
  }
}

function sizeOf(type: string, after: ResourceView | null): string | undefined {
  const path = sizeProperty(type);
  const size = path
    ?.split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], after?.properties);
  return typeof size === 'string' || typeof size === 'number' ? String(size) : undefined;
}

/** One side that cannot be priced prices nothing. */
function addedCost(before: ResourceView | null, after: ResourceView | null, views: MarkContext): number {
  const [was, is] = [monthlyUsd(before, views.before, views), monthlyUsd(after, views.after, views)];
  return was === undefined || is === undefined ? 0 : Math.round(is - was);
}

/** The physical name that a new resource will have, where the template gives one. */
function nameOf({ context }: Situation, type: string, properties: Record<string, unknown> | undefined) {
  const property = context.knowledge.nameProperty(type);
  const name = property === undefined ? undefined : properties?.[property];
  return typeof name === 'string' ? { physicalId: name } : {};
}

function scopeOf(type: string, view: ResourceView | null): Pick<Effect, 'within'> {
  const within = view ? nameScope(type, view.properties) : undefined;
  // A reference to a resource of the stack reads as one.
  const readable = within?.replaceAll(/\u{27e6}own:([^\u{27e7}]*)\u{27e7}/gu, '$${$1}');
  return readable === undefined ? {} : { within: makeVisibleLine(readable) };
}

function modification(base: EffectBase, change: ResourceChange, isOpen: boolean, { facts, views }: Situation): Effect {
  const id = change.LogicalResourceId ?? '';
  const was = views.before[id]?.properties;
  const open = base.properties.filter(({ replaces }) => replaces !== 'never');
  const by = [...new Set(open.map(({ path }) => replacingName(path)))].join(', ') || 'its type';
  const certain = isOpen && (change.Replacement === 'True' || open.some(({ replaces }) => replaces === 'always'));
  const names = open.map(({ path }) => path.replace(/^Properties\.(\w+).*$/s, '$1'));
  if (was && isReissue(base.type, names))
    return { ...inPlace(base, change, false), why: `A new one is issued with ${by} before the old one goes.` };
  if (certain || (isOpen && base.holds !== 'nothing')) {
    const lost = { ...base, ...scopeOf(base.type, views.before[id] ?? null), kind: 'replace' as const };
    const effect = loss(lost, asPolicy(change.PolicyAction), 'UpdateReplacePolicy', was);
    return {
      ...effect,
      why: `${certain ? 'Replaced' : 'May be replaced (treated as replaced)'} because of ${by}. ${effect.why}`,
    };
  }
  if (isOpen)
    return {
      ...base,
      kind: 'unknown',
      interrupts: 'unknown',
      reversibility: 'unknown',
      why: `A change of ${by} may replace it; Countersign cannot tell.`,
    };
  const effect = inPlace(base, change, facts.get(id)?.rolls_from_zero === true);
  const upgrade = was && oneWayUpgrade(base.type, was, views.after[id]?.properties ?? {});
  if (upgrade === undefined) return effect;
  return { ...effect, reversibility: 'irreversible', why: `${effect.why} ${upgrade}` };
}

/** The property; of tags that are told one by one, all of them together. */
const replacingName = (path: string) =>
  path.replace(/^Properties\./, '').replace(/^(\w*Tag(?:s|List|Set))\..*$/s, '$1');

/** @param rollsFromZero its rolling update may leave nothing in service. */
function inPlace(base: EffectBase, change: ResourceChange, rollsFromZero: boolean): Effect {
  const rolls = (name: string) => rollsFromZero && conditionalRule(base.type, name)?.fact === 'will_replace';
  const answers = base.properties
    .map(({ path }) => path.replace(/^Properties\./, ''))
    .map((name) => (rolls(name) ? 'yes' : interruptsOf(base.type, name, base.holds)));
  const interrupts = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
  const onlyTags = (change.Scope ?? []).length > 0 && (change.Scope ?? []).every((scope) => scope === 'Tags');
  const kind = worstKind(onlyTags ? 'tag' : 'update', base.marks);
  return {
    ...base,
    kind,
    interrupts,
    reversibility: kind === 'expire' ? expiryOf(base) : 'reversible',
    why: base.marks.find((mark) => mark.kind === kind)?.text ?? 'Updated in place.',
  };
}

/** What expires does not come back; what is only configured to expire can be turned back until then. */
function expiryOf(base: EffectBase): Effect['reversibility'] {
  return base.holds === 'data' || base.holds === 'unknown' ? 'recoverable' : 'reversible';
}

const OWN_MARKS: readonly Mark['kind'][] = ['expire', 'disable', 'disconnect', 'unprotect', 'expose', 'protect'];

/** An update is called by the worst of what it does to the resource itself. */
function worstKind(kind: EffectKind, marks: readonly Mark[]): EffectKind {
  return marks
    .flatMap((mark) => (OWN_MARKS.includes(mark.kind) ? [mark.kind as EffectKind] : []))
    .reduce((worst, next) => (KIND_SEVERITY[next] > KIND_SEVERITY[worst] ? next : worst), kind);
}
