/** What deployment tools ask of the sandbox beside the stacks themselves. */
import * as cfn from '@aws-sdk/client-cloudformation';
import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { type CloudFormation, failing, openCloudFormation, queue, template } from './cloudformation-client.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';

describe('change sets and stacks, as tools use them', () => {
  let cloud: CloudFormation;
  beforeEach(() => {
    cloud = openCloudFormation();
  });
  afterEach(() => cloud.close());

  it('C51 a change set that is not there is deleted; that of a stack that is not there is not', async () => {
    await cloud.create('s', template({ A: queue() }));
    const remove = (StackName: string) =>
      cloud.client.send(new cfn.DeleteChangeSetCommand({ StackName, ChangeSetName: 'none' }));
    await expect(remove('s')).resolves.toBeDefined();
    await expect(remove('nowhere')).rejects.toThrow(/does not exist/);
  });
  it('C52 a stack that was never executed has no template, and its change set has', async () => {
    const body = template({ A: queue() });
    await cloud.changeSet('s', body, { ChangeSetType: 'CREATE' });
    const get = (more: object) => cloud.client.send(new cfn.GetTemplateCommand({ StackName: 's', ...more }));
    expect((await get({})).TemplateBody).toBeUndefined();
    expect((await get({ ChangeSetName: 'change' })).TemplateBody).toBe(body);
    await expect(cloud.client.send(new cfn.GetTemplateSummaryCommand({ StackName: 's' }))).rejects.toThrow(
      /REVIEW_IN_PROGRESS/,
    );
  });
  it('C53 ImportExistingResources is an ordinary change set where nothing is there, and fails where something is', async () => {
    const set = await cloud.changeSet('s', template({ A: queue('QueueName: one') }), {
      ...{ ChangeSetType: 'CREATE', ImportExistingResources: true },
    });
    expect([set.Status, set.ImportExistingResources]).toEqual(['CREATE_COMPLETE', true]);
    await cloud.create('t', template({ A: queue('QueueName: two') }));
    const taken = await cloud.changeSet('u', template({ A: queue('QueueName: two') }), {
      ...{ ChangeSetType: 'CREATE', ImportExistingResources: true },
    });
    expect([taken.Status, taken.StatusReason]).toEqual(['FAILED', expect.stringContaining('two is there already')]);
  });
  it('C54 DeploymentConfig is told, and DisableRollback in it counts', async () => {
    const broken = template({ A: queue('', failing('fail: no capacity')) });
    const DeploymentConfig = { Mode: 'EXPRESS', DisableRollback: true } as const;
    const set = await cloud.changeSet('s', broken, { ChangeSetType: 'CREATE', DeploymentConfig });
    expect(set.DeploymentConfig).toEqual(DeploymentConfig);
    await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
    expect(await cloud.status('s')).toBe('CREATE_FAILED');
    await cloud.create('t', broken, { DeploymentConfig });
    expect(await cloud.status('t')).toBe('CREATE_FAILED');
  });
  it('C55 events are told by operation, those that failed apart', async () => {
    await cloud.create('s', template({ A: queue() }));
    await cloud.update('s', template({ A: queue('', failing('fail: no capacity')) }));
    const ask = async (more: object) =>
      (await cloud.client.send(new cfn.DescribeEventsCommand({ StackName: 's', ...more }))).OperationEvents ?? [];
    const all = await ask({});
    expect([...new Set(all.map(({ OperationType }) => OperationType))]).toEqual([
      'ROLLBACK',
      'UPDATE_STACK',
      'CREATE_STACK',
    ]);
    expect(new Set(all.map(({ OperationId }) => OperationId)).size).toBe(3);
    const failed = await ask({ Filters: { FailedEvents: true } });
    expect(failed).toMatchObject([{ EventType: 'PROVISIONING_ERROR', LogicalResourceId: 'A' }]);
    const one = await ask({ OperationId: failed[0]!.OperationId });
    expect(new Set(one.map(({ OperationType }) => OperationType))).toEqual(new Set(['UPDATE_STACK']));
    await cloud.changeSet('s', template({ A: '{ Type: AWS::SNS::Topic }' }));
    expect(await ask({ ChangeSetName: 'change' })).toMatchObject([
      {
        OperationType: 'CREATE_CHANGESET',
        OperationStatus: 'FAILED',
        ResourceStatusReason: expect.stringMatching(/type is not permitted/),
      },
    ]);
  });
  it('C56 a type is told where it is known', async () => {
    const ask = (TypeName: string) => cloud.client.send(new cfn.DescribeTypeCommand({ Type: 'RESOURCE', TypeName }));
    expect(await ask('AWS::SQS::Queue')).toMatchObject({ TypeName: 'AWS::SQS::Queue', Visibility: 'PUBLIC' });
    await expect(ask('AWS::Nothing::Here')).rejects.toMatchObject({ name: 'TypeNotFoundException' });
  });
  it('C5 a parameter that a stack has made is a value for another', async () => {
    const made = (value: string) =>
      template({ P: `{ Type: AWS::SSM::Parameter, Properties: { Name: /app/size, Type: String, Value: ${value} } }` });
    const reading = template(
      { T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Size } }' },
      'Parameters: { Size: { Type: "AWS::SSM::Parameter::Value<String>", Default: /app/size } }',
    );
    await expect(cloud.create('t', reading)).rejects.toThrow(/Unable to fetch parameters/);
    await cloud.create('s', made('large'));
    await cloud.create('t', reading);
    expect((await cloud.stack('t')).Parameters).toMatchObject([{ ResolvedValue: 'large' }]);
  });
});

