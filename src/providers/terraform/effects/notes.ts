/** What people and agents should know of a plan besides its effects. Sensitive values are taken out by the caller. */
import { counted } from '../../../core/counted.ts';
import type { Effect } from '../../../core/effect.ts';
import { changedLeaves } from '../../../core/leaves.ts';
import type { ResourceChange, TerraformPlan } from '../plan-json/shape.ts';

const MOST = 10;
const listed = (names: readonly string[]): string =>
  names.slice(0, MOST).join(', ') + (names.length > MOST ? ` and ${names.length - MOST} more` : '');

export function notesOf(plan: TerraformPlan, effects: readonly Effect[]): string[] {
  return [unknownTypes(effects), ...drift(plan), readLater(plan), ...checks(plan)].filter((note) => note !== '');
}

function unknownTypes(effects: readonly Effect[]): string {
  const types = [...new Set(effects.filter(({ holds }) => holds === 'unknown').map(({ type }) => type))].sort();
  return types.length === 0
    ? ''
    : `${counted(types.length, 'resource type is', 'resource types are')} not in the tables and judged as the worst case: ${listed(types)}.`;
}

/** By address: what somebody changed outside of this workspace since its state was written. */
function drift({ resource_drift: drifted = [] }: TerraformPlan): string[] {
  const told = drifted.filter(({ change }) => change.actions !== 'none').map(driftOf);
  const more = told.length - MOST;
  return more > 0
    ? [...told.slice(0, MOST), `${counted(more, 'more resource')} changed outside of the workspace.`]
    : told;
}

function driftOf({ address, change }: ResourceChange): string {
  if (change.actions === 'delete') return `${address} was deleted outside of the workspace.`;
  const leaves = changedLeaves(change.before, change.after, '').map(({ path }) => path.replace(/^\./, ''));
  return `${address} was changed outside of the workspace: ${listed(leaves)}.`;
}

function readLater({ resource_changes: changes = [] }: TerraformPlan): string {
  const read = changes.filter(({ change }) => change.actions === 'read').map(({ address }) => address);
  return read.length === 0 ? '' : `Read only when the plan is applied: ${listed(read)}.`;
}

function checks({ checks: all }: TerraformPlan): string[] {
  return (all ?? [])
    .filter(({ status }) => status !== 'pass')
    .slice(0, MOST)
    .map(({ address, status }) => {
      const { to_display: name } = (address ?? {}) as { to_display?: unknown };
      const what = typeof name === 'string' ? name : 'a check';
      return status === 'unknown'
        ? `The check ${what} is decided only when the plan is applied.`
        : `The check ${what} has the status ${status}.`;
    });
}
