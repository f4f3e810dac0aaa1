/** What did not change, or cannot do what it seems to, needs no more approvals than it deserves; its twin that can, does. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

type Parts = Record<string, unknown>;
interface Case {
  before: Parts;
  after: Parts;
  parameters?: Parts;
  /** The template of a stack that exports. */
  elsewhere?: object;
  in?: 'prod' | 'dev';
}

const create = (StackName: string, template: object) =>
  new CloudFormationClient(pastCountersign(world)).send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );

async function planOf({ before, after, parameters, elsewhere, in: where = 'prod' }: Case) {
  if (elsewhere) await create('elsewhere-prod', elsewhere);
  const template = (Resources: Parts) => ({ ...(parameters ? { Parameters: parameters } : {}), Resources });
  await create(`shop-${where}`, template(before));
  const answer = await world.call('plan_stack_update', {
    stack: `shop-${where}`,
    template: JSON.stringify(template(after)),
  });
  if (answer.plan_id === undefined) throw new Error(JSON.stringify(answer));
  const codes = (answer.verdicts as { code: string }[]).map(({ code }) => code);
  const { seats } = answer as { seats?: { needed: number } };
  const verdict = answer.decision === 'denied' ? 'denied' : (seats?.needed ?? 0);
  return { verdict, codes, text: JSON.stringify(answer) };
}

const one = (Type: string, Properties: Parts) => ({ Type, Properties });
const Topic = one('AWS::SNS::Topic', {});
const alarm = (action: unknown, Threshold = 1, more: Parts = {}) =>
  one('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    AlarmActions: [action],
    ...more,
  });
const exporting = {
  Resources: { T: Topic },
  Outputs: { T: { Value: { Ref: 'T' }, Export: { Name: 'alerts-topic' } } },
};
const group = (rules: object[]) =>
  one('AWS::EC2::SecurityGroup', {
    GroupDescription: 'g',
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    SecurityGroupIngress: rules,
  });
const from = (source: Parts) => ({ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, ...source });
const WORLD = { CidrIp: '0.0.0.0/0' };
const clients = (rules: object[]) => ({
  Resources: { G: group(rules) },
  Outputs: { G: { Value: { 'Fn::GetAtt': ['G', 'GroupId'] }, Export: { Name: 'clients' } } },
});
const key = (more: Parts) =>
  one('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*', Resource: '*' },
      ],
    },
    ...more,
  });
const cache = (AuthToken: string) =>
  one('AWS::ElastiCache::ReplicationGroup', {
    ReplicationGroupDescription: 'x',
    CacheNodeType: 'cache.t4g.micro',
    NumCacheClusters: 2,
    TransitEncryptionEnabled: true,
    AuthToken,
  });
const secret = (version: string) => `{{resolve:secretsmanager:redis:SecretString:token::${version}}}`;
const certificate = (SubjectAlternativeNames: string[]) =>
  one('AWS::CertificateManager::Certificate', { DomainName: 'a.example.com', SubjectAlternativeNames });
const visible = (MetricName: string) => ({
  VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName },
});
const rule = (Name: string, OverrideAction: Parts) => ({
  Name,
  Priority: Name.charCodeAt(0),
  OverrideAction,
  Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' } },
  ...visible(Name),
});
const firewall = (...Rules: object[]) =>
  one('AWS::WAFv2::WebACL', { DefaultAction: { Allow: {} }, Scope: 'REGIONAL', Rules, ...visible('w') });
