/**
 * Types of `aws_*` that are a part of another thing, or several things: each part in the words of CloudFormation.
 *
 * Guarantees: a part of something that exists is judged as a change of that thing, from without the part to with it; the
 * rules of a group are one part each, whatever holds them.
 * Source: the page of each resource in the documentation of hashicorp/aws 6.25.0.
 */
import type { Json } from '../../../../core/digest.ts';
import { isMembers } from '../../../../core/leaves.ts';
import { UNRESOLVED } from '../../../aws/template/values.ts';
import type { Values } from '../judgement.ts';

export interface Part {
  /** Tells the parts of one resource apart. */
  key: string;
  type: string;
  properties: Values;
}

/**
 * Types that only set a part of another: that thing's type, and the attribute that names it. Without the part the thing
 * stays, so that a creation and a deletion change it.
 */
export const PART_OF: ReadonlyMap<string, readonly [type: string, names: string]> = new Map(
  `
s3_bucket_public_access_block AWS::S3::Bucket bucket
s3_bucket_acl AWS::S3::Bucket bucket
s3_bucket_versioning AWS::S3::Bucket bucket
s3_bucket_lifecycle_configuration AWS::S3::Bucket bucket
s3_bucket_logging AWS::S3::Bucket bucket
s3_bucket_website_configuration AWS::S3::Bucket bucket
s3_bucket_ownership_controls AWS::S3::Bucket bucket
s3_bucket_notification AWS::S3::Bucket bucket
s3_bucket_replication_configuration AWS::S3::Bucket bucket
s3_bucket_server_side_encryption_configuration AWS::S3::Bucket bucket
s3_bucket_object_lock_configuration AWS::S3::Bucket bucket
s3control_bucket_lifecycle_configuration AWS::S3Outposts::Bucket bucket
iam_role_policy_attachment AWS::IAM::Role role
iam_user_policy_attachment AWS::IAM::User user
iam_group_policy_attachment AWS::IAM::Group group
iam_policy_attachment AWS::IAM::Role name
iam_role_policy_attachments_exclusive AWS::IAM::Role role_name
iam_user_login_profile AWS::IAM::User user
kms_key_policy AWS::KMS::Key key_id
backup_vault_policy AWS::Backup::BackupVault backup_vault_name
backup_vault_lock_configuration AWS::Backup::BackupVault backup_vault_name
ecr_repository_policy AWS::ECR::Repository repository
ecr_lifecycle_policy AWS::ECR::Repository repository
efs_file_system_policy AWS::EFS::FileSystem file_system_id
efs_backup_policy AWS::EFS::FileSystem file_system_id
elasticsearch_domain_policy AWS::Elasticsearch::Domain domain_name
opensearch_domain_policy AWS::OpenSearchService::Domain domain_name
dynamodb_resource_policy AWS::DynamoDB::Table resource_arn
api_gateway_rest_api_policy AWS::ApiGateway::RestApi rest_api_id
codeartifact_domain_permissions_policy AWS::CodeArtifact::Domain domain
codeartifact_repository_permissions_policy AWS::CodeArtifact::Repository repository
ssoadmin_permission_set_inline_policy AWS::SSO::PermissionSet permission_set_arn
ssoadmin_managed_policy_attachment AWS::SSO::PermissionSet permission_set_arn
sqs_queue_redrive_policy AWS::SQS::Queue queue_url
cloudwatch_event_target AWS::Events::Rule rule
rds_cluster_role_association AWS::RDS::DBCluster db_cluster_identifier
db_instance_role_association AWS::RDS::DBInstance db_instance_identifier
vpc_endpoint_policy AWS::EC2::VPCEndpoint vpc_endpoint_id
guardduty_detector_feature AWS::GuardDuty::Detector detector_id
`
    .trim()
    .split('\n')
    .map((line) => {
      const [name, type, names] = line.split(' ');
      return [`aws_${name}`, [type!, names!]] as const;
    }),
);

