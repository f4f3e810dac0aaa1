/** An instance that a stack gives up takes its disks along, as the instance's own tool says. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateSnapshotCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const STACK = 'web-prod';
const template = (ImageId: string, InstanceType = 't3.micro') =>
  JSON.stringify({ Resources: { Box: { Type: 'AWS::EC2::Instance', Properties: { ImageId, InstanceType } } } });
const create = (body: string) =>
  new CloudFormationClient(pastCountersign(world)).send(
    new CreateStackCommand({ StackName: STACK, TemplateBody: body }),
  );
const planOf = async (tool: string, input: object) => {
  const answer = await world.call(tool, input);
  if (answer.plan_id === undefined) throw new Error(JSON.stringify(answer));
  const { plan } = await world.app.changes.plan(String(answer.plan_id));
  return { answer, box: plan.effects.find(({ logicalId }) => logicalId === 'Box')! };
};
const ec2 = () => new EC2Client(pastCountersign(world));
const codes = (answer: Record<string, unknown>) => (answer.verdicts as { code: string }[]).map(({ code }) => code);

it('takes its volumes along by a replacement and by a deletion: two approvals, as its own tool asks for', async () => {
  await create(template('ami-0123456789abcdef0'));
  for (const [tool, input] of [
    ['plan_stack_update', { stack: STACK, template: template('ami-0123456789abcdef1') }],
    ['plan_stack_delete', { stack: STACK }],
  ] as const) {
    const { answer, box } = await planOf(tool, input);
    expect(box, tool).toMatchObject({
      disks: [expect.stringMatching(/^vol-/)],
      reversibility: 'irreversible',
      why: expect.stringMatching(/vol-/),
    });
    expect(answer, tool).toMatchObject({ decision: 'needs_approval', seats: { needed: 2 } });
    expect(codes(answer), tool).toContain('GUARD_STATEFUL_LOSS');
  }
});

it('is recoverable when every volume of it has a completed snapshot', async () => {
  await create(template('ami-0123456789abcdef0'));
  const { Reservations = [] } = await ec2().send(new DescribeInstancesCommand({}));
  const box = Reservations.flatMap(({ Instances = [] }) => Instances).find(({ Tags = [] }) =>
    Tags.some(({ Value }) => Value === STACK),
  );
  for (const { Ebs } of box?.BlockDeviceMappings ?? [])
    await ec2().send(new CreateSnapshotCommand({ VolumeId: Ebs?.VolumeId ?? '' }));
  const planned = await planOf('plan_stack_update', { stack: STACK, template: template('ami-0123456789abcdef1') });
  expect(planned.box).toMatchObject({
    disks: [expect.stringMatching(/^vol-/)],
    reversibility: 'recoverable',
    recoveryPoint: { id: expect.stringMatching(/^snap-/) },
  });
});

it('loses its instance-store disks when it is stopped for another type', async () => {
  await create(template('ami-0123456789abcdef0', 'm5d.large'));
  const { box } = await planOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.Box.Properties.InstanceType', value: 'm5d.xlarge' }],
  });
  expect(box).toMatchObject({ kind: 'update', holds: 'data', reversibility: 'irreversible' });
});
