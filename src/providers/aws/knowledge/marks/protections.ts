/**
 * What protects the resources of a stack, each with a level, so that two looks can be compared.
 *
 * Guarantees: of every resource that holds data or an identity, its deletion policies as they are in force, the flags of
 * the table of protections, and how long backups are kept; of any other the flags. An unknown value protects nothing.
 */
import type { Lowering } from '../../../../core/capacity.ts';
import type { Json } from '../../../../core/digest.ts';
import type { Protection } from '../../../../core/protection.ts';
import { holdsOf } from '../index.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { safety } from './protection.ts';
import { PROTECTION } from './protection-table.ts';
import { numberOf, valuesAt } from './read.ts';
import { isOn, rowsByType } from './rows.ts';
import { SLOW_LOSS } from './slow-loss-table.ts';

const BACKUPS = /Backup|Snapshot|PointInTime|Versioning|ObjectLock/;
const flags = rowsByType(PROTECTION);
const backups = rowsByType(SLOW_LOSS);

function levelOf(rule: string, value: Json | undefined, context: MarkContext): number | undefined {
  const [name, absent] = rule.split(' ');
  if (context.isUnknown(value)) return 0;
  if (name === 'off') return isOn(value, absent) ? 1 : 0;
  if (name !== 'shorter') return undefined;
  const days = value ?? absent;
  return days === 'never' ? Number.MAX_SAFE_INTEGER : numberOf(days) || 0;
}

function byRows(view: ResourceView, prefix: string, context: MarkContext): Protection[] {
  const rows = [
    ...(flags.get(view.type) ?? []),
    ...(backups.get(view.type) ?? []).filter(({ path }) => BACKUPS.test(path)),
  ];
  return rows.flatMap(({ path, rule }) => {
    const found = valuesAt(view, path, context);
    const values = found.size > 0 ? [...found] : path.includes('*') ? [] : [[`Properties.${path}`, undefined] as const];
    return values.flatMap(([at, value]) => {
      const level = levelOf(rule, value, context);
      return level === undefined ? [] : [{ of: prefix + view.logicalId, what: at.replace(/^Properties\./, ''), level }];
    });
  });
}

/** Of every resource that is there. */
export const protectionsIn = (context: MarkContext, prefix: string): Protection[] =>
  Object.values(context.before).flatMap((view) => protectionsOf(view, prefix, context));

export function protectionsOf(view: ResourceView, prefix: string, context: MarkContext): Protection[] {
  const of = prefix + view.logicalId;
  const holds = holdsOf(view.type);
  const policies: Protection[] =
    holds === 'data' || holds === 'identity'
      ? [
          { of, what: 'DeletionPolicy', level: safety(view.deletionPolicy, view) },
          { of, what: 'UpdateReplacePolicy', level: safety(view.updateReplacePolicy, view) },
        ]
      : [];
  return [...policies, ...byRows(view, prefix, context)];
}

/** Capacity that a change lowers, by the rows of what a cut would disable. */
export function loweredIn(context: MarkContext, prefix: string): Lowering[] {
  return Object.values(context.after).flatMap((view) => {
    const before = context.before[view.logicalId];
    if (before?.type !== view.type) return [];
    const paths = (backups.get(view.type) ?? []).flatMap(({ path, rule }) => (rule === 'cut' ? [path] : []));
    return paths.flatMap((path) => {
      const is = valuesAt(view, path, context);
      return [...valuesAt(before, path, context)].flatMap(([at, value]): Lowering[] => {
        const [was, becomes] = [numberOf(value), numberOf(is.get(at))];
        return becomes < was
          ? [{ of: prefix + view.logicalId, what: at.replace(/^Properties\./, ''), was, becomes }]
          : [];
      });
    });
  });
}
