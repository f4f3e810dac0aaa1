/** Marks of what the plan's JSON itself says: live values that go, things that are taken over, values read later. */

import { changedLeaves, type LeafChange } from '../../../core/leaves.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { hostFileMarks } from '../knowledge/host-files.ts';
import { type Configuration, referencesIn } from '../plan-json/configuration.ts';
import type { ResourceChange, TerraformPlan } from '../plan-json/shape.ts';

/** Looked up once for all changes of a plan. */
export function besidesOf(
  plan: TerraformPlan,
  configuration: Configuration,
  directory: string | undefined,
): (one: ResourceChange) => Mark[] {
  const drift = new Map((plan.resource_drift ?? []).map((one) => [one.address, one]));
  const later = (plan.resource_changes ?? []).filter(
    ({ change, mode }) => mode === 'data' && change.actions === 'read',
  );
  return (one) => [
    ...overwritten(one, drift.get(one.address)),
    ...takenOver(one),
    ...hostFileMarks(one.type, one.change, directory),
    ...(later.length === 0 ? [] : readAgain(one, later, configuration)),
  ];
}

/** What was changed outside, and would be changed back: nobody wrote that into the configuration. */
function overwritten({ change }: ResourceChange, drifted: ResourceChange | undefined): Mark[] {
  if (change.actions !== 'update' || drifted?.change.actions !== 'update') return [];
  const outside = new Set(leaves(drifted).map(({ path }) => path));
  return leaves({ change })
    .filter(({ path }) => outside.has(path))
    .map(({ path }) => ({
      kind: 'overwrite',
      path: makeVisibleLine(path.replace(/^\./, '')),
      text: 'It was changed outside of the workspace, and the plan changes it back.',
    }));
}
const leaves = ({ change: { before, after } }: Pick<ResourceChange, 'change'>): LeafChange[] =>
  changedLeaves(before, after, '');

/** An object outside of the state, whose owner is not known. */
function takenOver({ change: { importing } }: ResourceChange): Mark[] {
  if (!importing) return [];
  const id = makeVisibleLine(importing.id ?? JSON.stringify(importing.identity ?? null));
  return [
    { kind: 'reach', path: 'importing', text: 'The workspace takes over an object that exists.', target: { id } },
  ];
}

/** A value that comes from a data source which is read only when the plan is applied. */
function readAgain(one: ResourceChange, later: readonly ResourceChange[], configuration: Configuration): Mark[] {
  if (one.change.actions === 'delete' || one.change.actions === 'none') return [];
  const block = configuration.blockOf(one.address)?.expressions;
  const read = new Set([...referencesIn(block)].map((reference) => reference.split('.').slice(0, 3).join('.')));
  return later
    .filter(
      ({ type, name, module_address: module }) => module === one.module_address && read.has(`data.${type}.${name}`),
    )
    .map(({ address }) => ({
      kind: 'unpinned',
      path: makeVisibleLine(address),
      reads: 'value',
      text: 'It is read only when the plan is applied.',
    }));
}
