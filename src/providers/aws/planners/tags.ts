/** Plans tags of EC2 resources. Whether a tag decides anything is the guard `labels`' to say. */

import { z } from 'zod';
import { CountersignError } from '../../../core/errors.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { ec2Effect } from '../effects-ec2.ts';
import { askingEc2 } from '../observe/ec2.ts';
import { observeTagged, TAGGABLE } from '../observe/ec2-resources.ts';
import type { AwsDraft, ObservedResource } from '../observed.ts';
import { observed, type PlannerContext, resourcesTarget } from './context.ts';
import { definePlanner } from './definition.ts';
import { ec2Call, NO_PREVIEW, NOTHING_CHANGES } from './ec2-call.ts';

/** `aws:` is AWS's own, `countersign:` is how what a plan made is found again. */
const RESERVED = /^(?:aws|countersign):/i;

export function planTags(
  context: PlannerContext,
  resourceIds: string[],
  set: Record<string, string>,
  remove: string[],
): Promise<AwsDraft> {
  refuseKeys(set, remove);
  const ids = [...new Set(resourceIds)].sort();
  refuseKinds(ids);
  return askingEc2(context, async () => {
    const resources = await observeTagged(context, ids);
    const toSet = resources.filter(({ tags }) => Object.entries(set).some(([key, value]) => own(tags, key) !== value));
    const toRemove = resources.filter(({ tags }) => remove.some((key) => Object.hasOwn(tags, key)));
    const idsOf = (some: ObservedResource[]) => some.map(({ id }) => id);
    const calls = [
      ...(toSet.length > 0
        ? [
            ec2Call(context, 'set', 'CreateTags', {
              Resources: idsOf(toSet),
              Tags: Object.entries(set).map(([Key, Value]) => ({ Key, Value })),
            }),
          ]
        : []),
      ...(toRemove.length > 0
        ? [
            ec2Call(context, 'remove', 'DeleteTags', {
              Resources: idsOf(toRemove),
              Tags: remove.map((Key) => ({ Key })),
            }),
          ]
        : []),
    ];
    return {
      action: 'tag',
      target: resourcesTarget(context, ids),
      calls,
      effects: resources.flatMap((resource) => effectOf(resource, set, remove)),
      observed: observed(context, { resources }),
      dryRun: { kind: calls.length === 0 ? 'no_change' : 'synthesised', succeeded: true },
      recipe: { planner: 'tags', input: { resourceIds: ids, set, remove } },
      notes: [calls.length === 0 ? NOTHING_CHANGES : NO_PREVIEW],
    };
  });
}

function effectOf(resource: ObservedResource, set: Record<string, string>, remove: string[]) {
  const after: Record<string, string | undefined> = {
    ...set,
    ...Object.fromEntries(remove.map((key) => [key, undefined])),
  };
  const changed = Object.keys(after)
    .sort()
    .filter((key) => own(resource.tags, key) !== after[key]);
  if (changed.length === 0) return [];
  const value = (of: 'before' | 'after', text: string | undefined) =>
    text === undefined ? {} : { [of]: makeVisibleLine(text, 256) };
  return [
    ec2Effect(resource, {
      kind: 'tag',
      reversibility: 'reversible',
      properties: changed.map((key) => ({
        path: `Tags.${makeVisibleLine(key, 128)}`,
        ...value('before', own(resource.tags, key)),
        ...value('after', after[key]),
        replaces: 'never' as const,
      })),
      why: 'The tags can be restored.',
    }),
  ];
}

/** A tag may be called `constructor`. */
const own = (tags: Record<string, string>, key: string) => (Object.hasOwn(tags, key) ? tags[key] : undefined);

function refuseKeys(set: Record<string, string>, remove: string[]): void {
  const refuse = (message: string, remedy: string) => {
    throw new CountersignError('INPUT_INVALID', message, remedy);
  };
  const keys = [...Object.keys(set), ...remove];
  if (keys.length === 0) refuse('Neither set nor remove names a tag.', 'Name at least one.');
  const reserved = keys.find((key) => RESERVED.test(key));
  if (reserved !== undefined)
    refuse(
      `The tag ${makeVisibleLine(reserved, 128)} cannot be changed by a plan.`,
      'Leave out keys that begin with aws: or countersign:.',
    );
  const both = remove.find((key) => Object.hasOwn(set, key));
  if (both !== undefined) refuse(`${makeVisibleLine(both, 128)} is both set and removed.`, 'Name it once.');
}

function refuseKinds(ids: string[]): void {
  const other = ids.find((id) => !Object.keys(TAGGABLE).some((prefix) => id.startsWith(prefix)));
  if (other !== undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      `${makeVisibleLine(other, 64)} is not a resource that plan_tags can tag.`,
      `Ids must begin with one of: ${Object.keys(TAGGABLE).join(', ')}. Tag stack-owned resources with plan_stack_update.`,
    );
}

const input = z.strictObject({
  resourceIds: z.array(z.string()),
  set: z.record(z.string(), z.string()),
  remove: z.array(z.string()),
});
type Input = z.infer<typeof input>;
export const tags = definePlanner({
  name: 'tags',
  input,
  plan: (context, asked) => planTags(context, asked.resourceIds, asked.set, asked.remove),
  recipe: 'tags',
  replan: (context, asked: Input) => planTags(context, asked.resourceIds, asked.set, asked.remove),
});
