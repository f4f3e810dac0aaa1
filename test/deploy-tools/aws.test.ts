/** The commands of the AWS CLI that INPUT_NEEDS_PACKAGING and docs/agents.md name, and what they prepare. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { BUCKET, openStage, STACK, type Stage } from './stage.ts';

const isHere = (() => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const TIMEOUT = { timeout: 300_000 };
let stage: Stage;
beforeEach(async (context) => {
  needs(context, 'aws', isHere);
  stage = await openStage();
  // Once: a file's time is in the asset that is made of it.
  stage.file('index.js', 'exports.handler = async () => 1;\n');
  stage.file('child.yaml', 'Resources:\n  Topic: { Type: AWS::SNS::Topic }\n');
  await stage.aws('s3api', 'create-bucket', '--bucket', BUCKET);
  const enabled = ['--versioning-configuration', 'Status=Enabled'];
  await stage.aws('s3api', 'put-bucket-versioning', '--bucket', BUCKET, ...enabled);
});
afterEach(() => stage?.close());

const app = (seconds: number) => `Resources:
  Jobs: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: ${seconds} } }
  Worker:
    Type: AWS::Lambda::Function
    Properties: { Role: 'arn:aws:iam::123456789012:role/f', Handler: index.handler, Runtime: nodejs24.x, Code: ./index.js }
`;
const nested = (seconds: number) =>
  `${app(seconds)}  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml } }\n`;
/** The function may be among them too: its asset is zipped anew, with the time in it. */
async function updatesOf({ plan_id }: Record<string, unknown>): Promise<string[]> {
  const { plan } = await stage.app.changes.plan(String(plan_id));
  return plan.effects.map(({ kind, logicalId }) => `${kind} ${logicalId}`);
}
async function pack(text: string): Promise<string> {
  const packaged = join(stage.folder, 'packaged.yaml');
  const input = ['--template-file', stage.file('app.yaml', text), '--s3-bucket', BUCKET];
  await stage.aws('cloudformation', 'package', ...input, '--output-template-file', packaged);
  return packaged;
}
const stackNow = async () =>
  JSON.parse(await stage.aws('cloudformation', 'describe-stacks', '--stack-name', STACK)).Stacks[0];

it('package uploads the assets, and its output is planned and executed', TIMEOUT, async () => {
  const text = nested(30);
  const refused = await stage.app.pipeline('plan_stack_create', { stack: STACK, template: text });
  expect(refused).toMatchObject({
    error: { code: 'INPUT_NEEDS_PACKAGING', remedy: expect.stringContaining('aws cloudformation package') },
  });
  const template_file = await pack(text);
  expect(await stage.carryOut('plan_stack_create', { stack: STACK, template_file })).toMatchObject({
    state: 'succeeded',
    plan: { effects: { counts: { create: 4 } } },
  });
});

it('put-object uploads a packaged template of any size, and it is planned and executed', TIMEOUT, async () => {
  await stage.carryOut('plan_stack_create', { stack: STACK, template_file: await pack(nested(30)) });
  const packaged = readFileSync(await pack(nested(60)), 'utf8');
  const large = stage.file('large.yaml', `# ${'x'.repeat(60_000)}\n${packaged}`);
  const refused = await stage.app.pipeline('plan_stack_update', { stack: STACK, template_file: large });
  expect(refused).toMatchObject({
    error: { code: 'INPUT_NEEDS_PACKAGING', remedy: expect.stringContaining('aws s3api put-object') },
  });
  const object = ['--bucket', BUCKET, '--key', 'shop/app.yaml'];
  const { VersionId } = JSON.parse(await stage.aws('s3api', 'put-object', ...object, '--body', large));
  for (const version of ['', `?versionId=${VersionId}`]) {
    const planned = await stage.app.pipeline('plan_stack_update', {
      stack: STACK,
      template_file: `s3://${BUCKET}/shop/app.yaml${version}`,
    });
    expect(await updatesOf(planned.ok ? planned.content : {})).toContain('update Jobs');
  }
  const template_file = `s3://${BUCKET}/shop/app.yaml`;
  expect(await stage.carryOut('plan_stack_update', { stack: STACK, template_file })).toMatchObject({
    state: 'succeeded',
  });
});

