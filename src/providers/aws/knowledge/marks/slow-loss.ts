/**
 * Finds what destroys slowly or cuts off: expiry, backups and versioning off, capacity to zero or cut by a large
 * share, triggers off, traffic cut.
 *
 * Guarantees: every row of the table, on the resolved values; an unknown value counts as the worst it could be; a
 * retention or expiry number that falls is found by its name where no row knows it. What gets longer,
 * larger or is switched on has no mark. A link that is removed while its twin (same type and properties, another
 * logical id) stays or comes is not cut.
 * Does not cover: what a program does to data (a function that deletes), values inside a parameter group.
 * Security-group rules are in groups.ts, what a policy locks out in policies.ts.
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { isMembers, mayDiffer, numberOf, same, shown } from './read.ts';
import { judgeRows, rowsByType, VERB } from './rows.ts';
import { REMOVAL, SLOW_LOSS } from './slow-loss-table.ts';

const rows = rowsByType(SLOW_LOSS);

const NAMED_LIKE_EXPIRY = /retention|expir|timetolive/i;

/** For what no row knows: a number whose name says how long something is kept. */
function byName(before: ResourceView, after: ResourceView, context: MarkContext): Mark[] {
  const [was, is] = [numbersIn(before.properties, 'Properties'), numbersIn(after.properties, 'Properties')];
  return [...is]
    .filter(([path]) => NAMED_LIKE_EXPIRY.test(path.slice('Properties'.length)))
    .filter(
      ([path, value]) =>
        (context.isUnknown(value) && mayDiffer(was.get(path), value, context)) ||
        numberOf(value) < (was.has(path) ? numberOf(was.get(path)) : Infinity),
    )
    .map(([path, value]) => ({
      kind: 'expire' as const,
      path,
      text: `Appears to shorten retention, judging by the name of the property: ${shown(was.get(path) ?? 'absent')} → ${shown(value)}.`,
    }));
}

function numbersIn(value: Json, at: string, found = new Map<string, Json>()): Map<string, Json> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) numbersIn(item, `${at}.${index}`, found);
  else if (isMembers(value)) for (const [name, item] of Object.entries(value)) numbersIn(item, `${at}.${name}`, found);
  else if (value !== null && /^\d+$|\u{fffd}/u.test(String(value))) found.set(at, value);
  return found;
}

/** Is the same link there under another logical id? */
function hasTwin(view: ResourceView, resources: MarkContext['after']): boolean {
  return Object.values(resources).some(
    (other) =>
      other.type === view.type && other.logicalId !== view.logicalId && same(other.properties, view.properties),
  );
}

export const findSlowLoss: MarkFinder = (before, after, context) => {
  if (!after) {
    const mark = before && REMOVAL.get(before.type);
    if (!mark || hasTwin(before, context.after)) return [];
    return [
      {
        kind: mark,
        path: 'Properties',
        text: `${VERB[mark]}: traffic through ${before.logicalId}, which is deleted.`,
      },
    ];
  }
  const marks = judgeRows(rows.get(after.type) ?? [], before, after, context);
  const known = new Set((rows.get(after.type) ?? []).map(({ path }) => path.split('.')[0]));
  const named = before ? byName(before, after, context).filter(({ path }) => !known.has(path.split('.')[1])) : [];
  return [...marks, ...named, ...displaced(before, after, context)];
};

/** An association or a denying entry that is created takes effect on a subnet or a list that exists. */
function displaced(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  if (before) return [];
  const [property, when] =
    after.type === 'AWS::EC2::SubnetRouteTableAssociation' || after.type === 'AWS::EC2::SubnetNetworkAclAssociation'
      ? ['SubnetId', true]
      : after.type === 'AWS::EC2::NetworkAclEntry'
        ? ['NetworkAclId', !same(after.properties.RuleAction, 'allow')]
        : ['', false];
  if (!when || isCreatedHere(after.properties[property], context)) return [];
  return [
    {
      kind: 'disconnect',
      path: `Properties.${property}`,
      text: `Cuts: traffic of ${shown(after.properties[property])} that these rules or routes do not allow.`,
    },
  ];
}

/** Is it a reference to a resource that this plan creates? */
function isCreatedHere(value: Json | undefined, { before, after }: MarkContext): boolean {
  const id = /^\u{27e6}own:([A-Za-z0-9]+)/u.exec(String(value))?.[1];
  return id !== undefined && id in after && !(id in before);
}
