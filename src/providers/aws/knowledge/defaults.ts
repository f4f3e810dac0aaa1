/**
 * Values that a property has when it is not written: to write them out, or to leave them out, changes nothing.
 *
 * Only of properties that would replace, open, or end protection otherwise. Not here, although often thought so:
 * encryption of volumes (the account has a default) and of Redshift clusters (true for new ones).
 */

/** Source: the property's text in @aws-cdk/aws-service-spec, which calls the value its default (a test holds each). */
export const DOCUMENTED_DEFAULTS = `
AWS::KMS::Key | KeySpec SYMMETRIC_DEFAULT, KeyUsage ENCRYPT_DECRYPT, MultiRegion false, Origin AWS_KMS
AWS::KMS::ReplicaKey | Enabled true
AWS::Lambda::EventSourceMapping | Enabled true
AWS::EC2::VPC | InstanceTenancy default
AWS::EFS::FileSystem | PerformanceMode generalPurpose
AWS::ElastiCache::ReplicationGroup | AtRestEncryptionEnabled false, TransitEncryptionEnabled false
AWS::ElasticLoadBalancingV2::LoadBalancer | Type application, Scheme internet-facing
AWS::ElasticLoadBalancingV2::TargetGroup | IpAddressType ipv4
AWS::StepFunctions::StateMachine | StateMachineType STANDARD
AWS::Logs::LogGroup | LogGroupClass STANDARD
AWS::IAM::Role | Path /
AWS::IAM::User | Path /
AWS::IAM::Group | Path /
AWS::IAM::ManagedPolicy | Path /
AWS::IAM::InstanceProfile | Path /
AWS::CertificateManager::Certificate | KeyAlgorithm RSA_2048, ValidationMethod EMAIL
AWS::SSM::Parameter | DataType text
AWS::DMS::Endpoint | SslMode none
AWS::ECR::Repository | ImageTagMutability MUTABLE
`;

/** Source: the services' documentation, from memory; the specification does not say it in these words. */
const REMEMBERED_DEFAULTS = `
AWS::Lambda::Function | PackageType Zip
AWS::EC2::Instance | Tenancy default, Monitoring false
AWS::EC2::Volume | MultiAttachEnabled false
AWS::RDS::DBInstance | StorageEncrypted false, MultiAZ false
AWS::RDS::DBCluster | StorageEncrypted false, EngineMode provisioned
AWS::DocDB::DBCluster | StorageEncrypted false
AWS::Neptune::DBCluster | StorageEncrypted false
AWS::SQS::Queue | FifoQueue false
AWS::SNS::Topic | FifoTopic false
AWS::ECS::Service | LaunchType EC2, SchedulingStrategy REPLICA
AWS::EFS::FileSystem | Encrypted false
AWS::ElasticLoadBalancingV2::LoadBalancer | IpAddressType ipv4
AWS::ElasticLoadBalancingV2::TargetGroup | TargetType instance, ProtocolVersion HTTP1
AWS::Events::Rule | EventBusName default
AWS::Scheduler::Schedule | GroupName default
AWS::S3::Bucket | ObjectLockEnabled false
AWS::DynamoDB::Table | TableClass STANDARD
AWS::SSM::Parameter | Tier Standard
`;

/** `Type.Property` with its default. */
export function defaultsIn(table: string): [property: string, value: string][] {
  return table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [type = '', cells = ''] = line.split(' | ');
      return cells.split(', ').map((cell): [string, string] => {
        const [name = '', value = ''] = cell.split(' ');
        return [`${type.trim()}.${name}`, value];
      });
    });
}
const byProperty = new Map([...defaultsIn(DOCUMENTED_DEFAULTS), ...defaultsIn(REMEMBERED_DEFAULTS)]);

/** Is one side the default of the property, and the other not written? */
export function isDefaultWritten(type: string, property: string, before: unknown, after: unknown): boolean {
  const standard = byProperty.get(`${type}.${property}`);
  if (standard === undefined) return false;
  const [was, is] = [before, after].map((value) => (value === undefined || value === null ? standard : String(value)));
  return was === standard && is === standard;
}
