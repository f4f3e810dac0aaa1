import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, openEndpoint } from './endpoint.ts';

const [WEB, DATABASE, INNER] = ['sg-0000000a', 'sg-0000000b', 'sg-0000000c'];
let at: Endpoint;
let ec2: EC2Client;
beforeEach(() => {
  at = openEndpoint({
    vpcs: [{ id: 'vpc-0000000a' }],
    security_groups: [
      { id: WEB, name: 'web', ingress: [{ peer: '0.0.0.0/0', ports: 443, description: 'everybody' }] },
      { id: DATABASE, name: 'database', ingress: [{ peer: 'web', ports: 5432 }] },
      { id: INNER, name: 'inner', vpc_id: 'vpc-0000000a' },
    ],
    instances: [{ id: 'i-0000000a', security_groups: ['web'] }],
    network_interfaces: [{ description: 'ELB app/web', security_groups: ['web', 'database'] }],
  });
  ec2 = at.ec2();
});
afterEach(() => at.close());

const ssh = (...ranges: string[]): IpPermission => ({
  ...{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22 },
  IpRanges: ranges.map((CidrIp) => ({ CidrIp })),
});
const authorize = (GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
const revoke = (GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
const ingressOf = async (id: string) => {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
  return SecurityGroups[0]!.IpPermissions ?? [];
};

describe('security group rules of the sandbox', () => {
  it('keep the network of a range: host bits are dropped, so the same range is a duplicate', async () => {
    await authorize(INNER, ssh('10.1.2.3/8', '203.0.113.77/24'));
    expect((await ingressOf(INNER))[0]?.IpRanges?.map(({ CidrIp }) => CidrIp)).toEqual([
      '10.0.0.0/8',
      '203.0.113.0/24',
    ]);
    await expect(authorize(INNER, ssh('10.200.0.0/8'))).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
  });
  it('know a protocol by its number, and mean all ports by -1', async () => {
    await authorize(INNER, { ...ssh('10.0.0.0/8'), IpProtocol: '6' });
    await expect(authorize(INNER, ssh('10.0.0.0/8'))).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
    await authorize(INNER, { IpProtocol: '-1', FromPort: 1, ToPort: 2, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
    const all = (await ingressOf(INNER)).find(({ IpProtocol }) => IpProtocol === '-1');
    expect([all?.FromPort, all?.ToPort]).toEqual([undefined, undefined]);
  });
  it('take every kind of peer, with a description each', async () => {
    await authorize(INNER, {
      ...{ IpProtocol: 'udp', FromPort: 53, ToPort: 53 },
      IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'four' }],
      Ipv6Ranges: [{ CidrIpv6: '2001:DB8::/32', Description: 'six' }],
      PrefixListIds: [{ PrefixListId: 'pl-12345678', Description: 'list' }],
      UserIdGroupPairs: [{ GroupId: WEB, Description: 'group' }],
    });
    expect(await ingressOf(INNER)).toEqual([
      {
        ...{ IpProtocol: 'udp', FromPort: 53, ToPort: 53 },
        IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'four' }],
        Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32', Description: 'six' }],
        PrefixListIds: [{ PrefixListId: 'pl-12345678', Description: 'list' }],
        UserIdGroupPairs: [{ GroupId: WEB, UserId: '123456789012', Description: 'group' }],
      },
    ]);
  });
  it.each<[string, IpPermission, string]>([
    ['no peer', { IpProtocol: 'tcp', FromPort: 1, ToPort: 1 }, 'MissingParameter'],
    ['no ports', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidParameterValue'],
    ['ports the wrong way round', { ...ssh('10.0.0.0/8'), FromPort: 23 }, 'InvalidParameterValue'],
    ['a protocol that is none', { ...ssh('10.0.0.0/8'), IpProtocol: 'smoke' }, 'InvalidParameterValue'],
    ['a range that is none', ssh('10.0.0/8'), 'InvalidParameterValue'],
    ['a range without a length', ssh('10.0.0.1'), 'InvalidParameterValue'],
    ['the same rule twice', ssh('10.0.0.0/8', '10.0.0.0/8'), 'InvalidParameterValue'],
    [
      'a group that is not there',
      { ...ssh(), UserIdGroupPairs: [{ GroupId: 'sg-0000ffff' }] },
      'InvalidGroup.NotFound',
    ],
  ])('are refused with %s', async (_what, permission, name) => {
    await expect(authorize(INNER, permission)).rejects.toMatchObject({ name });
    expect(await ingressOf(INNER)).toEqual([]);
  });
  it('are added all or not at all', async () => {
    await expect(
      authorize(WEB, ssh('10.0.0.0/8'), { ...ssh('0.0.0.0/0'), FromPort: 443, ToPort: 443 }),
    ).rejects.toMatchObject({
      name: 'InvalidPermission.Duplicate',
    });
    expect(await ingressOf(WEB)).toHaveLength(1);
  });
  it('that are not there cannot be revoked; in a default VPC they are listed instead', async () => {
    await expect(revoke(INNER, ssh('10.0.0.0/8'))).rejects.toMatchObject({ name: 'InvalidPermission.NotFound' });
    const answer = await revoke(WEB, ssh('10.0.0.0/8'), { ...ssh('0.0.0.0/0'), FromPort: 443, ToPort: 443 });
    expect(answer).toMatchObject({ Return: true, UnknownIpPermissions: [ssh('10.0.0.0/8')] });
    expect(await ingressOf(WEB)).toEqual([]);
  });
  it('can be revoked by their id, which stays the same', async () => {
    const list = async () =>
      (
        await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [DATABASE] }] }))
      ).SecurityGroupRules?.filter(({ IsEgress }) => !IsEgress) ?? [];
    const [rule] = await list();
    expect(rule).toMatchObject({ FromPort: 5432, ReferencedGroupInfo: { GroupId: WEB } });
    expect(await list()).toEqual([rule]);
    const SecurityGroupRuleIds = [rule!.SecurityGroupRuleId!];
    const { RevokedSecurityGroupRules } = await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: DATABASE, SecurityGroupRuleIds }),
    );
    expect(RevokedSecurityGroupRules).toMatchObject([{ FromPort: 5432, ReferencedGroupId: WEB }]);
    expect(await list()).toEqual([]);
    await expect(
      ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: DATABASE, SecurityGroupRuleIds })),
    ).rejects.toMatchObject({ name: 'InvalidSecurityGroupRuleId.NotFound' });
  });
  it('may be given as one rule, to a group by its name', async () => {
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        ...{ GroupName: 'web', IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '10.0.0.0/8' },
      }),
    );
    expect(await ingressOf(WEB)).toContainEqual(expect.objectContaining(ssh('10.0.0.0/8')));
  });
  it('may name a peer, which becomes an id; a group outside of the default VPC has no name here', async () => {
    await authorize(INNER, {
      ...{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22 },
      UserIdGroupPairs: [{ GroupName: 'web' }],
    });
    const [rule] = await ingressOf(INNER);
    expect(rule?.UserIdGroupPairs).toEqual([{ GroupId: WEB, UserId: '123456789012' }]);
    const inner = new AuthorizeSecurityGroupIngressCommand({ GroupName: 'inner', IpPermissions: [ssh('10.0.0.0/8')] });
    await expect(ec2.send(inner)).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
    const both = { GroupName: 'web', GroupId: WEB, IpPermissions: [ssh('10.0.0.0/8')] };
    await expect(ec2.send(new AuthorizeSecurityGroupIngressCommand(both))).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
  });
  it('may open everything to a group that is named alone', async () => {
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: INNER, SourceSecurityGroupName: 'web' }));
    expect((await ingressOf(INNER)).map(({ IpProtocol }) => IpProtocol)).toEqual(['icmp', 'tcp', 'udp']);
  });
  it('are listed for groups by their names', async () => {
    const names = async (...GroupNames: string[]) =>
      (await ec2.send(new DescribeSecurityGroupsCommand({ GroupNames }))).SecurityGroups?.map(({ GroupId }) => GroupId);
    expect(await names('database')).toEqual([DATABASE]);
    await expect(names('nothing')).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
  });
});

describe('the network of the sandbox', () => {
  it('shows who uses a group, until an instance is gone', async () => {
    const users = async () => {
      const { NetworkInterfaces = [] } = await ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [WEB] }] }),
      );
      return NetworkInterfaces.map(({ Attachment, Description }) => Attachment?.InstanceId ?? Description);
    };
    expect(await users()).toEqual(['i-0000000a', 'ELB app/web']);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-0000000a'] }));
    expect(await users()).toEqual(['ELB app/web']);
  });
  it('has a default VPC beside those that are seeded, a subnet in it, and AWS’s prefix lists', async () => {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true, false]);
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(Subnets).toMatchObject([{ VpcId: Vpcs[0]?.VpcId, DefaultForAz: true }]);
    const { PrefixLists = [] } = await ec2.send(
      new DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values: ['*.s3'] }] }),
    );
    expect(PrefixLists).toMatchObject([{ PrefixListName: 'com.amazonaws.eu-west-1.s3', OwnerId: 'AWS' }]);
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [Vpcs[0]!.VpcId!] }] }),
    );
    expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(['web', 'database']);
  });
});
