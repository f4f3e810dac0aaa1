import { describe, expect, it } from 'vitest';
import { parseTemplate, type Value } from '../../../../src/providers/aws/template/parse.ts';
import {
  isUnresolved,
  parameterFaults,
  type ResolveContext,
  resolveTemplate,
  UNRESOLVED,
} from '../../../../src/providers/aws/template/resolve.ts';

const pseudo = { AccountId: '123456789012', Region: 'eu-west-1', StackId: 'id', StackName: 'name' };
const RESOURCE =
  'Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: { V: VALUE }\n  B: { Type: AWS::SQS::Queue }\n';
const evaluate = (value: string, rest = '', context: Partial<ResolveContext> = {}): Value | undefined =>
  resolveTemplate(parseTemplate(`${rest}\n${RESOURCE.replace('VALUE', () => value)}`), {
    parameters: {},
    pseudo,
    ...context,
  }).resources.A!.properties.V;
const MAP = 'Mappings: { M: { eu-west-1: { size: small } } }';
const CONDITIONS = `Parameters: { P: { Type: String, Default: prod } }
Conditions:
  IsProd: !Equals [!Ref P, prod]
  NotProd: !Not [Condition: IsProd]
  Both: !And [!Condition IsProd, !Not [!Condition NotProd]]
  Either: !Or [!Condition NotProd, !Equals [!ImportValue later, x]]`;

