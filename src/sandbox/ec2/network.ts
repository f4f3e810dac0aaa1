/** As much network as is needed to see who uses a group: one default VPC and subnet in each account and region. */
import type { Operation } from '../service.ts';
import type { World } from '../world.ts';
import { inRegion, listing } from './listing.ts';
import { derivedId, type Instance, type SecurityGroup, type Tag } from './model.ts';

/** Those that are seeded, beside the default one. */
export interface Vpc {
  id: string;
  region: string;
  cidr: string;
  tags: Tag[];
}
/** An interface that is not an instance's: of a load balancer, a function, an endpoint. */
export interface NetworkInterface {
  id: string;
  region: string;
  description: string;
  groupIds: string[];
  privateIp: string;
  instanceId?: string;
}

export const zonesOf = (region: string) => ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
/** `eu-west-1`: `euw1-az`. */
const zonePrefix = (region: string) => {
  const [area = '', direction = '', number = ''] = region.split('-').filter((part) => part !== 'gov');
  return `${area}${direction.replace(/^(.)[a-z]*?((?:east|west)?)$/, (_all, a: string, b: string) => `${a}${b.charAt(0)}`)}${number}-az`;
};

export const defaultVpcId = (world: World, region: string): string => derivedId('vpc-', world.account, region);
export const defaultSubnet = (world: World, region: string) => ({
  subnetId: derivedId('subnet-', world.account, region),
  vpcId: defaultVpcId(world, region),
  availabilityZone: `${region}a`,
  cidr: '172.31.0.0/20',
});

export const showGroups = (world: World, ids: readonly string[]) =>
  ids.map((GroupId) => ({
    GroupId,
    GroupName: world.get<SecurityGroup>('security_group', GroupId)?.name ?? GroupId,
  }));

export function interfaceOf(world: World, instance: Instance): NetworkInterface {
  const id = derivedId('eni-', world.account, instance.id);
  const [third, fourth] = [Number.parseInt(id.slice(4, 6), 16) % 16, Number.parseInt(id.slice(6, 8), 16)];
  return {
    id,
    region: instance.region,
    description: '',
    groupIds: instance.groupIds,
    privateIp: `172.31.${third}.${fourth}`,
    instanceId: instance.id,
  };
}

const interfacesIn = (world: World, region: string): NetworkInterface[] => [
  ...inRegion<Instance>(world, 'instance', region)
    .filter(({ state }) => state !== 'terminated')
    .map((instance) => interfaceOf(world, instance)),
  ...inRegion<NetworkInterface>(world, 'network_interface', region),
];

/** AWS's own lists, whose ids are the same for everybody in a region. */
const PREFIX_LISTS = ['s3', 'dynamodb', 'cloudfront.origin-facing'];

