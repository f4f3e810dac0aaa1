/**
 * Which property updates restart, fail over or take the thing away for a while.
 * Source of each row: "Update requires: … interruption" of the property on the type's page in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
 */
const INTERRUPTS: Record<string, readonly string[]> = {
  'AWS::EC2::Instance': [
    'InstanceType',
    'EbsOptimized',
    'KernelId',
    'RamdiskId',
    'UserData',
    'Tenancy',
    'Affinity',
    'HostId',
  ],
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

/** Types that run something: a property without a row may restart it. */
const RUNS =
  /^AWS::(?:EC2::Instance|RDS::DB(?:Instance|Cluster)$|Neptune::DB(?:Instance|Cluster)$|DocDB::DB(?:Instance|Cluster)$|MemoryDB::Cluster|ElastiCache::(?:CacheCluster|ReplicationGroup)|MSK::|EMR::|OpenSearchService::Domain|Elasticsearch::Domain|Redshift::Cluster|AmazonMQ::Broker|DMS::ReplicationInstance|EKS::(?:Cluster|Nodegroup)|DAX::Cluster|FSx::FileSystem|SageMaker::NotebookInstance|Lightsail::)/;
/** Said of every type to update without interruption. */
const HARMLESS = new Set([
  'Tags',
  'Description',
  'DeletionProtection',
  'DeletionProtectionEnabled',
  'DisableApiTermination',
  'BackupRetentionPeriod',
]);

/** `unknown` where a type runs something and the property has no row: a person asks before 6 pm. */
export function interruptsOf(type: string, property: string, holds: string): 'no' | 'yes' | 'unknown' {
  const top = property.split('.')[0] ?? '';
  if (INTERRUPTS[type]?.includes(top)) return 'yes';
  if (HARMLESS.has(top)) return 'no';
  return RUNS.test(type) || holds === 'unknown' ? 'unknown' : 'no';
}