describe('intrinsic functions', () => {
  it.each<[string, string, Value | undefined]>([
    ['!Join ["-", [a, 1, !Ref "AWS::Region"]]', '', 'a-1-eu-west-1'],
    ['!Split [",", "a,b"]', '', ['a', 'b']],
    ['!Select [1, [a, b]]', '', 'b'],
    ['!Select ["1", !Split [".", a.b]]', '', 'b'],
    ['!Base64 abc', '', 'YWJj'],
    ['!Sub "${AWS::AccountId}/${!Literal}"', '', '123456789012/${Literal}'],
    ['!Sub ["${X}-${Y}", {X: !Join ["", [a, b]], Y: 2}]', '', 'ab-2'],
    ['!FindInMap [M, !Ref "AWS::Region", size]', MAP, 'small'],
    ['{"Fn::FindInMap": [M, nowhere, size, {DefaultValue: large}]}', MAP, 'large'],
    ['!Cidr ["10.0.0.0/16", 3, 8]', '', ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
    ['!Cidr ["2001:db8::/56", 2, 64]', '', ['2001:db8::/64', '2001:db8:0:1::/64']],
    ['!Select [1, !Cidr ["192.168.0.0/24", 4, 5]]', '', '192.168.0.32/27'],
    ['!If [IsProd, yes-it-is, "no"]', CONDITIONS, 'yes-it-is'],
    ['!If [Both, a, b]', CONDITIONS, 'a'],
    ['!If [NotProd, a, !Ref "AWS::NoValue"]', CONDITIONS, undefined],
    ['!Length [a, b]', '', 2],
    ['!ToJsonString {a: [1, !Ref "AWS::Region"]}', '', '{"a":[1,"eu-west-1"]}'],
    ['!Sub "${AWS::Partition}.${AWS::URLSuffix}"', '', 'aws.amazonaws.com'],
    ['"{{resolve:ssm:/a/b:1}}"', '', '{{resolve:ssm:/a/b:1}}'],
  ])('%s', (value, rest, expected) => {
    expect(evaluate(value, rest)).toEqual(expected);
  });
  it.each([
    '!Ref B',
    '!GetAtt B.Arn',
    '!ImportValue later',
    '!GetAZs ""',
    '!If [Unknown, a, b]',
    '!Select [9, [a]]',
    '!FindInMap [M, nowhere, size]',
    '!Cidr ["10.0.0.0/30", 9, 8]',
    '!Split [",", !Ref B]',
    '{"Fn::Transform": {Name: Own}}',
    '{"Fn::Tomorrow": x}',
    '!Base64 {Ref: B}',
    '!ToJsonString {a: !Ref B}',
  ])('%s cannot be known here, and stays unresolved', (value) => {
    const unknown = `${MAP}\nConditions: { Unknown: !Equals [!ImportValue later, x] }`;
    expect(evaluate(value, unknown)).toBe(UNRESOLVED);
  });
  it('keeps the known parts of a text with an unknown one', () => {
    const value = evaluate('!Sub "arn:${AWS::Region}:${B}"');
    expect(value).toBe(`arn:eu-west-1:${UNRESOLVED}`);
    expect(isUnresolved(value)).toBe(true);
  });
  it('asks the context for what only it knows', () => {
    const context: Partial<ResolveContext> = {
      exports: { shared: 'value' },
      zonesOf: (region) => [`${region}a`, `${region}b`],
      refOf: (id) => `ref-${id}`,
      attributeOf: (id, name) => `${id}.${name}`,
    };
    const value = '[!ImportValue shared, !Select [1, !GetAZs ""], !Ref B, !GetAtt B.Arn, !Sub "${B.Arn}"]';
    expect(evaluate(value, '', context)).toEqual(['value', 'eu-west-1b', 'ref-B', 'B.Arn', 'B.Arn']);
  });
});

describe('parameters', () => {
  const typed = (type: string, value: string, ssmParameter?: (name: string) => string | undefined) =>
    evaluate(
      '!Ref P',
      `Parameters: { P: { Type: "${type}", Default: "${value}" } }`,
      ssmParameter ? { ssmParameter } : {},
    );
  it.each<[string, string, Value]>([
    ['String', 'a,b', 'a,b'],
    ['CommaDelimitedList', 'a, b', ['a', 'b']],
    ['List<AWS::EC2::Subnet::Id>', 'subnet-1,subnet-2', ['subnet-1', 'subnet-2']],
    ['AWS::SSM::Parameter::Name', '/a', '/a'],
  ])('of type %s', (type, value, expected) => {
    expect(typed(type, value)).toEqual(expected);
  });
  it('of an SSM type are looked up, and unknown without a store', () => {
    const store = (name: string) => (name === '/ami' ? 'ami-1' : name === '/list' ? 'a,b' : undefined);
    expect(typed('AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', '/ami', store)).toBe('ami-1');
    expect(typed('AWS::SSM::Parameter::Value<List<String>>', '/list', store)).toEqual(['a', 'b']);
    expect(typed('AWS::SSM::Parameter::Value<String>', '/none', store)).toBe(UNRESOLVED);
    expect(typed('AWS::SSM::Parameter::Value<String>', '/ami')).toBe(UNRESOLVED);
  });
  it('are judged by their declarations apart from their values, so that a masked one can still be resolved', () => {
    const template = parseTemplate(`Parameters: { P: { Type: Number, MinValue: 5 } }\n${RESOURCE}`);
    expect(parameterFaults(template, { P: '4' })).toEqual(["Parameter 'P' must be a number not less than 5"]);
    expect(parameterFaults(template, { P: '5' })).toEqual([]);
    expect(() => resolveTemplate(template, { parameters: { P: 'hmac:00' }, pseudo })).not.toThrow();
  });
});

describe('resources and outputs', () => {
  const resolve = (body: string) => resolveTemplate(parseTemplate(body), { parameters: {}, pseudo });
  it('are left out by a condition that is false, and kept by one that is unknown', () => {
    const { resources, outputs, conditions } = resolve(`
Conditions: { Never: !Equals [a, b], Unknown: !Equals [!ImportValue x, y] }
Resources:
  A: { Type: AWS::SNS::Topic }
  B: { Type: AWS::SNS::Topic, Condition: Never }
  C: { Type: AWS::SNS::Topic, Condition: Unknown }
Outputs:
  O: { Value: !Ref A, Condition: Never }
  P: { Value: fixed, Export: { Name: !Sub "\${AWS::StackName}-p" } }
`);
    expect(Object.keys(resources)).toEqual(['A', 'C']);
    expect(outputs).toEqual({ P: { value: 'fixed', exportName: 'name-p' } });
    expect(conditions).toEqual({ Never: false, Unknown: 'unknown' });
  });
  it('name what they refer to, by property', () => {
    const { A } = resolve(`
Parameters: { P: { Type: String, Default: x } }
Resources:
  A: { Type: AWS::SNS::Topic, DependsOn: C, Properties: { N: !Sub ["\${B}\${L}", {L: !Ref P}], M: !GetAtt B.Arn } }
  B: { Type: AWS::SQS::Queue }
  C: { Type: AWS::SQS::Queue }
`).resources;
    expect(A!.references.sort()).toEqual(['B', 'C']);
    expect(A!.propertyReferences).toEqual({ N: ['B', 'P'], M: ['B'] });
  });
  it.each([
    ['AWS::RDS::DBCluster', '{}', 'Snapshot'],
    ['AWS::RDS::DBInstance', '{}', 'Snapshot'],
    ['AWS::RDS::DBInstance', '{ DBClusterIdentifier: c }', 'Delete'],
    ['AWS::SQS::Queue', '{}', 'Delete'],
  ])('%s with %s has the DeletionPolicy %3$s where it names none', (type, properties, policy) => {
    const { A } = resolve(`Resources: { A: { Type: ${type}, Properties: ${properties} } }`).resources;
    expect(A!.deletionPolicy).toBe(policy);
  });
  it('take the worst policy where it cannot be known', () => {
    const body =
      'Transform: AWS::LanguageExtensions\nResources: { A: { Type: AWS::RDS::DBCluster, DeletionPolicy: !ImportValue x } }';
    expect(resolve(body).resources.A!.deletionPolicy).toBe('Delete');
  });
  it('take a policy from a parameter', () => {
    const body =
      'Transform: AWS::LanguageExtensions\nParameters: { P: { Type: String, Default: Retain } }\nResources: { A: { Type: AWS::S3::Bucket, DeletionPolicy: !Ref P } }';
    expect(resolve(body).resources.A!.deletionPolicy).toBe('Retain');
  });
  it('report rules that the parameters break, and no rule that cannot be judged', () => {
    const rule = (assert: string) =>
      `Rules: { R: { Assertions: [{ Assert: ${assert}, AssertDescription: why }] } }\n${RESOURCE}`;
    expect(resolve(rule('!EachMemberIn [[a, b], [a]]')).failedRules).toEqual(['why (rule R)']);
    expect(resolve(rule('!EachMemberEquals [!ValueOf [P, VpcId], x]')).failedRules).toEqual([]);
  });
});