it(
  'create-change-set prepares a change set that keeps tags and parameters, and it is planned and executed',
  TIMEOUT,
  async () => {
    const text = (seconds: number) => `Parameters: { Size: { Type: String, Default: small } }\n${nested(seconds)}`;
    await stage.carryOut('plan_stack_create', {
      stack: STACK,
      template_file: await pack(text(30)),
      tags: { team: 'shop' },
      parameters: { Size: 'large' },
    });
    const packaged = await pack(text(60));
    await stage.aws('s3', 'cp', packaged, `s3://${BUCKET}/app.yaml`);
    const url = `https://s3.eu-west-1.amazonaws.com/${BUCKET}/app.yaml`;
    for (const template of [
      ['--template-url', url],
      ['--template-body', `file://${packaged}`],
    ]) {
      const named = ['--stack-name', STACK, '--change-set-name', 'by-alice', '--include-nested-stacks'];
      const kept = ['--parameters', 'ParameterKey=Size,UsePreviousValue=true'];
      await stage.aws('cloudformation', 'create-change-set', ...named, ...template, ...kept);
      const planned = await stage.app.pipeline('plan_stack_update', { stack: STACK, change_set: 'by-alice' });
      expect(await updatesOf(planned.ok ? planned.content : {})).toContain('update Jobs');
      if (template[0] === '--template-url')
        await stage.aws('cloudformation', 'delete-change-set', ...named.slice(0, 4));
    }
    const carried = await stage.carryOut('plan_stack_update', { stack: STACK, change_set: 'by-alice' });
    expect(carried).toMatchObject({ state: 'succeeded' });
    const { Tags, Parameters } = await stackNow();
    expect([Tags, Parameters[0].ParameterValue]).toEqual([[{ Key: 'team', Value: 'shop' }], 'large']);
  },
);

it('package uploads the code of a SAM template', TIMEOUT, async () => {
  const sam =
    'Transform: AWS::Serverless-2016-10-31\nResources:\n  F: { Type: AWS::Serverless::Function, Properties: { CodeUri: ./index.js } }\n';
  expect(readFileSync(await pack(sam), 'utf8')).toMatch(new RegExp(`CodeUri: s3://${BUCKET}/`));
});

it('deploy deploys and updates end to end, and empties the tags, as docs/agents.md says', TIMEOUT, async () => {
  const deploy = async (text: string, ...more: string[]) => {
    const template = ['--template-file', await pack(text), '--stack-name', STACK];
    return stage.aws('cloudformation', 'deploy', ...template, '--s3-bucket', BUCKET, '--force-upload', ...more);
  };
  await deploy(nested(30), '--tags', 'team=shop');
  expect((await stackNow()).Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
  await deploy(nested(60));
  expect((await stackNow()).Tags).toEqual([]);
});

it('deploy without execution prepares a change set that is planned and executed', TIMEOUT, async () => {
  await stage.carryOut('plan_stack_create', { stack: STACK, template_file: await pack(app(30)) });
  const template = ['--template-file', await pack(app(60)), '--stack-name', STACK, '--no-execute-changeset'];
  await stage.aws('cloudformation', 'deploy', ...template);
  const listed = JSON.parse(await stage.aws('cloudformation', 'list-change-sets', '--stack-name', STACK));
  const { ChangeSetName } = listed.Summaries.find(
    (set: { ExecutionStatus: string }) => set.ExecutionStatus === 'AVAILABLE',
  );
  const { state, plan } = await stage.carryOut('plan_stack_update', { stack: STACK, change_set: ChangeSetName });
  expect([state, await updatesOf(plan)]).toEqual(['succeeded', expect.arrayContaining(['update Jobs'])]);
});
