/**
 * For clouds that list changes without saying what they do (no replacement, no properties): the changes are read
 * off the templates instead, and the tables decide.
 */

import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { canonicalJson } from '../../../core/digest.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';

/** Does this cloud tell what its changes do? One that lists a modification without a word on it does not. */
export function isSilent(changes: readonly ResourceChange[]): boolean {
  return changes.some(
    ({ Action, Replacement, Details = [] }) => Action === 'Modify' && !Replacement && Details.length === 0,
  );
}

/** A nested stack that the cloud lists stays: what changes in it is told by its own change set, or by nobody. */
export function changesOffTemplates(listed: readonly ResourceChange[], views: MarkContext): ResourceChange[] {
  const read = changesFromViews(views);
  const ids = new Set(read.map(({ LogicalResourceId }) => LogicalResourceId));
  const nested = listed.filter(({ ResourceType }) => ResourceType === 'AWS::CloudFormation::Stack');
  return [...read, ...nested.filter(({ LogicalResourceId }) => !ids.has(LogicalResourceId))];
}

function changesFromViews({ before, after, physicalIds, isUnknown }: MarkContext): ResourceChange[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return ids.flatMap((id): ResourceChange[] => {
    const [was, willBe] = [before[id], after[id]];
    const physical = physicalIds[id] === undefined ? {} : { PhysicalResourceId: physicalIds[id] };
    const base = { LogicalResourceId: id, ResourceType: (willBe ?? was)?.type, ...physical };
    if (!was) return [{ ...base, Action: 'Add' }];
    if (!willBe) return [{ ...base, Action: 'Remove', PolicyAction: was.deletionPolicy as 'Delete' }];
    const details = differing(was, willBe, isUnknown);
    if (details.length === 0 && was.type === willBe.type) return [];
    const policy = `ReplaceAnd${willBe.updateReplacePolicy}` as 'ReplaceAndDelete';
    return [
      {
        ...base,
        Action: 'Modify',
        ...(was.type === willBe.type ? {} : { Replacement: 'True' as const }),
        PolicyAction: policy,
        Details: details,
      },
    ];
  });
}

function differing(was: ResourceView, willBe: ResourceView, isUnknown: MarkContext['isUnknown']) {
  const names = [...new Set([...Object.keys(was.properties), ...Object.keys(willBe.properties)])].sort();
  const properties = names
    .filter((name) => {
      const [a, b] = [was.properties[name], willBe.properties[name]];
      return isUnknown(a) || isUnknown(b) || canonicalJson(a ?? null) !== canonicalJson(b ?? null);
    })
    .map((Name) => ({
      Target: {
        Attribute: 'Properties' as const,
        Name,
        ...text('BeforeValue', was.properties[Name]),
        ...text('AfterValue', willBe.properties[Name]),
      },
    }));
  const policies = (
    [
      ['DeletionPolicy', 'deletionPolicy'],
      ['UpdateReplacePolicy', 'updateReplacePolicy'],
    ] as const
  )
    .filter(([, key]) => was[key] !== willBe[key])
    .map(([Attribute, key]) => ({ Target: { Attribute, BeforeValue: was[key], AfterValue: willBe[key] } }));
  return [...properties, ...policies];
}

const text = (key: 'BeforeValue' | 'AfterValue', value: unknown) =>
  value === undefined ? {} : { [key]: typeof value === 'string' ? value : JSON.stringify(value) };
