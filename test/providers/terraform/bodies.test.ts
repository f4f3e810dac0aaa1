/** The configuration as it is written, found by the address of a block. */
import { describe, expect, it } from 'vitest';
import { bodiesIn } from '../../../src/providers/terraform/effects/index.ts';
import { described, type Row } from './builders.ts';

const file = (resource: object) => ({ resource });

describe('the body of a block', () => {
  const bodies = bodiesIn(
    new Map([
      ['', [file({ aws_sqs_queue: { a: [{ name: 'root' }] } })]],
      ['m', [file({ aws_sqs_queue: { a: [{ name: 'inner' }] } })]],
      ['m.n', [file({ aws_sqs_queue: { a: [{ name: 'innermost' }] } })]],
    ]),
  );
  it.each([
    ['aws_sqs_queue.a', { name: 'root' }],
    ['module.m.aws_sqs_queue.a', { name: 'inner' }],
    ['module.m.module.n.aws_sqs_queue.a', { name: 'innermost' }],
    ['module.n.aws_sqs_queue.a', undefined],
    ['aws_sqs_queue.constructor', undefined],
  ])('%s', (address, expected) => {
    expect(bodies(address)).toEqual(expected);
  });
  it('is none where it is written twice, or not as one', () => {
    const twice = bodiesIn(new Map([['', [file({ a: { b: [{ x: 1 }] } }), file({ a: { b: [{ x: 2 }] } })]]]));
    expect(twice('a.b')).toBeUndefined();
    const several = bodiesIn(new Map([['', [file({ a: { b: [{ x: 1 }, { x: 2 }] } })]]]));
    expect(several('a.b')).toBeUndefined();
  });
  it('is found in JSON, which may leave lists out', () => {
    const json = bodiesIn(new Map([['', [{ resource: [{ a: { b: { x: 1 } } }] }]]]));
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
  it('hides nothing where a block is not found as one', () => {
    const bucket: Row = {
      at: 'aws_s3_bucket.b',
      after: { bucket: 'b' },
      unknown: { lifecycle_rule: true, id: true },
      written: { bucket: { constant_value: 'b' } },
    };
    expect(described([bucket]).effects[0]!.marks).toEqual([]);
    expect(described([bucket], {}, { 'aws_s3_bucket.b': { bucket: 'b' } }).effects[0]!.marks).toEqual([]);
    const updated: Row = { ...bucket, before: { bucket: 'b' }, actions: ['update'] };
    expect(described([updated], {}, {}).effects[0]!.marks.map(({ kind }) => kind)).toContain('expire');
    const firewall: Row = {
      at: 'google_compute_firewall.f',
      after: { name: 'f' },
      unknown: { allow: true },
      written: { name: { constant_value: 'f' } },
    };
    expect(described([firewall]).effects[0]!.marks.map(({ kind }) => kind)).toEqual(['expose']);
    const database: Row = {
      at: 'azurerm_storage_account.s',
      after: { name: 's' },
      unknown: { public_network_access_enabled: true },
      written: { name: { constant_value: 's' } },
    };
    expect(described([database]).effects[0]!.marks).toEqual([]);
    expect(described([database], {}, {}).effects[0]!.marks.map(({ kind }) => kind)).toEqual(['expose']);
  });
  const vpc: Row = { at: 'aws_vpc.v', after: { tags: null }, unknown: { cidr_block: true, id: true }, written: {} };
  const rule = (port: number, cidr?: string) => ({
    from_port: port,
    to_port: port,
    protocol: 'tcp',
    ...(cidr ? { cidr_blocks: [cidr] } : {}),
  });
  const opened = (ingress: object[], unknown: object[], body: object) =>
    described(
      [
        vpc,
        {
          at: 'aws_security_group.g',
          after: { name: 'g', ingress: ingress as never },
          unknown: { ingress: unknown as never },
        },
      ],
      {},
      { 'aws_security_group.g': body as never },
    )
      .effects.find(({ type }) => type === 'aws_security_group')!
      .marks.filter(({ kind }) => kind === 'expose');
  const own = ['${aws_vpc.v.cidr_block}'];
  it('is read of a block that stands alone', () => {
    expect(
      opened([rule(5432)], [{ cidr_blocks: true }], { ingress: [{ ...rule(5432), cidr_blocks: own }] }).map(
        ({ network }) => network?.range,
      ),
    ).not.toContain('a source that is unknown until execution');
  });
  it.each<[string, object[], object[], object]>([
    [
      'another block',
      [rule(1), rule(2)],
      [{ cidr_blocks: true }, {}],
      {
        ingress: [
          { ...rule(2), cidr_blocks: own },
          { ...rule(1), cidr_blocks: ['${terraform_data.x.output}'] },
        ],
      },
    ],
    [
      'a literal of another block',
      [rule(1)],
      [{ cidr_blocks: true }],
      { ingress: [{ ...rule(1), cidr_blocks: ['10.0.0.0/8'] }] },
    ],
    [
      'a block beside a dynamic one',
      [rule(1), rule(2)],
      [{}, { cidr_blocks: true }],
      { ingress: [{ ...rule(1), cidr_blocks: own }], dynamic: { ingress: [{}] } },
    ],
    [
      'nothing, where a dynamic block makes it',
      [rule(1)],
      [{ cidr_blocks: true }],
      { dynamic: { ingress: [{ content: [{ cidr_blocks: own }] }] } },
    ],
  ])('is not taken from %s', (_what, ingress, unknown, body) => {
    expect(opened(ingress, unknown, body).map(({ network }) => network?.range)).toContain(
      'a source that is unknown until execution',
    );
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
