/** The picture of what a stack plan touches: every resource that it has an effect on, and the stack itself. */

import type { Lowering } from '../../../core/capacity.ts';
import { canonicalJson, type Json } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import { changedLeaves, type LeafChange } from '../../../core/leaves.ts';
import type { Picture, Thing } from '../../../core/picture.ts';
import type { Protection } from '../../../core/protection.ts';
import type { ChangeSet } from '../change-sets.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import type { Where } from '../planners/views.ts';
import { type Tag, tagsFor } from './mask.ts';
import { type PictureSide, type StackSettings, type Whole, wholeOf } from './side.ts';

/** The path of logical ids above, each with a slash, and what is gathered on the way down. */
export interface Gathering {
  prefix: string;
  things: Thing[];
  /** What protects the resources that are there. */
  protections: Protection[];
  lowered: Lowering[];
  /** The templates of the root, resolved. */
  resolved?: MarkContext;
}

export function deployedSide({ stack, processed, parameters, observed }: LiveStack): PictureSide {
  return {
    side: { template: processed, parameters },
    settings: {
      tags: observed.tags,
      notifications: stack.NotificationARNs ?? [],
      roleArn: observed.roleArn,
      rollback: asJson(stack.RollbackConfiguration),
    },
  };
}

/** What a change set does not tell of is kept. */
export function wantedSettings({ stack, observed }: LiveStack, { tags, topics, rollback }: ChangeSet): StackSettings {
  return {
    tags,
    notifications: topics ?? stack.NotificationARNs ?? [],
    roleArn: observed.roleArn,
    rollback: asJson(rollback ?? stack.RollbackConfiguration),
  };
}

/** Members that are not there are left out, and an empty one is none. */
const asJson = (value: object | undefined): Json | undefined => {
  const json = JSON.parse(JSON.stringify(value ?? {})) as { [key: string]: Json };
  return Object.keys(json).length === 0 ? undefined : json;
};

/** @param prefix logical ids of the nested stacks above, each with a slash. null: the stack is not there. */
export function pictureOf(
  before: PictureSide | null,
  after: PictureSide | null,
  { prefix, where, secretKey, planNonce }: { prefix: string; where: Where; secretKey: string; planNonce: string },
): Thing[] {
  const tag: Tag = tagsFor(secretKey, planNonce);
  const whole = (one: PictureSide | null): Whole =>
    one === null ? { resources: {}, stack: {} } : wholeOf(one, where, tag);
  const [was, is] = [whole(before), whole(after)];
  const stack = (one: Whole, there: PictureSide | null): Json | null => (there === null ? null : one.stack);
  const ids = [...new Set([...Object.keys(was.resources), ...Object.keys(is.resources)])].sort();
  return [
    {
      kind: 'stack',
      id: prefix,
      type: 'AWS::CloudFormation::Stack',
      before: stack(was, before),
      after: stack(is, after),
    },
    ...ids.map((id): Thing => {
      const [old, now] = [was.resources[id], is.resources[id]];
      return {
        kind: 'resource',
        id: prefix + id,
        type: (now ?? old)!.type,
        before: old?.value ?? null,
        after: now?.value ?? null,
      };
    }),
  ];
}

/** INVARIANT: whatever differs is in it, also where no effect says so; what stays as it is only if an effect names it. */
export function touched(things: readonly Thing[], effects: readonly Effect[]): Picture {
  const named = new Set(effects.map(({ logicalId }) => logicalId));
  return {
    things: things.filter(
      ({ kind, id, before, after }) =>
        (kind === 'resource' && named.has(id)) || canonicalJson(before) !== canonicalJson(after),
    ),
  };
}

/** By id of the resource: the leaves in which it differs. */
export function leavesByResource(things: readonly Thing[]): ReadonlyMap<string, LeafChange[]> {
  return new Map(
    things.flatMap(({ kind, id, before, after }) =>
      kind === 'resource' && before !== null && after !== null
        ? [[id, changedLeaves(before, after, '').map((leaf) => ({ ...leaf, path: leaf.path.replace(/^\./, '') }))]]
        : [],
    ),
  );
}
