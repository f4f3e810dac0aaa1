import { describe, expect, it } from 'vitest';
import { looksPinned } from '../../../../../src/providers/aws/knowledge/marks/pins.ts';
import { marksOfOne, type Resources } from './stack.ts';

const around: Resources = { Secret: { Type: 'AWS::SecretsManager::Secret' } };
const unpinned = (type: string, before: object | null, after: object) =>
  marksOfOne('unpinned', type, before as never, after as never, around);

describe('a tag', () => {
  it.each([
    '1.2.3',
    'v42',
    'v1.2',
    '2024-11-24',
    '20241124',
    '1234',
    'a1b2c3d',
    'sha-a1b2c3d4',
    'main-a1b2c3d',
    '1.2.3-alpine',
    'build-1017',
  ])('%s counts as given once', (tag) => {
    expect(looksPinned(tag)).toBe(true);
  });
  it.each(['latest', 'stable', 'prod', 'main', 'production', '1', '20', 'alpine', '1.2.3-latest', 'web', ''])(
    '%s counts as moving',
    (tag) => {
      expect(looksPinned(tag)).toBe(false);
    },
  );
});

describe('code', () => {
  const task = (Image: unknown) => ({ ContainerDefinitions: [{ Name: 'web', Image }] });
  it.each([
    ['AWS::ECS::TaskDefinition', task('repo/web:latest')],
    ['AWS::ECS::TaskDefinition', task('registry:5000/web')],
    ['AWS::ECS::TaskDefinition', task({ Ref: 'Unknown' })],
    ['AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: 'app.zip' } }],
    ['AWS::Lambda::LayerVersion', { Content: { S3Bucket: 'b', S3Key: 'layer.zip' } }],
    ['AWS::Lambda::Alias', { FunctionVersion: '$LATEST' }],
    ['AWS::CloudFormation::Stack', { TemplateURL: 'https://b.s3.amazonaws.com/child.yaml' }],
    ['AWS::Glue::Job', { Command: { ScriptLocation: 's3://b/job.py' } }],
    ['AWS::StepFunctions::StateMachine', { DefinitionS3Location: { Bucket: 'b', Key: 'm.json' } }],
  ])('%s %j is not pinned', (type, after) => {
    expect(unpinned(type, null, after)).toMatchObject([{ reads: 'code' }]);
  });
  const digest = `${'a'.repeat(63)}1`;
  it.each([
    ['AWS::ECS::TaskDefinition', task('repo/web:1.4.2')],
    ['AWS::ECS::TaskDefinition', task(`repo/web@sha256:${digest}`)],
    ['AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: 'app.zip', S3ObjectVersion: '3' } }],
    ['AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: `${digest}.zip` } }],
    ['AWS::Lambda::Function', { Code: { ZipFile: 'code' } }],
    ['AWS::Lambda::Alias', { FunctionVersion: '7' }],
    ['AWS::CloudFormation::Stack', { TemplateURL: 'https://b.s3.amazonaws.com/child.yaml?versionId=3' }],
  ])('%s %j is pinned', (type, after) => {
    expect(unpinned(type, null, after)).toEqual([]);
  });
  it('is judged where it changes, so that memory of a function is no matter', () => {
    const before = { Code: { S3Bucket: 'b', S3Key: 'app.zip' }, MemorySize: 512 };
    expect(unpinned('AWS::Lambda::Function', before, { ...before, MemorySize: 1024 })).toEqual([]);
    expect(
      unpinned('AWS::Lambda::Function', before, { ...before, Code: { S3Bucket: 'b', S3Key: 'new.zip' } }),
    ).toHaveLength(1);
    const stack = { TemplateURL: 'https://b.s3.amazonaws.com/child.yaml', Parameters: { A: '1' } };
    expect(unpinned('AWS::CloudFormation::Stack', stack, { ...stack, Parameters: { A: '2' } })).toHaveLength(1);
  });
});

describe('values', () => {
  const resolved = (reference: string) =>
    unpinned(
      'AWS::RDS::DBInstance',
      { MasterUserPassword: reference, DBInstanceClass: 'db.t3.small' },
      { MasterUserPassword: reference, DBInstanceClass: 'db.t3.large' },
    );
  it.each([
    '{{resolve:ssm:/app/key}}',
    '{{resolve:ssm-secure:/app/key}}',
    '{{resolve:secretsmanager:prod:SecretString:password}}',
    '{{resolve:secretsmanager:prod:SecretString:password:AWSCURRENT}}',
  ])('%s is read again, whichever property changed', (reference) => {
    expect(resolved(reference)).toMatchObject([{ reads: 'value', path: 'Properties.MasterUserPassword' }]);
  });
  it.each([
    '{{resolve:ssm:/app/key:3}}',
    '{{resolve:ssm-secure:/app/key:1}}',
    '{{resolve:secretsmanager:prod:SecretString:password::EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE}}',
  ])('%s is pinned', (reference) => {
    expect(resolved(reference)).toEqual([]);
  });
  it('of a secret of the stack change only with the stack', () => {
    const reference = {
      'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Secret' }, ':SecretString:password}}']],
    };
    expect(unpinned('AWS::RDS::DBInstance', null, { MasterUserPassword: reference })).toEqual([]);
  });
  it('are found by Systems Manager reference in the place of an image as code', () => {
    expect(
      unpinned('AWS::ECS::TaskDefinition', null, { ContainerDefinitions: [{ Image: '{{resolve:ssm:/app/image}}' }] }),
    ).toMatchObject([{ reads: 'code' }]);
  });
});
