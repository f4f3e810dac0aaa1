/**
 * Versions that an update in place raises and nothing lowers again: only a restored backup or a new cluster has the old
 * one. How many parts of a version make another release; `any`: every version is one.
 *
 * Source: that the services do not downgrade in place, and how they number releases, from memory of their guides
 * (RDS "Upgrading a DB instance engine version", EKS "Update existing cluster to new Kubernetes version").
 */
interface Upgrade {
  property: string;
  parts: 1 | 2 | 'any';
}

const UPGRADES: Readonly<Record<string, Upgrade>> = {
  'AWS::AmazonMQ::Broker': { property: 'EngineVersion', parts: 2 },
  'AWS::DocDB::DBCluster': { property: 'EngineVersion', parts: 1 },
  'AWS::EKS::Cluster': { property: 'Version', parts: 'any' },
  'AWS::ElastiCache::ReplicationGroup': { property: 'EngineVersion', parts: 1 },
  'AWS::Elasticsearch::Domain': { property: 'ElasticsearchVersion', parts: 'any' },
  'AWS::MSK::Cluster': { property: 'KafkaVersion', parts: 'any' },
  'AWS::MemoryDB::Cluster': { property: 'EngineVersion', parts: 1 },
  'AWS::Neptune::DBCluster': { property: 'EngineVersion', parts: 2 },
  'AWS::OpenSearchService::Domain': { property: 'EngineVersion', parts: 'any' },
  'AWS::RDS::DBCluster': { property: 'EngineVersion', parts: 2 },
  'AWS::RDS::DBInstance': { property: 'EngineVersion', parts: 2 },
  'AWS::RDS::GlobalCluster': { property: 'EngineVersion', parts: 2 },
};

type Properties = Readonly<Record<string, unknown>>;

/** A sentence, where the update raises to another release. A version that is not known on a side is another one. */
export function oneWayUpgrade(type: string, before: Properties, after: Properties): string | undefined {
  const upgrade = UPGRADES[type];
  if (!upgrade) return undefined;
  const [was, is] = [before[upgrade.property], after[upgrade.property]];
  if (was === undefined || is === undefined || was === is) return undefined;
  // PostgreSQL numbers its major releases by the first part since 10.
  const isPostgres = /postgres/i.test(String(after.Engine)) && Number.parseInt(String(was), 10) >= 10;
  const parts = upgrade.parts === 'any' ? Number.POSITIVE_INFINITY : isPostgres ? 1 : upgrade.parts;
  const release = (version: unknown) => String(version).split('.').slice(0, parts).join('.');
  if (release(was) === release(is)) return undefined;
  return `${upgrade.property} becomes another release, which cannot be lowered again.`;
}
