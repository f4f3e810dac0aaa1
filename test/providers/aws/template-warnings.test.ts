/** What CloudFormation will refuse of a template is told by its plan, and nothing is told of what it takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repeatsRepetition } from '../../../scripts/tables/rules-file.ts';
import { loadKnowledge } from '../../../src/providers/aws/knowledge/index.ts';
import { viewsOf } from '../../../src/providers/aws/planners/views.ts';
import { warningsOf } from '../../../src/providers/aws/planners/warnings.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

const knowledge = await loadKnowledge();
const WHERE = { account: '111122223333', region: 'eu-central-1', stackId: 'arn:stack', stackName: 'shop' };

async function warnings(text: string, deployed?: string, parameters: Record<string, string> = {}): Promise<string[]> {
  const side = (template: string) => ({ template, parameters });
  const views = viewsOf(deployed === undefined ? null : side(deployed), side(text), {}, WHERE);
  return warningsOf(knowledge, { sent: text, processed: text, deployed }, views);
}
const resource = (type: string, properties: string, more = '') =>
  `Resources:\n  R:\n    Type: ${type}\n    Properties: ${properties}\n${more}`;
const queue = (more: string) => `Resources:\n  R:\n    Type: AWS::SQS::Queue\n${more}`;
const role = (statement: string, version = '2012-10-17') =>
  resource(
    'AWS::IAM::Policy',
    `{ PolicyName: p, Roles: [r], PolicyDocument: { Version: '${version}', Statement: [${statement}] } }`,
  );
const FUNCTION = 'Role: arn:aws:iam::111122223333:role/r, Code: { ZipFile: x }, Handler: a.b';

describe('a template that CloudFormation refuses', () => {
  it.each<[string, string, RegExp]>([
    ['an unknown section', `${queue('')}Resource: {}\n`, /Resource is no section/],
    ['an unknown format version', `AWSTemplateFormatVersion: 2011-01-01\n${queue('')}`, /must be 2010-09-09/],
    ['an unknown attribute', queue('    DependOn: X\n'), /R\.DependOn is not known/],
    ['a property beside Properties', queue('    VisibilityTimeout: 30\n'), /R\.VisibilityTimeout is not known/],
    ['a deletion policy that is none', queue('    DeletionPolicy: Keep\n'), /DeletionPolicy is Keep/],
    [
      'RetainExceptOnCreate of a replacement',
      queue('    UpdateReplacePolicy: RetainExceptOnCreate\n'),
      /UpdateReplacePolicy is/,
    ],
    ['a snapshot of a queue', queue('    DeletionPolicy: Snapshot\n'), /has no snapshots/],
    ['a type that is not there', resource('AWS::SQS::Queu', '{}'), /AWS::SQS::Queu is not known/],
    [
      'a misspelt property',
      resource('AWS::SQS::Queue', '{ VisibilityTimout: 30 }'),
      /VisibilityTimout is no property .*did you mean VisibilityTimeout/,
    ],
    ['a property of another case', resource('AWS::SQS::Queue', '{ queueName: q }'), /did you mean QueueName/],
    [
      'a misspelt part',
      resource('AWS::Lambda::Function', `{ ${FUNCTION}, VpcConfig: { SubnetId: [a] } }`),
      /VpcConfig\.SubnetId is no property .*SubnetIds/,
    ],
    [
      'a required property that is missing',
      resource('AWS::Lambda::Function', '{ Code: { ZipFile: x } }'),
      /Role is required/,
    ],
    [
      'a required part that is missing',
      resource('AWS::SNS::Topic', '{ Subscription: [{ Protocol: sqs }] }'),
      /Subscription\.0\.Endpoint is required/,
    ],
    [
      'text where a number must be',
      resource('AWS::SQS::Queue', '{ DelaySeconds: soon }'),
      /DelaySeconds is "soon", and must be a whole number/,
    ],
    ['a fraction', resource('AWS::SQS::Queue', '{ DelaySeconds: 1.5 }'), /must be a whole number/],
    ['text where true or false must be', resource('AWS::SQS::Queue', '{ FifoQueue: maybe }'), /must be true or false/],
    [
      'an object where a list must be',
      resource('AWS::SNS::Topic', '{ Subscription: { Protocol: sqs, Endpoint: x } }'),
      /Subscription is an object, and must be a list/,
    ],
    [
      'a list where text must be',
      resource('AWS::SQS::Queue', '{ QueueName: [a] }'),
      /QueueName is a list, and must be a text/,
    ],
    [
      'a value that is none of several',
      resource('AWS::Lambda::Function', `{ ${FUNCTION}, PackageType: Tar }`),
      /PackageType is "Tar", and must be one of Image, Zip/,
    ],
    [
      'a number that is too high',
      resource('AWS::SQS::Queue', '{ MessageRetentionPeriod: 1209601 }'),
      /at most 1209600/,
    ],
    ['a number that is too low', resource('AWS::Lambda::Function', `{ ${FUNCTION}, MemorySize: 64 }`), /at least 128/],
    [
      'text that matches no pattern',
      resource('AWS::Lambda::Function', '{ Role: nobody, Code: { ZipFile: x } }'),
      /Role is "nobody", and does not match/,
    ],
    [
      'text that is too long',
      resource('AWS::Lambda::Function', `{ ${FUNCTION}, Description: ${'x'.repeat(300)} }`),
      /at most 256/,
    ],
    [
      'an attribute that is not there',
      `${queue('')}Outputs: { A: { Value: !GetAtt R.Name } }\n`,
      /R\.Name: AWS::SQS::Queue has no such attribute/,
    ],
    ['an attribute inside Fn::Sub', `${queue('')}Outputs: { A: { Value: !Sub 'x\${R.Url}' } }\n`, /R\.Url/],
    ['an output without a value', `${queue('')}Outputs: { A: { Description: x } }\n`, /Outputs\.A has no Value/],
    ['an output of a list', `${queue('')}Outputs: { A: { Value: [a] } }\n`, /Value must be a text/],
    ['an export without a name', `${queue('')}Outputs: { A: { Value: a, Export: x } }\n`, /Export has no Name/],
    [
      'an unknown part of an output',
      `${queue('')}Outputs: { A: { Value: a, Exports: { Name: x } } }\n`,
      /Outputs\.A\.Exports/,
    ],
    [
      'a parameter of no type',
      `Parameters: { P: { Type: Boolean, Default: true } }\n${queue('')}`,
      /Boolean is no type/,
    ],
    [
      'a default that is not allowed',
      `Parameters: { P: { Type: String, Default: c, AllowedValues: [a, b] } }\n${queue('')}`,
      /none of its AllowedValues/,
    ],
    [
      'an unknown part of a parameter',
      `Parameters: { P: { Type: String, Defaults: c, Default: a } }\n${queue('')}`,
      /Parameters\.P\.Defaults/,
    ],
    ['a map of one level', `Mappings: { M: { a: b } }\n${queue('')}`, /Mappings\.M\.a must be an object/],
    [
      'a key that no map has',
      `Mappings: { M: { a: { x: 1 } } }\n${resource('AWS::SQS::Queue', '{ DelaySeconds: !FindInMap [M, b, x] }')}`,
      /M has no key b/,
    ],
    ['too few arguments', resource('AWS::SQS::Queue', "{ QueueName: !Join [''] }"), /Fn::Join takes 2 arguments/],
    [
      'a function that is none',
      resource('AWS::SQS::Queue', '{ QueueName: { "Fn::Concat": [a, b] } }'),
      /Fn::Concat is no function/,
    ],
    [
      'a circle',
      'Resources:\n  A: { Type: AWS::SQS::Queue, DependsOn: B }\n  B: { Type: AWS::SQS::Queue, DependsOn: A }\n',
      /circle of references/,
    ],
    ['a name with a dash', 'Resources:\n  my-queue: { Type: AWS::SQS::Queue }\n', /letters and digits/],
    [
      '201 parameters',
      `Parameters:\n${Array.from({ length: 201 }, (_, n) => `  P${n}: { Type: String, Default: a }\n`).join('')}${queue('')}`,
      /201 entries; at most 200/,
    ],
    [
      'a policy of no version',
      role('{ Effect: Allow, Action: "s3:*", Resource: "*" }', '2012-10-18'),
      /Version is 2012-10-18/,
    ],
    ['a statement of no effect', role('{ Action: "s3:*", Resource: "*" }'), /has no Effect/],
    ['an effect that is none', role('{ Effect: allow, Action: "s3:*", Resource: "*" }'), /Effect is allow/],
    ['a statement of no action', role('{ Effect: Allow, Resource: "*" }'), /has no Action/],
    ['a statement of no resource', role('{ Effect: Allow, Action: "s3:*" }'), /has no Resource/],
    [
      'a role’s policy with a principal',
      role('{ Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*" }'),
      /has a Principal/,
    ],
    [
      'a misspelt element',
      role('{ Effect: Allow, Actions: "s3:*", Action: a, Resource: "*" }'),
      /Actions is no element/,
    ],
    [
      'a bucket policy of no principal',
      resource(
        'AWS::S3::BucketPolicy',
        '{ Bucket: b, PolicyDocument: { Statement: [{ Effect: Deny, Action: "s3:*", Resource: "*" }] } }',
      ),
      /has no Principal/,
    ],
  ])('%s', async (_, text, told) => {
    const found = await warnings(text);
    expect(found.join('\n')).toMatch(told);
    expect(found[0]).toMatch(/^CloudFormation is expected to refuse this: /);
  });
});

describe('nothing is told', () => {
  it.each<[string, string]>([
    [
      'of numbers and booleans as text',
      resource('AWS::SQS::Queue', "{ DelaySeconds: '5', FifoQueue: 'true', QueueName: 12 }"),
    ],
    [
      'of values that are not known',
      `Parameters: { P: { Type: String } }\n${resource('AWS::SQS::Queue', '{ DelaySeconds: !Ref P, KmsMasterKeyId: "{{resolve:ssm:/k}}" }')}`,
    ],
    [
      'of references',
      `Resources:\n  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: a }, Action: "sts:AssumeRole" }] } } }\n  F: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt R.Arn, Code: { ZipFile: x }, Handler: a.b, Runtime: python3.13 } }\n`,
    ],
    [
      'of types that are the template’s own',
      resource('Custom::Thing', '{ ServiceToken: x, Any: [1] }', 'Outputs: { A: { Value: !GetAtt R.Whatever } }\n'),
    ],
    [
      'of outputs of a nested stack',
      resource(
        'AWS::CloudFormation::Stack',
        '{ TemplateURL: "https://b.s3.amazonaws.com/x" }',
        'Outputs: { A: { Value: !GetAtt R.Outputs.X } }\n',
      ),
    ],
    ['of what a macro will make', `Transform: Mine\n${queue('    Count: 3\n')}`],
    ['of Globals of a serverless template', `Transform: AWS::Serverless-2016-10-31\nGlobals: {}\n${queue('')}`],
    [
      'of loops',
      `Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::Q':\n    - N\n    - [a, b]\n    - 'Q\${N}': { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref N } }\n`,
    ],
    [
      'of a self-made map by Fn::Transform',
      `Mappings:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://b/k } }\n${queue('')}`,
    ],
    [
      'of any value of a free form',
      resource('AWS::SSM::Document', '{ Content: { schemaVersion: "2.2", anything: [1, { a: b }] } }'),
    ],
  ])('%s', async (_, text) => {
    expect(await warnings(text)).toEqual([]);
  });

  it('of what the deployed template has already, in the same way', async () => {
    const bad = resource('AWS::SQS::Queue', '{ DelaySeconds: soon, Odd: 1 }', 'Outputs: { A: { Description: x } }\n');
    expect(await warnings(bad, bad)).toEqual([]);
    const changed = bad.replace('Odd: 1', 'Odd: 1, VisibilityTimeout: 5');
    expect(await warnings(changed, bad)).toEqual([]);
    expect(await warnings(bad.replace('soon', 'later'), bad)).toEqual([expect.stringContaining('later')]);
  });

  it('of templates that everyday changes and demos deploy', async () => {
    const folder = new URL('../../corpus/templates/', import.meta.url).pathname;
    const files = readdirSync(folder).filter((name) => /\.(?:ya?ml|json)$/.test(name));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const text = readFileSync(folder + name, 'utf8');
      expect(await warnings(text), name).toEqual([]);
    }
  });
});

it('all warnings are told: the last note has what has no note of its own', async () => {
  const many = Array.from({ length: 9 }, (_, n) => `Odd${n}: 1`).join(', ');
  const found = await warnings(resource('AWS::SQS::Queue', `{ ${many} }`));
  expect(found).toHaveLength(4);
  for (let n = 0; n < 9; n += 1) expect(found.join()).toContain(`Odd${n}`);
});

it('a foreign name cannot hide in a warning', async () => {
  const [told] = await warnings(resource('AWS::SQS::Queue', '{ "Odd\\u202e\\n": 1 }'));
  expect(told).not.toMatch(/[\u202e\n]/u);
});

describe('patterns that repeat a repetition are not taken from the schemas: agents write what they meet', () => {
  it.each(['^(a+)+$', '^([a-z]+/)*$', '(a*){2,}', '((a{1,3}b)c)+'])('%s', (pattern) => {
    expect(repeatsRepetition(pattern)).toBe(true);
  });
  it.each(['^arn:aws[a-z-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@/-]+$', '^[a-z()+*]+$', '^(a|b)+$', '\\(a+\\)+'])(
    '%s stays',
    (pattern) => {
      expect(repeatsRepetition(pattern)).toBe(false);
    },
  );
});

describe('a plan', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await openTestWorld();
  });
  afterAll(() => world.close());

  it('says what will be refused, and is not denied for it', async () => {
    const good = resource('AWS::SQS::Queue', '{ VisibilityTimeout: 30 }');
    const client = new CloudFormationClient(pastCountersign(world));
    await client.send(new CreateStackCommand({ StackName: 'warned-prod', TemplateBody: good }));
    const plan = (template: string) => world.call('plan_stack_update', { stack: 'warned-prod', template });
    const fine = await plan(good.replace('30', '60'));
    expect(fine).not.toHaveProperty('notes');
    const warned = await plan(good.replace('30', '60, DelaySeconds: 901'));
    expect(warned.notes).toEqual([expect.stringContaining('R.DelaySeconds has 901; at most 900')]);
    expect(warned.decision).toBe(fine.decision);
  });
});
