/**
 * What types of hashicorp/aws open, lower and stop that CloudFormation has no type of, or that add to another thing there:
 * type | attribute | mark | rule | what goes or who gains | + (on creation too). Rules are in aws/knowledge/marks/rows.ts.
 *
 * Source: the attributes are those of hashicorp/aws 6.25.0 (@cdktf/provider-aws 21.22.1); what each does, from the page of
 * the resource in its documentation, and the API that it calls.
 */
import { marksByTables } from '../rows/marks.ts';

/** Types whose attribute hands something to another account, or to whoever holds a key, as soon as they are there. */
const GIVES = `
aws_ami_launch_permission | account_id organization_arn organizational_unit_arn | {is} can newly start instances of the image {image_id}
aws_ami_launch_permission | group | The public can newly start instances of the image {image_id}
aws_snapshot_create_volume_permission | account_id | Account {is} can newly read the snapshot {snapshot_id}
aws_kms_grant | grantee_principal operations | {grantee_principal} can newly use the key {key_id} for {operations}
aws_ram_principal_association | principal | {is} can newly use all that the share {resource_share_arn} has
aws_ram_resource_association | resource_arn | All principals of the share {resource_share_arn} can newly use {is}
aws_transfer_ssh_key | body | Every holder of the key can newly log in as {user_name} to {server_id}
aws_iam_user_ssh_key | public_key | Every holder of the key can newly read and write repositories as the user {username}
aws_iam_signing_certificate | certificate_body | Every holder of its key can newly act as the user {user_name}
aws_iam_service_specific_credential | user_name | Every holder of the credential can newly act as the user {is}
aws_iam_user_login_profile | user | Holders of its password can newly log in as the user {is}
aws_lightsail_bucket_access_key | bucket_name | Every holder of the key can newly read and write the bucket {is}
aws_lightsail_bucket_resource_access | resource_name | {is} can newly read and write the bucket {bucket_name}
aws_eks_access_policy_association | principal_arn policy_arn access_scope | {principal_arn} can newly act in the cluster {cluster_name} by {policy_arn}
aws_organizations_delegated_administrator | account_id | Account {is} can newly administer {service_principal} for the organization
aws_cloudtrail_organization_delegated_admin_account | account_id | Account {is} can newly administer the trails of the organization
aws_guardduty_organization_admin_account aws_securityhub_organization_admin_account aws_macie2_organization_admin_account aws_auditmanager_organization_admin_account_registration | admin_account_id | Account {is} can newly administer this service for the organization
aws_inspector2_delegated_admin_account aws_detective_organization_admin_account aws_fms_admin_account | account_id | Account {is} can newly administer this service for the organization
aws_vpc_ipam_organization_admin_account | delegated_admin_account_id | Account {is} can newly administer addresses of the organization
aws_route53_vpc_association_authorization | vpc_id | The network {is} can newly be connected to the zone {zone_id}
aws_vpc_endpoint_connection_accepter | vpc_endpoint_id | The endpoint {is} can newly reach the service {vpc_endpoint_service_id}
aws_vpc_peering_connection_accepter | vpc_peering_connection_id | Hosts of the other network of {is} can newly be reached, and reach this one
aws_ec2_transit_gateway_peering_attachment_accepter aws_ec2_transit_gateway_vpc_attachment_accepter | transit_gateway_attachment_id | Networks behind the attachment {is} can newly be connected
aws_opensearch_authorize_vpc_endpoint_access | account | Account {is} can newly make endpoints to {domain_name}
aws_redshift_endpoint_authorization | account | Account {is} can newly make endpoints to {cluster_identifier}
aws_redshift_data_share_authorization | consumer_identifier | {is} can newly read the data share {data_share_arn}
aws_directory_service_shared_directory | target | Account {is} can newly use the directory {directory_id}
aws_directory_service_trust | remote_domain_name | Users of {is} can newly be trusted by the directory {directory_id}
aws_licensemanager_grant | principal | {is} can newly use the license {license_arn}
aws_quicksight_group_membership | member_name | {is} can newly read what the group {group_name} can
aws_ssoadmin_customer_managed_policy_attachment | customer_managed_policy_reference | The permission set {permission_set_arn} can newly do what the policy {is} allows
`;

const given = GIVES.trim()
  .split('\n')
  .flatMap((line) => {
    const [types = '', attributes = '', text = ''] = line.split(' | ');
    return types
      .split(' ')
      .flatMap((type) => attributes.split(' ').map((name) => `${type} | ${name} | expose | set | ${text} | +`));
  })
  .join('\n');

const PUBLIC_ACCESS = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets']
  .map(
    (name) =>
      `aws_s3_account_public_access_block | ${name} | expose | becomes false | The public can newly reach buckets of the account, where their policies or access lists allow it | +`,
  )
  .join('\n');

