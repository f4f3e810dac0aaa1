/** What AWS refuses beyond its models: pages, tokens, filters, tags, ARNs. */
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ec2 from '@aws-sdk/client-ec2';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Endpoint, openEndpoint } from './endpoint.ts';
import { INSTANCE, MODEL_WORLD } from './model-calls.ts';

let at: Endpoint;
beforeAll(() => {
  at = openEndpoint({
    ...MODEL_WORLD,
    instances: [...MODEL_WORLD.instances!, { id: 'i-0000000b', name: 'a*b' }, { id: 'i-0000000c', name: 'axb' }],
  });
});
afterAll(() => at.close());
const TEMPLATE = 'Resources: { Q: { Type: AWS::SQS::Queue } }';
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: Error) => error.name,
  );
const once = { maxAttempts: 1 };

describe('pages', () => {
  const lists: Record<string, (input: object) => Promise<unknown>> = {
    DescribeInstances: (input) => at.ec2(once).send(new ec2.DescribeInstancesCommand(input)),
    DescribeInstanceStatus: (input) => at.ec2(once).send(new ec2.DescribeInstanceStatusCommand(input)),
    DescribeVolumes: (input) => at.ec2(once).send(new ec2.DescribeVolumesCommand(input)),
    DescribeSnapshots: (input) => at.ec2(once).send(new ec2.DescribeSnapshotsCommand(input)),
    DescribeTags: (input) => at.ec2(once).send(new ec2.DescribeTagsCommand(input)),
    DescribeSubnets: (input) => at.ec2(once).send(new ec2.DescribeSubnetsCommand(input)),
    DescribeInstanceTypes: (input) => at.ec2(once).send(new ec2.DescribeInstanceTypesCommand(input)),
  };
  it.each(Object.entries(lists))('%s has at least five items a page, and at most its limit', async (_name, list) => {
    for (const MaxResults of [0, -1, 4, 1001]) expect(await codeOf(list({ MaxResults }))).toBe('InvalidParameterValue');
    expect(await codeOf(list({ MaxResults: 5 }))).toBe('answered');
  });
  it.each(Object.entries(lists))('%s takes no token that it did not give', async (_name, list) => {
    for (const NextToken of ['x', '-1', '0', ' 1', '1e1', '0x1', '1.0', '999999'])
      expect(await codeOf(list({ NextToken })), NextToken).toBe('InvalidNextToken');
  });
  it('nor does CloudFormation', async () => {
    for (const NextToken of ['x', '-1', '0', ' 1', '1e1', '', '999999'])
      expect(
        await codeOf(at.cloudFormation(once).send(new cloudformation.ListStacksCommand({ NextToken }))),
        NextToken,
      ).toBe('ValidationError');
  });
});

describe('filters', () => {
  const named = async (...Values: string[]) => {
    const Filters = [{ Name: 'tag:Name', Values }];
    const { Reservations = [] } = await at.ec2(once).send(new ec2.DescribeInstancesCommand({ Filters }));
    return Reservations.map(({ Instances }) => Instances?.[0]?.InstanceId);
  };
  it('take a wildcard for itself where a backslash stands before it', async () => {
    expect(await named('a*b')).toEqual(['i-0000000b', 'i-0000000c']);
    expect(await named('a\\*b')).toEqual(['i-0000000b']);
    expect(await named('a?b')).toEqual(['i-0000000b', 'i-0000000c']);
    expect(await named('a\\?b')).toEqual([]);
    expect(await named('bat\\ch')).toEqual([INSTANCE]);
    expect(await named('a.b')).toEqual([]);
  });
  it('are refused where they are unknown, whatever there is, and over two hundred values', async () => {
    const far = at.ec2({ ...once, region: 'us-east-1' });
    const ask = (filter: ec2.Filter) => codeOf(far.send(new ec2.DescribeVolumesCommand({ Filters: [filter] })));
    expect(await ask({ Name: 'nothing', Values: ['a'] })).toBe('InvalidParameterValue');
    expect(await ask({ Values: ['a'] })).toBe('InvalidParameterValue');
    expect(await ask({ Name: 'volume-id', Values: Array(201).fill('vol-1') })).toBe('FilterLimitExceeded');
    expect(await ask({ Name: 'volume-id', Values: Array(200).fill('vol-1') })).toBe('answered');
  });
});

