/** What a plan changes of the stack itself, where no resource changes: told, judged, and signed for. */
import { CloudFormationClient, CreateChangeSetCommand, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/effect.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const client = () => new CloudFormationClient(pastCountersign(world));
const ALARM = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors';
const OTHER = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:latency';
type Part = Record<string, unknown>;
const template = (more: Part = {}) =>
  JSON.stringify({
    Parameters: {
      DbPassword: { Type: 'String', NoEcho: true, Default: 'Sommer-2026-x' },
      Level: { Type: 'String', Default: 'info' },
    },
    Resources: {
      P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'DbPassword' } } },
      Q: { Type: 'AWS::SQS::Queue' },
    },
    ...more,
  });
const create = (body: string, more = {}, StackName = 'web-prod') =>
  client().send(new CreateStackCommand({ StackName, TemplateBody: body, ...more }));

async function onStack(
  tool: string,
  input: object,
  app = world.app,
): Promise<{ answer: Record<string, unknown>; effect?: Effect }> {
  const answered = await app.pipeline(tool, { stack: 'web-prod', ...input });
  if (!answered.ok) throw new Error(JSON.stringify(answered.error));
  const answer = answered.content;
  const { effects } = (await world.app.changes.plan(String(answer.plan_id))).plan;
  const effect = effects.find(({ type, kind }) => type === 'AWS::CloudFormation::Stack' && kind !== 'tag');
  return { answer, ...(effect ? { effect } : {}) };
}
const update = (more: Part) => onStack('plan_stack_update', { template: template(more) });
const codesOf = (answer: Record<string, unknown>) => JSON.stringify(answer.verdicts);

