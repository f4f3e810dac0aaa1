/**
 * Properties that no mark of a schema calls replacing, and the documentation's words do. `conditional`: live-facts.ts has
 * the fact that decides, or else none is known and the worst counts. `npm run tables` refuses a property whose words
 * speak of it and that stands neither here nor among those whose words speak of something else.
 */
interface Rows {
  source: string;
  /** `AWS::X::Y.Property`, or a part of one: a row stands for all below it. */
  properties: readonly string[];
}

const SPEC = "The property's text in @aws-cdk/aws-service-spec 0.1.216";
const of = (type: string, ...names: string[]): string[] => names.map((name) => `${type}.${name}`);

export const DOCUMENTED: readonly Rows[] = [
  {
    source: `${SPEC}; facts from memory are in live-facts.ts`,
    properties: [
      'AWS::DynamoDB::GlobalTable.AttributeDefinitions',
      'AWS::DynamoDB::Table.AttributeDefinitions',
      'AWS::Elasticsearch::Domain.VPCOptions',
      'AWS::OpenSearchService::Domain.EngineVersion',
      'AWS::OpenSearchService::Domain.VPCOptions',
      'AWS::RDS::DBInstance.LicenseModel',
    ],
  },
  {
    source: `${SPEC}: "will result in an API replacement and new DNS values" where it was not set before`,
    properties: of('AWS::AppSync::GraphQLApi', 'ApiType', 'Visibility'),
  },
  {
    source: `${SPEC}: "replace your existing DB cluster with a new, empty one"; "you must recreate the DB instance"`,
    properties: ['AWS::Neptune::DBInstance.AllowMajorVersionUpgrade', 'AWS::RDS::DBInstance.DBSecurityGroups'],
  },
  {
    source: `${SPEC}: "can only be changed by deleting the service and recreating it"`,
    properties: of('AWS::ServiceDiscovery::Service', 'DnsConfig.DnsRecords.Type', 'HealthCheckConfig.Type'),
  },
  {
    source:
      'AWS::KMS::Key, AWS CloudFormation Template Reference: immutable; the update of an existing key is refused. Judged as a replacement, which it asks for',
    properties: of('AWS::KMS::Key', 'KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'),
  },
  {
    source:
      '"Replacement" in the AWS CloudFormation User Guide of December 2023 (19dc52cd), "Update requires", and no mark of a schema. The specification of today says of AirflowVersion that it is upgraded in place: the stricter stands',
    properties: ['AWS::Connect::TrafficDistributionGroup.InstanceArn', 'AWS::MWAA::Environment.AirflowVersion'],
  },
  {
    source:
      '"Updates are not supported" in the AWS CloudFormation User Guide of December 2023 (19dc52cd), "Update requires". Judged as a replacement, since that is what the change asks for',
    properties: of('AWS::EC2::Volume', 'AvailabilityZone', 'Encrypted', 'KmsKeyId', 'SnapshotId'),
  },
  {
    source: `${SPEC}: it cannot be changed after creation (or once set). An update is refused, or replaces: judged as a replacement, as the keys of KMS are`,
    properties: [
      ...of('AWS::AppSync::ApiCache', 'AtRestEncryptionEnabled', 'TransitEncryptionEnabled'),
      ...of('AWS::Backup::LogicallyAirGappedBackupVault', 'MpaApprovalTeamArn'),
      ...of('AWS::Cognito::UserPool', 'UsernameConfiguration'),
      ...of('AWS::EKS::Cluster', 'ComputeConfig.NodeRoleArn'),
      ...of('AWS::FMS::ResourceSet', 'Name'),
      ...of('AWS::GameLift::ContainerFleet', 'FleetRoleArn'),
      ...of('AWS::GameLift::GameServerGroup', 'VpcSubnets'),
      ...of('AWS::GlobalAccelerator::Accelerator', 'IpAddresses'),
      ...of('AWS::Invoicing::InvoiceUnit', 'Description'),
      ...of('AWS::IoTAnalytics::Channel', 'ChannelStorage.CustomerManagedS3', 'ChannelStorage.ServiceManagedS3'),
      ...of('AWS::IoTAnalytics::Datastore', 'DatastoreStorage.CustomerManagedS3', 'DatastoreStorage.ServiceManagedS3'),
      ...of('AWS::IoTAnalytics::Datastore', 'DatastoreStorage.IotSiteWiseMultiLayerStorage', 'FileFormatConfiguration'),
      ...of('AWS::MediaConnect::Bridge', 'Name'),
      ...of('AWS::MediaPackage::OriginEndpoint', 'CmafPackage.HlsManifests.Id'),
      ...of('AWS::OpenSearchService::Domain', 'IPAddressType', 'UseCase'),
      ...of('AWS::PaymentCryptography::Key', 'Exportable', 'KeyAttributes'),
      ...of('AWS::SageMaker::Space', 'SpaceSettings.AppType'),
      ...of('AWS::Timestream::Table', 'Schema.CompositePartitionKey'),
      ...of('AWS::WAFv2::RuleGroup', 'Capacity'),
    ],
  },
];

const byType = Map.groupBy(
  DOCUMENTED.flatMap(({ properties }) => properties.map((path) => path.split('.'))),
  ([type]) => type,
);

/** @param path below Properties. Documented: what stands at it, above it (a part is documented of it) or below it. */
export const documentedReplacement = (type: string, path: string): 'conditional' | 'never' => {
  const changed = path.split('.').filter((name) => !/^\d+$/.test(name));
  const holds = ([, ...row]: string[]) => row.slice(0, changed.length).every((name, index) => name === changed[index]);
  return byType.get(type)?.some(holds) ? 'conditional' : 'never';
};
