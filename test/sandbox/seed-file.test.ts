import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openSandbox } from '../../src/compose.ts';
import { ssmParameter, templateObject } from '../../src/sandbox/facts.ts';
import { seedFrom, seedWorld, type WorldDescription, worldSchema } from '../../src/sandbox/seed-file.ts';
import { openWorld } from '../../src/sandbox/world.ts';
import { openEndpoint } from './endpoint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-seed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TEMPLATE = `Parameters:
  Seconds: { Type: Number }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: !Ref Seconds }
`;
const WORLD = `
stacks:
  - name: orders-prod
    template_file: templates/queue.yaml
    parameters: { Seconds: 30 }
    tags: { environment: production }
    termination_protection: true
security_groups:
  - name: web
    ingress:
      - { peer: 0.0.0.0/0, ports: 443, description: everybody }
      - { peer: '::/0', ports: '8000-8100' }
      - { peer: pl-12345678, protocol: '-1' }
  - name: database
    ingress: [{ peer: web, ports: 5432 }]
instances:
  - id: i-0000000a
    name: batch
    termination_protection: true
    security_groups: [web]
    volumes: [{ size_gib: 8, snapshots: [{ age_hours: 2 }] }, { size_gib: 100, keep: true }]
  - { name: worker, auto_scaling_group: workers, state: stopped }
volumes: [{ id: vol-0000000a, size_gib: 20, tags: { Name: spare } }]
network_interfaces: [{ description: ELB app/web, security_groups: [web] }]
ssm_parameters: { /app/image: ami-1, /app/token: { type: SecureString, value: hidden } }
template_objects: { https://bucket.s3.amazonaws.com/child.yaml: templates/queue.yaml }
`;
const write = (text: string) => {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'templates', 'queue.yaml'), TEMPLATE);
  writeFileSync(join(folder, 'world.yaml'), text);
};
const filled = (description: WorldDescription) => () => openEndpoint(description).close();

describe('a described world', () => {
  it('is made from a folder: stacks, groups, instances, volumes, parameters, templates', async () => {
    write(WORLD);
    const at = openEndpoint({});
    at.store.transact((world) => seedFrom(world, folder));
    const { Stacks = [] } = await at.cloudFormation().send(new DescribeStacksCommand({}));
    expect(Stacks).toMatchObject([
      {
        StackName: 'orders-prod',
        StackStatus: 'CREATE_COMPLETE',
        EnableTerminationProtection: true,
        Parameters: [{ ParameterKey: 'Seconds', ParameterValue: '30' }],
        Tags: [{ Key: 'environment', Value: 'production' }],
      },
    ]);
    const ec2 = at.ec2();
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const [web, database] = SecurityGroups;
    expect(web?.IpPermissions).toMatchObject([
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }] },
      { IpProtocol: 'tcp', FromPort: 8000, ToPort: 8100, Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      { IpProtocol: '-1', PrefixListIds: [{ PrefixListId: 'pl-12345678' }] },
    ]);
    expect(database?.IpPermissions?.[0]?.UserIdGroupPairs).toMatchObject([{ GroupId: web?.GroupId }]);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toMatchObject([
      { InstanceId: 'i-0000000a', State: { Name: 'running' }, SecurityGroups: [{ GroupId: web?.GroupId }] },
      { State: { Name: 'stopped' }, Tags: [{ Key: 'Name' }, { Key: 'aws:autoscaling:groupName', Value: 'workers' }] },
    ]);
    const { NetworkInterfaces = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [web!.GroupId!] }] }),
    );
    expect(NetworkInterfaces.map(({ Description }) => Description)).toEqual(['', 'ELB app/web']);
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({}));
    expect(Snapshots).toMatchObject([{ State: 'completed', VolumeSize: 8 }]);
    at.store.transact((world) => {
      expect(ssmParameter(world, 'eu-west-1', '/app/token')).toMatchObject({ type: 'SecureString', value: 'hidden' });
      expect(templateObject(world, 'https://bucket.s3.amazonaws.com/child.yaml')).toBe(TEMPLATE);
    });
    at.close();
  });
  it('has the shape that docs/sandbox.md shows', () => {
    const documentation = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(documentation) ?? [];
    const parsed = worldSchema.safeParse(parse(example));
    expect(parsed.error).toBeUndefined();
    expect(Object.keys(parse(example)).sort()).toEqual(Object.keys(worldSchema.shape).sort());
  });
  it('may have a stack that never came to be, when it says so', () => {
    const template = {
      Resources: { Queue: { Type: 'AWS::SQS::Queue', Metadata: { CountersignSandbox: { fail: 'no quota' } } } },
    };
    expect(filled({ stacks: [{ name: 'broken', template, status: 'ROLLBACK_COMPLETE' }] })).not.toThrow();
    expect(filled({ stacks: [{ name: 'broken', template }] })).toThrow(/broken is ROLLBACK_COMPLETE/);
  });
  it.each<[string, unknown, RegExp]>([
    ['an unknown key', { instance: [] }, /Unrecognized key/],
    ['an id that is none', { instances: [{ id: 'i-xyz' }] }, /hex digits/],
    ['a stack without a template', { stacks: [{ name: 'x' }] }, /needs one of template and template_file/],
    ['a template that is not there', { stacks: [{ name: 'x', template_file: 'none.yaml' }] }, /cannot be read/],
    ['a rule that EC2 refuses', { security_groups: [{ name: 'x', ingress: [{ peer: '1.2.3/8' }] }] }, /malformed/],
    [
      'a template that CloudFormation refuses',
      { stacks: [{ name: 'x', template: { Resources: {} } }] },
      /Template format error/,
    ],
  ])('is refused with %s', (_what, description, message) => {
    expect(filled(description as WorldDescription)).toThrow(message);
  });
  it('leaves nothing behind when it is refused half-way', () => {
    const store = openWorld(folder);
    expect(() =>
      store.transact((world) => seedWorld(world, { instances: [{}], stacks: [{ name: 'x', template_file: 'none' }] })),
    ).toThrow();
    expect(store.transact((world) => world.list('instance'))).toEqual([]);
    store.close();
  });
  it('is what a new sandbox is filled from, and a world that was filled from elsewhere is refused', async () => {
    write(WORLD);
    const home = join(folder, 'home');
    const opened = await openSandbox(home, 0, folder);
    expect(opened.store.transact((world) => world.list('volume'))).toHaveLength(4);
    opened.store.close();
    const again = await openSandbox(home, 0, folder);
    again.store.close();
    await expect(openSandbox(home, 0, join(folder, 'world.yaml'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      remedy: expect.stringContaining('start over'),
    });
  });
});