const tag = (Key: string, Value = 'v') => ({ Key, Value });
const GOOD = [[tag('k'.repeat(128), 'v'.repeat(256))], [tag('k'), tag('K')]];
const BAD = {
  'a key over 128': [tag('k'.repeat(129))],
  'a value over 256': [tag('k', 'v'.repeat(257))],
  'one key twice': [tag('k', 'a'), tag('k', 'b')],
  'a key of AWS': [tag('aws:k')],
  'no key': [tag('')],
  'a control character': [tag('k', 'a\u0007b')],
};

describe('tags', () => {
  const calls: Record<string, [code: string, call: (tags: ec2.Tag[]) => Promise<unknown>]> = {
    CreateTags: [
      'InvalidParameterValue',
      (Tags) => at.ec2(once).send(new ec2.CreateTagsCommand({ Resources: [INSTANCE], Tags })),
    ],
    CreateSnapshot: [
      'InvalidParameterValue',
      (Tags) =>
        at.ec2(once).send(
          new ec2.CreateSnapshotCommand({
            VolumeId: 'vol-00000001',
            TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
          }),
        ),
    ],
    CreateStack: [
      'ValidationError',
      (Tags) =>
        at.cloudFormation(once).send(
          new cloudformation.CreateStackCommand({
            StackName: `s${Tags.length}`,
            TemplateBody: TEMPLATE,
            Tags: Tags as cloudformation.Tag[],
          }),
        ),
    ],
    CreateChangeSet: [
      'ValidationError',
      (Tags) =>
        at.cloudFormation(once).send(
          new cloudformation.CreateChangeSetCommand({
            StackName: 'ours',
            ChangeSetName: `c${Tags.length}`,
            TemplateBody: TEMPLATE,
            Tags: Tags as cloudformation.Tag[],
          }),
        ),
    ],
  };
  describe.each(Object.entries(calls))('%s', (_name, [code, call]) => {
    it.each(Object.entries(BAD))('refuses %s', async (_what, tags) => expect(await codeOf(call(tags))).toBe(code));
    it('takes what is just allowed', async () => {
      for (const tags of GOOD) expect(await codeOf(call(tags))).toBe('answered');
    });
  });
  it('of a session are the same in any case', async () => {
    const session = { RoleArn: 'arn:aws:iam::123456789012:role/a', RoleSessionName: 'me' };
    const assume = (Tags: sts.Tag[]) => codeOf(at.sts(once).send(new sts.AssumeRoleCommand({ ...session, Tags })));
    expect(await assume([tag('team') as sts.Tag, tag('TEAM') as sts.Tag])).toBe('ValidationError');
    expect(await assume([tag('team') as sts.Tag, tag('unit') as sts.Tag])).toBe('answered');
  });
});

describe('ARNs', () => {
  const create = (more: object) =>
    codeOf(
      at.cloudFormation(once).send(
        new cloudformation.CreateChangeSetCommand({
          ...{ StackName: 'ours', ChangeSetName: 'arns', TemplateBody: TEMPLATE },
          ...more,
        }),
      ),
    );
  it.each([
    { RoleARN: 'arn:aws:iam::123456789012:user/somebody' },
    { RoleARN: 'role/without-an-arn-but-long-enough' },
    { NotificationARNs: ['arn:aws:sqs:eu-west-1:123456789012:queue'] },
    { NotificationARNs: ['topic'] },
  ])('of another kind are refused: %o', async (more) => expect(await create(more)).toBe('ValidationError'));
  it('of the right kind are taken', async () => {
    const RoleARN = 'arn:aws:iam::123456789012:role/path/executor';
    expect(await create({ RoleARN, NotificationARNs: ['arn:aws:sns:eu-west-1:123456789012:topic'] })).toBe('answered');
  });
  it('of a session’s policies are those of policies', async () => {
    const session = { RoleArn: 'arn:aws:iam::123456789012:role/a', RoleSessionName: 'me' };
    const assume = (arn: string) =>
      codeOf(at.sts(once).send(new sts.AssumeRoleCommand({ ...session, PolicyArns: [{ arn }] })));
    expect(await assume('arn:aws:iam::aws:role/ReadOnlyAccess')).toBe('ValidationError');
    expect(await assume('arn:aws:iam::aws:policy/ReadOnlyAccess')).toBe('answered');
  });
});
