/**
 * Outputs of other stacks (`Fn::GetStackOutput`) that a change reads again and that stay what they are.
 *
 * Guarantees: settled is only what was read, is the same on both sides, and what CloudFormation does not name among
 * the changes of the resource: both templates are resolved with the output as it is now, so that one which has changed
 * since the last deployment is found by CloudFormation's word alone. The live re-check reads it again.
 */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Json } from '../../../core/digest.ts';
import type { Mark } from '../../../core/mark.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { same } from '../knowledge/marks/read.ts';

export function withoutSettledOutputs(
  marks: readonly Mark[],
  change: ResourceChange,
  before: ResourceView | null,
  after: ResourceView | null,
  { isUnknown }: Pick<MarkContext, 'isUnknown'>,
): Mark[] {
  return marks.filter(({ reads, path }) => {
    if (reads !== 'output' || !before || !after) return true;
    const [was, is] = [valueNear(before, path), valueNear(after, path)];
    return is === undefined || isUnknown(is) || was === undefined || !same(was, is) || isNamed(change, path);
  });
}

/** The value at the path, or the one that a function made of it. */
function valueNear({ properties }: ResourceView, path: string): Json | undefined {
  let value: Json | undefined = properties;
  for (const part of path.split('.').slice(1)) {
    if (value === null || typeof value !== 'object') return value;
    value = (value as Record<string, Json>)[part];
    if (value === undefined) return undefined;
  }
  return value;
}

function isNamed({ Details = [] }: ResourceChange, path: string): boolean {
  return Details.some(({ Target }) => {
    if (Target?.Attribute !== 'Properties') return false;
    const named = Target.Path?.replace(/^\//, '').replaceAll('/', '.') ?? `Properties.${Target.Name ?? ''}`;
    return `${path}.`.startsWith(`${named}.`) || `${named}.`.startsWith(`${path}.`);
  });
}
