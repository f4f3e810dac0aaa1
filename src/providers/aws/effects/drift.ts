/**
 * Live values that an update would silently overwrite: how what is changed differs from the template that is deployed.
 *
 * Guarantees: of every resource that is updated or replaced; a live value that the new template has too is not
 * overwritten; a difference inside a value is told leaf by leaf. What could not be compared is one mark on the whole
 * (`Properties`). Tags alone are changed by their own calls, which leave the rest alone.
 * SECURITY: a value that stands in no template may be a secret whatever it is called: of variables it is masked.
 */
import type { PropertyDifference } from '@aws-sdk/client-cloudformation';
import type { Json } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import { changedLeaves, type LeafChange } from '../../../core/leaves.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { ResourceView } from '../knowledge/marks/finder.ts';
import { isMembers, same } from '../knowledge/marks/read.ts';
import type { Drift } from '../observe/drift.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import type { PlannerContext } from '../planners/context.ts';
import { type LeafContext, MASK, maskText } from '../template/secrets.ts';
import type { Taint } from '../template/taint.ts';

/** Are live values of this resource at stake? */
const isOverwritten = ({ kind, logicalId }: Effect) =>
  logicalId !== undefined && kind !== 'create' && kind !== 'delete' && kind !== 'tag';

/** @param after the resources as the new template says them. */
export async function markDrift(
  { drift }: Pick<PlannerContext, 'drift'>,
  { observed: { stackId, neverCompleted }, resources }: LiveStack,
  effects: readonly Effect[],
  after: Readonly<Record<string, ResourceView>>,
  prefix: string,
  taint: Taint | undefined,
): Promise<Effect[]> {
  const there = new Set(resources.map(({ LogicalResourceId = '' }) => LogicalResourceId));
  return Promise.all(
    effects.map(async (effect) => {
      const id = (effect.logicalId ?? '').slice(prefix.length);
      if (neverCompleted || !isOverwritten(effect) || !there.has(id) || effect.type === NESTED) return effect;
      const context = { isTainted: (path: readonly string[]) => taint?.at(id, path) === true };
      const marks = marksOf(await drift.of(stackId, id), after[id]?.properties ?? {}, context);
      return marks.length === 0 ? effect : { ...effect, marks: [...effect.marks, ...marks] };
    }),
  );
}
const NESTED = 'AWS::CloudFormation::Stack';

function marksOf(drift: Drift, wanted: ResourceView['properties'], context: LeafContext): Mark[] {
  const whole = (text: string): Mark[] => [{ kind: 'overwrite', path: 'Properties', text: makeVisibleLine(text, 300) }];
  switch (drift.kind) {
    case 'unread':
      return whole(`Its live values could not be compared with the template: ${drift.why}.`);
    case 'gone':
      return whole('It was deleted outside CloudFormation: the update of it will fail.');
    case 'compared':
      return drift.differences
        .flatMap((difference) => leavesOf(difference, wanted))
        .map((leaf) => overwriteMark(leaf, context));
  }
}

/** The leaves in which the live value differs, and that the new template does not have as they are. */
function leavesOf(
  { PropertyPath = '', ExpectedValue, ActualValue }: PropertyDifference,
  wanted: ResourceView['properties'],
): LeafChange[] {
  const parts = PropertyPath.split('/').slice(1);
  const path = parts.join('.');
  const [expected, actual] = [readValue(ExpectedValue), readValue(ActualValue)];
  const leaves =
    isMembers(expected) || isMembers(actual)
      ? changedLeaves(expected ?? {}, actual ?? {}, path)
      : [{ path, ...textAs('before', expected), ...textAs('after', actual) }];
  const isTaken = ({ path: at, after }: LeafChange) => {
    const value = valueAt(wanted, at.split('.'));
    return after === undefined ? value === undefined : value !== undefined && same(value, readValue(after) ?? null);
  };
  return leaves.filter((leaf) => !isTaken(leaf));
}

const textAs = (side: 'before' | 'after', value: Json | undefined) =>
  value === undefined || value === null ? {} : { [side]: typeof value === 'string' ? value : JSON.stringify(value) };

/** CloudFormation tells values as text, lists and maps as JSON, and what is not there as null. */
export function readValue(text: string | undefined): Json | undefined {
  if (text === undefined || text === '' || text === 'null') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function valueAt(from: Json, parts: readonly string[]): Json | undefined {
  let value: Json | undefined = from;
  for (const part of parts) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, Json>)[part];
  }
  return value;
}

/** Where programs are given their secrets. */
const VARIABLES = /(?:^|\.)(?:Environment|Variables|EnvironmentVariables|Secrets)(?:\.|$)/;

function overwriteMark({ path, before, after }: LeafChange, context: LeafContext): Mark {
  const shown = (value: string) =>
    before === undefined && VARIABLES.test(path) ? MASK : makeVisibleLine(maskText(path, value, context), 80);
  const told = makeVisibleLine(path);
  const text =
    after === undefined
      ? `${told} was removed outside CloudFormation; the template says ${shown(before ?? '')}.`
      : before === undefined
        ? `${told} was added outside CloudFormation (${shown(after)}); the template does not have it.`
        : `${told} was changed outside CloudFormation to ${shown(after)}; the template says ${shown(before)}.`;
  return { kind: 'overwrite', path: `Properties.${told}`, text };
}
