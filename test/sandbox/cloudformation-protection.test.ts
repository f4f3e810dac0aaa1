import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteBehindStack, driftResource } from '../../src/sandbox/cloudformation/drift.ts';
import { type CloudFormation, failing, openCloudFormation, queue, template } from './cloudformation-client.ts';

let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
});
afterEach(() => cloud.close());

describe('exports', () => {
  const exporter = (name: string) =>
    template({ Q: queue() }, `Outputs: { O: { Value: !Ref Q, Export: { Name: ${name} } } }`);
  const importer = (name: string) =>
    template({ T: `{ Type: AWS::SNS::Topic, Properties: { DisplayName: !ImportValue ${name} } }` });

  it('C32 block an update that removes them and a deletion, while another stack uses them', async () => {
    await cloud.create('a', exporter('shared'));
    await cloud.create('b', importer('shared'));
    await expect(cloud.update('a', exporter('other'))).rejects.toThrow(
      /Export shared cannot be deleted as it is in use by b/,
    );
    await expect(cloud.client.send(new cfn.DeleteStackCommand({ StackName: 'a' }))).rejects.toThrow(/in use by b/);
    const { Imports } = await cloud.client.send(new cfn.ListImportsCommand({ ExportName: 'shared' }));
    const { Exports } = await cloud.client.send(new cfn.ListExportsCommand({}));
    expect([Imports, Exports!.map(({ Name }) => Name)]).toEqual([['b'], ['shared']]);
    await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 'b' }));
    await cloud.update('a', exporter('other'));
    expect(await cloud.status('a')).toBe('UPDATE_COMPLETE');
  });
  it('C32 are free again after the failed update of a stack that would have used them', async () => {
    await cloud.create('a', exporter('shared'));
    await cloud.create('b', template({ T: '{ Type: AWS::SNS::Topic }' }));
    const broken = `{ Type: AWS::SNS::Topic, ${failing('fail: no capacity')}, Properties: { DisplayName: !ImportValue shared } }`;
    await cloud.update('b', template({ T: broken }));
    expect(await cloud.status('b')).toBe('UPDATE_ROLLBACK_COMPLETE');
    await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 'a' }));
    await expect(cloud.status('a')).rejects.toThrow(/does not exist/);
  });
  it('C33 fail what imports a name that nobody exports, or exports one that is taken', async () => {
    await cloud.create('b', importer('missing'));
    expect(await cloud.status('b')).toBe('ROLLBACK_COMPLETE');
    expect(await cloud.events('b')).toContain('T CREATE_FAILED No export named missing found');
    const set = await cloud.changeSet('c', importer('missing'), { ChangeSetType: 'CREATE' });
    expect(set).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining('No export named missing found'),
    });
    await cloud.create('a', exporter('shared'));
    await cloud.create('d', exporter('shared'));
    expect(await cloud.stack('d')).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    expect((await cloud.events('d')).join('\n')).toMatch(/Export with name shared is already exported by stack/);
  });
});

describe('stack policies', () => {
  const policy = (...statements: object[]) => JSON.stringify({ Statement: statements });
  const allow = { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' };
  const deny = (Action: string, Resource: string) => ({ Effect: 'Deny', Principal: '*', Action, Resource });
  const set = (StackPolicyBody: string) =>
    cloud.client.send(new cfn.SetStackPolicyCommand({ StackName: 's', StackPolicyBody }));
  beforeEach(() => cloud.create('s', template({ A: queue(), B: queue() })));

  it('C34 fail and roll back an update of what they deny; Deny overrides Allow', async () => {
    await set(policy(allow, deny('Update:Modify', 'LogicalResourceId/A')));
    await cloud.update('s', template({ A: queue('VisibilityTimeout: 31'), B: queue() }));
    expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await cloud.events('s')).find((event) => event.startsWith('A UPDATE_FAILED'))).toContain(
      'Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/A]',
    );
    await cloud.update('s', template({ A: queue(), B: queue('VisibilityTimeout: 31') }));
    expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  });
  it.each([
    ['a removal', deny('Update:Delete', '*'), template({ A: queue() })],
    [
      'a replacement',
      deny('Update:Replace', 'LogicalResourceId/*'),
      template({ A: queue('QueueName: a'), B: queue() }),
    ],
    [
      'a type',
      { ...deny('Update:*', '*'), Condition: { StringEquals: { ResourceType: ['AWS::SQS::*'] } } },
      template({ A: queue('VisibilityTimeout: 31'), B: queue() }),
    ],
  ])('C34 deny %s', async (_what, statement, body) => {
    await set(policy(allow, statement));
    await cloud.update('s', body);
    expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
  it('C34 deny by default, and do not stop the deletion of the stack', async () => {
    await set(policy({ ...allow, Resource: 'LogicalResourceId/B' }));
    await cloud.update('s', template({ A: queue('VisibilityTimeout: 31'), B: queue() }));
    expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
    await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's' }));
    await expect(cloud.status('s')).rejects.toThrow(/does not exist/);
  });
  it('C35 give way to a policy for one update, which is not kept', async () => {
    const own = policy(deny('Update:*', '*'));
    await set(own);
    const StackPolicyDuringUpdateBody = policy(allow);
    await cloud.update('s', template({ A: queue('VisibilityTimeout: 31'), B: queue() }), {
      StackPolicyDuringUpdateBody,
    });
    expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
    const { StackPolicyBody } = await cloud.client.send(new cfn.GetStackPolicyCommand({ StackName: 's' }));
    expect(StackPolicyBody).toBe(own);
    await expect(set('{}')).rejects.toThrow(/Error validating stack policy/);
  });
});

