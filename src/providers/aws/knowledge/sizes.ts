/**
 * The property that names how big, and so how dear, one unit of a resource is. Source: the property names of
 * @aws-cdk/aws-service-spec 0.1.216; that this one decides the price, from memory.
 */
const SIZES: Record<string, readonly string[]> = {
  BundleId: ['Lightsail::Bucket', 'Lightsail::Distribution', 'Lightsail::Instance', 'WorkSpaces::Workspace'],
  CacheNodeType: ['ElastiCache::CacheCluster', 'ElastiCache::GlobalReplicationGroup', 'ElastiCache::ReplicationGroup'],
  ComputeType: ['CodeBuild::Fleet'],
  DBClusterInstanceClass: ['RDS::DBCluster'],
  DBInstanceClass: ['DocDB::DBInstance', 'Neptune::DBInstance', 'RDS::DBInstance'],
  DbInstanceType: ['Timestream::InfluxDBCluster', 'Timestream::InfluxDBInstance'],
  EC2InstanceType: ['GameLift::Fleet'],
  EnvironmentClass: ['MWAA::Environment'],
  HostInstanceType: ['AmazonMQ::Broker'],
  InstanceType: [
    'AppStream::Fleet',
    'AppStream::ImageBuilder',
    'AutoScaling::LaunchConfiguration',
    'Cloud9::EnvironmentEC2',
    'EC2::CapacityReservation',
    'EC2::Host',
    'EC2::Instance',
    'EMR::InstanceGroupConfig',
    'GameLift::ContainerFleet',
    'M2::Environment',
    'OpsWorks::Instance',
    'SageMaker::NotebookInstance',
  ],
  MemorySize: ['Lambda::Function', 'Serverless::Function'],
  NodeType: ['DAX::Cluster', 'MemoryDB::Cluster', 'MemoryDB::MultiRegionCluster', 'Redshift::Cluster'],
  RelationalDatabaseBundleId: ['Lightsail::Database'],
  ReplicationInstanceClass: ['DMS::ReplicationInstance'],
  Shape: ['ODB::CloudExadataInfrastructure'],
  Size: ['DirectoryService::SimpleAD', 'EC2::Volume'],
  SizeInGb: ['Lightsail::Disk'],
  'BrokerNodeGroupInfo.InstanceType': ['MSK::Cluster'],
  'ClusterConfig.InstanceType': ['OpenSearchService::Domain'],
  'ElasticsearchClusterConfig.InstanceType': ['Elasticsearch::Domain'],
  'LaunchTemplateData.InstanceType': ['EC2::LaunchTemplate'],
};

const byType = new Map<string, string>(
  Object.entries(SIZES).flatMap(([property, types]) => types.map((type) => [`AWS::${type}`, property] as const)),
);

/** Every type that has a size, and its property. */
export const sizeProperties: ReadonlyMap<string, string> = byType;

/** A property path below Properties, or `undefined` where the type has no size or nobody has listed it. */
export function sizeProperty(type: string): string | undefined {
  return byType.get(type);
}
