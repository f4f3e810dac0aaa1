/**
 * Values that a property has when it is not written: to write them out, or to leave them out, changes nothing.
 *
 * Only of properties that would replace or end protection otherwise. Source: "Default" in the property's page of the AWS
 * CloudFormation Template Reference, from memory.
 */
const TABLE = `
AWS::KMS::Key | KeySpec SYMMETRIC_DEFAULT, KeyUsage ENCRYPT_DECRYPT, MultiRegion false, Origin AWS_KMS
AWS::KMS::ReplicaKey | Enabled true
AWS::Lambda::Function | PackageType Zip
AWS::Lambda::EventSourceMapping | Enabled true
AWS::EC2::Instance | Tenancy default, Monitoring false
AWS::EC2::VPC | InstanceTenancy default
AWS::EC2::Volume | Encrypted false, MultiAttachEnabled false
AWS::RDS::DBInstance | StorageEncrypted false, MultiAZ false
AWS::RDS::DBCluster | StorageEncrypted false, EngineMode provisioned
AWS::DocDB::DBCluster | StorageEncrypted false
AWS::Neptune::DBCluster | StorageEncrypted false
AWS::SQS::Queue | FifoQueue false
AWS::SNS::Topic | FifoTopic false
AWS::ECS::Service | LaunchType EC2, SchedulingStrategy REPLICA
AWS::EFS::FileSystem | Encrypted false, PerformanceMode generalPurpose
AWS::ElastiCache::ReplicationGroup | AtRestEncryptionEnabled false, TransitEncryptionEnabled false
AWS::ElasticLoadBalancingV2::LoadBalancer | Type application, Scheme internet-facing, IpAddressType ipv4
AWS::ElasticLoadBalancingV2::TargetGroup | TargetType instance, IpAddressType ipv4, ProtocolVersion HTTP1
AWS::StepFunctions::StateMachine | StateMachineType STANDARD
AWS::Logs::LogGroup | LogGroupClass STANDARD
AWS::IAM::Role | Path /
AWS::IAM::User | Path /
AWS::IAM::Group | Path /
AWS::IAM::ManagedPolicy | Path /
AWS::IAM::InstanceProfile | Path /
AWS::Events::Rule | EventBusName default
AWS::Scheduler::Schedule | GroupName default
AWS::CertificateManager::Certificate | KeyAlgorithm RSA_2048, ValidationMethod EMAIL
AWS::S3::Bucket | ObjectLockEnabled false
AWS::DynamoDB::Table | TableClass STANDARD
AWS::Redshift::Cluster | Encrypted false
AWS::SSM::Parameter | Tier Standard, DataType text
`;

const byProperty = new Map(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [type = '', cells = ''] = line.split(' | ');
      return cells.split(', ').map((cell): [string, string] => {
        const [name = '', value = ''] = cell.split(' ');
        return [`${type.trim()}.${name}`, value];
      });
    }),
);

/** Is one side the default of the property, and the other not written? */
export function isDefaultWritten(type: string, property: string, before: unknown, after: unknown): boolean {
  const standard = byProperty.get(`${type}.${property}`);
  if (standard === undefined) return false;
  const [was, is] = [before, after].map((value) => (value === undefined || value === null ? standard : String(value)));
  return was === standard && is === standard;
}
