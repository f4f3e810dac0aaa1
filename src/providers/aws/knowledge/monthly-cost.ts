/**
 * About what a resource costs in a month at list price, so that a budget's size is noticed; no bill, and no price list.
 *
 * Source: on-demand list prices of us-east-1 (Linux, no commitment), rounded, from memory of AWS's public pricing pages
 * of 2025. Prices of a family are per hour for its `xlarge` (4 vCPUs; of burstable ones too); a family that is not
 * listed counts as its kind, an accelerated one as dear. 730 hours a month.
 * Does not cover: traffic, requests, storage that grows, licences, discounts.
 */
import type { Json } from '../../../core/digest.ts';
import type { MarkContext, ResourceView } from './marks/finder.ts';
import { isMembers, isTrue, listOf } from './marks/read.ts';
import { whoseIs } from './marks/refs.ts';

const HOURS = 730;

/** First the longest name that fits: `g5g` before `g`. USD an hour for an xlarge. */
const FAMILIES: Record<string, number> = {
  a: 0.1,
  c: 0.17,
  d: 0.69,
  f: 1.65,
  g: 1,
  h: 0.47,
  hpc: 0.3,
  i: 0.34,
  im: 0.36,
  inf: 0.23,
  is: 0.35,
  m: 0.2,
  mac: 1.08,
  p: 3.06,
  r: 0.25,
  t: 0.166,
  trn: 1.34,
  u: 1.4,
  vt: 0.65,
  x: 0.83,
  z: 0.37,
  dl: 1.64,
  ra: 0.82,
  dc: 0.55,
  ds: 0.85,
};
/** Of a managed service over the bare instance. */
const SERVICES: Record<string, number> = {
  db: 1.9,
  cache: 1.6,
  search: 1.5,
  elasticsearch: 1.5,
  ml: 1.2,
  kafka: 2.1,
  mq: 1.5,
  dms: 2,
  dax: 2,
};
const SIZES: Record<string, number> = {
  nano: 1 / 32,
  micro: 1 / 16,
  small: 1 / 8,
  medium: 1 / 4,
  large: 1 / 2,
  xlarge: 1,
  metal: 24,
};

/** @param size `m8g.12xlarge`, `db.r6g.large`, `r6g.large.search`, `ra3.4xlarge`. @returns USD a month; undefined: no size. */
export function monthlyOfSize(size: string): number | undefined {
  const parts = size.toLowerCase().split('.');
  const service = parts.find((part) => Object.hasOwn(SERVICES, part));
  const [family = '', units = ''] = parts.filter((part) => part !== service);
  const [, many, unit = ''] = /^(\d*)(nano|micro|small|medium|large|xlarge|metal)(?:-\d+xl)?$/.exec(units) ?? [];
  const [, kind] = /^([a-z]+)/.exec(family) ?? [];
  if (unit === '' || kind === undefined) return undefined;
  const metal = /-(\d+)xl$/.exec(units)?.[1];
  const count = metal ? Number(metal) : SIZES[unit]! * Number(many || 1);
  const hourly = FAMILIES[kind] ?? FAMILIES[kind.slice(0, 1)] ?? FAMILIES.x!;
  return hourly * count * (SERVICES[service ?? ''] ?? 1) * HOURS;
}

interface Priced {
  /** Properties that hold the size; the first that is there counts. */
  size?: readonly string[];
  /** Properties that hold how many; absent: one. */
  count?: readonly string[];
  /** USD a month of each unit of `count`, beside its size. */
  each?: number;
}

