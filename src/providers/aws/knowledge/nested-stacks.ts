/** Nested stacks are what is in them. */
import type { Effect } from '../../../core/effect.ts';

const NESTED_STACK = 'AWS::CloudFormation::Stack';

/**
 * Of the nested stacks among these effects, those whose own resources are here too (`opened`: these are judged instead
 * of the stack) and those of which nothing is (`closed`).
 */
export function nestedStacks(effects: readonly Effect[]): { opened: Set<Effect>; closed: Effect[] } {
  const nested = effects.filter(({ type }) => type === NESTED_STACK);
  if (nested.length === 0) return { opened: new Set(), closed: [] };
  const owners = new Set(effects.flatMap(({ owner }) => (owner ? [owner.name] : [])));
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>
  const isOpened = ({ physicalId = '' }: Effect) => owners.has(physicalId.split('/')[1] ?? physicalId);
  return { opened: new Set(nested.filter(isOpened)), closed: nested.filter((effect) => !isOpened(effect)) };
}
