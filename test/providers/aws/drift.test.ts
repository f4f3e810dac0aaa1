/** Live values that an update would overwrite: looked for by every plan, of what it touches, and again at execution. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deleteBehindStack, driftResource } from '../../../src/sandbox/cloudformation/drift.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

let world: TestWorld;
const STACK = 'drift-dev';
const template = (variables: object, timeout = 10) =>
  JSON.stringify({
    Resources: {
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::123456789012:role/r',
          Code: { ZipFile: 'exports.handler = async () => 1' },
          Timeout: timeout,
          Environment: { Variables: variables },
        },
      },
      Other: { Type: 'AWS::SQS::Queue' },
    },
  });
let stackId: string;
beforeEach(async () => {
  world = await openTestWorld();
  const client = new CloudFormationClient(pastCountersign(world));
  const made = await client.send(
    new CreateStackCommand({ StackName: STACK, TemplateBody: template({ LEVEL: 'info' }) }),
  );
  stackId = made.StackId!;
});
afterEach(() => world.close());

const byHand = (id: string, property: string, value: never) =>
  world.store.transact((inside) => driftResource(inside, stackId, id, property, value));
const planOf = async (input: object) => {
  const answer = await world.call('plan_stack_update', { stack: STACK, ...input });
  if (answer.plan_id === undefined) throw new Error(JSON.stringify(answer));
  const { plan } = await world.app.changes.plan(String(answer.plan_id));
  return { answer, marks: plan.effects.flatMap(({ marks }) => marks).filter(({ kind }) => kind === 'overwrite') };
};
const detections = () => world.store.calls().filter(({ operation }) => operation === 'DetectStackResourceDrift');

it('finds a secret that was put into a map by hand, holds in development too, and does not tell it', async () => {
  byHand('Fn', 'Environment', { Variables: { LEVEL: 'info', DB: 'correct-horse' } } as never);
  const { answer, marks } = await planOf({ template: template({ LEVEL: 'debug' }) });
  expect(marks).toEqual([
    {
      kind: 'overwrite',
      path: 'Properties.Environment.Variables.DB',
      text: 'Environment.Variables.DB was added outside CloudFormation (****); the template does not have it.',
    },
  ]);
  expect(answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
  expect(JSON.stringify([answer, marks])).not.toContain('correct-horse');
});

it('finds an emergency fix by hand, and is content when the template takes it over', async () => {
  byHand('Fn', 'Timeout', 60 as never);
  const reverted = await planOf({ template: template({ LEVEL: 'debug' }) });
  expect(reverted.marks).toMatchObject([{ path: 'Properties.Timeout', text: expect.stringContaining('to 60;') }]);
  const taken = await planOf({ template: template({ LEVEL: 'debug' }, 60) });
  expect(taken.marks).toEqual([]);
  expect(taken.answer).toMatchObject({ decision: 'pass' });
});

it('looks at what the plan touches and at nothing else, once each', async () => {
  await planOf({ template: template({ LEVEL: 'debug' }) });
  expect(detections()).toMatchObject([{ class: 'plan' }]);
  const before = detections().length;
  await planOf({ template: template({ LEVEL: 'info' }), tags: { team: 'checkout' } });
  expect(detections()).toHaveLength(before);
});

it('says what was deleted by hand', async () => {
  world.store.transact((inside) => deleteBehindStack(inside, stackId, 'Fn'));
  const { marks } = await planOf({ template: template({ LEVEL: 'debug' }) });
  expect(marks).toMatchObject([{ text: expect.stringContaining('was deleted outside CloudFormation') }]);
});

it('says that live values could not be read, of these alone, and in development waits for nobody', async () => {
  const denied = {
    status: 403,
    headers: { 'content-type': 'text/xml' },
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/a is not authorized to perform: cloudformation:DetectStackResourceDrift</Message></Error></ErrorResponse>',
  };
  const app = await world.another({
    proxy: (request, forward) =>
      String(request.body).includes('DetectStackResourceDrift') ? Promise.resolve(denied as never) : forward(),
  });
  const answered = await app.pipeline('plan_stack_update', { stack: STACK, template: template({ LEVEL: 'debug' }) });
  expect(answered).toMatchObject({ ok: true, content: { decision: 'pass' } });
  const { content } = answered as unknown as { content: { verdicts: { code: string; message: string }[] } };
  const verdict = content.verdicts.find(({ code }) => code === 'GUARD_LOST_UPDATE');
  expect(verdict?.message).toContain('cannot tell whether the update would overwrite live values');
  expect(content.verdicts.map(({ code }) => code)).not.toContain('GUARD_UNKNOWN_EFFECT');
});

it('looks again at execution: what was changed by hand after the approval makes the change stale', async () => {
  const { answer } = await planOf({ template: template({ LEVEL: 'debug' }) });
  const change = await world.call('propose_change', { plan_id: answer.plan_id, goal: 'configure', reason: 'verbose' });
  expect(change).toMatchObject({ state: 'approved' });
  byHand('Fn', 'Timeout', 60 as never);
  await expect(world.execute(String(change.change_id))).rejects.toMatchObject({ code: 'STATE_STALE' });
});
