/** A policy document that is read only when the plan is applied is judged by what is known of it. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { described, type Row } from './builders.ts';

const bucket: Row = { at: 'aws_s3_bucket.b', after: { bucket: 'reports' }, unknown: { id: true, arn: true } };
const policy: Row = {
  at: 'aws_s3_bucket_policy.p',
  after: {},
  unknown: { bucket: true, policy: true, id: true },
  written: {
    bucket: { references: ['aws_s3_bucket.b.id', 'aws_s3_bucket.b'] },
    policy: { references: ['data.aws_iam_policy_document.d.json', 'data.aws_iam_policy_document.d'] },
  },
};
const statement = (principals: Json, more: Record<string, Json> = {}): Record<string, Json> => ({
  effect: 'Allow',
  actions: ['s3:GetObject'],
  principals: [principals],
  ...more,
});
const source = (values: Record<string, Json>): Row => ({
  at: 'data.aws_iam_policy_document.d',
  after: values,
  actions: ['read'],
  unknown: { json: true, id: true, statement: [{ resources: [true] }] },
});
const own = { type: 'AWS', identifiers: ['arn:aws:iam::111122223333:role/reader'] };
const exposed = (
  values: Record<string, Json>,
  bodies: Record<string, Json> = {},
  written = '${data.aws_iam_policy_document.d.json}',
) =>
  described(
    [bucket, policy, source(values)],
    {},
    {
      'aws_s3_bucket_policy.p': { bucket: '${aws_s3_bucket.b.id}', policy: written },
      'data.aws_iam_policy_document.d': { statement: [{ resources: ['${aws_s3_bucket.b.arn}/*'] }] },
      ...bodies,
    },
  )
    .effects.find(({ logicalId }) => logicalId === 'aws_s3_bucket_policy.p')!
    .marks.filter(({ kind }) => kind === 'expose')
    .map(({ text }) => text);

describe('a document that is not made yet', () => {
  it('is not everything, where its statements are known', () => {
    expect(exposed({ statement: [statement(own)] }).join(' ')).not.toMatch(/public/i);
  });
  it.each<[string, Record<string, Json>]>([
    ['for everybody', { statement: [statement({ type: '*', identifiers: ['*'] })] }],
    ['for every account', { statement: [statement({ type: 'AWS', identifiers: ['*'] })] }],
    ['with another document in it', { statement: [statement(own)], source_policy_documents: ['{}'] }],
    ['without statements that are known', {}],
  ])('opens %s', (_what, values) => {
    expect(exposed(values).join(' ')).toMatch(/public|everything|unknown/i);
  });
  it('opens for whom is not known', () => {
    const row = {
      ...source({ statement: [{ effect: 'Allow', actions: ['s3:GetObject'] }] }),
      unknown: { json: true, statement: [{ principals: true }] },
    };
    for (const written of [{}, { statement: [{ actions: { constant_value: ['s3:GetObject'] } }] }]) {
      const { effects } = described(
        [bucket, policy, { ...row, written }],
        {},
        {
          'aws_s3_bucket_policy.p': { policy: '${data.aws_iam_policy_document.d.json}' },
          'data.aws_iam_policy_document.d': { statement: [{ dynamic: { principals: [{}] } }] },
        },
      );
      expect(
        effects
          .flatMap(({ marks }) => marks)
          .map(({ text }) => text)
          .join(' '),
      ).toMatch(/public/i);
    }
  });
  it('is any document, where a function makes it', () => {
    const text = '${replace(data.aws_iam_policy_document.d.json, "a", "b")}';
    expect(exposed({ statement: [statement(own)] }, {}, text).join(' ')).toMatch(/public|unknown/i);
  });
  it('is any document, where nobody read the configuration', () => {
    expect(
      described([bucket, policy, source({ statement: [statement(own)] })])
        .effects.flatMap(({ marks }) => marks)
        .map(({ text }) => text)
        .join(' '),
    ).toMatch(/public|unknown/i);
  });
});
