/** Ways around the finder of what is not pinned, each closed. Pages are of the CloudFormation documentation, as read. */
import { describe, expect, it } from 'vitest';
import { marksOfOne, type Resources } from './stack.ts';

const around: Resources = {
  Secret: { Type: 'AWS::SecretsManager::Secret' },
  Repository: { Type: 'AWS::ECR::Repository' },
};
const unpinned = (type: string, after: object, before: object | null = null) =>
  marksOfOne('unpinned', type, before as never, after as never, around);
const image = (Image: unknown) => ({ ContainerDefinitions: [{ Name: 'a', Image }] });

describe('what moves stays not pinned', () => {
  // AWS::EC2::LaunchTemplate LaunchTemplateData: ImageId takes `resolve:ssm:parameter-name`, with version or label.
  it('as an image of a launch template, resolved at launch, by name or by label', () => {
    const template = (ImageId: string) => unpinned('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { ImageId } });
    expect(template('resolve:ssm:/golden/ami')).toMatchObject([{ reads: 'code' }]);
    expect(template('resolve:ssm:/golden/ami:blue')).toMatchObject([{ reads: 'code' }]);
    expect(template('resolve:ssm:/golden/ami:7')).toEqual([]);
    expect(template('ami-0123456789abcdef0')).toEqual([]);
  });
  // Dynamic references: without a version “CloudFormation uses the latest version of the parameter whenever you create or update the stack”.
  it('as a parameter in the middle of a text, twice, deep in a list', () => {
    const variables = {
      Environment: { Variables: { A: 'x{{resolve:ssm:/a}}y{{resolve:ssm:/b:2}}', B: '{{resolve:ssm:/c}}' } },
    };
    expect(unpinned('AWS::Lambda::Function', variables)).toHaveLength(2);
  });
  // Dynamic references, secretsmanager: the version id is the last part, a stage is no version.
  it('as a secret by its stage, or by an ARN full of colons', () => {
    const secret = (reference: string) => unpinned('AWS::RDS::DBInstance', { MasterUserPassword: reference });
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod-AbCdEf';
    expect(secret('{{resolve:secretsmanager:prod:SecretString:password:AWSPREVIOUS:}}')).toHaveLength(1);
    expect(secret(`{{resolve:secretsmanager:${arn}:SecretString:password}}`)).toHaveLength(1);
    expect(
      secret(`{{resolve:secretsmanager:${arn}:SecretString:password::EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE}}`),
    ).toEqual([]);
    expect(secret(`{{resolve:secretsmanager:${arn}}}`)).toHaveLength(1);
  });
  it('as an image with a port but no tag, a tag that looks like one, or an own repository', () => {
    expect(unpinned('AWS::ECS::TaskDefinition', image('registry.local:5000/team/web'))).toHaveLength(1);
    expect(unpinned('AWS::ECS::TaskDefinition', image('web:1.4.2-latest'))).toHaveLength(1);
    expect(
      unpinned(
        'AWS::ECS::TaskDefinition',
        image({ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Repository', 'RepositoryUri'] }, ':prod']] }),
      ),
    ).toHaveLength(1);
  });
  it('as one image of several, a sidecar', () => {
    const ContainerDefinitions = [
      { Name: 'a', Image: 'web:1.4.2' },
      { Name: 'b', Image: 'agent' },
    ];
    expect(unpinned('AWS::ECS::TaskDefinition', { ContainerDefinitions })).toMatchObject([
      { path: 'Properties.ContainerDefinitions.b.Image' },
    ]);
  });
  it('but not as the sidecar that stays as it is', () => {
    const task = (tag: string) => ({
      ContainerDefinitions: [
        { Name: 'a', Image: `web:${tag}` },
        { Name: 'b', Image: 'agent' },
      ],
    });
    expect(unpinned('AWS::ECS::TaskDefinition', task('1.4.3'), task('1.4.2'))).toEqual([]);
  });
  it('as code whose version is taken away, with the same key', () => {
    const code = { S3Bucket: 'b', S3Key: 'app.zip' };
    expect(unpinned('AWS::Lambda::Function', { Code: code }, { Code: { ...code, S3ObjectVersion: '3' } })).toHaveLength(
      1,
    );
  });
  it('as code whose version nobody knows', () => {
    expect(
      unpinned('AWS::Lambda::Function', {
        Code: { S3Bucket: 'b', S3Key: 'app.zip', S3ObjectVersion: { Ref: 'Unknown' } },
      }),
    ).toHaveLength(1);
  });
  it('as code from another bucket under the same key', () => {
    const code = (S3Bucket: string) => ({ Code: { S3Bucket, S3Key: 'app.zip' } });
    expect(unpinned('AWS::Lambda::Function', code('other'), code('ours'))).toHaveLength(1);
  });
  // AWS::CloudFormation::Stack: TemplateURL is the “location of file containing the template body”, read at every update.
  it('as the template of a nested stack of which only a parameter changes', () => {
    const TemplateURL = 'https://b.s3.amazonaws.com/child.yaml';
    expect(
      unpinned(
        'AWS::CloudFormation::Stack',
        { TemplateURL, Parameters: { A: '2' } },
        { TemplateURL, Parameters: { A: '1' } },
      ),
    ).toHaveLength(1);
  });
  it('as a version by name: alias, launch template, document', () => {
    expect(unpinned('AWS::Lambda::Alias', { FunctionVersion: '$latest' })).toHaveLength(1);
    expect(
      unpinned('AWS::AutoScaling::AutoScalingGroup', {
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Default' },
      }),
    ).toHaveLength(1);
    expect(unpinned('AWS::SSM::Association', { Name: 'a', DocumentVersion: '$LATEST' })).toHaveLength(1);
  });
  it('as code of a place that only Systems Manager knows', () => {
    expect(
      unpinned('AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: '{{resolve:ssm:/release}}' } }),
    ).toMatchObject([{ reads: 'code' }]);
  });
  it('as a key with a digest in its folder and not in its name', () => {
    expect(
      unpinned('AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: `${'a1'.repeat(20)}/app.zip` } }),
    ).toHaveLength(1);
  });
});
