import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cloudformation } from '../../src/sandbox/cloudformation/index.ts';
import { putSsmParameter, putTemplateObject } from '../../src/sandbox/facts.ts';
import { type CloudFormation, openCloudFormation, queue, template } from './cloudformation-client.ts';

let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
});
afterEach(() => cloud.close());

const parameter = (declaration: string) => `Parameters: { P: { ${declaration} } }`;
const withParameter = (declaration: string) =>
  template({ A: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref P } }' }, parameter(declaration));
const given = (ParameterValue: string) => ({ Parameters: [{ ParameterKey: 'P', ParameterValue }] });

it('C2 refuses more than 51,200 bytes inline, and a URL under which it holds no template', async () => {
  const big = `${template({ A: queue() })}#${'x'.repeat(51_200)}`;
  await expect(cloud.create('s', big)).rejects.toThrow(/less than or equal to 51200/);
  const from = (TemplateURL: string) => cloud.client.send(new cfn.CreateStackCommand({ StackName: 's', TemplateURL }));
  await expect(from('https://bucket.s3.amazonaws.com/none.yaml')).rejects.toThrow(/seed it, or send TemplateBody/);
  cloud.inWorld((world) => putTemplateObject(world, 'https://bucket.s3.amazonaws.com/big.yaml', big));
  await from('https://bucket.s3.amazonaws.com/big.yaml');
  expect(await cloud.status('s')).toBe('CREATE_COMPLETE');
});

it('C3 refuses types that it does not know, and makes custom resources', async () => {
  await expect(cloud.create('s', template({ A: '{ Type: AWS::No::Such }' }))).rejects.toThrow(
    /Unrecognized resource types/,
  );
  await cloud.create('s', template({ A: '{ Type: Custom::Thing, Properties: { ServiceToken: x } }' }));
  expect((await cloud.resources('s')).A!.PhysicalResourceId).toMatch(/^s-A-/);
});

it.each([
  ['a missing value', 'Type: String', {}, /must have values/],
  [
    'an undeclared one',
    'Type: String',
    { Parameters: [{ ParameterKey: 'Q', ParameterValue: 'x' }] },
    /do not exist in the template/,
  ],
  ['what is not allowed', 'Type: String, AllowedValues: [a, b]', given('c'), /must be one of AllowedValues/],
  [
    'what breaks the pattern',
    'Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: small letters',
    given('A'),
    /failed to satisfy constraint: small letters/,
  ],
  ['what is no number', 'Type: Number', given('x'), /must be a number/],
  ['what is too small', 'Type: Number, MinValue: 5', given('4'), /not less than 5/],
  ['what is too long', 'Type: String, MaxLength: 2', given('abc'), /length of at most 2/],
  ['a type that is none', 'Type: Boolean', given('true'), /Unrecognized parameter type: Boolean/],
  [
    'a previous value that is not there',
    'Type: String',
    { Parameters: [{ ParameterKey: 'P', UsePreviousValue: true }] },
    /Cannot specify usePreviousValue/,
  ],
])('C4 refuses %s', async (_what, declaration, more, words) => {
  await expect(cloud.create('s', withParameter(declaration), more)).rejects.toThrow(words);
});

it('C5 looks SSM-typed parameters up, in the account’s own store and AWS’s public one', async () => {
  const body = withParameter('Type: AWS::SSM::Parameter::Value<String>');
  await expect(cloud.create('s', body, given('/own/name'))).rejects.toThrow(
    /Unable to fetch parameters \[\/own\/name\]/,
  );
  const place = { account: '123456789012', region: 'eu-west-1' };
  cloud.inWorld((world) =>
    putSsmParameter(world, { region: place.region, name: '/own/name', type: 'String', value: 'Costs' }),
  );
  await cloud.create('s', body, given('/own/name'));
  expect((await cloud.stack('s')).Parameters).toEqual([
    { ParameterKey: 'P', ParameterValue: '/own/name', ResolvedValue: 'Costs' },
  ]);
  await cloud.create('t', body, given('/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64'));
  expect((await cloud.stack('t')).Parameters![0]!.ResolvedValue).toMatch(/^ami-[0-9a-f]{17}$/);
});

it('C6 wants the capabilities that the template needs; a change set needs none for macros', async () => {
  const role = (name: string) =>
    template({ R: `{ Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {}${name} } }` });
  await expect(cloud.create('s', role(''))).rejects.toMatchObject({ name: 'InsufficientCapabilitiesException' });
  await expect(cloud.create('s', role(', RoleName: r'), { Capabilities: ['CAPABILITY_IAM'] })).rejects.toThrow(
    /CAPABILITY_NAMED_IAM/,
  );
  await cloud.create('s', role(''), { Capabilities: ['CAPABILITY_IAM'] });
  const extended = template({ A: queue() }, 'Transform: AWS::LanguageExtensions');
  await expect(cloud.create('t', extended)).rejects.toThrow(/CAPABILITY_AUTO_EXPAND/);
  expect(await cloud.changeSet('t', extended, { ChangeSetType: 'CREATE' })).toMatchObject({
    Status: 'CREATE_COMPLETE',
  });
});

