/** What policies newly allow, beside what the oracle asks: exclusions, denials, boundaries, conditions, who it is. */
import { describe, expect, it } from 'vitest';
import type { ResourceView } from '../../../../../src/providers/aws/knowledge/marks/finder.ts';
import { imported, marksOfChange, STAND_IN } from '../../../../../src/providers/aws/knowledge/marks/index.ts';
import { covers, overlaps } from '../../../../../src/providers/aws/knowledge/marks/patterns.ts';
import { ACCOUNT, marks, marksOfOne, type Resources } from './stack.ts';

const USER = '$' + '{aws:username}';
const OTHER = '999900001111';
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown, more: object = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
const around: Resources = { Role: { Type: 'AWS::IAM::Role', Properties: {} } };
const identity = (...Statement: object[]) => ({ Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement } });
const gained = (before: object[] | null, after: object[]) =>
  marksOfOne('expose', 'AWS::IAM::Policy', before && identity(...before), identity(...after), around).map(
    ({ text }) => text,
  );
const queue = (Principal: unknown, Condition?: object) =>
  marksOfOne(
    'expose',
    'AWS::SQS::QueuePolicy',
    null,
    {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: '*', ...(Condition ? { Condition } : {}) },
        ],
      },
    },
    { Queue: { Type: 'AWS::SQS::Queue' } },
  );

