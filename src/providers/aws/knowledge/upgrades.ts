/**
 * Versions that an update in place raises and nothing lowers again: only a restored backup or a new cluster has the old
 * one. How many parts of a version make another release; `any`: every version, or every other engine, is one.
 *
 * Source: that the services do not downgrade in place, and how they number releases, from memory of their guides
 * (RDS "Upgrading a DB instance engine version", EKS "Update existing cluster to new Kubernetes version", ElastiCache
 * "Version management", DMS "Upgrading the engine version", MWAA "Upgrading the Apache Airflow version").
 */
interface Upgrade {
  property: string;
  parts: 1 | 2 | 'any';
}
const one = (property: string, parts: Upgrade['parts']): readonly Upgrade[] => [{ property, parts }];
/** From Redis OSS to Valkey there is a way, and none back. */
const CACHE: readonly Upgrade[] = [...one('EngineVersion', 1), ...one('Engine', 'any')];

export const UPGRADES: Readonly<Record<string, readonly Upgrade[]>> = {
  'AWS::AmazonMQ::Broker': one('EngineVersion', 2),
  'AWS::DMS::ReplicationInstance': one('EngineVersion', 'any'),
  'AWS::DocDB::DBCluster': one('EngineVersion', 1),
  'AWS::DocDB::GlobalCluster': one('EngineVersion', 1),
  'AWS::EKS::Cluster': one('Version', 'any'),
  'AWS::EKS::Nodegroup': one('Version', 'any'),
  'AWS::ElastiCache::CacheCluster': one('EngineVersion', 1),
  'AWS::ElastiCache::GlobalReplicationGroup': one('EngineVersion', 1),
  'AWS::ElastiCache::ReplicationGroup': CACHE,
  'AWS::ElastiCache::ServerlessCache': [...one('MajorEngineVersion', 'any'), ...one('Engine', 'any')],
  'AWS::Elasticsearch::Domain': one('ElasticsearchVersion', 'any'),
  'AWS::FSx::FileSystem': one('FileSystemTypeVersion', 'any'),
  'AWS::MSK::Cluster': one('KafkaVersion', 'any'),
  'AWS::MWAA::Environment': one('AirflowVersion', 'any'),
  'AWS::MemoryDB::Cluster': CACHE,
  'AWS::MemoryDB::MultiRegionCluster': CACHE,
  'AWS::Neptune::DBCluster': one('EngineVersion', 2),
  'AWS::OpenSearchService::Domain': one('EngineVersion', 'any'),
  'AWS::RDS::DBCluster': one('EngineVersion', 2),
  'AWS::RDS::DBInstance': one('EngineVersion', 2),
  'AWS::RDS::GlobalCluster': one('EngineVersion', 2),
  'AWS::Redshift::Cluster': one('ClusterVersion', 'any'),
};

type Properties = Readonly<Record<string, unknown>>;

/** A sentence, where the update raises to another release. A version that is not known on a side is another one. */
export function oneWayUpgrade(type: string, before: Properties, after: Properties): string | undefined {
  const raised = (Object.hasOwn(UPGRADES, type) ? UPGRADES[type]! : []).find((upgrade) =>
    isOther(upgrade, before, after),
  );
  return raised && `${raised.property} becomes another release, which cannot be lowered again.`;
}

function isOther({ property, parts: most }: Upgrade, before: Properties, after: Properties): boolean {
  const [was, is] = [before[property], after[property]];
  if (was === undefined || is === undefined || was === is) return false;
  const [old, wanted] = [was, is].map((version) => String(version).toLowerCase().split('.')) as [string[], string[]];
  // PostgreSQL numbers its major releases by the first part since 10.
  const isPostgres = /postgres/i.test(String(after.Engine)) && Number.parseInt(old[0]!, 10) >= 10;
  const parts = most === 'any' ? Number.POSITIVE_INFINITY : isPostgres ? 1 : most;
  // `8` and `8.0.35`: what is written of both is the same.
  const told = most === 'any' ? parts : Math.min(parts, old.length, wanted.length);
  return old.slice(0, told).join('.') !== wanted.slice(0, told).join('.');
}