describe('drift', () => {
  const detect = async (StackName: string) => {
    const { StackDriftDetectionId } = await cloud.client.send(new cfn.DetectStackDriftCommand({ StackName }));
    return cloud.client.send(new cfn.DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
  };
  it('C36 is not known before it is looked for, and then names every difference', async () => {
    const id = await cloud.create('s', template({ A: queue(), B: queue(), C: queue() }));
    cloud.inWorld((world) => {
      driftResource(world, id, 'A', 'VisibilityTimeout', 99);
      deleteBehindStack(world, id, 'B');
    });
    expect((await cloud.stack('s')).DriftInformation!.StackDriftStatus).toBe('NOT_CHECKED');
    expect(await detect('s')).toMatchObject({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'DRIFTED',
      DriftedStackResourceCount: 2,
    });
    const { StackResourceDrifts } = await cloud.client.send(
      new cfn.DescribeStackResourceDriftsCommand({ StackName: 's' }),
    );
    expect(StackResourceDrifts).toMatchObject([
      {
        LogicalResourceId: 'A',
        StackResourceDriftStatus: 'MODIFIED',
        PropertyDifferences: [
          {
            PropertyPath: '/VisibilityTimeout',
            ExpectedValue: '"30"',
            ActualValue: '"99"',
            DifferenceType: 'NOT_EQUAL',
          },
        ],
      },
      { LogicalResourceId: 'B', StackResourceDriftStatus: 'DELETED' },
      { LogicalResourceId: 'C', StackResourceDriftStatus: 'IN_SYNC', PropertyDifferences: [] },
    ]);
    const filtered = await cloud.client.send(
      new cfn.DescribeStackResourceDriftsCommand({ StackName: 's', StackResourceDriftStatusFilters: ['DELETED'] }),
    );
    expect(filtered.StackResourceDrifts).toHaveLength(1);
  });
  it('C36 ends when the stack writes that property again', async () => {
    const id = await cloud.create('s', template({ A: queue() }));
    cloud.inWorld((world) => driftResource(world, id, 'A', 'VisibilityTimeout', 99));
    await cloud.update('s', template({ A: queue('VisibilityTimeout: 31') }));
    expect(await detect('s')).toMatchObject({ StackDriftStatus: 'IN_SYNC' });
  });
});

describe('reading', () => {
  it('C42 finds the stack of a resource by its physical id', async () => {
    await cloud.create('s', template({ A: queue() }));
    const { A } = await cloud.resources('s');
    const find = (PhysicalResourceId: string) =>
      cloud.client.send(new cfn.DescribeStackResourcesCommand({ PhysicalResourceId }));
    const { StackResources } = await find(A!.PhysicalResourceId!);
    expect(StackResources).toMatchObject([{ StackName: 's', LogicalResourceId: 'A' }]);
    await expect(find('i-0')).rejects.toThrow(/Stack for i-0 does not exist/);
  });
  it('C45 pages stacks, events and resources, and refuses a token that is none', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`Q${index}`, queue()]));
    await cloud.create('s', template(many));
    const first = await cloud.client.send(new cfn.ListStackResourcesCommand({ StackName: 's' }));
    const rest = await cloud.client.send(
      new cfn.ListStackResourcesCommand({ StackName: 's', NextToken: first.NextToken }),
    );
    expect([first.StackResourceSummaries!.length, rest.StackResourceSummaries!.length]).toEqual([100, 20]);
    const events: cfn.StackEvent[] = [];
    for await (const page of cfn.paginateDescribeStackEvents({ client: cloud.client }, { StackName: 's' }))
      events.push(...(page.StackEvents ?? []));
    expect(events).toHaveLength(242);
    expect(new Set(events.map(({ EventId }) => EventId)).size).toBe(242);
    await expect(
      cloud.client.send(new cfn.ListStackResourcesCommand({ StackName: 's', NextToken: 'x' })),
    ).rejects.toThrow(/NextToken/);
  });
  it('C46 gives a group the rules of its template, and those of its update', async () => {
    const body = (cidr: string) =>
      template({
        G: `{ Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g, SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: ${cidr} }] } }`,
      });
    await cloud.create('s', body('10.0.0.0/8'));
    await cloud.update('s', body('0.0.0.0/0'));
    await cloud.status('s');
    expect(cloud.inWorld((world) => world.list('security_group'))).toMatchObject([
      { ingress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] },
    ]);
  });
  it('C46 shows a stack’s instances, volumes and security groups in EC2, until they are deleted', async () => {
    const body = template({
      I: '{ Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, InstanceType: t3.small, DisableApiTermination: true } }',
      V: '{ Type: AWS::EC2::Volume, Properties: { Size: 40, AvailabilityZone: eu-west-1a } }',
      G: '{ Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g } }',
    });
    const id = await cloud.create('s', body);
    await cloud.status('s');
    const kinds = () =>
      cloud.inWorld((world) =>
        ['instance', 'security_group'].map((kind) => world.list<{ state?: string }>(kind).length),
      );
    expect(kinds()).toEqual([1, 1]);
    await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's' }));
    expect(await cloud.status(id)).toBe('DELETE_FAILED');
    expect((await cloud.events(id)).join('\n')).toMatch(/may not be terminated. Modify its 'disableApiTermination'/);
  });
});
