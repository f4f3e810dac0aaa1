import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../src/providers/aws/template/parse.ts';
import { CORPUS_PAIRS, hasCorpus } from '../../../corpus-pairs.ts';

const withProperties = (yaml: string) =>
  parseTemplate(`Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n${yaml.replaceAll(/^/gm, '      ')}\n`)
    .Resources.A!.Properties!;

// The corpus is not shipped: where it is absent, this is skipped and says so.
it.skipIf(!hasCorpus)('reads every template of the corpus', () => {
  const files = readdirSync(CORPUS_PAIRS).filter((name) => /^\d{3}\.(?:before|after)\./.test(name));
  expect(files).toHaveLength(240);
  for (const name of files)
    expect(parseTemplate(readFileSync(join(CORPUS_PAIRS, name), 'utf8')).Resources, name).toBeDefined();
});

describe('C1: YAML as CloudFormation reads it', () => {
  it.each([
    ['yes and no as booleans', 'A: yes\nB: No\nC: on', { A: true, B: false, C: true }],
    ['a single letter as text', 'A: y\nB: N', { A: 'y', B: 'N' }],
    ['keys as text', 'No: 1\nN: 2\n012345670123: 3\n1.10: 4', { No: 1, N: 2, '012345670123': 3, '1.10': 4 }],
    ['dates as text', 'A: 2012-10-17', { A: '2012-10-17' }],
    ['octal numbers', 'A: 0644', { A: 420 }],
    ['an account id with a leading zero as text', 'A: 012345678901', { A: '012345678901' }],
    ['times of day as text', 'A: 02:00\nB: 22:22', { A: '02:00', B: '22:22' }],
    ['the last of equal keys', 'A: first\nA: second', { A: 'second' }],
    ['a quoted text that goes on at its key’s column', "A: 'one\ntwo'", { A: 'one two' }],
    ['tags that are none of YAML as text', 'A: "!Ref B"', { A: '!Ref B' }],
  ])('reads %s', (_what, yaml, expected) => {
    expect(withProperties(yaml)).toEqual(expected);
  });
  it.each([
    ['A: &x 1\nB: *x', /aliases are not allowed/],
    ['A:\n\t- 1', /line 6/],
    ['A: "open', /Missing closing/],
  ])('refuses %j', (yaml, words) => {
    expect(() => withProperties(yaml)).toThrow(words);
  });
});

describe('short forms', () => {
  it.each([
    ['!Ref B', { Ref: 'B' }],
    ['!GetAtt B.Endpoint.Port', { 'Fn::GetAtt': ['B', 'Endpoint.Port'] }],
    ['!GetAtt [B, Arn]', { 'Fn::GetAtt': ['B', 'Arn'] }],
    ['!Sub "${B}-x"', { 'Fn::Sub': '${B}-x' }],
    ['!Sub ["${C}", {C: !Ref B}]', { 'Fn::Sub': ['${C}', { C: { Ref: 'B' } }] }],
    ['!If [Cond, !Ref B, !Ref "AWS::NoValue"]', { 'Fn::If': ['Cond', { Ref: 'B' }, { Ref: 'AWS::NoValue' }] }],
    ['!Cidr [!Ref B, 4, 8]', { 'Fn::Cidr': [{ Ref: 'B' }, 4, 8] }],
    ['!Select [0, !GetAZs ""]', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
    [
      '!Transform {Name: AWS::Include, Parameters: {Location: x}}',
      { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 'x' } } },
    ],
    ['!Condition Cond', { Condition: 'Cond' }],
    ['!Base64 {"Fn::Sub": x}', { 'Fn::Base64': { 'Fn::Sub': 'x' } }],
  ])('reads %s as plain values all the way down', (yaml, expected) => {
    // Compared as structures, not as JSON: a node that only prints right would not be equal.
    expect(withProperties(`A: ${yaml}`)).toStrictEqual({ A: expected });
  });
});

describe('JSON', () => {
  it('is read as JSON, tabs and all', () => {
    const body =
      '{\n\t"Resources": {\n\t\t"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "yes"}}\n\t}\n}';
    expect(parseTemplate(body).Resources.A!.Properties).toEqual({ DisplayName: 'yes' });
  });
});

describe('what is not a template', () => {
  it.each([
    ['', /not a mapping/],
    ['- a', /not a mapping/],
    ['Resources: {}', /no Resources/],
    ['Resources: { A: { Properties: {} } }', /resource A has no Type/],
    ['Resources: { A: { Type: T, Properties: [] } }', /Properties of A are not a mapping/],
    ['Parameters: []\nResources: { A: { Type: T } }', /Parameters is not a mapping/],
    ['Parameters: { P: { Default: x } }\nResources: { A: { Type: T } }', /parameter P has no Type/],
  ])('%j is refused', (body, words) => {
    expect(() => parseTemplate(body)).toThrow(words);
  });
  it('is told apart from one that is too large', () => {
    expect(() => parseTemplate('#'.repeat(1_000_001))).toThrow(expect.objectContaining({ code: 'INPUT_TOO_LARGE' }));
  });
});

it('gives the same text the same template, which nobody can change, and forgets older ones', () => {
  const text = (size: number) => `Resources: { Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: ${size} } } }`;
  const first = parseTemplate(text(0));
  expect(parseTemplate(text(0))).toBe(first);
  expect(() => Object.assign(first.Resources.Q!.Properties!, { DelaySeconds: 9 })).toThrow(TypeError);
  expect(() => Object.assign(first.Resources, { Other: { Type: 'AWS::SQS::Queue' } })).toThrow(TypeError);
  for (const size of [1, 2, 3, 4]) parseTemplate(text(size));
  expect(parseTemplate(text(0))).not.toBe(first);
  expect(parseTemplate(text(0))).toEqual(first);
});

it('what only looks like a number is text: codes of linters, infinity and numbers that are too large', () => {
  const { Metadata } = parseTemplate(`Metadata: { Checks: [E9007, e1, .inf, -.inf, .nan, 1e999], Real: [1.5, 1e3, .5] }
Resources: { A: { Type: AWS::SNS::Topic } }
`) as unknown as { Metadata: Record<string, unknown> };
  expect(Metadata.Checks).toEqual(['E9007', 'e1', '.inf', '-.inf', '.nan', '1e999']);
  expect(Metadata.Real).toEqual([1.5, 1000, 0.5]);
});