const PRICED: Record<string, Priced> = {
  'AWS::EC2::Instance': { size: ['InstanceType'] },
  'AWS::EC2::Host': { size: ['InstanceType'] },
  'AWS::EC2::CapacityReservation': { size: ['InstanceType'], count: ['InstanceCount'] },
  'AWS::EC2::NatGateway': { each: 33 },
  'AWS::EC2::Volume': { count: ['Size'], each: 0.1 },
  'AWS::RDS::DBInstance': { size: ['DBInstanceClass'] },
  'AWS::RDS::DBCluster': { size: ['DBClusterInstanceClass'] },
  'AWS::DocDB::DBInstance': { size: ['DBInstanceClass'] },
  'AWS::Neptune::DBInstance': { size: ['DBInstanceClass'] },
  'AWS::ElastiCache::CacheCluster': { size: ['CacheNodeType'], count: ['NumCacheNodes'] },
  'AWS::ElastiCache::ReplicationGroup': { size: ['CacheNodeType'], count: ['NumCacheClusters', 'NumNodeGroups'] },
  'AWS::MemoryDB::Cluster': { size: ['NodeType'], count: ['NumShards'] },
  'AWS::DAX::Cluster': { size: ['NodeType'], count: ['ReplicationFactor'] },
  'AWS::Redshift::Cluster': { size: ['NodeType'], count: ['NumberOfNodes'] },
  'AWS::OpenSearchService::Domain': { size: ['ClusterConfig.InstanceType'], count: ['ClusterConfig.InstanceCount'] },
  'AWS::Elasticsearch::Domain': {
    size: ['ElasticsearchClusterConfig.InstanceType'],
    count: ['ElasticsearchClusterConfig.InstanceCount'],
  },
  'AWS::MSK::Cluster': { size: ['BrokerNodeGroupInfo.InstanceType'], count: ['NumberOfBrokerNodes'] },
  'AWS::DMS::ReplicationInstance': { size: ['ReplicationInstanceClass'] },
  'AWS::AmazonMQ::Broker': { size: ['HostInstanceType'] },
  'AWS::SageMaker::NotebookInstance': { size: ['InstanceType'] },
  'AWS::EMR::InstanceGroupConfig': { size: ['InstanceType'], count: ['InstanceCount'] },
  'AWS::EKS::Nodegroup': { size: ['InstanceTypes.0'], count: ['ScalingConfig.DesiredSize', 'ScalingConfig.MinSize'] },
  'AWS::EKS::Cluster': { each: 73 },
  'AWS::ACMPCA::CertificateAuthority': { each: 400 },
  'AWS::DirectoryService::MicrosoftAD': { each: 288 },
  'AWS::Kendra::Index': { each: 1000 },
  'AWS::MWAA::Environment': { each: 360 },
  'AWS::NetworkFirewall::Firewall': { each: 288 },
};
/** How many run is said here, and how big in the launch template or configuration that it names. */
const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

function at(properties: Record<string, Json>, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (value, key) => (Array.isArray(value) ? value[Number(key)] : isMembers(value) ? value[key] : undefined),
      properties,
    );
}
const first = (properties: Record<string, Json>, paths: readonly string[] = []): Json | undefined =>
  paths.map((path) => at(properties, path)).find((value) => value !== undefined);

/** USD a month; undefined: this type is not priced, or a size or number is not known. */
export function monthlyUsd(
  view: ResourceView | null,
  side: MarkContext['after'],
  context: MarkContext,
): number | undefined {
  if (!view) return 0;
  if (view.type === GROUP) return ofGroup(view, side, context);
  const priced = PRICED[view.type];
  if (!priced) return undefined;
  const size = first(view.properties, priced.size);
  const count = Number(first(view.properties, priced.count) ?? 1);
  const ofSize = priced.size === undefined ? 0 : typeof size === 'string' ? monthlyOfSize(size) : undefined;
  if (ofSize === undefined || Number.isNaN(count)) return undefined;
  const copies = isTrue(view.properties.MultiAZ) && view.type.startsWith('AWS::RDS::') ? 2 : 1;
  return (ofSize + (priced.each ?? 0)) * count * copies;
}

function ofGroup(view: ResourceView, side: MarkContext['after'], context: MarkContext): number | undefined {
  const { properties } = view;
  const count = Number(first(properties, ['DesiredCapacity', 'MinSize']) ?? 0);
  const template =
    first(properties, [
      'LaunchTemplate.LaunchTemplateId',
      'LaunchTemplate.LaunchTemplateName',
      'LaunchConfigurationName',
      'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId',
    ]) ?? null;
  const whose = whoseIs(template, context);
  if (whose.kind !== 'own' || Number.isNaN(count)) return undefined;
  const launched = (side[whose.resource.logicalId] ?? whose.resource).properties;
  const [override] = listOf(at(properties, 'MixedInstancesPolicy.LaunchTemplate.Overrides'));
  const size =
    (isMembers(override) ? override.InstanceType : undefined) ??
    first(launched, ['LaunchTemplateData.InstanceType', 'InstanceType']);
  const each = typeof size === 'string' ? monthlyOfSize(size) : undefined;
  return each === undefined ? undefined : each * count;
}
