import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../src/providers/aws/template/parse.ts';
import {
  capabilitiesFor,
  dynamicReferencesIn,
  requiredCapabilities,
  resolveTemplate,
  transformsOf,
} from '../../../../src/providers/aws/template/resolve.ts';

const TOPIC = 'Resources: { A: { Type: AWS::SNS::Topic } }';

describe('transforms', () => {
  it('are those of the section and of every Fn::Transform, each once', () => {
    const template = parseTemplate(`Transform: [AWS::Serverless-2016-10-31, Own]
Resources:
  A: { Type: AWS::SNS::Topic, Properties: { Fn::Transform: { Name: AWS::Include }, B: !Transform { Name: Own } } }
`);
    expect(transformsOf(template)).toEqual(['AWS::Serverless-2016-10-31', 'Own', 'AWS::Include']);
    expect(requiredCapabilities(template)).toEqual(['CAPABILITY_AUTO_EXPAND']);
    expect(transformsOf(parseTemplate(TOPIC))).toEqual([]);
  });
  it.each([
    ['Fn::Transform: [{ Name: Own, Parameters: { a: b } }]', ['Own']],
    ['Transform: { Name: AWS::Include, Parameters: { Location: x } }', ['AWS::Include']],
    ['Fn::Transform: { Name: !Ref P }', ['?']],
    ['Transform: { Name: own, Steps: [] }', []],
  ])('are found in every form: %s', (form, names) => {
    const body = `Resources: { A: { Type: AWS::SNS::Topic, Properties: { V: { ${form} } } } }`;
    expect(transformsOf(parseTemplate(body))).toEqual(names);
  });
  it('with parameters of their own are named too', () => {
    expect(
      transformsOf(parseTemplate(`Transform: { Name: AWS::Include, Parameters: { Location: x } }\n${TOPIC}`)),
    ).toEqual(['AWS::Include']);
  });
});

describe('dynamic references', () => {
  it.each([
    ['{{resolve:ssm:/a/b}}', 'ssm', '/a/b', false],
    ['{{resolve:ssm:/a/b:3}}', 'ssm', '/a/b:3', true],
    ['{{resolve:ssm-secure:/p:10}}', 'ssm-secure', '/p:10', true],
    ['{{resolve:secretsmanager:db:SecretString:password}}', 'secretsmanager', 'db:SecretString:password', false],
    [
      '{{resolve:secretsmanager:db:SecretString:password:AWSCURRENT}}',
      'secretsmanager',
      'db:SecretString:password:AWSCURRENT',
      false,
    ],
    [
      '{{resolve:secretsmanager:db:SecretString:password::v-1}}',
      'secretsmanager',
      'db:SecretString:password::v-1',
      true,
    ],
  ])('%s', (text, service, reference, pinned) => {
    expect(dynamicReferencesIn({ deep: [{ text: `before ${text} after` }] })).toEqual([{ service, reference, pinned }]);
  });
  it('with a name that a function fills in are found as written', () => {
    expect(dynamicReferencesIn({ 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:a}}' })).toEqual([
      { service: 'secretsmanager', reference: '${Secret}:SecretString:a', pinned: false },
    ]);
  });
});

describe('loops', () => {
  const loop = (rest: string, transform = 'Transform: AWS::LanguageExtensions') => `${transform}\n${rest}`;
  const resolve = (body: string, parameters: Record<string, string> = {}) =>
    resolveTemplate(parseTemplate(body), {
      parameters,
      pseudo: { AccountId: '1', Region: 'eu-west-1', StackId: 'id', StackName: 'name' },
    });
  const NESTED = loop(`
Parameters: { Zones: { Type: CommaDelimitedList } }
Resources:
  Fn::ForEach::Outer:
    - Zone
    - !Ref Zones
    - Fn::ForEach::Inner:
        - Size
        - [s, l]
        - Q\${Size}&{Zone}:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: !Sub "\${Zone}-\${Size}"
              Fn::ForEach::Props: [Name, [A, B], { "Prop\${Name}": !Ref Zone }]
Outputs:
  Fn::ForEach::Out: [Size, [s, l], { "O\${Size}": { Value: !Ref Size } }]
`);
  it('are written out, nested, in properties and in outputs', () => {
    const { resources, outputs } = resolve(NESTED, { Zones: 'eu-1,eu-2' });
    expect(Object.keys(resources)).toEqual(['Qseu1', 'Qleu1', 'Qseu2', 'Qleu2']);
    expect(resources.Qleu2!.properties).toEqual({ QueueName: 'eu-2-l', PropA: 'eu-2', PropB: 'eu-2' });
    expect(outputs).toEqual({ Os: { value: 's' }, Ol: { value: 'l' } });
  });
  it('over what cannot be known are refused, as are loops without the transform', () => {
    const body = 'Resources: { Fn::ForEach::L: [X, !ImportValue names, { "A${X}": { Type: AWS::SNS::Topic } }] }';
    expect(() => resolve(loop(body))).toThrow(/collection of Fn::ForEach::L cannot be known/);
    expect(() => resolve(loop(body, ''))).toThrow(/needs Transform: AWS::LanguageExtensions/);
  });
});

it('a nested stack may need named roles, and its macros are not acknowledged for it', () => {
  const nested = (more = '') =>
    parseTemplate(`Resources: { N: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: x } }${more} }`);
  expect(capabilitiesFor(nested())).toEqual(['CAPABILITY_NAMED_IAM']);
  expect(capabilitiesFor(nested(', R: { Type: AWS::IAM::Role }'))).toEqual(['CAPABILITY_NAMED_IAM']);
  expect(capabilitiesFor(parseTemplate(TOPIC))).toEqual([]);
});