const PASSWORDS = [
  'require_lowercase_characters',
  'require_uppercase_characters',
  'require_numbers',
  'require_symbols',
  'hard_expiry',
]
  .map((name) => `aws_iam_account_password_policy | ${name} | unprotect | off off | users from weak passwords`)
  .join('\n');

const ROWS = `${given}
${PUBLIC_ACCESS}
${PASSWORDS}
aws_iam_account_password_policy | minimum_password_length | unprotect | shorter 0 | users from weak passwords
aws_iam_account_password_policy | password_reuse_prevention | unprotect | shorter 0 | users from passwords that they had before
aws_db_snapshot | shared_accounts | expose | more | Accounts of {is} can newly restore the snapshot {it} | +
aws_db_cluster_snapshot | shared_accounts | expose | more | Accounts of {is} can newly restore the snapshot {it} | +
aws_db_snapshot_copy | shared_accounts | expose | more | Accounts of {is} can newly restore the snapshot {it} | +
aws_rds_cluster_snapshot_copy | shared_accounts | expose | more | Accounts of {is} can newly restore the snapshot {it} | +
aws_ram_resource_share | allow_external_principals | expose | becomes true | Accounts outside of the organization can newly be let into the share {it} | +
aws_ec2_image_block_public_access | state | expose | becomes unblocked | The public can newly use images of the account, where they are shared | +
aws_ec2_serial_console_access | enabled | expose | becomes true | Every holder of the permission can newly use the serial console of instances of the account | +
aws_ec2_instance_metadata_defaults | http_tokens | expose | becomes optional,no-preference | Programs on new instances can newly read credentials without a session | +
aws_emr_block_public_access_configuration | block_public_security_group_rules | expose | becomes false | The public can newly reach clusters of the account, where their groups allow it | +
aws_ebs_encryption_by_default | enabled | unprotect | off on | new volumes from being read on their disks | +
aws_iam_group_membership | users | expose | more | {is} can newly do what the group {group} can | +
aws_iam_group_membership | users | disable | fewer | users who leave the group
aws_iam_group_membership | users | overwrite | set | members of the group that it does not name | create
aws_iam_user_group_membership | groups | expose | more | The user {user} can newly do what {is} can | +
aws_iam_user_group_membership | groups | disable | fewer | what the user could do in the group
aws_iam_policy_attachment | policy_arn | overwrite | set | other attachments of the policy, which are removed wherever it does not name them | create
aws_iam_policy_attachment | users | disable | fewer | users who lose the policy
aws_iam_policy_attachment | roles | disable | fewer | roles that lose the policy
aws_iam_policy_attachment | groups | disable | fewer | groups that lose the policy
aws_iam_role_policies_exclusive | role_name | overwrite | set | other policies of the role, which are removed | create
aws_iam_user_policies_exclusive | user_name | overwrite | set | other policies of the user, which are removed | create
aws_iam_group_policies_exclusive | group_name | overwrite | set | other policies of the group, which are removed | create
aws_iam_role_policy_attachments_exclusive | role_name | overwrite | set | other attachments of the role, which are removed | create
aws_iam_user_policy_attachments_exclusive | user_name | overwrite | set | other attachments of the user, which are removed | create
aws_iam_group_policy_attachments_exclusive | group_name | overwrite | set | other attachments of the group, which are removed | create
aws_iam_role_policies_exclusive | policy_names | disable | fewer | what the role could do by the policy
aws_iam_user_policies_exclusive | policy_names | disable | fewer | what the user could do by the policy
aws_iam_group_policies_exclusive | policy_names | disable | fewer | what the group could do by the policy
aws_iam_role_policy_attachments_exclusive | policy_arns | disable | fewer | what the role could do by the policy
aws_iam_user_policy_attachments_exclusive | policy_arns | disable | fewer | what the user could do by the policy
aws_iam_group_policy_attachments_exclusive | policy_arns | disable | fewer | what the group could do by the policy
aws_route53_records_exclusive | zone_id | overwrite | set | other records of the zone, which are removed | create
aws_ec2_instance_state | state | disable | becomes stopped | the instance that it names | +
aws_rds_instance_state | state | disable | becomes stopped | the database that it names | +
aws_config_configuration_recorder_status | is_enabled | unprotect | off on | the record of what was configured | +
aws_backup_region_settings | resource_type_opt_in_preference | unprotect | fewer | what is backed up of some types
aws_backup_global_settings | global_settings | unprotect | fewer | what is backed up across accounts
aws_organizations_organization | enabled_policy_types | unprotect | fewer | what policies of the organization deny
aws_route53_resolver_firewall_config | firewall_fail_open | unprotect | becomes ENABLED | names that the firewall blocks | +
aws_route53_resolver_firewall_rule | action | unprotect | becomes ALLOW | names that the rule blocked
aws_securityhub_standards_control | control_status | unprotect | becomes DISABLED | what the control finds | +
aws_s3_object | acl | expose | becomes public-read,public-read-write,authenticated-read,aws-exec-read | The public can newly read {key} of {bucket} | +
aws_s3_bucket_object | acl | expose | becomes public-read,public-read-write,authenticated-read,aws-exec-read | The public can newly read {key} of {bucket} | +
aws_s3_object_copy | acl | expose | becomes public-read,public-read-write,authenticated-read,aws-exec-read | The public can newly read {key} of {bucket} | +
aws_s3_object | object_lock_retain_until_date | unprotect | changed | the object from being changed before that time
aws_s3_object | object_lock_legal_hold_status | unprotect | becomes OFF | the object from being changed
aws_s3_bucket_object_lock_configuration | rule.default_retention.days | unprotect | shorter 0 | new objects from being changed before that time
aws_s3_bucket_object_lock_configuration | rule.default_retention.years | unprotect | shorter 0 | new objects from being changed before that time
aws_s3_bucket_object_lock_configuration | rule.default_retention.mode | unprotect | becomes GOVERNANCE | new objects from whoever may bypass it
aws_secretsmanager_secret | recovery_window_in_days | unprotect | shorter 30 | the secret from a deletion that is final
aws_dynamodb_table | replica.*.region_name | expire | removed | a replica with its data
aws_instance | root_block_device.delete_on_termination | unprotect | becomes true | its disk, which goes with the instance
aws_iam_saml_provider | saml_metadata_document | expose | set | Identities that it vouches for can newly assume the roles that trust {it} | +
aws_elasticache_replication_group | transit_encryption_enabled | expose | off off | Clients can newly reach {it} without encryption
aws_elasticache_replication_group | auth_token | expose | removed | Clients without a password can newly reach {it}
aws_default_security_group | vpc_id | overwrite | set | rules that the default group of the network has | create
aws_default_network_acl | default_network_acl_id | overwrite | set | rules that the default list of the network has | create
aws_default_route_table | default_route_table_id | overwrite | set | routes that the default table of the network has | create
aws_lightsail_instance_public_ports | port_info | expose | more | Hosts of {is} can newly reach the instance {instance_name} | +
`;

