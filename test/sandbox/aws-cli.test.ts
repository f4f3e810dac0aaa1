import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openSandbox } from '../../src/app.ts';
import { startSandboxServer } from '../../src/sandbox/cloud.ts';
import { needs } from '../needs.ts';

const run = promisify(execFile);
const hasAws = (() => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

it('the AWS CLI creates, changes by change set, executes, describes and deletes a stack', {
  timeout: 60_000,
}, async (context) => {
  needs(context, 'aws', hasAws);
  const home = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  const { sandbox, store } = await openSandbox(home, 0);
  const server = await startSandboxServer(sandbox, 0);
  const template = (memory: number) => {
    const path = join(home, `t${memory}.yaml`);
    writeFileSync(
      path,
      `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${memory} }\n`,
    );
    return `file://${path}`;
  };
  const aws = async (...args: string[]) => {
    const { stdout } = await run('aws', ['--region', 'eu-west-1', '--output', 'json', 'cloudformation', ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
  try {
    await aws('create-stack', '--stack-name', 'cli', '--template-body', template(30));
    await aws('create-change-set', '--stack-name', 'cli', '--change-set-name', 'c1', '--template-body', template(60));
    const set = await aws('describe-change-set', '--stack-name', 'cli', '--change-set-name', 'c1');
    expect(set).toMatchObject({
      Status: 'CREATE_COMPLETE',
      Changes: [{ ResourceChange: { Action: 'Modify', LogicalResourceId: 'Q', Replacement: 'False' } }],
    });
    await aws('execute-change-set', '--stack-name', 'cli', '--change-set-name', 'c1');
    expect((await aws('describe-stacks', '--stack-name', 'cli')).Stacks[0]).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
    });
    await aws('delete-stack', '--stack-name', 'cli');
    await expect(aws('describe-stacks', '--stack-name', 'cli')).rejects.toThrow(/Stack with id cli does not exist/);
    const calls = (await (await fetch(`${server.url}/_countersign/calls`)).json()) as {
      operation: string;
      class: string;
    }[];
    expect(calls.filter((call) => call.class === 'write').map(({ operation }) => operation)).toEqual([
      'CreateStack',
      'ExecuteChangeSet',
      'DeleteStack',
    ]);
  } finally {
    await server.close();
    store.close();
    rmSync(home, { recursive: true, force: true });
  }
});
