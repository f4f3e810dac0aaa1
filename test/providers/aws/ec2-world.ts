/** A test world with EC2 of its own: clients past countersign, and shortcuts along the road. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { approve } from '../../../src/cli/approve.ts';
import type { App } from '../../../src/compose.ts';
import type { Change } from '../../../src/core/change.ts';
import type { Plan } from '../../../src/core/plan.ts';
import type { Instance, SecurityGroup } from '../../../src/sandbox/ec2/model.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

export interface Ec2World extends TestWorld {
  /** Somebody else's hands. */
  ec2: EC2Client;
  cloudFormation: CloudFormationClient;
  instance(name: string): Instance;
  group(name: string): SecurityGroup;
  /** The plan's answer and the plan itself. */
  plan(tool: string, input: object, app?: App): Promise<{ answer: Record<string, unknown>; plan: Plan }>;
  /** Signed by as many as it needs. @returns its id. */
  signed(id: string): Promise<string>;
  /** Proposed, signed by as many as it needs, executed. */
  carryOut(planId: unknown, goal?: string): Promise<Change>;
  /** Operations that reached the endpoint since the last time this was asked; dry runs apart. */
  operations(): string[];
}

export async function openEc2World(): Promise<Ec2World> {
  const world = await openTestWorld();
  const settings = pastCountersign(world);
  let seen = 0;
  const signed = async (id: string): Promise<string> => {
    for (const person of ['bob', 'carol'])
      if ((await world.app.changes.find(id)).state === 'pending')
        await approve(world.app, id, {
          decision: 'approve',
          key: world.keyOf(person),
          confirm: (await world.app.changes.find(id)).target.name,
        });
    return id;
  };
  return {
    ...world,
    signed,
    ec2: new EC2Client(settings),
    cloudFormation: new CloudFormationClient(settings),
    instance: (name) =>
      world.store.transact((inside) =>
        inside
          .list<Instance>('instance')
          .find(({ tags }) => tags.some(({ Key, Value }) => Key === 'Name' && Value === name)),
      )!,
    group: (name) =>
      world.store.transact((inside) =>
        inside.list<SecurityGroup>('security_group').find((group) => group.name.includes(name)),
      )!,
    async plan(tool, input, app = world.app) {
      const made = await app.pipeline(tool, input);
      const answer = made.ok ? made.content : { ...made.error };
      if (typeof answer.plan_id !== 'string') throw new Error(JSON.stringify(answer));
      return { answer, plan: (await app.changes.plan(answer.plan_id)).plan };
    },
    async carryOut(planId, goal = 'clean_up') {
      const proposed = await world.call('propose_change', { plan_id: planId, goal, reason: 'a test' });
      return world.execute(await signed(String(proposed.change_id)));
    },
    operations() {
      const calls = world.store.calls();
      const fresh = calls.slice(seen).filter(({ dryRun }) => !dryRun);
      seen = calls.length;
      return fresh.map(({ operation }) => operation);
    },
  };
}
