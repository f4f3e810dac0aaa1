/** Types that CloudFormation does not have, or that only add to another thing: what each opens, grants, stops or takes away. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { hostFileMarks } from '../../../src/providers/terraform/knowledge/host-files.ts';
import { described, type Row } from './builders.ts';
import { verdictOf } from './judging.ts';

const STAYS: Row = { at: 'aws_sqs_queue.stays', before: { name: 's' }, after: { name: 's' } };
const plan = (row: Row) => described([STAYS, row]);
const told = (row: Row) =>
  plan(row).effects.flatMap(({ marks }) =>
    marks.filter(({ kind }) => kind !== 'protect').map(({ kind, text }) => `${kind}: ${text}`),
  );
const statement = (Action: string, Principal: unknown = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Resource: '*' }] });
const OTHER = '999988887777';
type Side = NonNullable<Row['before']>;
const made = (at: string, after: Side): Row => ({ at, after });
const gone = (at: string, before: Side): Row => ({ at, before, after: null });
const changed = (at: string, before: Side, after: Side): Row => ({ at, before, after });

const OPENS: [Row, RegExp][] = [
  [made('aws_ami_launch_permission.a', { image_id: 'ami-1', account_id: OTHER }), /999988887777/],
  [made('aws_ami_launch_permission.a', { image_id: 'ami-1', group: 'all' }), /The public/],
  [made('aws_ami_launch_permission.a', { image_id: 'ami-1', organization_arn: 'arn:o' }), /arn:o/],
  [made('aws_snapshot_create_volume_permission.a', { snapshot_id: 'snap-1', account_id: OTHER }), /snap-1/],
  [changed('aws_db_snapshot.a', { shared_accounts: [] }, { shared_accounts: [OTHER] }), /999988887777/],
  [made('aws_db_cluster_snapshot.a', { shared_accounts: ['all'] }), /all/],
  [
    made('aws_kms_grant.a', { key_id: 'k', grantee_principal: `arn:aws:iam::${OTHER}:root`, operations: ['Decrypt'] }),
    /Decrypt/,
  ],
  [made('aws_ram_principal_association.a', { principal: OTHER, resource_share_arn: 'arn:s' }), /arn:s/],
  [made('aws_ram_resource_association.a', { resource_arn: 'arn:r', resource_share_arn: 'arn:s' }), /arn:r/],
  [
    changed('aws_ram_resource_share.a', { allow_external_principals: false }, { allow_external_principals: true }),
    /organization/,
  ],
  [made('aws_s3control_access_point_policy.a', { policy: statement('s3:GetObject') }), /s3:GetObject/],
  [made('aws_s3control_bucket_policy.a', { bucket: 'b', policy: statement('s3:GetObject') }), /s3:GetObject/],
  [made('aws_ses_identity_policy.a', { identity: 'i', policy: statement('ses:SendEmail') }), /ses:SendEmail/],
  [
    made('aws_cloudwatch_log_destination_policy.a', { access_policy: statement('logs:PutSubscriptionFilter') }),
    /logs:PutSubscriptionFilter/,
  ],
  [
    made('aws_codebuild_resource_policy.a', { resource_arn: 'r', policy: statement('codebuild:StartBuild') }),
    /codebuild:StartBuild/,
  ],
  [changed('aws_glacier_vault.a', { name: 'v' }, { name: 'v', access_policy: statement('glacier:*') }), /glacier:\*/],
  [made('aws_glue_resource_policy.a', { policy: statement('glue:*') }), /glue:\*/],
  [
    {
      ...made('aws_ses_identity_policy.a', { identity: 'i' }),
      unknown: { policy: true },
      written: { policy: { references: ['var.p'] }, identity: {} },
    },
    /every action/,
  ],
  [
    changed('aws_s3_account_public_access_block.a', { block_public_policy: true }, { block_public_policy: false }),
    /public/,
  ],
  [made('aws_s3_account_public_access_block.a', { block_public_policy: false }), /public/],
  [changed('aws_ec2_image_block_public_access.a', { state: 'block-new-sharing' }, { state: 'unblocked' }), /public/],
  [made('aws_ec2_serial_console_access.a', { enabled: true }), /serial console/],
  [made('aws_transfer_ssh_key.a', { server_id: 's', user_name: 'u', body: 'ssh-rsa A' }), /log in as u/],
  [made('aws_iam_user_ssh_key.a', { username: 'u', public_key: 'ssh-rsa A' }), /the user u/],
  [made('aws_iam_service_specific_credential.a', { user_name: 'u', service_name: 's' }), /the user u/],
  [made('aws_iam_user_login_profile.a', { user: 'u' }), /log in as the user u/],
  [made('aws_iam_group_membership.a', { group: 'admins', users: ['mallory'] }), /mallory/],
  [made('aws_iam_user_group_membership.a', { user: 'mallory', groups: ['admins'] }), /admins/],
  [
    made('aws_eks_access_policy_association.a', {
      cluster_name: 'c',
      principal_arn: 'arn:p',
      policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
    }),
    /arn:p/,
  ],
  [
    made('aws_organizations_delegated_administrator.a', {
      account_id: OTHER,
      service_principal: 'config.amazonaws.com',
    }),
    /config\.amazonaws\.com/,
  ],
  [made('aws_guardduty_organization_admin_account.a', { admin_account_id: OTHER }), /999988887777/],
  [made('aws_route53_vpc_association_authorization.a', { vpc_id: 'v', zone_id: 'z' }), /zone z/],
  [made('aws_vpc_endpoint_connection_accepter.a', { vpc_endpoint_id: 'v', vpc_endpoint_service_id: 's' }), /service s/],
  [made('aws_vpc_peering_connection_accepter.a', { vpc_peering_connection_id: 'p', auto_accept: true }), /p/],
  [made('aws_ec2_transit_gateway_peering_attachment_accepter.a', { transit_gateway_attachment_id: 't' }), /t/],
  [made('aws_opensearch_authorize_vpc_endpoint_access.a', { domain_name: 'd', account: OTHER }), /999988887777/],
  [
    made('aws_lightsail_instance_public_ports.a', {
      instance_name: 'i',
      port_info: [{ from_port: 22, cidrs: ['0.0.0.0/0'] }],
    }),
    /instance i/,
  ],
  [made('aws_s3_object.a', { bucket: 'b', key: 'k', acl: 'public-read' }), /The public can newly read k of b/],
  [
    made('aws_ecs_task_definition.a', {
      container_definitions: '[{"name":"a","image":"x@sha256:1","privileged":true}]',
    }),
    /root/,
  ],
  [
    made('aws_ecs_task_definition.a', {
      container_definitions:
        '[{"name":"a","image":"x:1","logConfiguration":{"logDriver":"splunk","options":{"splunk-url":"https://logs.example"}}}]',
    }),
    /logs\.example/,
  ],
  [made('aws_iam_saml_provider.a', { name: 'x', saml_metadata_document: '<x/>' }), /vouches/],
  [
    changed(
      'aws_elasticache_replication_group.a',
      { transit_encryption_enabled: true },
      { transit_encryption_enabled: false },
    ),
    /without encryption/,
  ],
  [changed('aws_elasticache_replication_group.a', { auth_token: 'x' }, { name: 'x' }), /without a password/],
  [made('google_storage_bucket_access_control.a', { bucket: 'b', entity: 'allUsers', role: 'READER' }), /allUsers/],
  [made('google_storage_object_access_control.a', { bucket: 'b', object: 'o', entity: 'user-m@x.y' }), /user-m@x\.y/],
  [
    made('google_storage_default_object_access_control.a', { bucket: 'b', entity: 'allAuthenticatedUsers' }),
    /allAuthenticatedUsers/,
  ],
  [made('google_storage_bucket_acl.a', { bucket: 'b', predefined_acl: 'publicRead' }), /publicRead/],
  [made('google_storage_object_acl.a', { bucket: 'b', role_entity: ['READER:allUsers'] }), /allUsers/],
  [
    made('google_app_engine_firewall_rule.a', { source_range: '*', action: 'ALLOW', priority: 1 }),
    /App Engine|application/,
  ],
  [made('google_firebaserules_ruleset.a', { source: [{ files: [{ content: 'allow read;', name: 'x' }] }] }), /rules/],
  [
    made('google_dns_response_policy_rule.a', {
      dns_name: 'x.com.',
      local_data: [{ local_datas: [{ rrdatas: ['192.0.2.1'] }] }],
    }),
    /x\.com\./,
  ],
  [made('azurerm_cosmosdb_sql_role_assignment.a', { principal_id: 'p', account_name: 'c' }), /p/],
  [
    made('azurerm_eventgrid_event_subscription.a', { scope: 's', webhook_endpoint: [{ url: 'https://x.example' }] }),
    /x\.example/,
  ],
  [made('azurerm_mssql_virtual_network_rule.a', { server_id: 's', subnet_id: 'n' }), /n/],
  [made('azurerm_app_service_source_control.a', { repo_url: 'https://git.example/x', app_id: 'a' }), /git\.example/],
];
describe('opens', () => {
  it.each(OPENS.map(([row, says]) => [`${row.at} ${JSON.stringify(row.after)}`, row, says] as const))(
    '%s',
    (_name, row, says) => {
      expect(
        told(row)
          .filter((text) => text.startsWith('expose: '))
          .join('\n'),
      ).toMatch(says);
      expect(verdictOf(plan(row))).not.toBe(1);
    },
  );
});

