/**
 * Which property updates restart, fail over or take the thing away for a while: the question at 6 pm.
 * A property stands for all below it.
 *
 * "Some interruptions" in AWS's documentation is no proof by itself: since 2018 it is also what conditional replacement
 * is called there, and rules of a security group, attribute definitions of a table and the task definition of a service
 * carry it, which are not away. So a row says which words it is from.
 */
import { holdsOf } from './holds.ts';

interface Rows {
  source: string;
  properties: Record<string, readonly string[]>;
}

const GUIDE = 'AWS CloudFormation User Guide (awsdocs/aws-cloudformation-user-guide), "Update requires"';

export const INTERRUPTS: readonly Rows[] = [
  {
    source: `"Some interruptions", in hand-written words, in the ${GUIDE} of 2017 (84118461)`,
    properties: {
      'AWS::AutoScaling::AutoScalingGroup': ['VPCZoneIdentifier'],
      'AWS::DAX::Cluster': ['AvailabilityZones', 'ParameterGroupName', 'ReplicationFactor'],
      'AWS::DMS::ReplicationInstance': ['EngineVersion', 'ReplicationInstanceClass'],
      'AWS::EC2::Instance': ['AdditionalInfo', 'EbsOptimized', 'InstanceType', 'KernelId', 'RamdiskId', 'UserData'],
      'AWS::EMR::Cluster': ['Instances'],
      'AWS::ElastiCache::CacheCluster': ['CacheNodeType', 'CacheParameterGroupName', 'EngineVersion'],
      'AWS::ElastiCache::ReplicationGroup': ['CacheParameterGroupName'],
      'AWS::ElasticBeanstalk::Environment': ['OptionSettings', 'TemplateName', 'VersionLabel'],
      'AWS::OpsWorks::Instance': ['Architecture', 'InstanceType'],
      'AWS::RDS::DBCluster': ['DBClusterParameterGroupName'],
      'AWS::RDS::DBClusterParameterGroup': ['Parameters'],
      'AWS::RDS::DBInstance': ['DBInstanceClass', 'DBParameterGroupName', 'EngineVersion', 'StorageType'],
      'AWS::RDS::DBParameterGroup': ['Parameters'],
      'AWS::Redshift::Cluster': ['ClusterParameterGroupName', 'ClusterType', 'NumberOfNodes'],
    },
  },
  {
    source: `"Some interruptions" in the ${GUIDE} of 2023 (19dc52cd), for a resource that runs; the interruption itself is from memory`,
    properties: {
      'AWS::AmazonMQ::Broker': ['Configuration', 'HostInstanceType'],
      'AWS::EC2::Instance': ['Affinity', 'HostId', 'PrivateDnsNameOptions', 'Tenancy'],
      'AWS::ElastiCache::CacheCluster': ['AZMode', 'NumCacheNodes'],
      'AWS::Lightsail::Instance': ['Hardware'],
      'AWS::MWAA::Environment': [
        'AirflowConfigurationOptions',
        'EnvironmentClass',
        'ExecutionRoleArn',
        'PluginsS3ObjectVersion',
        'PluginsS3Path',
        'RequirementsS3ObjectVersion',
        'RequirementsS3Path',
        'StartupScriptS3ObjectVersion',
        'StartupScriptS3Path',
      ],
      'AWS::RDS::DBCluster': ['EngineVersion'],
      'AWS::RDS::DBInstance': ['MultiAZ'],
      'AWS::Transfer::Server': ['EndpointDetails'],
    },
  },
  {
    source:
      'The connector is PENDING while its egress is reconfigured: AWS Transfer Family User Guide, "Managing SFTP connectors". Its other properties: "No interruption"',
    properties: { 'AWS::Transfer::Connector': ['EgressConfig', 'EgressType'] },
  },
  {
    source: "The property's text speaks of an interruption or a restart: @aws-cdk/aws-service-spec 0.1.216",
    properties: {
      'AWS::DocDB::DBInstance': ['DBInstanceClass', 'CertificateRotationRestart'],
      'AWS::EC2::EIP': ['InstanceId', 'PublicIpv4Pool'],
      'AWS::ElasticLoadBalancingV2::Listener': ['Certificates', 'SslPolicy'],
      'AWS::MWAA::Environment': ['AirflowVersion', 'Tags'],
      'AWS::Neptune::DBCluster': ['DBClusterParameterGroupName'],
      'AWS::Neptune::DBClusterParameterGroup': ['Parameters'],
      'AWS::Neptune::DBInstance': ['AutoMinorVersionUpgrade', 'DBInstanceClass', 'DBParameterGroupName'],
      'AWS::Neptune::DBParameterGroup': ['Parameters'],
      'AWS::RDS::DBInstance': ['CertificateRotationRestart', 'LicenseModel'],
      'AWS::SageMaker::NotebookInstance': ['InstanceType', 'VolumeSizeInGB'],
    },
  },
  {
    source: 'Service documentation, from memory',
    properties: {
      'AWS::AmazonMQ::Broker': ['EngineVersion'],
      'AWS::DMS::ReplicationInstance': ['MultiAZ'],
      'AWS::ElastiCache::ReplicationGroup': ['CacheNodeType', 'EngineVersion'],
      'AWS::RDS::DBCluster': ['DBClusterInstanceClass', 'Port'],
      'AWS::RDS::DBInstance': ['OptionGroupName', 'Port'],
      'AWS::Redshift::Cluster': ['ClusterVersion', 'NodeType'],
      'AWS::Timestream::InfluxDBInstance': ['DbInstanceType'],
    },
  },
];

