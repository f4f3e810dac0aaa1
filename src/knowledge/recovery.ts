/**
 * How what a type holds can be had back once the resource is gone.
 *
 * Sources: snapshot: the list of types in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html (see holds.ts).
 * retain_only and backup: from memory of each service's own documentation; not looked up for this table.
 */
import { holdsOf, snapshotSupported } from './holds.ts';

export type Recovery = 'snapshot' | 'backup' | 'retain_only' | 'none_needed' | 'unknown';

/** No service copies what these hold: only keeping the resource does. */
const RETAIN_ONLY = new Set([
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
  'AWS::Logs::LogStream',
  'AWS::Kinesis::Stream',
  'AWS::KMS::Key',
  'AWS::KMS::ReplicaKey',
  'AWS::Cognito::IdentityPool',
  'AWS::Events::EventBus',
  'AWS::StepFunctions::StateMachine',
  'AWS::S3::AccessPoint',
  'AWS::IoT::Thing',
  'AWS::IoT::Certificate',
  'AWS::Athena::WorkGroup',
]);
/** AWS Backup or the service's own backups cover them. */
const BACKUP = new Set([
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::EFS::FileSystem',
  'AWS::FSx::FileSystem',
  'AWS::Timestream::Table',
  'AWS::Cassandra::Table',
]);

export function recoveryOf(type: string): Recovery {
  const holds = holdsOf(type);
  if (holds === 'nothing') return 'none_needed';
  if (snapshotSupported(type)) return 'snapshot';
  if (BACKUP.has(type)) return 'backup';
  return holds === 'identity' || RETAIN_ONLY.has(type) ? 'retain_only' : 'unknown';
}
