/** Attributes that a resource answers otherwise after a change in place: what reads them may change too. */
import type { StackResource } from './model.ts';
import { textOf } from './texts.ts';

/**
 * Type: attributes that change in place, and the property with which they do. Sources: an Auto Scaling
 * group that reads LatestVersionNumber, seen live (go-to-k/cdkd#985); a stream gets another ARN with its view type
 * (hashicorp/terraform-provider-aws#42560); API reference, ManagedPrefixList.
 */
const CHANGE_IN_PLACE: Record<string, Record<string, string>> = {
  'AWS::EC2::LaunchTemplate': { LatestVersionNumber: 'LaunchTemplateData', DefaultVersionNumber: 'LaunchTemplateData' },
  'AWS::DynamoDB::Table': { StreamArn: 'StreamSpecification' },
  'AWS::DynamoDB::GlobalTable': { StreamArn: 'StreamSpecification' },
  'AWS::EC2::PrefixList': { Version: 'Entries' },
};

const isCustom = (type: string) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** @param changed names of the properties of its resource that change in place. */
export function mayChangeInPlace(type: string, attribute: string, changed: readonly string[] = []): boolean {
  if (isCustom(type)) return changed.length > 0;
  // A property that is an attribute too: `Param.Value`.
  const property = CHANGE_IN_PLACE[type]?.[attribute] ?? attribute.split('.')[0] ?? '';
  return changed.includes(property);
}

/** How often the resource was changed in place in a way that changes this attribute. */
export function changesOf({ type, changes = {} }: StackResource, attribute: string): number {
  if (isCustom(type)) return Object.values(changes).reduce((sum, count) => sum + count, 0);
  return changes[CHANGE_IN_PLACE[type]?.[attribute] ?? ''] ?? 0;
}

export function countChanges(before: StackResource, wanted: StackResource): StackResource {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(wanted.properties)]);
  const differing = [...names].filter((name) => textOf(before.properties[name]) !== textOf(wanted.properties[name]));
  if (differing.length === 0) return wanted;
  const counted = differing.map((name) => [name, (before.changes?.[name] ?? 0) + 1] as const);
  return { ...wanted, changes: { ...before.changes, ...Object.fromEntries(counted) } };
}