describe('an output alone', () => {
  it('is an effect of the stack, and takes the seats of production', async () => {
    await create(template());
    const { answer, effect } = await update({ Outputs: { Url: { Value: 'https://acme.example' } } });
    expect(effect).toMatchObject({
      kind: 'update',
      properties: [{ path: 'Outputs.Url', after: 'https://acme.example' }],
      marks: [],
    });
    expect(answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
  });
  it('shows a reference by its name, a change by both sides, and a removal', async () => {
    await create(template({ Outputs: { A: { Value: { 'Fn::GetAtt': ['Q', 'Arn'] } }, B: { Value: 'b' } } }));
    const { effect } = await update({ Outputs: { A: { Value: { Ref: 'Q' }, Export: { Name: 'q' } } } });
    expect(effect?.properties).toEqual([
      { path: 'Outputs.A', before: '$' + '{Q.Arn}', after: '$' + '{Q} (export q)', replaces: 'never' },
      { path: 'Outputs.B', before: 'b', replaces: 'never' },
    ]);
  });
  it.each([
    ['by Ref', { Ref: 'DbPassword' }],
    ['in a text', { 'Fn::Sub': 'postgres://app:$' + '{DbPassword}@db' }],
    ['joined and encoded', { 'Fn::Base64': { 'Fn::Join': [':', ['app', { Ref: 'DbPassword' }]] } }],
    ['through an attribute that gives a property back', { 'Fn::GetAtt': ['P', 'Value'] }],
    ['through such an attribute in a text', { 'Fn::Sub': 'x$' + '{P.Value}' }],
  ])('that tells a secret %s is an exposure, and shows none of it', async (_how, Value) => {
    await create(template());
    const { answer, effect } = await update({ Outputs: { Pw: { Value, Export: { Name: 'pw' } } } });
    expect(effect).toMatchObject({ kind: 'expose', marks: [{ kind: 'expose', path: 'Outputs.Pw' }] });
    expect(effect?.properties).toEqual([{ path: 'Outputs.Pw', after: '**** (export pw)', replaces: 'never' }]);
    expect(codesOf(answer)).toContain('GUARD_EXPOSURE');
    expect(JSON.stringify(answer)).not.toContain('Sommer');
  });
  it('that told it before is no new exposure when another one is added', async () => {
    await create(template({ Outputs: { Pw: { Value: { Ref: 'DbPassword' } } } }));
    const { effect } = await update({ Outputs: { Pw: { Value: { Ref: 'DbPassword' } }, B: { Value: 'b' } } });
    expect(effect).toMatchObject({ kind: 'update', marks: [], properties: [{ path: 'Outputs.B' }] });
  });
  it('that tells it from the start is an exposure of a new stack', async () => {
    const app = world.another({ policy: world.policyText.replaceAll('stacks:', 'create: true, stacks:') });
    const { effect } = await onStack(
      'plan_stack_create',
      {
        stack: 'new-prod',
        template: template({ Outputs: { Pw: { Value: { Ref: 'DbPassword' } }, B: { Value: 'b' } } }),
      },
      app,
    );
    expect(effect?.properties.map(({ path }) => path)).toEqual(['Outputs.Pw']);
  });
});

describe('parameters, description and metadata', () => {
  const Outputs = { L: { Value: { Ref: 'Level' } }, Pw: { Value: { Ref: 'DbPassword' } } };
  it('are effects of the stack beside those of resources', async () => {
    await create(template({ Outputs }));
    const { effect } = await onStack('plan_stack_update', {
      template: template({
        Outputs,
        Description: 'The web',
        Metadata: { Owner: 'team', Login: { Password: 'geheim-1' } },
      }),
      parameters: { Level: 'debug' },
    });
    expect(effect?.properties).toEqual([
      { path: 'Outputs.L', before: 'info', after: 'debug', replaces: 'never' },
      { path: 'Description', after: 'The web', replaces: 'never' },
      { path: 'Metadata.Login', after: '{"Password":"****"}', replaces: 'never' },
      { path: 'Metadata.Owner', after: 'team', replaces: 'never' },
      { path: 'Parameters.Level', before: 'info', after: 'debug', replaces: 'never' },
    ]);
  });
  it('that stay are none', async () => {
    await create(template({ Outputs }));
    const body = JSON.parse(template({ Outputs }));
    body.Resources.R = { Type: 'AWS::SQS::Queue' };
    const { effect } = await onStack('plan_stack_update', { template: JSON.stringify(body) });
    expect(effect).toBeUndefined();
  });
});

describe('a change set of another tool', () => {
  const body = JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' }, R: { Type: 'AWS::SQS::Queue' } } });
  const triggers = (...arns: string[]) => arns.map((Arn) => ({ Arn, Type: 'AWS::CloudWatch::Alarm' }));
  const topic = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
  async function prepared(more: object) {
    await client().send(
      new CreateChangeSetCommand({ StackName: 'web-prod', ChangeSetName: 'pr-8', TemplateBody: body, ...more }),
    );
    return onStack('plan_stack_update', { change_set: 'pr-8' });
  }
  beforeEach(async () => {
    await create(JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } }), {
      RollbackConfiguration: { RollbackTriggers: triggers(ALARM, OTHER), MonitoringTimeInMinutes: 10 },
      NotificationARNs: [topic('ops'), topic('old')],
    });
  });

  it.each([
    ['takes all triggers away', { RollbackTriggers: [] }, ALARM],
    ['takes one away', { RollbackTriggers: triggers(OTHER) }, ALARM],
    ['watches for a shorter time', { MonitoringTimeInMinutes: 0 }, 'watches for 0 min'],
  ])('that %s lowers a protection', async (_what, RollbackConfiguration, told) => {
    const { answer, effect } = await prepared({ RollbackConfiguration });
    expect(effect).toMatchObject({ kind: 'unprotect', marks: [{ kind: 'unprotect', path: 'RollbackConfiguration' }] });
    expect(effect?.marks[0]?.text).toContain(told);
    expect(codesOf(answer)).toContain('GUARD_PROTECTION');
  });
  it('that adds one is told, and lowers nothing', async () => {
    const { effect } = await prepared({
      RollbackConfiguration: { RollbackTriggers: triggers(ALARM, OTHER, `${ALARM}-2`) },
    });
    expect(effect).toMatchObject({ kind: 'update', marks: [], properties: [{ path: 'RollbackConfiguration' }] });
  });
  it('that says nothing of it keeps it', async () => {
    expect((await prepared({})).effect).toBeUndefined();
  });
  it('that clears triggers of a stack without any says so, and changes nothing', async () => {
    await create(JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } }), {}, 'bare-prod');
    await client().send(
      new CreateChangeSetCommand({
        StackName: 'bare-prod',
        ChangeSetName: 'pr-9',
        TemplateBody: body,
        RollbackConfiguration: { RollbackTriggers: [] },
      }),
    );
    const { answer, effect } = await onStack('plan_stack_update', { stack: 'bare-prod', change_set: 'pr-9' });
    expect(effect).toBeUndefined();
    expect(JSON.stringify(answer)).toContain('empty list of rollback triggers');
  });
  it('that takes a topic away is told', async () => {
    const { effect } = await prepared({ NotificationARNs: [topic('ops')] });
    expect(effect).toMatchObject({ kind: 'update', properties: [{ path: 'NotificationARNs' }] });
  });
});