const list = (value: Json | undefined): Json[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const present = (values: Record<string, Json | undefined>): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as Values;

type Direction = 'ingress' | 'egress';
const SIDES = {
  ingress: { type: 'AWS::EC2::SecurityGroupIngress', group: 'SourceSecurityGroupId', prefixes: 'SourcePrefixListId' },
  egress: {
    type: 'AWS::EC2::SecurityGroupEgress',
    group: 'DestinationSecurityGroupId',
    prefixes: 'DestinationPrefixListId',
  },
} as const;

/** One rule of hashicorp/aws names many ranges; each is a rule of CloudFormation. */
function rulesOf(rule: Json, direction: Direction, self: Json): Values[] {
  if (!isMembers(rule)) return [{ CidrIp: UNRESOLVED, IpProtocol: '-1' }];
  const { group, prefixes } = SIDES[direction];
  const base = present({
    IpProtocol: rule.protocol,
    FromPort: rule.from_port,
    ToPort: rule.to_port,
    Description: rule.description,
  });
  const of = (name: string, values: Json | undefined) => list(values).map((value) => ({ ...base, [name]: value }));
  const made = [
    ...of('CidrIp', rule.cidr_blocks),
    ...of('CidrIpv6', rule.ipv6_cidr_blocks),
    ...of(prefixes, rule.prefix_list_ids),
    ...of(group, rule.security_groups),
    ...of(group, rule.source_security_group_id),
    ...(String(rule.self) === 'true' ? of(group, self) : []),
  ];
  return rule.self === UNRESOLVED ? [...made, { ...base, [group]: UNRESOLVED }] : made;
}

function securityGroup({ ingress, egress, name, vpc_id: vpc, description }: Values, own: string): Part[] {
  const inline = (rules: Json | undefined, direction: Direction) =>
    rules === UNRESOLVED
      ? [{ CidrIp: UNRESOLVED, IpProtocol: '-1' }]
      : list(rules).flatMap((rule) => rulesOf(rule, direction, own));
  const properties = present({ GroupName: name, VpcId: vpc, GroupDescription: description });
  const [into, out] = [inline(ingress, 'ingress'), inline(egress, 'egress')];
  return [
    {
      key: '',
      type: 'AWS::EC2::SecurityGroup',
      properties: {
        ...properties,
        ...(into.length > 0 ? { SecurityGroupIngress: into } : {}),
        ...(out.length > 0 ? { SecurityGroupEgress: out } : {}),
      },
    },
  ];
}

function securityGroupRule(values: Values): Part[] {
  const { type, security_group_id: group = UNRESOLVED } = values;
  const direction = type === 'egress' ? 'egress' : 'ingress';
  return rulesOf(values, direction, group).map((rule, index) => ({
    key: String(index),
    type: SIDES[direction].type,
    properties: { ...rule, GroupId: group },
  }));
}

function aclEntry(rule: Json, acl: Json, egress: boolean | Json): Values {
  if (!isMembers(rule)) return { NetworkAclId: acl, RuleAction: UNRESOLVED, CidrBlock: UNRESOLVED, Protocol: '-1' };
  const { cidr_block: range, ipv6_cidr_block: range6, from_port: From, to_port: To } = rule;
  return {
    ...present({ CidrBlock: range, Ipv6CidrBlock: range6, Protocol: rule.protocol, Egress: egress as Json }),
    ...present({ RuleAction: rule.action ?? rule.rule_action, RuleNumber: rule.rule_no ?? rule.rule_number }),
    NetworkAclId: acl,
    ...(From === undefined && To === undefined ? {} : { PortRange: present({ From, To }) }),
  };
}

function networkAcl({ ingress, egress, vpc_id: vpc }: Values, own: string): Part[] {
  const type = 'AWS::EC2::NetworkAclEntry';
  const entries = (rules: Json | undefined, isOut: boolean): Part[] =>
    (rules === UNRESOLVED ? [UNRESOLVED] : list(rules)).map((rule) => {
      const properties = aclEntry(rule, own, isOut);
      return { key: `${isOut ? 'egress' : 'ingress'} ${String(properties.RuleNumber ?? '?')}`, type, properties };
    });
  return [
    { key: '', type: 'AWS::EC2::NetworkAcl', properties: present({ VpcId: vpc }) },
    ...entries(ingress, false),
    ...entries(egress, true),
  ];
}

function routeTable({ route, vpc_id: vpc }: Values, own: string): Part[] {
  const routes = route === UNRESOLVED ? [{ gateway_id: UNRESOLVED, cidr_block: UNRESOLVED }] : list(route);
  return [
    { key: '', type: 'AWS::EC2::RouteTable', properties: present({ VpcId: vpc }) },
    ...routes.map((one, index): Part => {
      const {
        cidr_block: range,
        ipv6_cidr_block: range6,
        gateway_id: gateway,
        nat_gateway_id: nat,
      }: Values = isMembers(one) ? one : {};
      const properties = present({
        DestinationCidrBlock: range,
        DestinationIpv6CidrBlock: range6,
        GatewayId: gateway,
        NatGatewayId: nat,
      });
      return {
        key: `route ${String(range ?? range6 ?? index)}`,
        type: 'AWS::EC2::Route',
        properties: { ...properties, RouteTableId: own },
      };
    }),
  ];
}

/** @param own stands for the resource itself. */
export const PARTS: Readonly<Record<string, (values: Values, own: string) => Part[]>> = {
  aws_security_group: securityGroup,
  aws_default_security_group: securityGroup,
  aws_security_group_rule: securityGroupRule,
  aws_network_acl: networkAcl,
  aws_default_network_acl: networkAcl,
  aws_network_acl_rule: (values) => [
    {
      key: '',
      type: 'AWS::EC2::NetworkAclEntry',
      properties: aclEntry(values, values.network_acl_id ?? UNRESOLVED, values.egress ?? false),
    },
  ],
  aws_route_table: routeTable,
  aws_default_route_table: routeTable,
  aws_iam_role_policy_attachment: managedPolicy,
  aws_iam_user_policy_attachment: managedPolicy,
  aws_iam_group_policy_attachment: managedPolicy,
  aws_iam_policy_attachment: managedPolicy,
  aws_s3_bucket_public_access_block: (values) => [
    {
      key: '',
      type: 'AWS::S3::Bucket',
      properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: values.block_public_acls ?? false,
          BlockPublicPolicy: values.block_public_policy ?? false,
          IgnorePublicAcls: values.ignore_public_acls ?? false,
          RestrictPublicBuckets: values.restrict_public_buckets ?? false,
        },
      },
    },
  ],
};

function managedPolicy({ policy_arn: policy = UNRESOLVED }: Values): Part[] {
  return [{ key: '', type: 'AWS::IAM::Role', properties: { ManagedPolicyArns: [policy] } }];
}
