/** Templates as nobody writes them, by a seed: what names what, what nests, what repeats. */

export interface Generated {
  seed: number;
  /** What most of it is. */
  shape: string;
  text: string;
}
type Random = () => number;
type Json = unknown;

/** Mulberry32: the same numbers for the same seed, anywhere. */
function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

interface About {
  random: Random;
  /** Logical ids that there are by now. */
  ids: string[];
}
/** A value: text, a reference, a function of values. */
function value(about: About, depth = 0): Json {
  const { random, ids } = about;
  const kind = depth > 6 ? upTo(random, 3) : upTo(random, 11);
  const inner = () => value(about, depth + 1);
  switch (kind) {
    case 0:
      return 'x'.repeat(1 + upTo(random, 40));
    case 1:
      return upTo(random, 1_000_000);
    case 2:
      return { Ref: pick(random, ['P', 'Q', 'AWS::AccountId', ...ids]) };
    case 3:
      return { 'Fn::GetAtt': [pick(random, ids), pick(random, ['Arn', 'Value', 'QueueName'])] };
    case 4:
      return { 'Fn::Join': [pick(random, ['', ':', '*']), Array.from({ length: upTo(random, 6) }, inner)] };
    case 5:
      return { 'Fn::If': [pick(random, ['C0', 'C1', 'C2']), inner(), inner()] };
    case 6:
      return { 'Fn::Sub': `${'${P}-'.repeat(upTo(random, 12))}\${${pick(random, ids)}}` };
    case 7:
      return { 'Fn::Select': [upTo(random, 2), [inner(), inner(), inner()]] };
    case 8:
      return { 'Fn::Base64': inner() };
    case 9:
      return JSON.stringify({ password: 'p', at: '*'.repeat(upTo(random, 30)), more: [{ a: 1 }] });
    case 10:
      return `arn:aws:iam::${100_000_000_000 + upTo(random, 3)}:role/${'a?*'.repeat(upTo(random, 10))}`;
    default:
      return { 'Fn::Split': [',', inner()] };
  }
}
const few = (about: About, most: number): Json[] =>
  Array.from({ length: 1 + upTo(about.random, most) }, () => value(about));

const ACTIONS = [
  '*',
  's3:*',
  's3:Get*',
  'iam:PassRole',
  'sts:AssumeRole',
  'ec2:*Instance*',
  `${'?*'.repeat(20)}`,
  'kms:Decrypt',
];
function statement(about: About, asResource = true): Json {
  const { random } = about;
  const action = pick(random, ['Action', 'NotAction']);
  return {
    Effect: pick(random, ['Allow', 'Allow', 'Deny']),
    [action]: Array.from({ length: 1 + upTo(random, 12) }, () => pick(random, ACTIONS)),
    ...(asResource
      ? { Resource: few(about, 6) }
      : { Principal: pick(random, ['*', { AWS: few(about, 3) }, { Service: 'lambda.amazonaws.com' }]) }),
    ...(random() < 0.3 ? { Condition: { StringLike: { 'aws:PrincipalArn': few(about, 3) } } } : {}),
  };
}
const policy = (about: About, statements: number, asResource = true): Json => ({
  Version: '2012-10-17',
  Statement: Array.from({ length: 1 + upTo(about.random, statements) }, () => statement(about, asResource)),
});
const passing = (about: About): Json => ({
  Statement: [
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: about.ids.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })) },
  ],
});
const roleOf = (about: About, document: Json): Json => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: policy(about, 2, false),
    Policies: [{ PolicyName: 'p', PolicyDocument: document }],
  },
});

/** One more resource of a template of that shape. */
const SHAPES: Record<string, (about: About, index: number) => Json> = {
  parameters: (about) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value(about) } }),
  roles: (about) => roleOf(about, policy(about, 6)),
  'roles that pass all earlier ones': (about) => roleOf(about, passing(about)),
  'buckets and their policies': (about, index) =>
    index % 2 === 0
      ? {
          Type: 'AWS::S3::Bucket',
          Properties: { BucketName: value(about) },
          DeletionPolicy: pick(about.random, ['Retain', 'Delete']),
        }
      : {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { Bucket: value(about), PolicyDocument: policy(about, 8, false) },
        },
  functions: (about) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: value(about),
      Code: { ZipFile: value(about) },
      Environment: { Variables: { A: value(about), KEY: value(about) } },
    },
  }),
  'security groups': (about) => ({
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'g',
      SecurityGroupIngress: few(about, 10).map((from) => ({
        IpProtocol: '-1',
        CidrIp: '0.0.0.0/0',
        Description: from,
        SourceSecurityGroupId: from,
      })),
    },
  }),
  'a net of references': (about) => ({
    Type: 'AWS::SQS::Queue',
    DependsOn: [...new Set(Array.from({ length: upTo(about.random, 20) }, () => pick(about.random, about.ids)))],
    Properties: { QueueName: value(about), Tags: few(about, 20).map((Value) => ({ Key: 'k', Value })) },
  }),
  custom: (about) => ({ Type: 'Custom::Thing', Properties: { ServiceToken: value(about), Deep: few(about, 20) } }),
};

/** @param most characters; the size is drawn so that small ones are as frequent as large ones. */
export function generatedTemplate(seed: number, most = 100_000): Generated {
  const random = randomOf(seed);
  const shape = pick(random, [...Object.keys(SHAPES), 'mixed']);
  const size = Math.exp(Math.log(800) + random() * (Math.log(most * 0.95) - Math.log(800)));
  const about: About = { random, ids: ['First'] };
  const resources: Record<string, Json> = { First: { Type: 'AWS::SNS::Topic' } };
  for (let length = 600, index = 0; length < size; index += 1) {
    const make = SHAPES[shape === 'mixed' ? pick(random, Object.keys(SHAPES)) : shape]!;
    const made = make(about, index);
    const written = JSON.stringify(made).length + 20;
    if (length + written > most) break;
    resources[`R${index}`] = made;
    about.ids.push(`R${index}`);
    length += written;
  }
  const template = {
    Parameters: { P: { Type: 'String', NoEcho: true, Default: 'x' }, Q: { Type: 'String', Default: 'q' } },
    Conditions: {
      C0: { 'Fn::Equals': [{ Ref: 'Q' }, 'q'] },
      C1: { 'Fn::And': [{ Condition: 'C0' }, { Condition: 'C0' }] },
      C2: { 'Fn::Not': [{ Condition: 'C1' }] },
    },
    Resources: resources,
  };
  return { seed, shape, text: JSON.stringify(template) };
}