describe('an identity gains', () => {
  it('what a variable stands for, once the version of its policy has variables', () => {
    const of = (document: object) => ({ Roles: [{ Ref: 'Role' }], PolicyDocument: document });
    const told = (before: object, after: object) =>
      marksOfOne('expose', 'AWS::IAM::Policy', of(before), of(after), around).map(({ text }) => text);
    const home = { Statement: allow('s3:GetObject', `arn:aws:s3:::home/${USER}/*`) };
    const [now, old] = [{ Version: '2012-10-17' }, { Version: '2008-10-17' }];
    for (const plain of [home, { ...old, ...home }]) {
      expect(told(plain, { ...now, ...home })).toHaveLength(1);
      expect(told(plain, { ...plain, Id: 'another' })).toEqual([]);
      expect(told({ ...now, ...home }, { ...now, Id: 'another', ...home })).toEqual([]);
    }
    const fenced = { Statement: [allow('s3:*', '*'), deny('s3:*', `arn:aws:s3:::*/${USER}/*`)] };
    expect(told({ ...now, ...fenced }, { ...old, ...fenced })).toHaveLength(1);
    expect(told({ ...old, ...fenced }, { ...old, ...fenced, Id: 'another' })).toEqual([]);
    const own = { StringEquals: { 'aws:PrincipalTag/team': '${aws:ResourceTag/team}' } };
    const tagged = { Statement: allow('ec2:*', '*', { Condition: own }) };
    expect(told({ ...old, ...tagged }, { ...now, ...tagged })).toHaveLength(1);
    expect(told({ ...old, ...tagged }, { Version: { Ref: 'Unknown' }, ...tagged })).toHaveLength(1);
  });
  it('what an exclusion left out', () => {
    const butIam = { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' };
    expect(gained([butIam], [butIam, allow('iam:CreateUser', '*')])).toEqual([
      'Role Role can newly call iam:CreateUser on every resource.',
    ]);
    expect(gained([butIam], [butIam, allow('ec2:RunInstances', '*')])).toEqual([]);
  });
  it('what a denial by exclusion denies less', () => {
    const denyBut = (NotAction: unknown) => ({ Effect: 'Deny', NotAction, Resource: '*' });
    expect(gained([denyBut('s3:Get*')], [denyBut('s3:*')])).toHaveLength(1);
    expect(gained([denyBut('s3:*')], [denyBut('s3:Get*')])).toEqual([]);
  });
  it('nothing that stays denied, by this policy or another of the same role', () => {
    expect(gained(null, [allow('ec2:*', '*'), deny('ec2:*', '*')])).toEqual([]);
    expect(
      gained(null, [
        allow('ec2:*', '*'),
        deny('ec2:*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    ).toHaveLength(1);
    const Never = { Type: 'AWS::IAM::Policy', Properties: identity(deny('ec2:*', '*')) };
    const It = { Type: 'AWS::IAM::Policy', Properties: identity(allow('ec2:*', '*')) };
    expect(marks('expose', { ...around, Never }, { ...around, Never, It }, 'It')).toEqual([]);
  });
  it('nothing beyond a boundary of this template', () => {
    const bounded = (Action: string): Resources => ({
      Role: { Type: 'AWS::IAM::Role', Properties: { PermissionsBoundary: { Ref: 'Limit' } } },
      Limit: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: allow(Action, '*') } } },
    });
    const It = { Type: 'AWS::IAM::Policy', Properties: identity(allow('ec2:TerminateInstances', '*')) };
    expect(marks('expose', bounded('s3:*'), { ...bounded('s3:*'), It }, 'It')).toEqual([]);
    expect(marks('expose', bounded('ec2:*'), { ...bounded('ec2:*'), It }, 'It')).toHaveLength(1);
  });
  it('nothing by a condition that asks for more, and something by one that asks for less', () => {
    const from = (...values: string[]) =>
      allow('ec2:*', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': values } } });
    expect(gained([from('a', 'b')], [from('b')])).toEqual([]);
    expect(gained([from('b')], [from('a', 'b')])).toEqual([
      'Role Role can newly call ec2:* on every resource, under a condition on aws:PrincipalTag/team.',
    ]);
    const but = (...values: string[]) =>
      allow('ec2:*', '*', { Condition: { StringNotEquals: { 'aws:PrincipalTag/team': values } } });
    expect(gained([but('a')], [but('a', 'b')])).toEqual([]);
    expect(gained([but('a', 'b')], [but('a')])).toHaveLength(1);
  });
  it('by an unknown part what it may be, and is not said to gain everything', () => {
    expect(gained(null, [allow('dynamodb:BatchWriteItem', { Ref: 'Unknown' })])).toEqual([
      'Role Role can newly call dynamodb:BatchWriteItem on a resource that is unknown until execution.',
    ]);
    expect(gained(null, [allow({ Ref: 'Unknown' }, '*')])).toEqual([
      'Role Role can newly call actions that are unknown until execution on every resource.',
    ]);
    expect(gained([allow('dynamodb:*', '*')], [allow('dynamodb:BatchWriteItem', { Ref: 'Unknown' })])).toEqual([]);
  });
  it('nothing when what is imported stays, and by its name what is newly imported', () => {
    const table = imported('orders-table');
    const view = (...Statement: object[]): ResourceView => ({
      logicalId: 'It',
      type: 'AWS::IAM::Policy',
      properties: identity(...Statement) as never,
      deletionPolicy: 'Delete',
      updateReplacePolicy: 'Delete',
    });
    const told = (was: object[], is: object[]) => {
      const [before, after] = [view(...was), view(...is)];
      const context = {
        before: { It: before },
        after: { It: after },
        physicalIds: {},
        account: ACCOUNT,
        isSecret: () => false,
        isUnknown: (value: unknown) => JSON.stringify(value ?? null).search(STAND_IN) >= 0,
      };
      return marksOfChange(before, after, context)
        .filter(({ kind }) => kind === 'expose')
        .map(({ text }) => text);
    };
    const writes = allow('dynamodb:BatchWriteItem', table);
    expect(told([writes], [allow(['dynamodb:BatchWriteItem', 'dynamodb:DescribeTable'], table)])).toEqual([]);
    expect(told([], [writes])[0]).toContain('on a resource that is imported as orders-table.');
  });
  it('by a bucket below a prefix what is named, as by a bucket of that name', () => {
    expect(gained(null, [allow('s3:GetObject', 'arn:aws:s3:::acme-reports/*')])).toEqual([
      'Role Role can newly call s3:GetObject on arn:aws:s3:::acme-reports/* (outside this stack).',
    ]);
    expect(gained(null, [allow('s3:GetObject', 'arn:aws:s3:::acme-reports2')])).toHaveLength(1);
  });
  it('in more ways than are told one by one, counted', () => {
    const told = gained(
      null,
      Array.from({ length: 8 }, (_, at) => allow(`s${at}:*`, `arn:aws:s${at}:::x`)),
    );
    expect(told).toHaveLength(5);
    expect(told[4]).toContain('3 other ways');
  });
});

describe('by the policy of a thing gains', () => {
  it.each([
    [
      'a principal of another account',
      { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${OTHER}:role/x` } },
      `Principal role/x of account ${OTHER}`,
    ],
    ['things of another account', { StringEquals: { 'aws:SourceAccount': OTHER } }, `Account ${OTHER}`],
    [
      'another account',
      { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, OTHER] } },
      `Every principal of account ${OTHER}`,
    ],
    [
      'the organisation',
      { StringEquals: { 'aws:PrincipalOrgID': 'o-acme123456' } },
      'Every principal of the organization o-acme123456',
    ],
  ])('everybody, limited to %s: that alone', (_what, Condition, who) => {
    const told = queue('*', Condition);
    expect(told).toHaveLength(1);
    expect(told[0]!.text.startsWith(who)).toBe(true);
    expect(told[0]!.principal).not.toBe('*');
  });
  it('a service for another account, and none for this one', () => {
    const of = (account: string) =>
      queue({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': account } });
    expect(of(OTHER).map(({ text }) => text)[0]).toContain(`sns.amazonaws.com, acting for account ${OTHER},`);
    expect(of(ACCOUNT)).toEqual([]);
  });
  it('another principal of this account, unless the thing is made by the same plan', () => {
    const policy = (Queues: unknown[]) => ({
      Queues,
      PolicyDocument: {
        Statement: [allow('sqs:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other-team` } })],
      },
    });
    expect(marksOfOne('expose', 'AWS::SQS::QueuePolicy', null, policy(['orders']))).toHaveLength(1);
    const Queue = { Type: 'AWS::SQS::Queue', Properties: {} };
    const It = { Type: 'AWS::SQS::QueuePolicy', Properties: policy([{ Ref: 'Queue' }]) };
    expect(marks('expose', {}, { Queue, It })).toEqual([]);
    expect(marks('expose', { Queue }, { Queue, It })).toHaveLength(1);
  });
  it('no service principal of the cloud whose distribution is named', () => {
    expect(
      queue(
        { Service: 'cloudfront.amazonaws.com' },
        { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/E1` } },
      ),
    ).toEqual([]);
  });
});

describe('patterns', () => {
  it('of ARNs are compared by segment, and variables mean any text', () => {
    expect(covers('arn:aws:s3:::a*', 'arn:aws:s3:::ab')).toBe(true);
    expect(covers('arn:aws:sqs:*:orders', 'arn:aws:sqs:eu-west-1:111122223333:orders')).toBe(false);
    expect(covers(`home/${USER}/*`, 'home/alice/x')).toBe(false);
    expect(covers('home/??????????????', `home/${USER}`)).toBe(false);
  });
  it('overlap where a text may match both', () => {
    const may = (one: string, other: string) => overlaps(one, other, { count: 0 });
    expect(may('s3:Get*', 's3:*Object')).toBe(true);
    expect(may('s3:Get*', 's3:Put*')).toBe(false);
    expect(may('a?c', 'ab*')).toBe(true);
    expect(may('a?c', 'a*d')).toBe(false);
    expect(may(`home/${USER}`, 'home/alice')).toBe(true);
  });
});
