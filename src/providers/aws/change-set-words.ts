/**
 * What of a change set is refused before it is judged: options that weaken rollback, validation or ownership, and words
 * that this version of the SDK does not have, since what they do cannot be judged.
 *
 * Does not cover: the role that it works under, which DescribeChangeSet does not tell; fields that the SDK drops
 * because its model does not name them.
 */
import type { Change, DescribeChangeSetOutput, ResourceChange } from '@aws-sdk/client-cloudformation';
import { weaknessesOf } from './call-classes.ts';

type Sdk = typeof import('@aws-sdk/client-cloudformation');
type EnumName = {
  [Name in keyof Sdk]: Sdk[Name] extends Readonly<Record<string, string>> ? Name : never;
}[keyof Sdk];
type Words = Record<string, EnumName>;

const OF_SET: Words = {
  Status: 'ChangeSetStatus',
  ExecutionStatus: 'ExecutionStatus',
  OnStackFailure: 'OnStackFailure',
  DeploymentMode: 'DeploymentMode',
  Capabilities: 'Capability',
  StackDriftStatus: 'StackDriftStatus',
};
const OF_CONFIG: Words = { Mode: 'DeploymentConfigMode' };
const OF_CHANGE: Words = { Type: 'ChangeType' };
const OF_RESOURCE: Words = {
  Action: 'ChangeAction',
  PolicyAction: 'PolicyAction',
  Replacement: 'Replacement',
  Scope: 'ResourceAttribute',
  ResourceDriftStatus: 'StackResourceDriftStatus',
};
const OF_DETAIL: Words = { Evaluation: 'EvaluationType', ChangeSource: 'ChangeSource' };
const OF_IGNORED_DRIFT: Words = { Reason: 'DriftIgnoredReason' };
const OF_TARGET: Words = {
  Attribute: 'ResourceAttribute',
  RequiresRecreation: 'RequiresRecreation',
  AttributeChangeType: 'AttributeChangeType',
  BeforeValueFrom: 'BeforeValueFrom',
  AfterValueFrom: 'AfterValueFrom',
};

/** @returns each to be shown, by name; none twice. */
export function refusedIn(sdk: Sdk, set: DescribeChangeSetOutput, changes: readonly Change[]): string[] {
  const unknown = (at: string, of: object | undefined, words: Words): string[] =>
    Object.entries(words).flatMap(([name, enumName]) => {
      const known = Object.values(sdk[enumName] as Readonly<Record<string, string>>);
      const said = [(of as Record<string, unknown> | undefined)?.[name] ?? []].flat().map(String);
      return said.filter((word) => !known.includes(word)).map((word) => `${at}${name}: ${word} (not known here)`);
    });
  const inResource = (change: ResourceChange): string[] => [
    ...unknown('', change, OF_RESOURCE),
    ...(change.ResourceDriftIgnoredAttributes ?? []).flatMap((one) => unknown('', one, OF_IGNORED_DRIFT)),
    ...(change.Details ?? []).flatMap((detail) => [
      ...unknown('', detail, OF_DETAIL),
      ...unknown('', detail.Target, OF_TARGET),
    ]),
    ...(change.Action === 'Import' ? ['ResourcesToImport'] : []),
  ];
  return [
    ...new Set([
      ...weaknessesOf(set as Record<string, unknown>),
      ...unknown('', set, OF_SET),
      ...unknown('DeploymentConfig.', set.DeploymentConfig, OF_CONFIG),
      ...changes.flatMap((change) => [
        ...unknown('change ', change, OF_CHANGE),
        ...(change.ResourceChange ? inResource(change.ResourceChange) : ['a change without a resource name']),
      ]),
    ]),
  ];
}
