/**
 * Protections of what is lost that somebody lowered in place, behind the stack's back.
 *
 * Guarantees: every resource that is deleted or replaced and that its template protects is compared with what is there,
 * within the bound of a plan's comparisons. Deletion policies stand in the template alone.
 * Does not cover: a resource that could not be compared.
 */
import type { PropertyDifference } from '@aws-sdk/client-cloudformation';
import type { Json } from '../../../core/digest.ts';
import { type Effect, isLoss } from '../../../core/effect.ts';
import type { Mark } from '../../../core/mark.ts';
import type { Protection } from '../../../core/protection.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { protectionsOf } from '../knowledge/marks/protections.ts';
import type { Drift } from '../observe/drift.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import type { PlannerContext } from '../planners/context.ts';
import { readValue } from './drift.ts';

/** Of the stack as a whole. */
export const protectionOfStack = ({ observed }: LiveStack): Protection[] =>
  observed.neverCompleted
    ? []
    : [{ of: '', what: 'termination protection', level: observed.terminationProtection ? 1 : 0 }];

export async function markFallen(
  { drift }: Pick<PlannerContext, 'drift'>,
  { observed: { stackId, neverCompleted } }: LiveStack,
  effects: readonly Effect[],
  views: MarkContext,
  prefix: string,
): Promise<Effect[]> {
  return Promise.all(
    effects.map(async (effect) => {
      const id = (effect.logicalId ?? '').slice(prefix.length);
      const view = views.before[id];
      if (neverCompleted || !isLoss(effect) || !view || inForce(view, views).length === 0) return effect;
      const marks = fallenIn(await drift.of(stackId, id), view, views);
      return marks.length === 0 ? effect : { ...effect, marks: [...effect.marks, ...marks] };
    }),
  );
}

const POLICIES = ['DeletionPolicy', 'UpdateReplacePolicy'];
const inForce = (view: ResourceView, context: MarkContext) =>
  protectionsOf(view, '', context).filter(({ what, level }) => level > 0 && !POLICIES.includes(what));

function fallenIn(drift: Drift, view: ResourceView, context: MarkContext): Mark[] {
  // What is gone already has nothing left to protect.
  if (drift.kind !== 'compared' || drift.differences.length === 0) return [];
  const live = { ...view, properties: drift.differences.reduce(applied, view.properties) };
  const levels = new Map(protectionsOf(live, '', context).map(({ what, level }) => [what, level]));
  return inForce(view, context)
    .filter(({ what, level }) => (levels.get(what) ?? 0) < level)
    .map(({ what }) => ({
      kind: 'unprotect',
      path: `Properties.${makeVisibleLine(what)}`,
      text: `${makeVisibleLine(what)} was lowered outside CloudFormation; the template still has it.`,
    }));
}

/** With the live value at the path of one difference. */
function applied(properties: ResourceView['properties'], { PropertyPath = '', ActualValue }: PropertyDifference) {
  const parts = PropertyPath.split('/').slice(1);
  return set(properties, parts, readValue(ActualValue)) as ResourceView['properties'];
}

function set(into: Json | undefined, [part, ...rest]: string[], value: Json | undefined): Json | undefined {
  if (part === undefined) return value;
  if (Array.isArray(into))
    return into.map((item, index) => (String(index) === part ? (set(item, rest, value) ?? null) : item));
  const members = (typeof into === 'object' && into !== null ? into : {}) as Record<string, Json>;
  const { [part]: old, ...others } = members;
  const inner = set(old, rest, value);
  return inner === undefined ? others : { ...others, [part]: inner };
}