const role = one('AWS::IAM::Role', {
  AssumeRolePolicyDocument: {
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
});
const fn = (Code: Parts, more: Parts = {}) =>
  one('AWS::Lambda::Function', {
    Runtime: 'nodejs22.x',
    Handler: 'i.h',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code,
    ...more,
  });
const code = (S3Key: string) => fn({ S3Bucket: 'assets', S3Key });
const image = (tag: string) => fn({ ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:${tag}` });
const uploaded = (moment: string) => code(`serverless/shop/prod/${moment}/shop.zip`);
const hex = (digit: string) => digit.repeat(64);
const deployment = (key: string) =>
  one('Custom::CDKBucketDeployment', {
    ServiceToken: { 'Fn::GetAtt': ['Fn', 'Arn'] },
    SourceObjectKeys: [key],
  });
const big = one('AWS::EC2::Instance', { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm8g.12xlarge' });
const bigs = Object.fromEntries(['A', 'B', 'C', 'D', 'E'].map((id) => [id, big]));
const layered = (version: number) =>
  fn(
    { S3Bucket: 'assets', S3Key: `${hex('a')}.zip` },
    { Layers: [`arn:aws:lambda:eu-west-1:123456789012:layer:l:${version}`] },
  );

const schedule = (...targets: Parts[]) =>
  one('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 day)',
    Targets: targets.map((target) => ({ Arn: { Ref: 'Topic' }, ...target })),
  });

const imported = { 'Fn::ImportValue': 'alerts-topic' };
const ofStack = { 'Fn::GetStackOutput': { StackName: 'elsewhere-prod', OutputName: 'T' } };
const pinned = '{{resolve:ssm:/alerts/topic:1}}';

it.each<[string, 'denied' | number, Case]>([
  [
    'an alarm to an imported topic',
    1,
    { before: { Topic }, after: { Topic, A: alarm(imported) }, elsewhere: exporting },
  ],
  ['its threshold', 1, { before: { A: alarm(imported) }, after: { A: alarm(imported, 5) }, elsewhere: exporting }],
  ['an alarm to a versioned parameter', 1, { before: { Topic }, after: { Topic, A: alarm(pinned) } }],
  ['its threshold', 1, { before: { A: alarm(pinned) }, after: { A: alarm(pinned, 5) } }],
  [
    'an alarm on an instance, with an action that is not known',
    'denied',
    {
      before: { Topic },
      after: { Topic, A: alarm(pinned, 1, { Dimensions: [{ Name: 'InstanceId', Value: 'i-0123456789abcdef0' }] }) },
    },
  ],
  [
    'an output of another stack that was read and is the same',
    1,
    { before: { A: alarm(ofStack) }, after: { A: alarm(ofStack, 5) }, elsewhere: exporting },
  ],
  [
    'the same in development',
    0,
    { in: 'dev', before: { A: alarm(ofStack) }, after: { A: alarm(ofStack, 5) }, elsewhere: exporting },
  ],
  [
    'a load balancer’s open group as the source of an application’s rule',
    1,
    {
      before: { Alb: group([from(WORLD)]), App: group([]) },
      after: {
        Alb: group([from(WORLD)]),
        App: group([from({ SourceSecurityGroupId: { 'Fn::GetAtt': ['Alb', 'GroupId'] } })]),
      },
    },
  ],
  [
    'an imported group that is closed',
    1,
    {
      before: { App: group([]) },
      after: { App: group([from({ SourceSecurityGroupId: { 'Fn::ImportValue': 'clients' } })]) },
      elsewhere: clients([]),
    },
  ],
  [
    'an imported group that is open',
    2,
    {
      before: { App: group([]) },
      after: { App: group([from({ SourceSecurityGroupId: { 'Fn::ImportValue': 'clients' } })]) },
      elsewhere: clients([from(WORLD)]),
    },
  ],
  ['a default written out', 1, { before: { K: key({}) }, after: { K: key({ KeySpec: 'SYMMETRIC_DEFAULT' }) } }],
  ['what is no default', 'denied', { before: { K: key({}) }, after: { K: key({ KeySpec: 'RSA_2048' }) } }],
  ['a token rotated', 1, { before: { C: cache(secret('1'.repeat(36))) }, after: { C: cache(secret('2'.repeat(36))) } }],
  [
    'one name more in a certificate',
    1,
    { before: { C: certificate(['b.example.com']) }, after: { C: certificate(['b.example.com', 'c.example.com']) } },
  ],
  [
    'one name less',
    2,
    { before: { C: certificate(['b.example.com', 'c.example.com']) }, after: { C: certificate(['b.example.com']) } },
  ],
  [
    'a firewall rule that counts',
    1,
    {
      before: { W: firewall(rule('a', { None: {} })) },
      after: { W: firewall(rule('a', { None: {} }), rule('b', { Count: {} })) },
    },
  ],
  [
    'a firewall rule that blocks',
    2,
    {
      before: { W: firewall(rule('a', { None: {} })) },
      after: { W: firewall(rule('a', { None: {} }), rule('b', { None: {} })) },
    },
  ],
  [
    'a dead-letter queue for a target',
    1,
    {
      before: { Topic, E: schedule({ Id: 't' }) },
      after: { Topic, E: schedule({ Id: 't', DeadLetterConfig: { Arn: { Ref: 'Topic' } } }) },
    },
  ],
  [
    'a target that goes',
    2,
    { before: { Topic, E: schedule({ Id: 't' }, { Id: 'u' }) }, after: { Topic, E: schedule({ Id: 't' }) } },
  ],
  [
    'new code by its digest',
    1,
    { before: { Role: role, Fn: code(`${hex('a')}.zip`) }, after: { Role: role, Fn: code(`${hex('b')}.zip`) } },
  ],
  [
    'the same in development',
    0,
    {
      in: 'dev',
      before: { Role: role, Fn: code(`${hex('a')}.zip`) },
      after: { Role: role, Fn: code(`${hex('b')}.zip`) },
    },
  ],
  ['a new version of a layer', 1, { before: { Role: role, Fn: layered(1) }, after: { Role: role, Fn: layered(2) } }],
  ['new code by a name', 2, { before: { Role: role, Fn: code('a.zip') }, after: { Role: role, Fn: code('b.zip') } }],
  [
    'code by the moment of its upload',
    1,
    {
      before: { Role: role, Fn: uploaded('1764000000000-2025-11-24T16:00:00.000Z') },
      after: { Role: role, Fn: uploaded('1764100000000-2025-11-25T19:46:40.000Z') },
    },
  ],
  [
    'an image that sam tagged',
    1,
    {
      before: { Role: role, Fn: image('fn-0123456789ab-latest') },
      after: { Role: role, Fn: image('fn-ba9876543210-latest') },
    },
  ],
  ['an image by latest', 2, { before: { Role: role, Fn: image('v1.2') }, after: { Role: role, Fn: image('latest') } }],
  [
    'files to a bucket by the CDK',
    1,
    {
      before: { Role: role, Fn: code(`${hex('a')}.zip`), D: deployment(`${hex('a')}.zip`) },
      after: { Role: role, Fn: code(`${hex('a')}.zip`), D: deployment(`${hex('b')}.zip`) },
    },
  ],
  ['five large machines in development', 1, { in: 'dev', before: { Topic }, after: { Topic, ...bigs } }],
])('%s: %s', async (_name, verdict, given) => {
  const { text, codes, ...planned } = await planOf(given);
  expect({ verdict: planned.verdict, text }).toEqual({ verdict, text });
});

it('tells of an imported group what it is, and of an unknown range that it is not known', async () => {
  const closed = await planOf({
    before: { App: group([]) },
    after: { App: group([from({ CidrIp: '{{resolve:ssm:/office:3}}' })]) },
  });
  expect(closed.codes).toContain('GUARD_EXPOSURE');
  expect(closed.text).toContain('a source that is unknown until execution');
  expect(closed.text).not.toContain('0.0.0.0/0');
});
