import { keepsItsId } from './custom-resources.ts';
import { DATA } from './tables/data.ts';
import { IDENTITY } from './tables/identity.ts';
import { type Holds, type Judgement, type Recovery, typesOf } from './tables/judgement.ts';
import { NOTHING } from './tables/nothing.ts';

export type { Holds, Recovery } from './tables/judgement.ts';

/** Every judgement of what types hold. A type stands in one of them. */
export const judgements: readonly Judgement[] = [...DATA, ...IDENTITY, ...NOTHING];

const byType = new Map(judgements.flatMap((judgement) => typesOf(judgement).map((type) => [type, judgement] as const)));

/** `unknown`: nobody has judged the type yet, and it is treated as the worst. */
export function holdsOf(type: string): Holds {
  return byType.get(type)?.holds ?? (keepsItsId(type) ? 'nothing' : 'unknown');
}

export function recoveryOf(type: string): Recovery {
  return byType.get(type)?.recovery ?? 'unknown';
}

/**
 * Resources of a type with snapshots that have none. ElastiCache User Guide: only Redis OSS and Valkey have backups.
 * RDS: of a member of an Aurora cluster only the cluster has a snapshot, and none is made when a read replica is deleted
 * (DeleteDBInstance, SkipFinalSnapshot). An engine that is not known: the worst.
 */
const WITHOUT_SNAPSHOT: Readonly<Record<string, (properties: Readonly<Record<string, unknown>>) => boolean>> = {
  'AWS::ElastiCache::CacheCluster': ({ Engine }) => !/^(?:redis|valkey)$/i.test(String(Engine)),
  'AWS::RDS::DBInstance': ({ DBClusterIdentifier, Engine, SourceDBInstanceIdentifier }) =>
    (DBClusterIdentifier ?? SourceDBInstanceIdentifier ?? null) !== null || /^aurora/i.test(String(Engine)),
};

/** Whether DeletionPolicy Snapshot makes a snapshot; elsewhere it means Delete. @param properties of the resource, where they are known. */
export function snapshotSupported(type: string, properties?: Readonly<Record<string, unknown>>): boolean {
  return recoveryOf(type) === 'snapshot' && !(properties && WITHOUT_SNAPSHOT[type]?.(properties));
}