export const networkOperations: Record<string, Operation> = {
  DescribeNetworkInterfaces: listing<NetworkInterface>({
    items: (world, { region }) => interfacesIn(world, region),
    idOf: ({ id }) => id,
    ids: { input: 'NetworkInterfaceIds', notFound: 'InvalidNetworkInterfaceID.NotFound' },
    filters: {
      'network-interface-id': ({ id }) => [id],
      'group-id': ({ groupIds }) => groupIds,
      'attachment.instance-id': ({ instanceId }) => [instanceId],
      'private-ip-address': ({ privateIp }) => [privateIp],
      'vpc-id': ({ region }, world) => [defaultVpcId(world, region)],
      description: ({ description }) => [description],
    },
    output: 'NetworkInterfaces',
    show: ({ id, region, description, groupIds, privateIp, instanceId }, world, { account }) => {
      const { subnetId, vpcId, availabilityZone } = defaultSubnet(world, region);
      return {
        NetworkInterfaceId: id,
        OwnerId: account,
        Description: description,
        InterfaceType: 'interface',
        RequesterManaged: instanceId === undefined,
        Status: 'in-use',
        SubnetId: subnetId,
        VpcId: vpcId,
        AvailabilityZone: availabilityZone,
        PrivateIpAddress: privateIp,
        Groups: showGroups(world, groupIds),
        Attachment: {
          Status: 'attached',
          DeviceIndex: 0,
          ...(instanceId === undefined ? {} : { InstanceId: instanceId, InstanceOwnerId: account }),
        },
      };
    },
  }),
  DescribeVpcs: listing<Vpc & { isDefault: boolean }>({
    items: (world, { region }) => [
      { id: defaultVpcId(world, region), region, cidr: '172.31.0.0/16', tags: [], isDefault: true },
      ...inRegion<Vpc>(world, 'vpc', region).map((vpc) => ({ ...vpc, isDefault: false })),
    ],
    idOf: ({ id }) => id,
    ids: { input: 'VpcIds', notFound: 'InvalidVpcID.NotFound' },
    tags: ({ tags }) => tags,
    filters: {
      'vpc-id': ({ id }) => [id],
      'is-default': ({ isDefault }) => [String(isDefault)],
      isDefault: ({ isDefault }) => [String(isDefault)],
      cidr: ({ cidr }) => [cidr],
    },
    output: 'Vpcs',
    show: ({ id, cidr, tags, isDefault }, _world, { account }) => ({
      VpcId: id,
      OwnerId: account,
      CidrBlock: cidr,
      IsDefault: isDefault,
      State: 'available',
      Tags: tags,
    }),
  }),
  DescribeSubnets: listing<ReturnType<typeof defaultSubnet>>({
    items: (world, { region }) => [defaultSubnet(world, region)],
    idOf: ({ subnetId }) => subnetId,
    ids: { input: 'SubnetIds', notFound: 'InvalidSubnetID.NotFound' },
    filters: {
      'subnet-id': ({ subnetId }) => [subnetId],
      'vpc-id': ({ vpcId }) => [vpcId],
      'availability-zone': ({ availabilityZone }) => [availabilityZone],
      'default-for-az': () => ['true'],
    },
    output: 'Subnets',
    show: ({ subnetId, vpcId, availabilityZone, cidr }, _world, { account }) => ({
      SubnetId: subnetId,
      VpcId: vpcId,
      OwnerId: account,
      AvailabilityZone: availabilityZone,
      CidrBlock: cidr,
      DefaultForAz: true,
      State: 'available',
    }),
  }),
  DescribeAvailabilityZones: listing<{ name: string; id: string }>({
    items: (_world, { region }) =>
      zonesOf(region).map((name, index) => ({ name, id: `${zonePrefix(region)}${index + 1}` })),
    idOf: ({ name }) => name,
    ids: { input: 'ZoneNames', notFound: 'InvalidParameterValue' },
    names: { input: 'ZoneIds', noun: 'zone', notFound: 'InvalidParameterValue', nameOf: ({ id }) => id },
    filters: {
      'zone-name': ({ name }) => [name],
      'zone-id': ({ id }) => [id],
      'region-name': (_zone, _world, { region }) => [region],
      state: () => ['available'],
      'zone-type': () => ['availability-zone'],
      'opt-in-status': () => ['opt-in-not-required'],
    },
    output: 'AvailabilityZones',
    show: ({ name, id }, _world, { region }) => ({
      ZoneName: name,
      ZoneId: id,
      RegionName: region,
      GroupName: region,
      NetworkBorderGroup: region,
      ZoneType: 'availability-zone',
      OptInStatus: 'opt-in-not-required',
      State: 'available',
    }),
  }),
  DescribeManagedPrefixLists: listing<{ id: string; name: string }>({
    items: (_world, { region }) =>
      PREFIX_LISTS.map((service) => ({
        id: derivedId('pl-', region, service).slice(0, 11),
        name:
          service === 'cloudfront.origin-facing'
            ? `com.amazonaws.global.${service}`
            : `com.amazonaws.${region}.${service}`,
      })),
    idOf: ({ id }) => id,
    ids: { input: 'PrefixListIds', notFound: 'InvalidPrefixListID.NotFound' },
    filters: {
      'prefix-list-id': ({ id }) => [id],
      'prefix-list-name': ({ name }) => [name],
      'owner-id': () => ['AWS'],
    },
    output: 'PrefixLists',
    show: ({ id, name }) => ({
      PrefixListId: id,
      PrefixListName: name,
      AddressFamily: 'IPv4',
      OwnerId: 'AWS',
      State: 'create-complete',
    }),
  }),
};
