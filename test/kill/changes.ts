/** A signed change of each kind, on the seeded world. */
import { CloudFormationClient, CreateChangeSetCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { signedByAll } from '../attacks/attempts.ts';
import { pastCountersign, proposeFix, type TestWorld } from '../world.ts';

async function proposed(world: TestWorld, tool: string, input: object, goal: string): Promise<string> {
  const plan = await world.call(tool, input);
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal, reason: 'as planned' });
  if (change.change_id === undefined) throw new Error(`${tool}: ${JSON.stringify(change)} ${JSON.stringify(plan)}`);
  return signedByAll(world, world.app, String(change.change_id));
}
async function batch(world: TestWorld): Promise<{ instance_id: string }> {
  const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as never as {
    instances: { instance_id: string }[];
  };
  return instances[0]!;
}
const queue = JSON.stringify({ Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } });
const broken = JSON.stringify({
  Resources: {
    Inbox: { Type: 'AWS::SNS::Topic' },
    Broken: { Type: 'AWS::SNS::Topic', Metadata: { CountersignSandbox: { fail: 'broken' } } },
  },
});

async function leaveHalfDone(world: TestWorld, name: string): Promise<void> {
  const template = { Resources: { Inbox: { Type: 'AWS::SNS::Topic' } } };
  world.store.transact((inside) => seedWorld(inside, { stacks: [{ name, template }] }));
  const client = new CloudFormationClient(pastCountersign(world));
  const { Id } = await client.send(
    new CreateChangeSetCommand({ StackName: name, ChangeSetName: 'prepared', TemplateBody: broken }),
  );
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id, DisableRollback: true }));
}

export const CHANGES: Readonly<Record<string, (world: TestWorld) => Promise<string>>> = {
  'stack update': async (world) => signedByAll(world, world.app, await proposeFix(world)),
  'stack create': async (world) => {
    const policy = world.policyText.replace('environment: development,', 'environment: development, create: true,');
    await world.another({ policy });
    return proposed(world, 'plan_stack_create', { stack: 'made-dev', template: queue }, 'deploy');
  },
  'stack delete': (world) => proposed(world, 'plan_stack_delete', { stack: 'empty-dev' }, 'clean_up'),
  'stack rollback': (world) => proposed(world, 'plan_stack_rollback', { stack: 'half-dev' }, 'recover'),
  'instance stop': async (world) =>
    proposed(
      world,
      'plan_instance_action',
      { instance_ids: [(await batch(world)).instance_id], action: 'stop' },
      'scale',
    ),
  'instance terminate': async (world) =>
    proposed(
      world,
      'plan_instance_action',
      { instance_ids: [(await batch(world)).instance_id], action: 'terminate' },
      'clean_up',
    ),
  'instance type': async (world) =>
    proposed(
      world,
      'plan_instance_type',
      { instance_id: (await batch(world)).instance_id, instance_type: 'm5.large' },
      'scale',
    ),
  'security group rules': async (world) => {
    const { security_groups } = (await world.call('describe_security_groups', {})) as never as {
      security_groups: { group_id: string; name: string }[];
    };
    const group = security_groups.find(({ name }) => name === 'alone')!;
    return proposed(
      world,
      'plan_security_group_rules',
      { group_id: group.group_id, authorize: ['ingress tcp 8443 10.0.0.0/8'] },
      'configure',
    );
  },
  snapshot: async (world) => {
    const { volumes } = (await world.call('describe_volumes', {})) as never as { volumes: { volume_id: string }[] };
    return proposed(world, 'plan_snapshot', { volume_id: volumes[0]!.volume_id }, 'configure');
  },
  tags: async (world) =>
    proposed(
      world,
      'plan_tags',
      { resource_ids: [(await batch(world)).instance_id], set: { team: 'web' } },
      'configure',
    ),
};

/** What the seeded world lacks for them. */
export async function prepare(world: TestWorld): Promise<void> {
  world.store.transact((inside) =>
    seedWorld(inside, {
      stacks: [{ name: 'empty-dev', template: { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } } }],
      security_groups: [{ name: 'alone' }],
    }),
  );
  await leaveHalfDone(world, 'half-dev');
}
