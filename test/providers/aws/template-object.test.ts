/** A template that lies in S3, in a bucket that the policy names. */
import { PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../../src/compose.ts';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../../world.ts';

const BUCKET = 'templates-of-main';
const template = (seconds: number, more = '') =>
  `Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${seconds} }\n${more}`;
/** Over what a call of CloudFormation takes. */
const LONG = `# ${'x'.repeat(60_000)}\n`;

let world: TestWorld;
let app: App;
beforeEach(async () => {
  world = await openTestWorld();
  app = await world.another({
    policy: world.policyText
      .replace('regions: [eu-west-1] }', `regions: [eu-west-1], template_buckets: [${BUCKET}, unversioned] }`)
      .replace('environment: development,', 'environment: development, create: true,'),
  });
  world.store.transact((data) => {
    for (const [bucket, keepsVersions] of [
      [BUCKET, true],
      ['unversioned', false],
      ['elsewhere', true],
    ] as const)
      data.put('s3_bucket', bucket, { bucket, keepsVersions });
  });
});
afterEach(() => world.close());

const s3 = () => new S3Client({ ...pastCountersign(world), forcePathStyle: true });
async function put(body: string, Bucket = BUCKET, Key = 'stacks/in box.yaml'): Promise<string> {
  const { VersionId } = await s3().send(new PutObjectCommand({ Bucket, Key, Body: body }));
  return `s3://${Bucket}/${Key}${VersionId === undefined ? '' : `?versionId=${VersionId}`}`;
}
const plan = (template_file: string, more: object = {}) =>
  app.pipeline('plan_stack_create', { stack: 'inbox-dev', template_file, ...more });
/** The timeouts of the templates that the sandbox's CloudFormation has. */
const templates = (kind: 'stack' | 'change_set', stack: string) =>
  world.store
    .transact((data) => data.list<{ name: string; stackName?: string; templateBody: string }>(kind))
    .filter(({ name, stackName }) => (stackName ?? name) === stack)
    .map(({ templateBody }) => Number(/VisibilityTimeout: (\d+)/.exec(templateBody)?.[1]));
const operations = () => world.store.calls().map(({ service, operation }) => `${service}:${operation}`);
const refused = (code: string, message: unknown = expect.any(String)) => ({ ok: false, error: { code, message } });

describe('template_file in S3', () => {
  it('plans, signs and executes a template that no call could carry, in the version that was named', async () => {
    const first = await put(LONG + template(30));
    await put(LONG + template(31));
    const planned = await plan(first);
    expect(planned).toMatchObject({ ok: true, content: { decision: 'pass' } });
    const plan_id = planned.ok ? planned.content.plan_id : '';
    const change = await app.pipeline('propose_change', { plan_id, goal: 'deploy', reason: 'an inbox' });
    const done = await world.execute(change.ok ? String(change.content.change_id) : '', app);
    expect(done.state).toBe('succeeded');
    expect(templates('stack', 'inbox-dev')).toEqual([30]);
  });

  it('takes the newest version where none is named, and pins CloudFormation to it', async () => {
    await put(LONG + template(30));
    const last = await put(LONG + template(31));
    await plan(last.replace(/\?.*/, ''));
    await app.pipeline('plan_stack_update', { stack: 'cost-explorer-dev', template_file: last.replace(/\?.*/, '') });
    expect(templates('change_set', 'inbox-dev')).toEqual([31]);
    expect(templates('change_set', 'cost-explorer-dev')).toEqual([31]);
  });

  it('keeps every refusal of a template that is sent', async () => {
    for (const [text, code] of [
      [`Transform: MyMacro\n${template(30)}`, 'INPUT_NEEDS_PACKAGING'],
      [template(30).replace('30', '"****"'), 'INPUT_MASKED_VALUE'],
      ['no template', 'INPUT_TEMPLATE_INVALID'],
      ['# '.padEnd(1_000_001, 'x'), 'INPUT_TOO_LARGE'],
    ] as const)
      expect(await plan(await put(text))).toMatchObject({ ok: false, error: { code } });
    expect(operations()).not.toContain('cloudformation:CreateChangeSet');
  });

  it('reads no bucket that the policy does not name', async () => {
    expect(await plan(await put(template(30), 'elsewhere'))).toMatchObject(
      refused('INPUT_TEMPLATE_FILE_OUTSIDE', expect.stringContaining('elsewhere')),
    );
    expect(operations()).not.toContain('s3:GetObject');
    const without = await world.another({ policy: world.policyText });
    expect(await without.pipeline('plan_stack_update', { stack: STACK, template_file: 's3://x-y/z' })).toMatchObject({
      error: { code: 'INPUT_TEMPLATE_FILE_OUTSIDE', remedy: expect.stringContaining('template_buckets') },
    });
  });

  it('is what a template that is too long for a call is told of, with the upload that fits it', async () => {
    const told = async (text: string) => {
      const answer = await app.pipeline('plan_stack_create', { stack: 'inbox-dev', template: text });
      return answer.ok ? '' : String(answer.error.remedy);
    };
    expect(await told(LONG + template(30))).toContain(`aws s3api put-object --bucket ${BUCKET} `);
    expect(await told(`${LONG}# aws:cdk:path\n${template(30)}`)).toContain('cdk publish-assets STACK ');
  });

  it('asks S3 for a bucket of this account only', async () => {
    const owners: unknown[] = [];
    const watched = await world.another({
      proxy: (request, forward) => {
        if (request.path.startsWith(`/${BUCKET}`)) owners.push(request.headers['x-amz-expected-bucket-owner']);
        return forward();
      },
    });
    const template_file = await put(template(30));
    await watched.pipeline('plan_stack_create', { stack: 'inbox-dev', template_file });
    expect(owners).toEqual(['123456789012']);
  });

  it.each([
    's3://',
    `s3://${BUCKET}`,
    `s3://${BUCKET}/`,
    `s3://${BUCKET}/../elsewhere/a`,
    `s3://${BUCKET}/a?version=1`,
    `s3://${BUCKET}//a`,
  ])('refuses %s, which names no object', async (file) => {
    expect(await plan(file)).toMatchObject(refused('INPUT_INVALID', expect.stringContaining('no name of an object')));
  });

  it('refuses what can be replaced after it was read, and what is not there', async () => {
    expect(await plan(await put(template(30), 'unversioned'))).toMatchObject(
      refused('INPUT_INVALID', expect.stringContaining('gave no version')),
    );
    await put(template(30));
    expect(await plan(`s3://${BUCKET}/none.yaml`)).toMatchObject(refused('AWS_NOT_FOUND'));
    expect(await plan(`s3://${BUCKET}/stacks/in box.yaml?versionId=none`)).toMatchObject(refused('AWS_NOT_FOUND'));
  });

  it('is of versions only after versioning was enabled', async () => {
    const before = await put(template(30), 'unversioned');
    const Status = 'Enabled' as const;
    await s3().send(new PutBucketVersioningCommand({ Bucket: 'unversioned', VersioningConfiguration: { Status } }));
    expect(await plan(before)).toMatchObject(refused('INPUT_INVALID'));
    expect(await plan(await put(template(30), 'unversioned'))).toMatchObject({ ok: true });
  });
});