const LOWERS: [Row, RegExp][] = [
  [gone('aws_s3_account_public_access_block.a', { block_public_acls: true }), /^unprotect/],
  [gone('aws_ec2_image_block_public_access.a', { state: 'block-new-sharing' }), /^unprotect/],
  [changed('aws_ebs_encryption_by_default.a', { enabled: true }, { enabled: false }), /^unprotect/],
  [gone('aws_ebs_encryption_by_default.a', { enabled: true }), /^unprotect/],
  [gone('aws_iam_account_password_policy.a', { minimum_password_length: 14 }), /^unprotect/],
  [
    changed('aws_iam_account_password_policy.a', { minimum_password_length: 14 }, { minimum_password_length: 6 }),
    /^unprotect/,
  ],
  [changed('aws_iam_account_password_policy.a', { require_symbols: true }, { require_symbols: false }), /^unprotect/],
  [gone('aws_organizations_policy_attachment.a', { policy_id: 'p', target_id: 'ou' }), /^unprotect/],
  [changed('aws_config_configuration_recorder_status.a', { is_enabled: true }, { is_enabled: false }), /^unprotect/],
  [gone('aws_config_configuration_recorder_status.a', { is_enabled: true }), /^unprotect/],
  [gone('aws_inspector2_enabler.a', { account_ids: ['1'] }), /^unprotect/],
  [gone('aws_route53_query_log.a', { zone_id: 'z' }), /^unprotect/],
  [gone('aws_redshift_snapshot_schedule_association.a', { cluster_identifier: 'c' }), /^unprotect/],
  [gone('aws_db_instance_automated_backups_replication.a', { source_db_instance_arn: 'x' }), /^unprotect/],
  [
    changed(
      'aws_backup_region_settings.a',
      { resource_type_opt_in_preference: { EBS: true } },
      { resource_type_opt_in_preference: { EBS: false } },
    ),
    /^unprotect/,
  ],
  [made('aws_ec2_instance_state.a', { instance_id: 'i', state: 'stopped' }), /^disable/],
  [changed('aws_rds_instance_state.a', { state: 'available' }, { state: 'stopped' }), /^disable/],
  [gone('aws_iam_group_membership.a', { group: 'admins', users: ['bob'] }), /^disable/],
  [
    changed('aws_iam_user_group_membership.a', { user: 'u', groups: ['a', 'b'] }, { user: 'u', groups: ['a'] }),
    /^disable/,
  ],
  [
    gone('aws_iam_policy_attachment.a', {
      users: ['bob'],
      roles: ['r'],
      policy_arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
    /^disable: .*everyone/,
  ],
  [
    made('aws_iam_policy_attachment.a', { users: ['bob'], policy_arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    /^overwrite/,
  ],
  [made('aws_iam_group_membership.a', { group: 'admins', users: ['bob'] }), /^overwrite/],
  [made('aws_iam_role_policies_exclusive.a', { role_name: 'r', policy_names: [] }), /^overwrite/],
  [made('aws_iam_role_policy_attachments_exclusive.a', { role_name: 'r', policy_arns: [] }), /^overwrite/],
  [gone('aws_s3_bucket_object_lock_configuration.a', { bucket: 'b' }), /^unprotect/],
  [
    changed(
      'aws_s3_bucket_object_lock_configuration.a',
      { rule: [{ default_retention: [{ mode: 'COMPLIANCE', days: 30 }] }] },
      { rule: [{ default_retention: [{ mode: 'GOVERNANCE', days: 30 }] }] },
    ),
    /^unprotect/,
  ],
  [
    changed('aws_secretsmanager_secret.a', { recovery_window_in_days: 30 }, { recovery_window_in_days: 0 }),
    /^unprotect/,
  ],
  [
    changed(
      'aws_dynamodb_table.a',
      { replica: [{ region_name: 'eu-west-1' }, { region_name: 'us-east-1' }] },
      { replica: [{ region_name: 'us-east-1' }] },
    ),
    /^expire: .*replica/,
  ],
  [
    changed(
      'aws_instance.a',
      { root_block_device: [{ delete_on_termination: false }] },
      { root_block_device: [{ delete_on_termination: true }] },
    ),
    /^unprotect/,
  ],
  [made('aws_default_security_group.a', { vpc_id: 'v', ingress: [] }), /^overwrite: Overwrites: rules/],
  [made('aws_cloudformation_stack.a', { name: 'x', template_body: '{}' }), /^deputy: A template is deployed/],
  [changed('aws_cloudformation_stack.a', { template_body: '{}' }, { template_body: '{"a":1}' }), /^deputy/],
  [made('aws_lambda_invocation.a', { function_name: 'f', input: '{}' }), /^deputy/],
  [made('aws_redshiftdata_statement.a', { cluster_identifier: 'c', sql: 'drop table x' }), /^deputy/],
  [
    changed(
      'google_storage_transfer_job.a',
      { transfer_spec: [{ transfer_options: [{}] }] },
      { transfer_spec: [{ transfer_options: [{ delete_objects_from_source_after_transfer: true }] }] },
    ),
    /^expire/,
  ],
  [made('google_project_default_service_accounts.a', { project: 'p', action: 'DELETE' }), /^disable/],
];
it.each(LOWERS.map(([row, says]) => [`${row.at} ${JSON.stringify([row.before, row.after])}`, row, says] as const))(
  'lowers, stops or takes: %s',
  (_name, row, says) => {
    expect(told(row).join('\n')).toMatch(new RegExp(says.source, 'm'));
  },
);

const QUIET: Row[] = [
  changed('aws_cloudformation_stack.a', { template_body: '{}', name: 'a' }, { template_body: '{}', name: 'b' }),
  made('aws_s3_object.a', { bucket: 'b', key: 'k', acl: 'private', source: './x' }),
  changed(
    'aws_dynamodb_table.a',
    { replica: [{ region_name: 'eu-west-1' }] },
    { replica: [{ region_name: 'eu-west-1' }, { region_name: 'us-east-1' }] },
  ),
  made('aws_s3_account_public_access_block.a', {
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  }),
  made('aws_ebs_encryption_by_default.a', { enabled: true }),
  made('aws_ec2_instance_state.a', { instance_id: 'i', state: 'running' }),
  made('aws_lb_target_group_attachment.a', { target_group_arn: 't', target_id: 'i' }),
  made('aws_cloudwatch_log_data_protection_policy.a', {
    log_group_name: 'l',
    policy_document: JSON.stringify({
      Name: 'x',
      Version: '2021-06-01',
      Statement: [{ Sid: 'a', DataIdentifier: ['x'], Operation: { Deidentify: { MaskConfig: {} } } }],
    }),
  }),
  changed('aws_iam_account_password_policy.a', { minimum_password_length: 8 }, { minimum_password_length: 14 }),
  changed('aws_iam_user_group_membership.a', { user: 'u', groups: ['a', 'b'] }, { user: 'u', groups: ['b', 'a'] }),
  changed('aws_kms_grant.a', { name: 'a', grantee_principal: 'p' }, { name: 'b', grantee_principal: 'p' }),
  changed(
    'aws_ses_identity_policy.a',
    { policy: statement('ses:SendEmail'), name: 'a' },
    { policy: statement('ses:SendEmail'), name: 'b' },
  ),
];
it.each(QUIET.map((row) => [`${row.at} ${JSON.stringify([row.before, row.after])}`, row] as const))(
  'and its twin does none of it: %s',
  (_name, row) => expect(told(row)).toEqual([]),
);

describe('a file that is read where the plan is applied', () => {
  it.each([
    ['aws_s3_object', 'source'],
    ['aws_s3_bucket_object', 'source'],
    ['aws_lambda_function', 'filename'],
    ['aws_lambda_layer_version', 'filename'],
    ['google_storage_bucket_object', 'source'],
    ['azurerm_storage_blob', 'source'],
    ['azurerm_linux_web_app', 'zip_deploy_file'],
    ['local_sensitive_file', 'source'],
  ])('%s.%s is not signed where it is out of the copied folder', (type, attribute) => {
    for (const path of ['/home/me/.ssh/id_rsa', '~/.aws/credentials', '../../x', './a/../../x'])
      expect(told(made(`${type}.a`, { name: 'x', [attribute]: path })).join('\n'), path).toMatch(
        /^unpinned: .*is not signed/m,
      );
    for (const path of ['./x.zip', 'files/x.zip', 'a/../x'])
      expect(
        told(made(`${type}.a`, { name: 'x', [attribute]: path })).filter((text) => text.startsWith('unpinned')),
        path,
      ).toEqual([]);
  });
});

it('a file of the copy is signed, by whichever path it is named', () => {
  const marks = (after: Json, before: Json = null, directory: string | undefined = '/state/copy/live') =>
    hostFileMarks('aws_s3_object', { before, after }, directory);
  expect(marks({ source: '/state/copy/live/x' })).toEqual([]);
  expect(marks({ source: '/state/copy/live/./a/../x' })).toEqual([]);
  for (const source of ['/state/copy/live/../x', '/state/copy/liver/x', '/state/copy/live', '/'])
    expect(marks({ source }), source).toMatchObject([{ kind: 'unpinned', path: 'source', reads: 'code' }]);
  expect(marks({ source: '/x' }, { source: '/x' })).toEqual([]);
  expect(marks({ source: '/x', key: 'b' }, { source: '/x', key: 'a' })).toHaveLength(1);
  for (const source of ['', './/x', 'a//../b']) expect(marks({ source }), source).toEqual([]);
  expect(marks(null, { source: '/x' })).toEqual([]);
  expect(hostFileMarks('aws_sqs_queue', { before: null, after: { source: '/x' } }, undefined)).toEqual([]);
});

it('what others lose with a deletion is named', () => {
  expect(told(gone('aws_iam_group_membership.a', { group: 'admins', users: ['bob', 'eve'] }))).toContain(
    'disable: bob, eve can no longer do what the group admins can.',
  );
});
