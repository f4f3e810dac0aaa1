/** What is known about resource types. The big index is generated (`npm run tables`) and read at first use. */
import type { Replacement } from './replacement.ts';
import { type DataFile, readIndex } from './rows.ts';

export { isDefaultWritten } from './defaults.ts';
export { deletionProtection } from './deletion-protection.ts';
export { documentedReplacement } from './documented.ts';
export { holdsOf, type Recovery, recoveryOf, snapshotSupported } from './holds.ts';
export { interruptsOf } from './interruptions.ts';
export { type ConditionalRule, conditionalRule, type Fact } from './live-facts.ts';
export { monthlyOfSize, monthlyUsd } from './monthly-cost.ts';
export { nameScope } from './parents.ts';
export { isReissue } from './reissued.ts';
export { isRevisionType } from './revisions.ts';
export { sizeProperty } from './sizes.ts';
export { oneWayUpgrade } from './upgrades.ts';

export interface Knowledge {
  isKnownType(type: string): boolean;
  /** `AWS::RDS`: is there a type of it? */
  isKnownService(service: string): boolean;
  /** Property path below Properties, list indexes left out. Unknown type, property or nested part: `unknown`. */
  replacementOf(type: string, propertyPath: string): Replacement;
  /** Names for Fn::GetAtt. */
  attributesOf(type: string): string[];
  hasProperty(type: string, property: string): boolean;
  /** The property that sets the physical name (TableName, BucketName …). */
  nameProperty(type: string): string | undefined;
}

let known: Knowledge | undefined;

/** Sources: see the data file's own `sources`. */
export const loadKnowledge = async (): Promise<Knowledge> =>
  knowledgeIn((await import('./data/resource-types.json', { with: { type: 'json' } })).default);

/** @param file the one data file, for who has loaded it. */
export function knowledgeIn(file: DataFile): Knowledge {
  known ??= knowledgeOf(file);
  return known;
}

function knowledgeOf(file: DataFile): Knowledge {
  const index = readIndex(file);
  const types = Object.keys(file.types);
  return {
    isKnownType: (type) => index.row(type) !== undefined,
    isKnownService: (service) => types.some((type) => type.startsWith(`${service}::`)),
    replacementOf(type, propertyPath) {
      const row = index.row(type);
      return row ? index.replacement(row, propertyPath.replaceAll(/\.\d+(?=\.|$)|\[\d+\]/g, '')) : 'unknown';
    },
    attributesOf: (type) => index.row(type)?.attributes ?? [],
    hasProperty: (type, property) => index.row(type)?.fields.has(property) ?? false,
    nameProperty: (type) => index.row(type)?.name,
  };
}