/** Types that run something: a property that no row speaks of may restart it. */
const RUNS =
  /^AWS::(?:EC2::Instance|RDS::DB(?:Instance|Cluster|ShardGroup)|Neptune::DB(?:Instance|Cluster)|NeptuneGraph::Graph|DocDB::DB(?:Instance|Cluster)|DocDBElastic::Cluster|DSQL::Cluster|MemoryDB::(?:Multi\w+)?Cluster|ElastiCache::(?:CacheCluster|\w*ReplicationGroup|ServerlessCache)|Timestream::Influx\w+|MSK::(?:Serverless)?Cluster|EMR::\w+|OpenSearchService::Domain|Elasticsearch::Domain|Redshift::Cluster|RedshiftServerless::Workgroup|AmazonMQ::Broker|DMS::ReplicationInstance|EKS::(?:Cluster|Nodegroup)|DAX::Cluster|FSx::(?:FileSystem|FileCache)|SageMaker::NotebookInstance|Lightsail::(?:Instance|Database|Container)|ElasticBeanstalk::Environment|MWAA::Environment|OpsWorks::Instance|GameLift::\w*Fleet|AppStream::(?:Fleet|ImageBuilder)|WorkSpaces::Workspace|M2::Environment|CloudHSM::Cluster|ODB::\w+|Transfer::Server)$/;

/** On things that run: `No interruption` in that guide, of 2017 and of 2023 both. `*`: said of every type, from memory. */
const HARMLESS: Record<string, readonly string[]> = {
  '*': ['Tags', 'Description', 'DeletionProtection', 'DeletionProtectionEnabled', 'DisableApiTermination'],
  'AWS::DAX::Cluster': ['NotificationTopicARN', 'PreferredMaintenanceWindow', 'SecurityGroupIds'],
  'AWS::EC2::Instance': ['IamInstanceProfile', 'InstanceInitiatedShutdownBehavior', 'Monitoring', 'SourceDestCheck'],
  'AWS::ElastiCache::CacheCluster': [
    'AutoMinorVersionUpgrade',
    'NotificationTopicArn',
    'PreferredMaintenanceWindow',
    'SnapshotRetentionLimit',
    'SnapshotWindow',
    'VpcSecurityGroupIds',
  ],
  'AWS::ElastiCache::ReplicationGroup': [
    'AutoMinorVersionUpgrade',
    'NotificationTopicArn',
    'PreferredMaintenanceWindow',
    'ReplicationGroupDescription',
    'SecurityGroupIds',
    'SnapshotRetentionLimit',
    'SnapshotWindow',
  ],
  'AWS::RDS::DBCluster': ['MasterUserPassword', 'PreferredBackupWindow', 'VpcSecurityGroupIds'],
  'AWS::RDS::DBInstance': [
    'AllocatedStorage',
    'AllowMajorVersionUpgrade',
    'CopyTagsToSnapshot',
    'MasterUserPassword',
    'MonitoringRoleArn',
    'PreferredBackupWindow',
    'VPCSecurityGroups',
  ],
  'AWS::Redshift::Cluster': [
    'AutomatedSnapshotRetentionPeriod',
    'IamRoles',
    'LoggingProperties',
    'VpcSecurityGroupIds',
  ],
};

const interrupting = new Map<string, Set<string>>();
for (const { properties } of INTERRUPTS)
  for (const [type, names] of Object.entries(properties))
    interrupting.set(type, new Set([...(interrupting.get(type) ?? []), ...names]));

/** Every type with properties that are known to interrupt. */
export const interruptingProperties: ReadonlyMap<string, ReadonlySet<string>> = interrupting;

/** Whether it runs something that an update may restart. */
export const runs = (type: string): boolean => RUNS.test(type);

/**
 * `unknown` where a type runs something, or nobody has judged it, and the property has no row: a person asks before
 * 6 pm. `path` is below Properties.
 */
export function interruptsOf(type: string, path: string, holds: string = holdsOf(type)): 'no' | 'yes' | 'unknown' {
  const top = path.split('.')[0] ?? '';
  if (interrupting.get(type)?.has(top)) return 'yes';
  if (HARMLESS['*']?.includes(top) || HARMLESS[type]?.includes(top)) return 'no';
  return runs(type) || holds === 'unknown' ? 'unknown' : 'no';
}
