/**
 * What keeps a resource of `aws_*` that is deleted, or a copy of it: by its values in the state, which decide.
 *
 * Source: the page of each resource in the documentation of hashicorp/aws 6.25.0. A value that is not known keeps nothing.
 */
import { deletionProtection } from '../../../aws/knowledge/index.ts';
import type { Fate, Resource, Values } from '../judgement.ts';
import { translated } from './translate.ts';
import { cloudFormationType } from './types.ts';

const isTrue = (value: unknown): boolean => String(value) === 'true';
const isFalse = (value: unknown): boolean => String(value) === 'false';

/** Types whose deletion makes a last snapshot, unless skip_final_snapshot is true (its default is false). */
const WITH_SNAPSHOT =
  /^aws_(?:db_instance|rds_cluster|docdb_cluster|neptune_cluster|redshift_cluster|redshiftserverless_namespace|fsx_(?:windows|openzfs|ontap|lustre)_(?:file_system|volume))$/;
/** Types that a named final snapshot is made of, where it is named. */
const BY_NAME =
  /^aws_(?:elasticache_(?:cluster|replication_group|serverless_cache)|memorydb_cluster|redshiftserverless_namespace)$/;
const KEEPS: Readonly<Record<string, RegExp>> = {
  skip_destroy: /./,
  retain_on_delete: /^aws_(?:cloudfront_distribution|securityhub_standards_subscription)$/,
  skip_destroy_on_delete: /./,
};

export function fateOf({ type, before }: Resource): Fate {
  const values = before ?? {};
  const kept = Object.entries(KEEPS).find(([name, of]) => isTrue(values[name]) && of.test(type));
  if (kept) return { attribute: kept[0], effective: 'Retain' };
  const guarded = guardOf(type, values);
  const snapshot = snapshotOf(type, values);
  return {
    attribute: snapshot ?? 'no attribute that keeps it',
    effective: snapshot === undefined ? 'Delete' : 'Snapshot',
    ...(guarded === undefined ? {} : { guardedBy: guarded }),
  };
}

/** A member of an Aurora cluster, and a read replica, has no last snapshot. */
function snapshotOf(type: string, values: Values): string | undefined {
  if (type === 'aws_ebs_volume') return isTrue(values.final_snapshot) ? 'final_snapshot' : undefined;
  const name = values.final_snapshot_identifier ?? values.final_snapshot_name;
  if (WITH_SNAPSHOT.test(type)) {
    const isReplica = typeof values.replicate_source_db === 'string' && values.replicate_source_db !== '';
    return isFalse(values.skip_final_snapshot ?? values.skip_final_backup) &&
      !isReplica &&
      (typeof name === 'string' || type.startsWith('aws_fsx'))
      ? 'skip_final_snapshot is false'
      : undefined;
  }
  return BY_NAME.test(type) && typeof name === 'string' && name !== '' ? 'final_snapshot_identifier' : undefined;
}

function guardOf(type: string, values: Values): string | undefined {
  if (isTrue(values.enable_deletion_protection)) return 'enable_deletion_protection is on';
  const known = cloudFormationType(type);
  if (known !== undefined && deletionProtection(known, translated(type, known, values)) !== undefined)
    return 'Deletion protection is on';
  return isFalse(values.force_destroy) || isFalse(values.force_delete)
    ? 'force_destroy is off, and a deletion fails while something is in it'
    : undefined;
}
