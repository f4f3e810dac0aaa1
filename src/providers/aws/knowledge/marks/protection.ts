/**
 * Finds protections that are lowered (`unprotect`) or raised (`protect`): flags, locks, logging, backups, hooks, and
 * the policies that decide a resource's fate.
 *
 * Guarantees: DeletionPolicy and UpdateReplacePolicy as they are in force (Snapshot of a type without snapshots is
 * Delete; RetainExceptOnCreate is Retain for what exists); every row of the table; a protecting resource that goes.
 * An unknown value counts as the protection lost.
 * Does not cover: termination protection and policy of the stack itself (no property of a resource); tags that a backup
 * plan selects by.
 */

import type { Mark } from '../../../../core/mark.ts';
import { snapshotSupported } from '../holds.ts';
import type { MarkFinder, ResourceView } from './finder.ts';
import { PROTECTION, PROTECTS } from './protection-table.ts';
import { same } from './read.ts';
import { judgeRows, rowsByType } from './rows.ts';

const rows = rowsByType(PROTECTION);

const SAFETY = ['Delete', 'Snapshot', 'Retain'];

/** Of a deletion policy, as it is in force: 0 deletes, 2 retains. */
export function safety(policy: string, { type, properties }: ResourceView): number {
  const inForce = policy.startsWith('Retain')
    ? 'Retain'
    : policy === 'Snapshot' && snapshotSupported(type, properties)
      ? policy
      : 'Delete';
  return SAFETY.indexOf(inForce);
}

function policies(before: ResourceView, after: ResourceView): Mark[] {
  return (['DeletionPolicy', 'UpdateReplacePolicy'] as const).flatMap((path): Mark[] => {
    const name = path === 'DeletionPolicy' ? 'deletionPolicy' : 'updateReplacePolicy';
    const [was, is] = [safety(before[name], before), safety(after[name], after)];
    if (was === is) return [];
    const change = `${path} in force: ${SAFETY[was]} → ${SAFETY[is]}.`;
    return [{ kind: is < was ? 'unprotect' : 'protect', path, text: change }];
  });
}

export const findProtection: MarkFinder = (before, after, context) => {
  const view = after ?? before;
  if (view && PROTECTS.has(view.type) && !(before && after)) {
    const twin = Object.values(after ? {} : context.after).some(
      (other) => other.type === view.type && same(other.properties, view.properties),
    );
    const what = `${view.logicalId}, which protects or records, is ${after ? 'created' : 'deleted'}.`;
    return twin ? [] : [{ kind: after ? 'protect' : 'unprotect', path: 'Properties', text: what }];
  }
  if (!before || !after) return [];
  const ofType = rows.get(after.type) ?? [];
  const lowered = judgeRows(ofType, before, after, context);
  // Only flags have a clear other direction.
  const flags = ofType.filter(({ rule }) => rule.startsWith('off'));
  const raised = judgeRows(flags, after, before, context)
    .filter(({ path }) => !lowered.some((mark) => mark.path === path))
    .map(
      ({ path }): Mark => ({
        kind: 'protect',
        path,
        text: `Raises protection: ${path.split('.').at(-1)} is switched on.`,
      }),
    );
  return [...policies(before, after), ...lowered, ...raised];
};
