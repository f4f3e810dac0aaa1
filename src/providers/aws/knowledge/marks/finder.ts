/** What a finder of marks is given, and what it is. */
import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';

export interface ResourceView {
  logicalId: string;
  type: string;
  properties: Record<string, Json>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  /** Resolved, as properties are. */
  updatePolicy?: Json;
  metadata?: Json;
  /** Where a value stands that is read again at execution from an output of another stack. */
  readAgain?: readonly { path: string; from: string }[];
}

export interface MarkContext {
  /** All resources of the stack as they are and as they would be, by logical id. */
  before: Record<string, ResourceView>;
  after: Record<string, ResourceView>;
  /** Of the resources that exist. */
  physicalIds: Record<string, string>;
  /** Of the stack: any other that a policy names is a foreign one. Absent: all are. */
  account?: string;
  /** Security groups outside this stack that were read: the ranges of the internet that come in by their own rules. */
  groupsRead?: ReadonlyMap<string, readonly string[]>;
  /** Things outside this stack that were looked for: the stack of this account and region that owns each, by name. */
  ownersRead?: ReadonlyMap<string, string>;
  /** Does a property of this name hold a secret? */
  isSecret(name: string): boolean;
  isUnknown(value: Json | undefined): boolean;
}

/** One finder per question: deputies, reach, exposure, slow loss, pins, protections. */
export type MarkFinder = (before: ResourceView | null, after: ResourceView | null, context: MarkContext) => Mark[];
