/** What is known of a type of resource, and what a change of it is judged by. */

import type { Lowering } from '../../../core/capacity.ts';
import type { Json } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import type { Mark } from '../../../core/mark.ts';
import type { Protection } from '../../../core/protection.ts';

/** Values of a resource on one side: what is not known yet is `UNRESOLVED`, what is computed and not set is left out. */
export type Values = { [key: string]: Json };

export interface Resource {
  address: string;
  type: string;
  /** As the plan names it. */
  providerName: string | undefined;
  /** Nothing happens to it: it is only what others name. */
  isUntouched: boolean;
  before: Values | null;
  after: Values | null;
  /** Is there a block of it, and does that not set this attribute? */
  isComputed(attribute: string): boolean;
  /** Blocks that the expression of an attribute names, by their addresses without indexes. */
  references(attribute: string): readonly string[];
  /** The provider's block of the configuration, as far as its values are written out. */
  provider: Values;
}

/** What keeps an object that is deleted, or a copy of it. */
export interface Fate {
  /** What decides it, in the provider's words. */
  attribute: string;
  effective: 'Delete' | 'Retain' | 'Snapshot';
  /** A protection that is on: the cloud refuses the deletion until it is lowered. */
  guardedBy?: string;
}

export interface Judged {
  holds: Effect['holds'];
  /** Replaced by design. */
  revision: boolean;
  /** Nothing can make a recovery point of it. */
  noBackup: boolean;
}

/** One provider's knowledge. */
export interface Family {
  /** Of which types it knows. */
  readonly isOf: (type: string) => boolean;
  judge(type: string): Judged;
  /** By its values as they are: those decide when it is deleted. */
  fate(resource: Resource): Fate;
  /** Judged together, since one resource says what another may do. @param account what else is foreign. */
  judgeAll(resources: readonly Resource[], account: string | undefined): JudgedTogether;
}

export interface JudgedTogether {
  /** By address. */
  marks: ReadonlyMap<string, Mark[]>;
  protections: Protection[];
  lowered: Lowering[];
}
