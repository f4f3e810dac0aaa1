/** What stands in a resolved value for something that has no value yet. */
import type { Json } from '../../../../core/digest.ts';

/** Stands in a resolved value for a Ref (no attribute) or Fn::GetAtt to a resource of the same stack. */
export function own(logicalId: string, attribute?: string): string {
  return `\u{27e6}own:${logicalId}${attribute === undefined ? '' : `.${attribute}`}\u{27e7}`;
}

/**
 * Stands for the value of an export: not known (`isUnknown` says so), and the same wherever the same export is
 * imported, since CloudFormation lets no export in use change.
 */
export function imported(name: string): string {
  return `\u{27e6}import:${name}\u{27e7}`;
}
/** Stands for any value that is not known and that is the same wherever the same words stand. */
export const STAND_IN = /\u{27e6}(?:import:|\?)[^\u{27e7}]*\u{27e7}/gu;

/** Logical ids of the same stack that a value names. */
export function ownIdsIn(value: Json | undefined): string[] {
  const text = JSON.stringify(value ?? null);
  return [...text.matchAll(/\u{27e6}own:([A-Za-z0-9]+)[^\u{27e7}]*\u{27e7}/gu)].map(([, id]) => id!);
}
