/** One sentence that a person understands in ten seconds. */
import { counted } from '../core/counted.ts';
import { couldBeLoss, type Effect } from '../core/effect.ts';
import { type Plan, sumsOf } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Action } from '../core/subject.ts';

const VERBS: Record<Action, string> = {
  create: 'Creates',
  update: 'Updates',
  delete: 'Deletes',
  roll_back: 'Rolls back',
  start: 'Starts',
  stop: 'Stops',
  reboot: 'Reboots',
  terminate: 'Terminates',
  resize: 'Resizes',
  copy: 'Copies',
  tag: 'Changes tags of',
};

export function sentenceOf(plan: Plan): string {
  const { action, target, calls, effects } = plan;
  if (calls.length === 0) return 'Nothing would change.';
  const name = makeVisibleLine(target.name, Number.POSITIVE_INFINITY);
  if (target.kind !== 'resources')
    return `${VERBS[action]} the ${target.kind} ${name}: ${totals(plan, action === 'delete')}.`;
  const stored = stores(effects);
  return `${VERBS[action]} ${name}${stored === '' ? '' : ` (${stored})`}.`;
}

function totals(plan: Plan, isDeletion: boolean): string {
  const { effects } = plan;
  const { created, updated } = sumsOf(plan);
  const lost = effects.filter(couldBeLoss);
  const of = (kind: Effect['kind']) => lost.filter((effect) => effect.kind === kind).length;
  const kept = effects.filter(({ kind, retention }) => kind === 'delete' && retention?.effective === 'Retain').length;
  const stored = stores(lost);
  const tail = stored === '' ? '' : ` (${stored})`;
  if (created + updated + lost.length === 0) return `no resource changes; the ${plan.target.kind} itself changes`;
  if (isDeletion)
    return `${counted(effects.length, 'resource')}, ${kept === 0 ? 'none stays' : `${kept} stay`}${tail || ', none stores data'}`;
  const parts = [
    ...(of('delete') > 0 ? [`${of('delete')} deleted`] : []),
    ...(of('replace') > 0 ? [`${of('replace')} replaced`] : []),
    ...(of('unknown') > 0 ? [`${of('unknown')} with an unknown effect`] : []),
  ];
  return `${[`${created} created`, `${updated} updated`, ...(parts.length > 0 ? parts : ['0 deleted or replaced'])].join(', ')}${tail}`;
}

function stores(effects: readonly Effect[]): string {
  const lost = effects.filter(couldBeLoss);
  const data = lost.filter(({ holds }) => holds === 'data').length;
  const unknown = lost.filter(({ holds }) => holds === 'unknown').length;
  return [
    ...(data > 0 ? [`${data} ${data === 1 ? 'stores' : 'store'} data`] : []),
    ...(unknown > 0 ? [`${unknown} may store data`] : []),
  ].join(', ');
}
