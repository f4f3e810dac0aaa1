/** Policies and roles that were written to be expensive: each is judged in steps that its size bounds. */
import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../../../src/core/mark.ts';
import { covers } from '../../../../../src/providers/aws/knowledge/marks/patterns.ts';
import { parseTemplate } from '../../../../../src/providers/aws/template/parse.ts';
import { contextOf, marks, marksOf, type Resources } from './stack.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
});
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const fn = (Role: unknown) => ({ Type: 'AWS::Lambda::Function', Properties: { Role, Code: { ZipFile: 'x' } } });
const boundOfFirst = (resources: Resources): Mark | undefined =>
  marks('deputy', {}, { ...resources, It: fn(arn('Role0')) }, 'It')[0];

/** Each of k roles hands on all later ones (or, in a circle, all others). */
function passing(k: number, last: object[], circle = false): Resources {
  const ids = Array.from({ length: k }, (_, index) => `Role${index}`);
  return Object.fromEntries(
    ids.map((id, index) => {
      const others = circle ? ids.filter((other) => other !== id) : ids.slice(index + 1);
      const statements = others.map((other) => allow('iam:PassRole', arn(other)));
      return [id, role(...statements, ...(index === k - 1 ? last : []))];
    }),
  );
}

describe('roles that hand on roles', () => {
  // 2^60 paths: with any walk over paths this test does not end.
  it.each([false, true])('are judged once each, whatever names whom (circle: %s)', (circle) => {
    const everything = [allow('ec2:TerminateInstances', '*')];
    expect(boundOfFirst(passing(60, everything, circle))).toMatchObject({ bound: 'unbounded', principal: 'Role0' });
    expect(boundOfFirst(passing(60, [], circle))).toMatchObject({ bound: 'own_stack' });
  });
  it('say by which role they reach further, and not each link of a long chain', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `Role${index}`,
        role(index === 59 ? allow('ec2:TerminateInstances', '*') : allow('iam:PassRole', arn(`Role${index + 1}`))),
      ]),
    );
    const { text = '' } = boundOfFirst(chain) ?? {};
    expect(text).toContain('may pass Role1');
    expect(text.length).toBeLessThan(400);
    const short = {
      Role0: role(allow('iam:PassRole', arn('Role1'))),
      Role1: role(allow('ec2:TerminateInstances', '*')),
    };
    expect(boundOfFirst(short)?.text).toContain(
      'may pass Role1, which may call ec2:TerminateInstances on every resource',
    );
  });
  it('in a circle of which one goes beyond the stack all do', () => {
    for (const first of [0, 1, 2]) {
      const resources = Object.fromEntries(
        [0, 1, 2].map((index) => [
          `Role${index}`,
          role(
            allow('sts:AssumeRole', arn(`Role${(index + 1) % 3}`)),
            ...(index === first ? [allow('ec2:TerminateInstances', '*')] : []),
          ),
        ]),
      );
      expect(boundOfFirst(resources)?.bound, `Role${first} goes beyond`).toBe('unbounded');
    }
  });
  it('by an instance profile that names itself are not bounded', () => {
    const resources = { Loop: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Loop' }] } } };
    const instance = { Type: 'AWS::EC2::Instance', Properties: { IamInstanceProfile: { Ref: 'Loop' }, UserData: 'x' } };
    expect(marks('deputy', {}, { ...resources, It: instance }, 'It')).not.toContainEqual(
      expect.objectContaining({ bound: 'own_stack' }),
    );
  });
  it('by an attribute that names itself is not known', () => {
    const subnet = (id: string) => ({
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: { 'Fn::GetAtt': [id, 'VpcId'] } },
    });
    const resources = {
      A: subnet('B'),
      B: subnet('A'),
      Role0: role(allow('ec2:DeleteSubnet', { 'Fn::GetAtt': ['A', 'VpcId'] })),
    };
    expect(boundOfFirst(resources)?.bound).toBe('unbounded');
  });
});

describe('policies', () => {
  it('of wildcards that no regular expression survives are compared', () => {
    const hostile = `arn:aws:s3:::${'*?'.repeat(40)}x`;
    const text = `arn:aws:s3:::${'a'.repeat(1_900)}`;
    expect(covers(hostile, text)).toBe(false);
    expect(covers(hostile.slice(0, -1), text)).toBe(true);
    const policy = (Resource: string) => ({ ...role(allow('s3:PutObject', Resource)) });
    expect(marks('expose', { It: policy(hostile) }, { It: policy(text) }, 'It')).toHaveLength(1);
  });
  it('with a `?` cover no text that has a `*` there', () => {
    expect(covers('s3:?', 's3:*')).toBe(false);
    expect(covers('s3:?', 's3:x')).toBe(true);
    expect(covers('s3:*', 's3:Get*')).toBe(true);
  });
  it('that grant more than can be compared count as everything', () => {
    const many = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const huge = role(allow(many('a:b', 3_000), many('c', 3_000)));
    const [mark] = marks('expose', {}, { It: huge }, 'It');
    expect(mark?.text).toMatch(/every action on every resource/);
    // What was there before is the same, however much it is.
    const more = { ...huge, Properties: { ...huge.Properties, Description: 'x' } };
    expect(marks('expose', { It: huge }, { It: more }, 'It')).toEqual([]);
  });
});

/** Random templates whose parts name each other as much as they can: judged to the end, each with marks for its roles. */
describe('generated templates', () => {
  it('of roles, policies and wildcards end', () => {
    let state = 42;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state % below;
    };
    const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 40 }, (_, index) => `Role${index}`);
      const resource = () =>
        pick([
          () => arn(pick(ids)),
          () => `arn:aws:s3:::${pick(['*?', 'a*', '?*', 'ab'])}`.repeat(1 + random(20)),
          () => '*',
        ])();
      const action = () => pick(['iam:PassRole', 'sts:AssumeRole', 's3:Put*', '*?:*?*', 'ec2:*', 'iam:*']);
      const resources = Object.fromEntries(
        ids.map((id) => [
          id,
          role(...Array.from({ length: 1 + random(8) }, () => allow([action(), action()], [resource(), resource()]))),
        ]),
      );
      const template = (more: Resources) => parseTemplate(JSON.stringify({ Resources: { ...resources, ...more } }));
      const marked = marksOf(contextOf(template({}), template({ It: fn(arn(pick(ids))) })));
      expect(marked.It!.some(({ kind }) => kind === 'deputy')).toBe(true);
    }
  });
});
