/** Security groups and their rules: what both clouds must answer. */
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Backend } from './cloud-backends.ts';
import { type Case, refusal } from './cloud-cases-instances.ts';

const HTTPS: IpPermission = {
  IpProtocol: 'tcp',
  FromPort: 443,
  ToPort: 443,
  IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }],
};
const SSH: IpPermission = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.0/24' }] };

const authorize = ({ ec2 }: Backend, GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
const revoke = ({ ec2 }: Backend, GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));

/** Protocol, ports and peers, with descriptions. */
const shown = (permissions: IpPermission[] = []) =>
  permissions
    .map(({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) =>
      [
        IpProtocol,
        FromPort ?? '',
        ToPort ?? '',
        ...IpRanges.map(({ CidrIp, Description }) => `${CidrIp}(${Description ?? ''})`),
        ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
        ...UserIdGroupPairs.map(() => 'group'),
      ].join(' '),
    )
    .sort();
const groupOf = async ({ ec2 }: Backend, id: string) => {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
  return SecurityGroups[0]!;
};

export const RULE_CASES: Record<string, Case> = {
  'gives a new group no ingress, and all egress': {
    async run(cloud) {
      const { IpPermissions, IpPermissionsEgress } = await groupOf(cloud, await cloud.group('fresh'));
      return [shown(IpPermissions), shown(IpPermissionsEgress)];
    },
    answer: [[], ['-1   0.0.0.0/0()']],
  },
  'authorizes ingress from ranges and groups, with descriptions': {
    async run(cloud) {
      const [id, peer] = [await cloud.group('authorized'), await cloud.group('peer')];
      await authorize(cloud, id, HTTPS, {
        ...{ IpProtocol: 'tcp', FromPort: 8000, ToPort: 8100 },
        Ipv6Ranges: [{ CidrIpv6: '::/0' }],
        UserIdGroupPairs: [{ GroupId: peer }],
      });
      return shown((await groupOf(cloud, id)).IpPermissions);
    },
    answer: ['tcp 443 443 10.0.0.0/8(inside)', 'tcp 8000 8100 ::/0 group'],
  },
  'shows ranges of the same ports together': {
    async run(cloud) {
      const id = await cloud.group('together');
      await authorize(cloud, id, HTTPS);
      await authorize(cloud, id, { ...HTTPS, IpRanges: [{ CidrIp: '192.0.2.0/24' }] });
      return shown((await groupOf(cloud, id)).IpPermissions);
    },
    answer: ['tcp 443 443 10.0.0.0/8(inside) 192.0.2.0/24()'],
  },
  'refuses a rule that is there already': {
    async run(cloud) {
      const id = await cloud.group('twice');
      await authorize(cloud, id, SSH);
      return refusal(authorize(cloud, id, SSH));
    },
    answer: 'InvalidPermission.Duplicate',
  },
  'revokes a rule whatever its description, and leaves the others': {
    async run(cloud) {
      const id = await cloud.group('revoked');
      await authorize(cloud, id, HTTPS, SSH);
      await revoke(cloud, id, { ...HTTPS, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
      return shown((await groupOf(cloud, id)).IpPermissions);
    },
    answer: ['tcp 22 22 192.0.2.0/24()'],
  },
  'refuses to revoke what is not there, outside a default VPC': {
    run: async (cloud) => refusal(revoke(cloud, await cloud.group('nothing'), SSH)),
    answer: 'InvalidPermission.NotFound',
  },
  'authorizes and revokes egress': {
    async run(cloud) {
      const GroupId = await cloud.group('egress');
      await cloud.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [HTTPS] }));
      await cloud.ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      );
      return shown((await groupOf(cloud, GroupId)).IpPermissionsEgress);
    },
    answer: ['tcp 443 443 10.0.0.0/8(inside)'],
  },
  'lists each rule by itself': {
    async run(cloud) {
      const id = await cloud.group('listed');
      await authorize(cloud, id, HTTPS, SSH);
      const { SecurityGroupRules = [] } = await cloud.ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [id] }] }),
      );
      return SecurityGroupRules.map(({ IsEgress, IpProtocol, FromPort, CidrIpv4 }) =>
        [IsEgress ? 'out' : 'in', IpProtocol, FromPort, CidrIpv4].join(' '),
      ).sort();
    },
    answer: ['in tcp 22 192.0.2.0/24', 'in tcp 443 10.0.0.0/8', 'out -1 -1 0.0.0.0/0'],
  },
  'answers a dry run of a rule without effect': {
    async run(cloud) {
      const GroupId = await cloud.group('dry');
      const answered = await refusal(
        cloud.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [HTTPS], DryRun: true })),
      );
      return [answered, shown((await groupOf(cloud, GroupId)).IpPermissions)];
    },
    answer: ['DryRunOperation', []],
  },
  'does not know a group that is not there': {
    run: async (cloud) => [
      await refusal(groupOf(cloud, 'sg-0123456789abcdef0')),
      await refusal(authorize(cloud, 'sg-0123456789abcdef0', SSH)),
    ],
    answer: ['InvalidGroup.NotFound', 'InvalidGroup.NotFound'],
  },
};
