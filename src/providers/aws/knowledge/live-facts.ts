/** Properties that the index calls conditional, and the one fact that decides whether an update replaces. */
import { keepsItsId } from './custom-resources.ts';
import type { Replacement } from './replacement.ts';

/**
 * `ebs_backed`: the instance's root device is an EBS volume (RootDeviceType), not an instance store. `in_vpc`: the
 * instance is in a VPC. The next three stand in the template, as the resource's UpdatePolicy:
 * AutoScalingReplacingUpdate.WillReplace, UseOnlineResharding, EnableVersionUpgrade. `attribute_retyped`,
 * `vpc_given_or_taken`, `in_db_security_groups`: both templates say so. `documented`: nothing to look up,
 * the documentation says that it never replaces; conditional in the schemas all the same.
 */
export type Fact =
  | 'ebs_backed'
  | 'in_vpc'
  | 'will_replace'
  | 'online_resharding'
  | 'version_upgrade'
  | 'attribute_retyped'
  | 'vpc_given_or_taken'
  | 'in_db_security_groups'
  | 'documented';

export interface ConditionalRule {
  fact: Fact;
  /** What an update does where the fact is true; where it is not. An unknown fact leaves `conditional`. */
  then: Replacement;
  otherwise: Replacement;
  /**
   * A second fact that must hold for `then`. `compatible_type`: AWS replaces an EBS-backed instance too where the new
   * type cannot run it, such as another processor architecture.
   */
  also?: 'compatible_type';
}

interface Group extends Pick<ConditionalRule, 'fact' | 'also'> {
  /** Where the fact is true, where it is not. */
  verdicts: [Replacement, Replacement];
  source: string;
  properties: string[];
}

const GUIDE = 'AWS CloudFormation User Guide (awsdocs/aws-cloudformation-user-guide), "Update requires"';
const SPEC = "the property's text in @aws-cdk/aws-service-spec 0.1.216";

export const conditionalRules: readonly Group[] = [
  {
    fact: 'ebs_backed',
    verdicts: ['never', 'always'],
    source: `${GUIDE} of 2017 (84118461)`,
    properties: ['AdditionalInfo', 'EbsOptimized', 'KernelId', 'RamdiskId', 'UserData'].map(of('AWS::EC2::Instance')),
  },
  {
    fact: 'ebs_backed',
    also: 'compatible_type',
    verdicts: ['never', 'always'],
    source: `${GUIDE} of 2017 (84118461); compatibility counts: ${SPEC}`,
    properties: ['AWS::EC2::Instance.InstanceType'],
  },
  {
    fact: 'in_vpc',
    verdicts: ['never', 'always'],
    source: `${GUIDE} of 2017 (84118461)`,
    properties: ['AWS::EC2::Instance.SecurityGroupIds'],
  },
  {
    fact: 'will_replace',
    verdicts: ['always', 'never'],
    source: `"No interruption" or "Some interruptions" in the ${GUIDE} of 2023 (19dc52cd); the facts on UpdatePolicy are from its own page there`,
    properties: ['LaunchConfigurationName', 'LaunchTemplate', 'MixedInstancesPolicy', 'VPCZoneIdentifier'].map(
      of('AWS::AutoScaling::AutoScalingGroup'),
    ),
  },
  {
    fact: 'online_resharding',
    verdicts: ['never', 'always'],
    source: SPEC,
    properties: ['NodeGroupConfiguration', 'NumNodeGroups'].map(of('AWS::ElastiCache::ReplicationGroup')),
  },
  {
    fact: 'version_upgrade',
    verdicts: ['never', 'always'],
    source: SPEC,
    properties: ['AWS::Elasticsearch::Domain.ElasticsearchVersion', 'AWS::OpenSearchService::Domain.EngineVersion'],
  },
  {
    fact: 'attribute_retyped',
    verdicts: ['always', 'never'],
    source: `"Replacement if you edit an existing AttributeDefinition": ${SPEC}; the same for a global table, from memory`,
    properties: ['AWS::DynamoDB::Table.AttributeDefinitions', 'AWS::DynamoDB::GlobalTable.AttributeDefinitions'],
  },
  {
    fact: 'vpc_given_or_taken',
    verdicts: ['always', 'never'],
    source: `${SPEC}, for removing it; adding it, and the older type, are from memory`,
    properties: ['AWS::OpenSearchService::Domain.VPCOptions', 'AWS::Elasticsearch::Domain.VPCOptions'],
  },
  {
    fact: 'in_db_security_groups',
    verdicts: ['always', 'never'],
    source: SPEC,
    properties: ['AWS::RDS::DBInstance.LicenseModel'],
  },
  {
    fact: 'documented',
    verdicts: ['never', 'conditional'],
    source: `${GUIDE} of 2017 (84118461), "No interruption" or "Some interruptions", and the same in 2023 (19dc52cd)`,
    properties: [
      'AWS::EC2::Instance.Affinity',
      'AWS::EC2::Instance.HostId',
      'AWS::EC2::Subnet.Ipv6CidrBlock',
      'AWS::ElastiCache::CacheCluster.AZMode',
      ...[
        'AutoMinorVersionUpgrade',
        'BackupRetentionPeriod',
        'DBParameterGroupName',
        'MultiAZ',
        'PreferredMaintenanceWindow',
        'StorageType',
      ].map(of('AWS::RDS::DBInstance')),
    ],
  },
  {
    fact: 'documented',
    verdicts: ['never', 'conditional'],
    source:
      'ElastiCache API Reference, ModifyReplicationGroup: AuthTokenUpdateStrategy rotates or sets the token of a group that is there; conditional in the schema',
    properties: ['AWS::ElastiCache::ReplicationGroup.AuthToken'],
  },
  {
    fact: 'documented',
    verdicts: ['never', 'conditional'],
    source: `"No interruption" in the ${GUIDE} of 2023 (19dc52cd) and no mark in @aws-cdk/aws-service-spec 0.1.216`,
    properties: ['AutoMinorVersionUpgrade', 'DBParameterGroupName', 'PreferredMaintenanceWindow'].map(
      of('AWS::Neptune::DBInstance'),
    ),
  },
];

function of(type: string): (property: string) => string {
  return (property) => `${type}.${property}`;
}

const byProperty = new Map(conditionalRules.flatMap((group) => group.properties.map((path) => [path, group] as const)));

/** `undefined`: no fact is known to decide it, and what the index calls conditional may replace. */
export function conditionalRule(type: string, path: string): ConditionalRule | undefined {
  const group = byProperty.get(`${type}.${path}`);
  // biome-ignore lint/suspicious/noThenProperty: a word, not a function: nothing can await it.
  if (!group && keepsItsId(type)) return { fact: 'documented', then: 'never', otherwise: 'conditional' };
  if (!group) return undefined;
  const { fact, also, verdicts } = group;
  // biome-ignore lint/suspicious/noThenProperty: a word, not a function: nothing can await it.
  return { fact, then: verdicts[0], otherwise: verdicts[1], ...(also ? { also } : {}) };
}
