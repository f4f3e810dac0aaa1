/**
 * Which property updates restart, fail over or take the thing away for a while.
 * Source of each row: "Update requires: … interruption" of the property on the type's page in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
 */
const INTERRUPTS: Record<string, readonly string[]> = {
  'AWS::EC2::Instance': ['InstanceType', 'EbsOptimized', 'KernelId', 'RamdiskId', 'UserData', 'Tenancy', 'Affinity', 'HostId'],
  'AWS::RDS::DBInstance': [
    'DBInstanceClass',
    'EngineVersion',
    'DBParameterGroupName',
    'OptionGroupName',
    'Port',
    'StorageType',
    'MultiAZ',
    'AllocatedStorage',
  ],
  'AWS::RDS::DBCluster': ['EngineVersion', 'Port', 'DBClusterParameterGroupName'],
  'AWS::ElastiCache::CacheCluster': ['CacheNodeType', 'EngineVersion', 'NumCacheNodes'],
  'AWS::ElastiCache::ReplicationGroup': ['CacheNodeType', 'EngineVersion'],
  'AWS::Redshift::Cluster': ['NodeType', 'NumberOfNodes', 'ClusterVersion'],
  'AWS::DocDB::DBInstance': ['DBInstanceClass'],
  'AWS::Neptune::DBInstance': ['DBInstanceClass'],
  'AWS::AmazonMQ::Broker': ['HostInstanceType', 'EngineVersion', 'Configuration'],
  'AWS::DMS::ReplicationInstance': ['ReplicationInstanceClass', 'EngineVersion', 'MultiAZ'],
};

/** `unknown` for a type that runs something and is not in the table: a person asks before 6 pm. */
export function interruptsOf(type: string, property: string, holds: string): 'no' | 'yes' | 'unknown' {
  const listed = INTERRUPTS[type];
  if (listed) return listed.includes(property.split('.')[0] ?? '') ? 'yes' : 'no';
  return holds === 'unknown' ? 'unknown' : 'no';
}