it('C7 refuses what the template’s own rules assert against', async () => {
  const body = `${withParameter('Type: String')}
Rules:
  OnlySmall:
    RuleCondition: !Equals [!Ref P, forbidden]
    Assertions: [{ Assert: !Contains [[allowed], !Ref P], AssertDescription: choose another }]
`;
  await expect(cloud.create('s', body, given('forbidden'))).rejects.toThrow(/choose another/);
  await cloud.create('s', body, given('anything'));
});

it.each([
  [
    'a circle',
    template({ A: '{ Type: AWS::SNS::Topic, DependsOn: B }', B: '{ Type: AWS::SNS::Topic, DependsOn: A }' }),
    /Circular dependency/,
  ],
  [
    'a name that nothing has',
    template({ A: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Nothing } }' }),
    /Unresolved resource dependencies \[Nothing\]/,
  ],
  ['a condition that is not defined', template({ A: '{ Type: AWS::SNS::Topic, Condition: Never }' }), /Never/],
])('C8 refuses %s', async (_what, body, words) => {
  await expect(cloud.create('s', body)).rejects.toThrow(words);
});

it('C9 writes loops out under AWS::LanguageExtensions, and shows the processed template', async () => {
  const body = `Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList, Default: 'Red,Blue' } }
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic\${Name}: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub 'all-\${Name}', FifoTopic: !Select [0, [true]] } }
  Count: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: !Length [a, b, c] } }
`;
  await cloud.create('s', body, { Capabilities: ['CAPABILITY_AUTO_EXPAND'] });
  expect(Object.keys(await cloud.resources('s')).sort()).toEqual(['Count', 'TopicBlue', 'TopicRed']);
  const stage = (TemplateStage: cfn.TemplateStage) =>
    cloud.client.send(new cfn.GetTemplateCommand({ StackName: 's', TemplateStage }));
  expect((await stage('Original')).TemplateBody).toBe(body);
  const processed = JSON.parse((await stage('Processed')).TemplateBody!);
  expect(processed.Resources.TopicRed.Properties.DisplayName).toEqual({ 'Fn::Sub': 'all-Red' });
  expect(processed.Resources.Count.Properties.VisibilityTimeout).toBe(3);
  expect(processed.Transform).toBeUndefined();
});

it.each([
  ['Transform: AWS::Serverless-2016-10-31', /Transform AWS::Serverless-2016-10-31 failed/],
  ['Transform: [Own]', /No transform named 123456789012::Own found/],
])('C10 fails the change set of a template with %s, and refuses to create its stack', async (transform, words) => {
  const body = template({ A: queue() }, transform);
  const set = await cloud.changeSet('s', body, { ChangeSetType: 'CREATE' });
  expect(set).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringMatching(words) });
  await expect(cloud.create('t', body, { Capabilities: ['CAPABILITY_AUTO_EXPAND'] })).rejects.toThrow(words);
});

it('C43 validates and summarises a template without making anything', async () => {
  const TemplateBody = template(
    { R: '{ Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }' },
    'Description: d\nParameters: { P: { Type: String, Default: x, NoEcho: true } }',
  );
  const validated = await cloud.client.send(new cfn.ValidateTemplateCommand({ TemplateBody }));
  expect(validated).toMatchObject({
    Description: 'd',
    Capabilities: ['CAPABILITY_IAM'],
    Parameters: [{ ParameterKey: 'P', DefaultValue: 'x', NoEcho: true }],
  });
  const summary = await cloud.client.send(new cfn.GetTemplateSummaryCommand({ TemplateBody }));
  expect(summary).toMatchObject({ ResourceTypes: ['AWS::IAM::Role'], Parameters: [{ ParameterType: 'String' }] });
  await expect(cloud.client.send(new cfn.ValidateTemplateCommand({ TemplateBody: 'x' }))).rejects.toThrow(
    /Template format error/,
  );
});

it('C44 keeps accounts and regions apart', () => {
  const caller = (account: string, region: string) => ({ account, region, arn: 'arn', accessKeyId: 'a' });
  const { CreateStack, DescribeStacks } = cloudformation.operations;
  const [here, there, elsewhere] = [
    caller('111111111111', 'eu-west-1'),
    caller('222222222222', 'eu-west-1'),
    caller('111111111111', 'us-east-1'),
  ];
  cloud.inWorld((world) => {
    const { StackId } = CreateStack!(world, { StackName: 's', TemplateBody: template({ A: queue() }) }, here);
    expect(String(StackId)).toContain(':111111111111:');
    for (const other of [there, elsewhere]) {
      expect(() => DescribeStacks!(world, { StackName: 's' }, other)).toThrow(/does not exist/);
      expect(() => DescribeStacks!(world, { StackName: StackId }, other)).toThrow(/does not exist/);
      expect(DescribeStacks!(world, {}, other)).toMatchObject({ Stacks: [] });
    }
  });
});
