import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { isRequired } from '../needs.ts';
import { type Endpoint, openEndpoint, REGION } from './endpoint.ts';

const run = promisify(execFile);
const hasAws = (() => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
// A client that we do not ship. With COUNTERSIGN_TEST_REQUIRE=aws its absence fails.
const isHere = hasAws || isRequired('aws');
if (!isHere) console.warn('Skipped: the AWS CLI is not installed.');

const template = (seconds: number) =>
  `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${seconds} }\n`;

describe.skipIf(!isHere)('the AWS CLI against the sandbox', { timeout: 60_000 }, () => {
  let at: Endpoint;
  let server: Awaited<ReturnType<typeof startSandboxServer>>;
  let folder: string;
  beforeEach(async () => {
    at = openEndpoint({
      security_groups: [{ id: 'sg-0000000a', name: 'web' }],
      instances: [{ id: 'i-0000000a', name: 'batch' }],
    });
    folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
    server = await startSandboxServer(at.sandbox, 0);
  });
  afterEach(async () => {
    await server.close();
    at.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = () => ({
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const aws = async (...args: string[]) => {
    const { stdout } = await run('aws', ['--region', REGION, '--output', 'json', ...args], { env: env() });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
  const writes = async () => {
    const calls = (await (await fetch(`${server.url}/_countersign/calls`)).json()) as Record<string, string>[];
    return calls.filter((call) => call.class === 'write').map(({ operation }) => operation);
  };
  const file = (text: string) => {
    const path = join(folder, 'template.yaml');
    writeFileSync(path, text);
    return `file://${path}`;
  };

  it('creates, changes by change set, executes, describes and deletes a stack', async () => {
    const stack = (command: string, ...more: string[]) =>
      aws('cloudformation', command, '--stack-name', 'cli', ...more);
    await stack('create-stack', '--template-body', file(template(30)));
    await stack('create-change-set', '--change-set-name', 'c1', '--template-body', file(template(60)));
    expect(await stack('describe-change-set', '--change-set-name', 'c1')).toMatchObject({
      Status: 'CREATE_COMPLETE',
      Changes: [{ ResourceChange: { Action: 'Modify', LogicalResourceId: 'Q', Replacement: 'False' } }],
    });
    await stack('execute-change-set', '--change-set-name', 'c1');
    expect((await stack('describe-stacks')).Stacks[0]).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    await stack('delete-stack');
    await expect(stack('describe-stacks')).rejects.toThrow(/Stack with id cli does not exist/);
    expect(await writes()).toEqual(['CreateStack', 'ExecuteChangeSet', 'DeleteStack']);
  });
  it('describes and tags an instance, and tries to stop it', async () => {
    const Resources = ['--resources', 'i-0000000a'];
    await aws('ec2', 'create-tags', ...Resources, '--tags', 'Key=team,Value=data & co');
    const { Reservations } = await aws('ec2', 'describe-instances', '--filters', 'Name=tag:team,Values=data*');
    expect(Reservations[0].Instances[0]).toMatchObject({
      InstanceId: 'i-0000000a',
      State: { Name: 'running', Code: 16 },
      Tags: [
        { Key: 'Name', Value: 'batch' },
        { Key: 'team', Value: 'data & co' },
      ],
    });
    await expect(aws('ec2', 'stop-instances', '--instance-ids', 'i-0000000a', '--dry-run')).rejects.toThrow(
      /DryRunOperation/,
    );
    await expect(aws('ec2', 'stop-instances', '--instance-ids', 'i-0000ffff')).rejects.toThrow(
      /InvalidInstanceID\.NotFound/,
    );
    expect(await writes()).toEqual(['CreateTags', 'StopInstances']);
  });
  it('authorizes and revokes ingress', async () => {
    const rule = ['--group-id', 'sg-0000000a', '--protocol', 'tcp', '--port', '22', '--cidr', '10.0.0.0/8'];
    const made = await aws('ec2', 'authorize-security-group-ingress', ...rule);
    expect(made).toMatchObject({ Return: true, SecurityGroupRules: [{ CidrIpv4: '10.0.0.0/8', IsEgress: false }] });
    await expect(aws('ec2', 'authorize-security-group-ingress', ...rule)).rejects.toThrow(
      /InvalidPermission\.Duplicate/,
    );
    await aws('ec2', 'revoke-security-group-ingress', ...rule);
    const { SecurityGroups } = await aws('ec2', 'describe-security-groups', '--group-ids', 'sg-0000000a');
    expect(SecurityGroups[0].IpPermissions).toEqual([]);
  });
  it('assumes a role', async () => {
    const role = ['--role-arn', 'arn:aws:iam::210987654321:role/executor', '--role-session-name', 'chg-1'];
    expect(await aws('sts', 'assume-role', ...role)).toMatchObject({
      AssumedRoleUser: { Arn: 'arn:aws:sts::210987654321:assumed-role/executor/chg-1' },
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[0-9A-F]{16}$/) },
    });
  });
  it('packages a template with its assets, deploys it and reads it back', async () => {
    writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => 1;\n');
    const role = 'arn:aws:iam::123456789012:role/f';
    writeFileSync(
      join(folder, 'child.yaml'),
      `Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: { Role: '${role}', Handler: index.handler, Runtime: nodejs24.x, Code: ./index.js }\n`,
    );
    writeFileSync(
      join(folder, 'app.yaml'),
      `${template(30)}  P:\n    Type: AWS::SSM::Parameter\n    Properties: { Name: /app/version, Type: String, Value: '7' }\n  C:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./child.yaml }\n`,
    );
    await aws('s3api', 'create-bucket', '--bucket', 'assets');
    const packaged = join(folder, 'packaged.yaml');
    const files = ['--template-file', join(folder, 'app.yaml'), '--output-template-file', packaged];
    await run('aws', ['--region', REGION, 'cloudformation', 'package', ...files, '--s3-bucket', 'assets'], {
      env: env(),
    });
    const deploy = ['cloudformation', 'deploy', '--template-file', packaged, '--stack-name', 'app'];
    await run('aws', ['--region', REGION, ...deploy, '--s3-bucket', 'assets', '--force-upload'], { env: env() });
    const { Stacks } = await aws('cloudformation', 'describe-stacks', '--stack-name', 'app');
    expect(Stacks[0].StackStatus).toBe('CREATE_COMPLETE');
    expect((await aws('ssm', 'get-parameter', '--name', '/app/version')).Parameter.Value).toBe('7');
    const { Contents } = await aws('s3api', 'list-objects-v2', '--bucket', 'assets');
    expect(Contents.length).toBeGreaterThanOrEqual(3);
  });
});