describe('S3 and SSM over HTTP', () => {
  let at: Endpoint;
  let server: Awaited<ReturnType<typeof startSandboxServer>>;
  beforeEach(async () => {
    at = openEndpoint({ stacks: [{ name: 'assets', template: BUCKET_AND_PARAMETER }] });
    server = await startSandboxServer(at.sandbox, 0);
  });
  afterEach(async () => {
    await server.close();
    at.close();
  });
  const BUCKET_AND_PARAMETER = `
Resources:
  B: { Type: AWS::S3::Bucket, Properties: { BucketName: assets-of-ours } }
  V:
    Type: AWS::S3::Bucket
    Properties: { BucketName: versioned-by-a-stack, VersioningConfiguration: { Status: Enabled } }
  R: { Type: AWS::ECR::Repository, Properties: { RepositoryName: images } }
  P: { Type: AWS::SSM::Parameter, Properties: { Name: /bootstrap/version, Type: String, Value: "21" } }
`;
  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=a/20261128/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });
  const s3 = (method: string, path: string, body?: Buffer | string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/${path}`, {
      method,
      headers: { ...signed('s3'), ...headers },
      ...(body === undefined ? {} : { body: body as never }),
    });
  const json = (service: string, target: string, input: object) =>
    fetch(server.url, {
      method: 'POST',
      headers: { ...signed(service), 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(input),
    });

  it('keeps objects whole, byte for byte, in buckets that are there', async () => {
    const bytes = Buffer.from([0, 255, 128, 10, 13, 0]);
    expect((await s3('PUT', 'nowhere/a.zip', bytes)).status).toBe(404);
    expect((await s3('HEAD', 'assets-of-ours')).status).toBe(200);
    expect((await s3('HEAD', 'assets-of-ours/a.zip')).status).toBe(404);
    const put = await s3('PUT', 'assets-of-ours/a.zip', bytes);
    const got = await s3('GET', 'assets-of-ours/a.zip');
    expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes);
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'));
    expect(await (await s3('GET', 'assets-of-ours?list-type=2&prefix=a')).text()).toContain('<Key>a.zip</Key>');
    expect(await (await s3('GET', 'assets-of-ours?list-type=2&prefix=b')).text()).not.toContain('<Key>');
    expect((await s3('DELETE', 'assets-of-ours/a.zip')).status).toBe(204);
    expect(await (await s3('GET', 'assets-of-ours/a.zip')).text()).toContain('NoSuchKey');
  });
  it('takes buckets, chunks and parts, and says of all else that it does not simulate it', async () => {
    expect((await s3('PUT', 'made-here')).status).toBe(200);
    const chunked = '3;chunk-signature=0\r\nabc\r\n2;chunk-signature=0\r\nde\r\n0;chunk-signature=0\r\n\r\n';
    await s3('PUT', 'made-here/chunks', chunked, { 'content-encoding': 'aws-chunked' });
    expect(await (await s3('GET', 'made-here/chunks')).text()).toBe('abcde');
    const begun = await (await s3('POST', 'made-here/parts?uploads')).text();
    const id = /<UploadId>([^<]+)/.exec(begun)?.[1];
    for (const number of [10, 2, 1])
      await s3('PUT', `made-here/parts?partNumber=${number}&uploadId=${id}`, `<${number}>`);
    expect((await s3('POST', `made-here/parts?uploadId=${id}`, '')).status).toBe(200);
    expect(await (await s3('GET', 'made-here/parts')).text()).toBe('<1><2><10>');
    expect((await s3('POST', `made-here/parts?uploadId=${id}`, '')).status).toBe(404);
    const policy = await s3('GET', 'made-here?policy');
    expect([policy.status, await policy.text()]).toEqual([501, expect.stringContaining('NotImplemented')]);
  });
  it('C2 reads templates from it, by every form of their URL', async () => {
    await s3('PUT', 'assets-of-ours/t/one.json', '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}');
    const urls = [
      'https://s3.eu-west-1.amazonaws.com/assets-of-ours/t/one.json',
      'https://s3.amazonaws.com/assets-of-ours/t/one.json',
      'https://assets-of-ours.s3.eu-west-1.amazonaws.com/t/one.json',
      'https://assets-of-ours.s3.amazonaws.com/t/one.json',
      `${server.url}/assets-of-ours/t/one.json`,
    ];
    for (const [index, TemplateURL] of urls.entries())
      await at.cloudFormation().send(new cfn.CreateStackCommand({ StackName: `s${index}`, TemplateURL }));
    const missing = new cfn.CreateStackCommand({ StackName: 'z', TemplateURL: `${urls[0]}x` });
    await expect(at.cloudFormation().send(missing)).rejects.toThrow(/does not exist/);
  });
  it('answers a parameter of a stack, and refuses in JSON what it does not simulate', async () => {
    const got = await json('ssm', 'AmazonSSM.GetParameter', { Name: '/bootstrap/version' });
    expect(await got.json()).toMatchObject({ Parameter: { Value: '21', Version: 1, Type: 'String' } });
    const missing = await json('ssm', 'AmazonSSM.GetParameter', { Name: '/none' });
    expect([missing.status, await missing.json()]).toEqual([
      400,
      expect.objectContaining({ __type: 'ParameterNotFound' }),
    ]);
    for (const [service, target] of [
      ['ssm', 'AmazonSSM.PutParameter'],
      ['ecr', 'AmazonEC2ContainerRegistry.DeleteRepository'],
      ['logs', 'Logs_20140328.DescribeLogGroups'],
    ] as const) {
      const refused = await json(service, target, {});
      expect([refused.status, await refused.json()]).toEqual([
        400,
        expect.objectContaining({ __type: 'InvalidAction' }),
      ]);
    }
  });
  it('tells of the repositories that stacks have made', async () => {
    const ask = (repositoryNames?: string[]) =>
      json('ecr', 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories', { repositoryNames });
    const { repositories } = (await (await ask(['images'])).json()) as { repositories: unknown[] };
    expect(repositories).toMatchObject([{ repositoryName: 'images', registryId: '123456789012' }]);
    expect(await (await ask()).json()).toMatchObject({ repositories: [{ repositoryName: 'images' }] });
    expect(await (await ask(['none'])).json()).toMatchObject({ __type: 'RepositoryNotFoundException' });
  });
  it('answers in JSON for a service without a target that is not simulated', async () => {
    const answer = await fetch(`${server.url}/2015-03-31/functions/f`, { headers: signed('lambda') });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ message: expect.stringContaining('does not simulate lambda: GET /2015-03-31') }),
    ]);
  });
  it('keeps each version of an object once versioning is enabled, and its deletion takes the newest only', async () => {
    expect(await (await s3('GET', 'assets-of-ours?versioning')).text()).not.toContain('Enabled');
    expect((await s3('PUT', 'assets-of-ours/a', 'before')).headers.get('x-amz-version-id')).toBeNull();
    const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    await s3('PUT', 'assets-of-ours?versioning', enabled);
    const [first, second] = [
      (await s3('PUT', 'assets-of-ours/a', 'one')).headers.get('x-amz-version-id'),
      (await s3('PUT', 'assets-of-ours/a', 'two')).headers.get('x-amz-version-id'),
    ];
    expect((await s3('HEAD', 'assets-of-ours/a')).headers.get('x-amz-version-id')).toBe(second);
    expect(await (await s3('GET', `assets-of-ours/a?versionId=${first}`)).text()).toBe('one');
    const listed = await (await s3('GET', 'assets-of-ours?versions&prefix=a')).text();
    expect(
      [...listed.matchAll(/<VersionId>([^<]+).*?<IsLatest>([^<]+)/g)].map(([, id, latest]) => [id, latest]),
    ).toEqual([
      [second, 'true'],
      [first, 'false'],
    ]);
    await s3('DELETE', 'assets-of-ours/a');
    expect((await s3('GET', 'assets-of-ours/a')).status).toBe(404);
    expect(await (await s3('GET', `assets-of-ours/a?versionId=${second}`)).text()).toBe('two');
    expect(await (await s3('GET', 'assets-of-ours/a?versionId=none')).text()).toContain('NoSuchVersion');
    expect(await (await s3('GET', 'versioned-by-a-stack?versioning')).text()).toContain('Enabled');
  });
  it('C2 reads a template in the version that its URL names', async () => {
    const body = (seconds: number) =>
      JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: seconds } } } });
    const put = await s3('PUT', 'versioned-by-a-stack/t.json', body(30));
    await s3('PUT', 'versioned-by-a-stack/t.json', body(60));
    const url = 'https://s3.eu-west-1.amazonaws.com/versioned-by-a-stack/t.json';
    const TemplateURL = `${url}?versionId=${put.headers.get('x-amz-version-id')}`;
    await at.cloudFormation().send(new cfn.CreateStackCommand({ StackName: 'first', TemplateURL }));
    const told = await at.cloudFormation().send(new cfn.GetTemplateCommand({ StackName: 'first' }));
    expect(told.TemplateBody).toBe(body(30));
  });
  it('lists the zones of a region', async () => {
    const { AvailabilityZones } = await at.ec2().send(new DescribeAvailabilityZonesCommand({ ZoneIds: ['euw1-az2'] }));
    expect(AvailabilityZones).toMatchObject([{ ZoneName: 'eu-west-1b', RegionName: 'eu-west-1', State: 'available' }]);
  });
});
