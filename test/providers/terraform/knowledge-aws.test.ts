/** What is known of CloudFormation's types holds for those of hashicorp/aws and hashicorp/awscc. */
import { describe, expect, it } from 'vitest';
import { holdsOf } from '../../../src/providers/aws/knowledge/index.ts';
import { renames } from '../../../src/providers/terraform/knowledge/aws/renames.ts';
import { cloudFormationType, listedTypes } from '../../../src/providers/terraform/knowledge/aws/types.ts';
import { described, type Row } from './builders.ts';

describe('a type of hashicorp/aws is that of CloudFormation', () => {
  it.each<[string, string | undefined]>([
    ['aws_s3_bucket', 'AWS::S3::Bucket'],
    ['aws_db_instance', 'AWS::RDS::DBInstance'],
    ['aws_rds_cluster', 'AWS::RDS::DBCluster'],
    ['aws_docdb_cluster', 'AWS::DocDB::DBCluster'],
    ['aws_vpc', 'AWS::EC2::VPC'],
    ['aws_ebs_volume', 'AWS::EC2::Volume'],
    ['aws_lb', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
    ['aws_alb', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
    ['aws_elb', 'AWS::ElasticLoadBalancing::LoadBalancer'],
    ['aws_cloudwatch_log_group', 'AWS::Logs::LogGroup'],
    ['aws_cloudwatch_event_bus', 'AWS::Events::EventBus'],
    ['aws_cloudwatch_metric_alarm', 'AWS::CloudWatch::Alarm'],
    ['aws_iam_policy', 'AWS::IAM::ManagedPolicy'],
    ['aws_cloudtrail', 'AWS::CloudTrail::Trail'],
    ['aws_sfn_state_machine', 'AWS::StepFunctions::StateMachine'],
    ['aws_acm_certificate', 'AWS::CertificateManager::Certificate'],
    ['aws_fsx_windows_file_system', 'AWS::FSx::FileSystem'],
    ['awscc_s3_bucket', 'AWS::S3::Bucket'],
    ['awscc_dynamodb_table', 'AWS::DynamoDB::Table'],
    ['awscc_kms_key', 'AWS::KMS::Key'],
    ['aws_nothing_that_is_there', undefined],
    ['google_sql_database_instance', undefined],
  ])('%s', (type, expected) => {
    expect(cloudFormationType(type)).toBe(expected);
  });
  it('every type that is listed is one that somebody judged', () => {
    expect(listedTypes.filter((type) => holdsOf(cloudFormationType(type)!) === 'unknown')).toEqual([]);
  });
  it('every type that renames an attribute is known by some name', () => {
    const strange = [...renames.keys()].filter(
      (type) => described([{ at: `${type}.x`, before: { id: 'x' } }]).effects[0]?.holds === 'unknown',
    );
    expect(strange).toEqual([]);
  });
});

const marks = (rows: readonly Row[]): string[] =>
  described(rows).effects.flatMap(({ logicalId, marks: found }) =>
    found.filter(({ kind }) => kind !== 'protect').map(({ kind, text }) => `${logicalId} ${kind}: ${text}`),
  );
type Side = NonNullable<Row['before']> | null;
const change = (at: string, before: Side, after: Side, more: Partial<Row> = {}): Row[] => [
  { at, before, after, ...more },
];
const open = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::logs/*' }],
});
const admin = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

describe('what a change does besides', () => {
  it.each<[string, Row[], RegExp]>([
    [
      'a database becomes public',
      change('aws_db_instance.a', { publicly_accessible: false }, { publicly_accessible: true }),
      /expose: The internet can newly reach the database aws_db_instance\.a/,
    ],
    [
      'a database loses its protection',
      change('aws_db_instance.a', { deletion_protection: true }, { deletion_protection: false }),
      /unprotect: .*deletion_protection true → false/,
    ],
    [
      'a database keeps fewer backups',
      change('aws_db_instance.a', { backup_retention_period: 14 }, { backup_retention_period: 1 }),
      /expire: .*14 → 1/,
    ],
    [
      'a database would make no last snapshot',
      change('aws_db_instance.a', { skip_final_snapshot: false }, { skip_final_snapshot: true }),
      /unprotect: .*skip_final_snapshot/,
    ],
    [
      'a bucket may be emptied',
      change('aws_s3_bucket.a', { force_destroy: false }, { force_destroy: true }),
      /unprotect: .*force_destroy false → true/,
    ],
    [
      'a bucket becomes public by its list',
      change('aws_s3_bucket_acl.a', { bucket: 'b', acl: 'private' }, { bucket: 'b', acl: 'public-read' }),
      /expose: The public can newly read/,
    ],
    [
      'a bucket loses its block of public access',
      change(
        'aws_s3_bucket_public_access_block.a',
        {
          bucket: 'b',
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
        null,
      ),
      /expose: The public can newly reach/,
    ],
    [
      'a switch of that block',
      change(
        'aws_s3_bucket_public_access_block.a',
        {
          bucket: 'b',
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
        {
          bucket: 'b',
          block_public_acls: true,
          block_public_policy: false,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
      ),
      /expose: .*public policies/,
    ],
    [
      'a bucket stops keeping versions',
      change(
        'aws_s3_bucket_versioning.a',
        { bucket: 'b', versioning_configuration: [{ status: 'Enabled' }] },
        { bucket: 'b', versioning_configuration: [{ status: 'Suspended' }] },
      ),
      /expire: /,
    ],
    [
      'versioning goes as a resource',
      change('aws_s3_bucket_versioning.a', { bucket: 'b', versioning_configuration: [{ status: 'Enabled' }] }, null),
      /expire: /,
    ],
    [
      'objects expire',
      change('aws_s3_bucket_lifecycle_configuration.a', null, {
        bucket: 'b',
        rule: [{ id: 'all', status: 'Enabled', expiration: [{ days: 1 }] }],
      }),
      /expire: .*lifecycle/,
    ],
    [
      'a policy lets everybody read',
      change('aws_s3_bucket_policy.a', null, { bucket: 'logs', policy: open }),
      /expose: .*public can newly/i,
    ],
    [
      'a role may do all',
      change('aws_iam_role_policy.a', null, { role: 'worker', policy: admin }),
      /expose: Role worker can newly call/,
    ],
    [
      'a role gets a managed policy',
      change('aws_iam_role_policy_attachment.a', null, {
        role: 'worker',
        policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
      /expose: .*AdministratorAccess/,
    ],
    [
      'a group opens to the world',
      change(
        'aws_security_group.a',
        { name: 'a', ingress: [] },
        {
          name: 'a',
          ingress: [{ cidr_blocks: ['0.0.0.0/0'], from_port: 22, to_port: 22, protocol: 'tcp', self: false }],
        },
      ),
      /expose: Allows traffic from 0\.0\.0\.0\/0, tcp 22/,
    ],
    [
      'a rule of a group',
      change('aws_security_group_rule.a', null, {
        type: 'ingress',
        security_group_id: 'sg-1',
        cidr_blocks: ['0.0.0.0/0'],
        from_port: 22,
        to_port: 22,
        protocol: 'tcp',
      }),
      /expose: Allows traffic from 0\.0\.0\.0\/0, tcp 22/,
    ],
    [
      'a rule of its own',
      change('aws_vpc_security_group_ingress_rule.a', null, {
        security_group_id: 'sg-1',
        cidr_ipv4: '0.0.0.0/0',
        from_port: 5432,
        to_port: 5432,
        ip_protocol: 'tcp',
      }),
      /expose: Allows traffic from 0\.0\.0\.0\/0, tcp 5432/,
    ],
    [
      'rules that are not known',
      change('aws_security_group.a', { name: 'a', ingress: [] }, { name: 'a' }, { unknown: { ingress: true } }),
      /expose: .*unknown until execution/,
    ],
    [
      'an entry of an access list',
      change('aws_network_acl_rule.a', null, {
        network_acl_id: 'acl-1',
        rule_number: 1,
        egress: false,
        protocol: '-1',
        rule_action: 'allow',
        cidr_block: '0.0.0.0/0',
      }),
      /expose: Allows traffic from 0\.0\.0\.0\/0/,
    ],
    [
      'a route to the internet',
      change(
        'aws_route_table.a',
        { vpc_id: 'vpc-1', route: [] },
        { vpc_id: 'vpc-1', route: [{ cidr_block: '0.0.0.0/0', gateway_id: 'igw-1' }] },
      ),
      /expose: Opens a route between the internet gateway igw-1/,
    ],
    [
      'a balancer loses its protection',
      change(
        'aws_lb.a',
        { enable_deletion_protection: true, internal: true },
        { enable_deletion_protection: false, internal: true },
      ),
      /unprotect: /,
    ],
    ['a balancer opens', change('aws_lb.a', { internal: true }, { internal: false }), /expose: The internet/],
    ['a key is switched off', change('aws_kms_key.a', { is_enabled: true }, { is_enabled: false }), /disable: /],
    [
      'a trail stops',
      change('aws_cloudtrail.a', { enable_logging: true }, { enable_logging: false }),
      /(?:disable|unprotect): /,
    ],
    [
      'logs are kept for less long',
      change('aws_cloudwatch_log_group.a', { retention_in_days: 0 }, { retention_in_days: 7 }),
      /expire: /,
    ],
    [
      'items get a time to live',
      change(
        'aws_dynamodb_table.a',
        { ttl: [{ enabled: false, attribute_name: '' }] },
        { ttl: [{ enabled: true, attribute_name: 'at' }] },
      ),
      /expire: /,
    ],
    [
      'no recovery to a point in time',
      change(
        'aws_dynamodb_table.a',
        { point_in_time_recovery: [{ enabled: true }] },
        { point_in_time_recovery: [{ enabled: false }] },
      ),
      /expire: point-in-time|expire: .*point-in-time/,
    ],
    [
      'a service is cut to nothing',
      change(
        'aws_ecs_service.a',
        { desired_count: 4, task_definition: 't:1' },
        { desired_count: 0, task_definition: 't:1' },
      ),
      /disable: /,
    ],
    [
      'a group of machines is cut',
      change(
        'aws_autoscaling_group.a',
        { max_size: 10, min_size: 8, desired_capacity: 8 },
        { max_size: 1, min_size: 0, desired_capacity: 0 },
      ),
      /disable: /,
    ],
    [
      'a function gets another role',
      change(
        'aws_lambda_function.a',
        { function_name: 'f', role: 'arn:aws:iam::111122223333:role/a' },
        { function_name: 'f', role: 'arn:aws:iam::111122223333:role/b' },
      ),
      /deputy: Runs under/,
    ],
    [
      'a function is public',
      change('aws_lambda_function_url.a', null, { function_name: 'f', authorization_type: 'NONE' }),
      /expose: /,
    ],
    [
      'a snapshot may be read by others',
      change(
        'awscc_s3_bucket.a',
        { public_access_block_configuration: { block_public_acls: true } },
        { public_access_block_configuration: { block_public_acls: false } },
      ),
      /expose: The public can newly reach/,
    ],
  ])('%s', (_what, rows, expected) => {
    expect(marks(rows).join('\n')).toMatch(expected);
  });

  it.each<[string, Row[]]>([
    [
      'a database keeps what it has',
      change(
        'aws_db_instance.a',
        { publicly_accessible: false, deletion_protection: true, allocated_storage: 10 },
        { publicly_accessible: false, deletion_protection: true, allocated_storage: 20 },
      ),
    ],
    [
      'a bucket is closed',
      change('aws_s3_bucket_public_access_block.a', null, {
        bucket: 'b',
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      }),
    ],
    [
      'versions are kept',
      change('aws_s3_bucket_versioning.a', null, { bucket: 'b', versioning_configuration: [{ status: 'Enabled' }] }),
    ],
    [
      'logs are kept for longer',
      change('aws_cloudwatch_log_group.a', { retention_in_days: 7 }, { retention_in_days: 0 }),
    ],
    [
      'a function has more memory',
      change(
        'aws_lambda_function.a',
        { function_name: 'f', memory_size: 128, role: 'r' },
        { function_name: 'f', memory_size: 256, role: 'r' },
      ),
    ],
    [
      'a service grows',
      change(
        'aws_ecs_service.a',
        { desired_count: 2, task_definition: 't:1' },
        { desired_count: 4, task_definition: 't:1' },
      ),
    ],
    [
      'a table is protected',
      change('aws_dynamodb_table.a', { deletion_protection_enabled: false }, { deletion_protection_enabled: true }),
    ],
    [
      'computed values that nothing sets',
      change(
        'aws_sqs_queue.a',
        { name: 'q', delay_seconds: 0 },
        { name: 'q', delay_seconds: 5 },
        { unknown: { arn: true, url: true } },
      ),
    ],
  ])('nothing: %s', (_what, rows) => {
    expect(marks(rows)).toEqual([]);
  });
});

describe('a loss', () => {
  const lost = (at: string, before: Side) => described([{ at, before, after: null }]).effects[0];
  it.each<[string, string, Side, object]>([
    [
      'of a table',
      'aws_dynamodb_table.a',
      { id: 't' },
      { holds: 'data', reversibility: 'irreversible', retention: { effective: 'Delete' } },
    ],
    [
      'of a database that makes a snapshot',
      'aws_db_instance.a',
      { skip_final_snapshot: false, final_snapshot_identifier: 'last' },
      { reversibility: 'recoverable', retention: { effective: 'Snapshot' } },
    ],
    [
      'of a database that makes none',
      'aws_db_instance.a',
      { skip_final_snapshot: true },
      { reversibility: 'irreversible' },
    ],
    ['of a database that does not say', 'aws_db_instance.a', {}, { reversibility: 'irreversible' }],
    [
      'of a read replica',
      'aws_db_instance.a',
      { skip_final_snapshot: false, final_snapshot_identifier: 'x', replicate_source_db: 'main' },
      { reversibility: 'irreversible' },
    ],
    [
      'of a log group that is only forgotten',
      'aws_cloudwatch_log_group.a',
      { skip_destroy: true },
      { reversibility: 'recoverable', retention: { attribute: 'skip_destroy', effective: 'Retain' } },
    ],
    [
      'of a protected database',
      'aws_db_instance.a',
      { deletion_protection: true },
      { reversibility: 'irreversible', why: expect.stringMatching(/expected to be refused/) },
    ],
    [
      'of a volume with a last snapshot',
      'aws_ebs_volume.a',
      { final_snapshot: true },
      { reversibility: 'recoverable' },
    ],
    ['of an object', 'aws_s3_object.a', { key: 'k' }, { holds: 'data', reversibility: 'irreversible' }],
    ['of a snapshot', 'aws_ebs_snapshot.a', { id: 'snap-1' }, { holds: 'data', noBackup: true }],
    ['of an address', 'aws_eip.a', { id: 'eip-1' }, { holds: 'identity', reversibility: 'irreversible' }],
    [
      'of a setting',
      'aws_s3_bucket_cors_configuration.a',
      { bucket: 'b' },
      { holds: 'nothing', reversibility: 'recoverable' },
    ],
    [
      'of a task definition',
      'aws_ecs_task_definition.a',
      { family: 'f' },
      { revision: true, reversibility: 'reversible' },
    ],
    ['of what nobody judged', 'aws_nobody_knows.a', { id: 'x' }, { holds: 'unknown', reversibility: 'unknown' }],
  ])('%s', (_what, at, before, expected) => {
    expect(lost(at, before)).toMatchObject({ kind: 'delete', ...expected });
  });
});

describe('an expression that is not known', () => {
  const role: Row = {
    at: 'aws_iam_role.worker',
    after: { name: 'worker', assume_role_policy: '{"Version":"2012-10-17","Statement":[]}' },
    unknown: { arn: true, id: true },
  };
  const fn = (
    written: Row['written'] = {
      function_name: { constant_value: 'f' },
      role: { references: ['aws_iam_role.worker.arn', 'aws_iam_role.worker'] },
    },
  ): Row => ({
    at: 'aws_lambda_function.f',
    after: { function_name: 'f' },
    unknown: { role: true, arn: true },
    written,
  });
  it('is any role, since the plan does not say how it is put together', () => {
    expect(marks([role, fn()]).join('\n')).toMatch(/deputy: Runs under a role that is unknown until execution/);
  });
  it('is the role that it names, where the configuration was read', () => {
    const { effects } = described(
      [role, fn()],
      {},
      { 'aws_lambda_function.f': { role: '${aws_iam_role.worker.arn}' } },
    );
    const found = effects.flatMap(({ marks: all }) => all.filter(({ kind }) => kind === 'deputy'));
    expect(found).toEqual([expect.objectContaining({ bound: 'own_stack', principal: 'aws_iam_role.worker' })]);
  });
  it.each([
    '${replace(aws_iam_role.worker.arn, "worker", "admin")}',
    '${aws_iam_role.worker.arn == "" ? "x" : "y"}',
    '%{ if true }${aws_iam_role.worker.arn}%{ endif }',
    '${data.aws_iam_role.admin.arn}',
    '${var.role}',
    '$${aws_iam_role.worker.arn}',
    '${module.a.arn}',
  ])('is any role for %s', (text) => {
    const { effects } = described([role, fn()], {}, { 'aws_lambda_function.f': { role: text } });
    const found = effects.flatMap(({ marks: all }) => all.filter(({ kind }) => kind === 'deputy'));
    expect(found).toEqual([expect.objectContaining({ bound: 'unbounded' })]);
  });
  it('counts a policy for the role that its block names', () => {
    const policy: Row = {
      at: 'aws_iam_role_policy.all',
      after: { policy: admin },
      unknown: { role: true, id: true },
      written: {
        role: { references: ['aws_iam_role.worker.id', 'aws_iam_role.worker'] },
        policy: { constant_value: admin },
      },
    };
    const { effects } = described(
      [role, policy, fn()],
      {},
      { 'aws_lambda_function.f': { role: '${aws_iam_role.worker.arn}' } },
    );
    const found = effects.flatMap(({ marks: all }) => all.filter(({ kind }) => kind === 'deputy'));
    expect(found).toEqual([expect.objectContaining({ bound: 'unbounded' })]);
  });
  it('of a new group counts where it could be a block, and not where nothing is written', () => {
    const group: Row = { at: 'aws_security_group.g', after: { name: 'g' }, unknown: { ingress: true, id: true } };
    expect(marks([group]).join('\n')).toMatch(/expose/);
    const bodies = { 'aws_security_group.g': { name: 'g' } };
    expect(described([group], {}, bodies).effects[0]!.marks).toEqual([]);
    const dynamic = { 'aws_security_group.g': { name: 'g', dynamic: { ingress: [{ for_each: '${var.x}' }] } } };
    expect(described([group], {}, dynamic).effects[0]!.marks).not.toEqual([]);
  });
});
