import { CreateSnapshotCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeInstance } from '../../src/sandbox/ec2/model.ts';
import { makeSecurityGroup } from '../../src/sandbox/ec2/security-groups.ts';
import { type Ec2World, openEc2World } from '../providers/aws/ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

type Listed = { cursor?: string } & Record<string, Record<string, unknown>[]>;
const list = async (tool: string, input: object = {}) => (await world.call(tool, input)) as Listed;

/** Ids are random: the first of each kind is `i-1`, and so on. */
function named(value: unknown): unknown {
  const names = new Map<string, string>();
  const text = JSON.stringify(value).replaceAll(/\b(i|vol|sg|snap|vpc|plan)[-_][0-9a-f]{8,17}\b/g, (id, kind) => {
    if (!names.has(id))
      names.set(id, `${kind}-${[...names.values()].filter((name) => name.startsWith(`${kind}-`)).length + 1}`);
    return names.get(id)!;
  });
  return JSON.parse(text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'));
}

describe('describe_instances', () => {
  it('tells the protections of those that were named, and asks for none in lists', async () => {
    world.operations();
    const all = await list('describe_instances');
    expect(world.operations()).not.toContain('DescribeInstanceAttribute');
    expect(all.instances).toHaveLength(5);
    expect(all.instances!.every((instance) => !('protections' in instance))).toBe(true);
    const one = await list('describe_instances', { instance_ids: [world.instance('bastion').id] });
    expect(named(one)).toMatchInlineSnapshot(`
      {
        "instances": [
          {
            "instance_id": "i-1",
            "instance_type": "t3.micro",
            "name": "bastion",
            "owner": "none",
            "protections": [
              "termination",
            ],
            "state": "running",
            "tags": {
              "Name": "bastion",
            },
            "volumes": [
              {
                "deleted_with_instance": true,
                "volume_id": "vol-1",
              },
            ],
          },
        ],
      }
    `);
  });

  it('finds by tag key and by tag value', async () => {
    expect((await list('describe_instances', { tag: 'Name' })).instances).toHaveLength(3);
    expect((await list('describe_instances', { tag: 'Name=batch' })).instances).toMatchObject([{ name: 'batch' }]);
    expect((await list('describe_instances', { tag: 'Name=none' })).instances).toEqual([]);
  });

  it('comes in pages, each instance once', async () => {
    world.store.transact((inside) => {
      for (let count = 0; count < 8; count += 1)
        makeInstance(inside, { region: 'eu-west-1', type: 't3.micro', tags: [] });
    });
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await list('describe_instances', { limit: 6, ...(cursor ? { cursor } : {}) });
      expect(page.instances!.length).toBeLessThanOrEqual(6);
      seen.push(...page.instances!.map(({ instance_id }) => instance_id));
      cursor = page.cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(13);
    expect(seen).toHaveLength(13);
  });
});

describe('describe_security_groups', () => {
  it('tells rules, what is open to the world, the owner, and who uses them', async () => {
    const at = { region: 'eu-west-1', description: 'd', tags: [] };
    const web = world.store.transact((inside) =>
      makeSecurityGroup(inside, {
        ...at,
        name: 'web',
        ingress: [
          {
            IpProtocol: 'tcp',
            FromPort: 443,
            ToPort: 443,
            IpRanges: [{ CidrIp: '0.0.0.0/0' }],
            Ipv6Ranges: [{ CidrIpv6: '::/0' }],
          },
          { IpProtocol: 'tcp', FromPort: 8000, ToPort: 8080, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
        ],
      }),
    );
    const batch = world.instance('batch');
    world.store.transact((inside) => inside.put('instance', batch.id, { ...batch, groupIds: [web.id] }));
    expect(named(await list('describe_security_groups', { group_ids: [web.id] }))).toMatchInlineSnapshot(`
      {
        "security_groups": [
          {
            "group_id": "sg-1",
            "name": "web",
            "open_to_world": [
              "ingress tcp 443 0.0.0.0/0",
              "ingress tcp 443 ::/0",
            ],
            "owner": "none",
            "rules": [
              "ingress tcp 443 0.0.0.0/0",
              "ingress tcp 443 ::/0",
              "ingress tcp 8000-8080 10.0.0.0/8",
              "ingress icmp 8 10.0.0.0/8",
              "egress all 0.0.0.0/0",
            ],
            "used_by": [
              "i-1",
            ],
            "vpc_id": "vpc-1",
          },
        ],
      }
    `);
    const every = await list('describe_security_groups');
    expect(every.security_groups!.map(({ owner }) => owner)).toEqual([
      'stack cost-explorer-prod',
      'stack cost-explorer-dev',
      'none',
    ]);
    const elsewhere = await list('describe_security_groups', { vpc_id: 'vpc-00000001' });
    expect(elsewhere.security_groups).toEqual([]);
  });

  it('shows each rule as a plan takes it', async () => {
    const sg = world.store.transact((inside) =>
      makeSecurityGroup(inside, {
        region: 'eu-west-1',
        name: 'all',
        description: 'd',
        tags: [],
        ingress: [
          { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          { IpProtocol: '50', IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }] },
          { IpProtocol: 'udp', FromPort: 53, ToPort: 54, PrefixListIds: [{ PrefixListId: 'pl-00000001' }] },
        ],
      }),
    );
    const { security_groups } = await list('describe_security_groups', { group_ids: [sg.id] });
    const rules = security_groups![0]!.rules as string[];
    expect(rules).toHaveLength(6);
    const { plan } = await world.plan('plan_security_group_rules', { group_id: sg.id, revoke: rules });
    expect(plan.effects[0]?.properties.map(({ before }) => before)).toEqual(rules);
  });
});

describe('describe_volumes', () => {
  it('tells the newest completed snapshot of each, its instance and owner', async () => {
    const archive = world.instance('archive');
    const [root, kept] = archive.volumes;
    await world.ec2.send(new CreateSnapshotCommand({ VolumeId: kept!.id }));
    world.store.advanceClock(60_000);
    const { SnapshotId } = await world.ec2.send(new CreateSnapshotCommand({ VolumeId: kept!.id }));
    world.store.setPace(1_000);
    await world.ec2.send(new CreateSnapshotCommand({ VolumeId: kept!.id }));
    const { volumes } = await list('describe_volumes', { instance_id: archive.id });
    expect(volumes).toMatchObject([
      {
        volume_id: root!.id,
        attached_to: [{ instance_id: archive.id, deleted_with_instance: true }],
        newest_snapshot: null,
      },
      {
        volume_id: kept!.id,
        size_gib: 100,
        attached_to: [{ deleted_with_instance: false }],
        newest_snapshot: { snapshot_id: SnapshotId },
      },
    ]);
    const owners = (await list('describe_volumes')).volumes!.map(({ owner }) => owner);
    expect(owners.filter((owner) => owner === 'stack cost-explorer-prod')).toHaveLength(1);
    world.operations();
    await list('describe_volumes');
    expect(world.operations()).toEqual(['DescribeVolumes', 'DescribeSnapshots', 'DescribeInstances']);
  });
});

describe('ids that cannot be used', () => {
  const unknown = { i: 'i-0123456789abcdef0', vol: 'vol-0123456789abcdef0', sg: 'sg-0123456789abcdef0' };
  it.each([
    ['describe_instances', { instance_ids: [unknown.i] }],
    ['describe_volumes', { volume_ids: [unknown.vol] }],
    ['describe_security_groups', { group_ids: [unknown.sg] }],
    ['plan_instance_action', { instance_ids: [unknown.i], action: 'stop' }],
    ['plan_instance_type', { instance_id: unknown.i, instance_type: 't3.large' }],
    ['plan_snapshot', { volume_id: unknown.vol }],
    ['plan_security_group_rules', { group_id: unknown.sg, authorize: ['ingress tcp 80 10.0.0.0/8'] }],
    ['plan_tags', { resource_ids: [unknown.sg], set: { a: 'b' } }],
  ])('%s says that there is no such id, and where it looked', async (tool, input) => {
    expect(await world.call(tool, input)).toMatchObject({
      code: 'AWS_NOT_FOUND',
      message: expect.stringContaining('does not exist'),
      remedy: expect.stringContaining('eu-west-1 of 123456789012'),
    });
  });

  it('an id of another region is not there', async () => {
    const instance_ids = [world.instance('batch').id];
    expect(await world.call('describe_instances', { instance_ids, region: 'us-east-1' })).toMatchObject({
      code: 'AWS_NOT_FOUND',
      remedy: expect.stringContaining('us-east-1'),
    });
    expect(
      await world.call('plan_instance_action', { instance_ids, action: 'stop', region: 'us-east-1' }),
    ).toMatchObject({
      code: expect.stringMatching(/^GUARD_/),
    });
  });

  it('too many, or none, or another kind are refused before anything is asked', async () => {
    const many = Array.from({ length: 51 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    world.operations();
    for (const instance_ids of [many, [], ['vol-0123456789abcdef0'], ['i-xyz']])
      expect(await world.call('plan_instance_action', { instance_ids, action: 'stop' })).toMatchObject({
        code: 'INPUT_INVALID',
      });
    expect(await world.call('plan_tags', { resource_ids: many, set: { a: 'b' } })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(world.operations()).toEqual([]);
  });
});

describe('what an agent is told of a plan', () => {
  it('is all of this, for another instance type', async () => {
    const { answer } = await world.plan('plan_instance_type', {
      instance_id: world.instance('batch').id,
      instance_type: 'm5.large',
    });
    expect(named(answer)).toMatchInlineSnapshot(`
      {
        "assurance": "L0",
        "decision": "needs_approval",
        "effects": {
          "counts": {
            "update": 1,
          },
          "items": [
            "update i-1 (AWS::EC2::Instance) · reversible · interrupts: yes · InstanceType: t3.large → m5.large",
          ],
          "worst": "reversible",
        },
        "expires_at": "<time>",
        "goals_allowed": [
          "fix",
          "deploy",
          "scale",
          "configure",
          "recover",
          "clean_up",
        ],
        "next": {
          "input": {
            "goal": "<fix|deploy|scale|configure|recover|clean_up: say which>",
            "plan_id": "plan-1",
            "reason": "<the reason, in one sentence>",
          },
          "tool": "propose_change",
        },
        "notes": [
          "i-1 is “batch”.",
          "EC2 has no preview: the effects are derived from the observed state. Permissions are checked before execution; safety cannot be checked.",
        ],
        "plan_id": "plan-1",
        "scope": "production (main: id *)",
        "seats": {
          "needed": 1,
          "roles": [],
        },
        "target": "i-1 (123456789012, eu-west-1)",
        "verdicts": [
          {
            "code": "GUARD_APPROVAL",
            "message": "Production, reversible: needs 1 approval. Possible approvers: bob, carol.",
            "outcome": "hold",
            "remedy": "Propose it, tell the user, and end your turn.",
            "seats": 1,
          },
        ],
      }
    `);
  });
});
