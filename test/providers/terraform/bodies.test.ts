/** The configuration as it is written, found by the address of a block. */
import { describe, expect, it } from 'vitest';
import { bodiesIn } from '../../../src/providers/terraform/effects/index.ts';
import { described, type Row } from './builders.ts';

const file = (resource: object, module: object = {}) => ({ resource, module });

describe('the body of a block', () => {
  const bodies = bodiesIn(
    new Map([
      [
        '',
        [
          file(
            { aws_sqs_queue: { a: [{ name: 'root' }] } },
            { m: [{ source: './modules/m' }], far: [{ source: 'git::https://x' }], open: [{ source: '${var.x}' }] },
          ),
        ],
      ],
      ['modules/m', [file({ aws_sqs_queue: { a: [{ name: 'inner' }] } }, { n: [{ source: '../n/' }] })]],
      ['modules/n', [file({ aws_sqs_queue: { a: [{ name: 'innermost' }] } }, { again: [{ source: '../m' }] })]],
      ['other', [file({ aws_sqs_queue: { unused: [{ name: 'x' }] } })]],
    ]),
    '.',
  );
  it.each([
    ['aws_sqs_queue.a', { name: 'root' }],
    ['module.m.aws_sqs_queue.a', { name: 'inner' }],
    ['module.m.module.n.aws_sqs_queue.a', { name: 'innermost' }],
    ['aws_sqs_queue.unused', undefined],
    ['module.far.aws_sqs_queue.a', undefined],
    ['aws_sqs_queue.constructor', undefined],
  ])('%s', (address, expected) => {
    expect(bodies(address)).toEqual(expected);
  });
  it('is none where it is written twice, or not as one', () => {
    const twice = bodiesIn(new Map([['', [file({ a: { b: [{ x: 1 }] } }), file({ a: { b: [{ x: 2 }] } })]]]), '');
    expect(twice('a.b')).toBeUndefined();
    const several = bodiesIn(new Map([['', [file({ a: { b: [{ x: 1 }, { x: 2 }] } })]]]), '');
    expect(several('a.b')).toBeUndefined();
  });
  it('is found in JSON, which may leave lists out', () => {
    const json = bodiesIn(new Map([['infra', [{ resource: [{ a: { b: { x: 1 } } }] }]]]), 'infra');
    expect(json('a.b')).toEqual({ x: 1 });
  });
});

describe('what is written', () => {
  const open: Row = { at: 'aws_security_group.g', after: { name: 'g' }, unknown: { ingress: true, id: true } };
  const marks = (dynamic: object) =>
    described([open], {}, { 'aws_security_group.g': { name: 'g', dynamic: dynamic as never } }).effects[0]!.marks
      .length;
  it.each([
    ['a block', { ingress: [{}] }, 1],
    ['a list of blocks', [{ ingress: {} }], 1],
    ['a list of lists', [[{ ingress: {} }]], 1],
    ['another block', { tags: [{}] }, 0],
  ])('dynamic: %s', (_what, dynamic, expected) => {
    expect(marks(dynamic)).toBe(expected);
  });
  it('names no resource by an attribute that somebody sets', () => {
    const role: Row = {
      at: 'aws_iam_role.r',
      after: { assume_role_policy: '{"Version":"2012-10-17","Statement":[]}' },
      unknown: { arn: true, id: true, description: true },
      written: { description: { references: ['terraform_data.x.output', 'terraform_data.x'] } },
    };
    const fn = (attribute: string): Row => ({
      at: 'aws_lambda_function.f',
      after: { function_name: 'f' },
      unknown: { role: true },
      written: { role: { references: [`aws_iam_role.r.${attribute}`, 'aws_iam_role.r'] } },
    });
    const bound = (attribute: string) =>
      described([role, fn(attribute)], {}, { 'aws_lambda_function.f': { role: `\${aws_iam_role.r.${attribute}}` } })
        .effects.flatMap(({ marks: found }) => found)
        .find(({ kind }) => kind === 'deputy')?.bound;
    expect([bound('arn'), bound('description')]).toEqual(['own_stack', 'unbounded']);
  });
});