const PROTECTS: ReadonlySet<string> = new Set(
  `s3_account_public_access_block ec2_image_block_public_access ebs_snapshot_block_public_access ebs_encryption_by_default
iam_account_password_policy organizations_policy_attachment config_configuration_recorder_status
emr_block_public_access_configuration ec2_allowed_images_settings inspector2_enabler shield_subscription
cloudwatch_log_data_protection_policy sns_topic_data_protection_policy route53_query_log route53_resolver_firewall_rule
wafv2_web_acl_rule_group_association db_instance_automated_backups_replication redshift_snapshot_schedule_association
redshift_snapshot_copy redshift_logging efs_replication_configuration glacier_vault_lock guardduty_organization_configuration
securityhub_organization_configuration macie2_organization_configuration inspector2_organization_configuration
ssoadmin_permissions_boundary_attachment backup_vault_notifications directory_service_log_subscription
shield_application_layer_automatic_response bedrock_model_invocation_logging_configuration
prometheus_query_logging_configuration s3_bucket_object_lock_configuration`
    .split(/\s+/)
    .map((name) => `aws_${name}`),
);

/** What others lose when it is deleted. */
const TAKES = `
aws_iam_policy_attachment | The policy {policy_arn} is removed from everyone who has it, whoever attached it.
aws_iam_group_membership | {users} can no longer do what the group {group} can.
aws_iam_user_group_membership | {user} can no longer do what {groups} can.
aws_kms_grant | {grantee_principal} can no longer use the key {key_id}.
aws_ram_principal_association | {principal} can no longer use what the share {resource_share_arn} has.
aws_ram_resource_association | Principals of the share {resource_share_arn} can no longer use {resource_arn}.
aws_eks_access_policy_association | {principal_arn} can no longer act in the cluster {cluster_name}.
aws_ami_launch_permission | {account_id} can no longer start instances of the image {image_id}.
`;

/** What a resource of this type runs or deploys. */
const CALLS = `
aws_lambda_invocation | function_name input triggers qualifier | The function is called under its own role
aws_redshiftdata_statement | sql | A statement is run in the database
aws_cloudcontrolapi_resource | desired_state type_name | A resource of any type is made
aws_cloudformation_stack | template_body template_url parameters | A template is deployed
aws_cloudformation_stack_set | template_body template_url parameters | A template is deployed in other accounts
aws_cloudformation_stack_set_instance | account_id deployment_targets parameter_overrides | A template is deployed in other accounts
aws_cloudformation_stack_instances | accounts deployment_targets parameter_overrides | A template is deployed in other accounts
aws_serverlessapplicationrepository_cloudformation_stack | application_id semantic_version parameters | A template of a repository is deployed
`;

export const ownMarks = marksByTables({ rows: ROWS, protects: PROTECTS, takes: TAKES, calls: CALLS });
