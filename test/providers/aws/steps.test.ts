/** Plans of several steps: each waits for the one before, a failing one stops, and all of it is told. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CreateTagsCommand, DeleteTagsCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { show } from '../../../src/cli/show.ts';
import type { Call } from '../../../src/core/call.ts';
import { differencesNow } from '../../../src/providers/aws/promised.ts';
import { settle } from '../../../src/providers/aws/waits.ts';
import type { Stack } from '../../../src/sandbox/cloudformation/model.ts';
import type { Instance } from '../../../src/sandbox/ec2/model.ts';
import { addFault } from '../../../src/sandbox/faults.ts';
import { seedWorld } from '../../../src/sandbox/seed-file.ts';
import { pastCountersign } from '../../world.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const planned = async (tool: string, input: object) => (await world.plan(tool, input)).answer.plan_id;
const acting = (name: string, action: string) =>
  planned('plan_instance_action', { instance_ids: [world.instance(name).id], action });
const resize = () =>
  planned('plan_instance_type', { instance_id: world.instance('batch').id, instance_type: 'm5.large' });
const written = () => world.writes().map(({ operation }) => operation);
const progressOf = async (id: string) => (await world.app.changes.progress(id)).map(({ text }) => text);
const edit = (id: string, over: Partial<Instance>) =>
  world.store.transact((inside) => inside.put('instance', id, { ...inside.get<Instance>('instance', id)!, ...over }));

describe('the waits of a plan', () => {
  it('are told in the ledger: the snapshot until it is complete, then the termination', async () => {
    world.store.setPace(0.1);
    const { id, state } = await world.carryOut(await acting('batch', 'terminate'));
    expect(state).toBe('succeeded');
    const told = await progressOf(id);
    const at = (pattern: RegExp) => told.findIndex((text) => pattern.test(text));
    expect(at(/^snap-\w+ is pending/)).toBeGreaterThanOrEqual(0);
    expect(at(/^snap-\w+ is completed$/)).toBeGreaterThan(at(/^snap-\w+ is pending/));
    expect(at(/TerminateInstances was accepted/)).toBeGreaterThan(at(/^snap-\w+ is completed$/));
    expect(at(/^i-\w+ is terminated$/)).toBeGreaterThan(at(/TerminateInstances was accepted/));
  });

  it('record the snapshot that was made', async () => {
    const { id } = await world.carryOut(await acting('batch', 'terminate'));
    const returned = (await world.app.ledger.events({ changeId: id, kinds: ['call.returned'] })).map(
      ({ body }) => body,
    );
    const { Snapshots = [] } = await world.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    const own = Snapshots.find(({ Tags }) => Tags?.some(({ Key }) => Key === 'countersign:plan'));
    expect(returned).toMatchObject([{ step: 'snapshot1', made: [own!.SnapshotId] }, { step: 'act' }]);
  });

  it('that show a failure stop the plan: what was done and what was not is said, and nothing is repeated', async () => {
    const planId = await acting('batch', 'terminate');
    const by = await world.another({
      async proxy({ body }, forward) {
        const answer = await forward();
        if (!body.includes('Action=DescribeSnapshots') || !body.includes('SnapshotId.1')) return answer;
        return { ...answer, body: String(answer.body).replace(/<status>\w+</, '<status>error<') };
      },
    });
    const proposed = await world.call('propose_change', { plan_id: planId, goal: 'clean_up', reason: 'a test' });
    const { state, outcome } = await by.executor.run(await world.signed(String(proposed.change_id)));
    expect(state).toBe('failed');
    expect(outcome!.detail).toMatch(
      /^CreateSnapshot was accepted, and the operation that it started has failed: snap-\w+ is error\. ec2:CreateSnapshot was carried out\. ec2:TerminateInstances was not sent\.$/,
    );
    expect(written()).toEqual(['CreateSnapshot']);
    expect(world.instance('batch').state).toBe('running');
  });

  it('end as unknown when the time is up, with the newest state', async () => {
    const { id } = world.instance('batch');
    const call = { service: 'ec2', operation: 'StopInstances', input: { InstanceIds: [id] } } as never as Call;
    const pace = { firstPauseMilliseconds: 1, longestPauseMilliseconds: 1, patienceMilliseconds: 3 };
    expect(await settle(world.ec2, call, {}, () => undefined, pace)).toEqual({
      kind: 'unknown',
      reason: `StopInstances was accepted, and the operation that it started did not finish in time: ${id} is running`,
    });
  });

  it('outlive looks that fail for a while, and end as unknown when looking is not allowed', async () => {
    const { id } = world.instance('batch');
    edit(id, { state: 'stopped' });
    const call = { service: 'ec2', operation: 'StopInstances', input: { InstanceIds: [id] } } as never as Call;
    const pace = { firstPauseMilliseconds: 1, longestPauseMilliseconds: 1 };
    const fault = (kind: 'server_error' | 'denied', times: number) =>
      world.store.transact((inside) => addFault(inside, { kind, operation: 'DescribeInstances', times }));
    fault('server_error', 9);
    expect(await settle(world.ec2, call, {}, () => undefined, pace)).toMatchObject({ kind: 'done' });
    fault('denied', 1);
    expect(await settle(world.ec2, call, {}, () => undefined, pace)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('could not be checked'),
    });
  });

  it.each([
    ['StopInstances', 'terminated', []],
    ['StartInstances', 'stopped', ['pending']],
  ] as const)('of %s see that its end cannot come any more: %s', async (operation, state, before) => {
    const { id } = world.instance('batch');
    const call = { service: 'ec2', operation, input: { InstanceIds: [id] } } as never as Call;
    edit(id, { state: before[0] ?? state });
    const pace = { firstPauseMilliseconds: 1, longestPauseMilliseconds: 1 };
    const told: string[] = [];
    const tell = (text: string) => {
      told.push(text);
      edit(id, { state });
    };
    expect(await settle(world.ec2, call, {}, tell, pace)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`has failed: ${id} is ${state}`),
    });
    expect(told).toEqual([...before, state].map((one) => `${id} is ${one}`));
  });

  it('do not take the state from before a start for its failure', async () => {
    const { id } = world.instance('batch');
    edit(id, { state: 'stopped' });
    const call = { service: 'ec2', operation: 'StartInstances', input: { InstanceIds: [id] } } as never as Call;
    const pace = { firstPauseMilliseconds: 1, longestPauseMilliseconds: 1 };
    const tell = () => edit(id, { state: 'running' });
    expect(await settle(world.ec2, call, {}, tell, pace)).toMatchObject({ kind: 'done' });
  });
});

describe('a step that AWS refuses', () => {
  it('stops the plan, and the instance that was stopped before is said to be', async () => {
    const planId = await resize();
    // The first is the dry run.
    world.store.transact((inside) =>
      addFault(inside, { kind: 'denied', operation: 'ModifyInstanceAttribute', skip: 1 }),
    );
    const { state, outcome } = await world.carryOut(planId, 'scale');
    expect(state).toBe('failed');
    expect(outcome!.detail).toMatch(
      /^ec2:ModifyInstanceAttribute: .*not authorized.*\. ec2:StopInstances was carried out\. ec2:StartInstances was not sent\.$/,
    );
    expect(written()).toEqual(['StopInstances', 'ModifyInstanceAttribute']);
    expect(world.instance('batch')).toMatchObject({ state: 'stopped', type: 't3.large' });
  });
});

describe('the live state afterwards', () => {
  const clients = () => ({ ec2: world.ec2, cloudFormation: new CloudFormationClient(pastCountersign(world)) });
  const differs = async (planId: unknown) =>
    differencesNow(clients(), (await world.app.changes.plan(String(planId))).plan, []);

  it('is compared with what was signed, and a difference is said everywhere', async () => {
    const { id } = world.instance('batch');
    const planId = await planned('plan_tags', { resource_ids: [id], set: { team: 'a', tier: 'b' }, remove: ['Name'] });
    const by = await world.another({
      // Somebody else changes a tag back, at once.
      async proxy({ body }, forward) {
        const answer = await forward();
        if (body.includes('Action=DeleteTags') && !body.includes('DryRun'))
          await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'team', Value: 'other' }] }));
        return answer;
      },
    });
    const proposed = await world.call('propose_change', { plan_id: planId, goal: 'configure', reason: 'a test' });
    const change = await by.executor.run(await world.signed(String(proposed.change_id)));
    const difference = `The tag team of ${id} is other; a was signed`;
    expect(change).toMatchObject({ state: 'succeeded', differs: [difference] });
    expect((await show(world.app, change.id, 400)).replaceAll(/\s+/g, ' ')).toContain(
      `differs from what was signed: ${difference}`,
    );
    expect(await world.call('describe_change', { change_id: change.id })).toMatchObject({
      state: 'succeeded',
      differs_from_what_was_signed: [difference],
    });
  });

  it('is the same after each kind of plan, and each difference is found', async () => {
    const { id } = world.instance('batch');
    const stop = await acting('batch', 'stop');
    expect(await world.carryOut(stop, 'scale')).toMatchObject({ state: 'succeeded', differs: [] });
    edit(id, { state: 'running' });
    expect(await differs(stop)).toEqual([`${id} is running; stopped was signed`]);

    const type = await resize();
    expect(await world.carryOut(type, 'scale')).toMatchObject({ state: 'succeeded', differs: [] });
    edit(id, { state: 'stopped', type: 'm5.xlarge' } as never);
    expect(await differs(type)).toEqual([
      `${id} is stopped; running was signed`,
      `The type of ${id} is m5.xlarge; m5.large was signed`,
    ]);

    const tags = await planned('plan_tags', { resource_ids: [id], set: { team: 'a' }, remove: ['Name'] });
    expect(await world.carryOut(tags, 'configure')).toMatchObject({ state: 'succeeded', differs: [] });
    await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Name', Value: 'batch' }] }));
    await world.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'team' }] }));
    expect(await differs(tags)).toEqual([
      `${id} still has the tag Name; its removal was signed`,
      `The tag team of ${id} is not there; a was signed`,
    ]);

    const end = await acting('batch', 'terminate');
    expect(await world.carryOut(end)).toMatchObject({ state: 'succeeded', differs: [] });
    edit(id, { state: 'running' });
    expect(await differs(end)).toEqual([`${id} is running; terminated was signed`]);
  });

  it('is one read after a plan of instances, and none after a snapshot', async () => {
    const reads = (operations: string[]) =>
      operations.slice(operations.findLastIndex((name) => /^(?:Start|Stop|Create)/.test(name)) + 1);
    await world.carryOut(await acting('batch', 'stop'), 'scale');
    expect(reads(world.operations())).toEqual(['DescribeInstances', 'DescribeInstances']);
    await world.carryOut(
      await planned('plan_snapshot', { volume_id: world.instance('batch').volumes[0]!.id }),
      'configure',
    );
    expect(reads(world.operations())).toEqual(['DescribeSnapshots']);
  });
});

describe('a stack afterwards', () => {
  const clients = () => ({ ec2: world.ec2, cloudFormation: new CloudFormationClient(pastCountersign(world)) });
  const differs = async (planId: unknown) =>
    differencesNow(clients(), (await world.app.changes.plan(String(planId))).plan, []);
  const template = (more: string, name = 'one') => `Resources:
  Kept: { Type: AWS::SQS::Queue, Properties: { QueueName: ${name} } }
${more}
Outputs:
  Where: { Value: "${name}" }
`;
  const stackOf = () =>
    world.store.transact(
      (inside) =>
        inside.list<Stack>('stack').find(({ name, status }) => name === 'shop-dev' && status !== 'DELETE_COMPLETE')!,
    );
  const change = (edit: (stack: Stack) => void) =>
    world.store.transact((inside) => {
      const stack = inside.get<Stack>('stack', stackOf().id)!;
      edit(stack);
      inside.put('stack', stack.id, stack);
    });
  beforeEach(() => {
    const queues =
      '  Old: { Type: AWS::SQS::Queue }\n  Changed: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 1 } }';
    world.store.transact((inside) =>
      seedWorld(inside, { stacks: [{ name: 'shop-dev', template: template(queues), tags: { team: 'a' } }] }),
    );
  });

  it('is compared: what was created, changed in place and removed, its outputs and tags', async () => {
    const queues =
      '  New: { Type: AWS::SQS::Queue }\n  Changed: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 2 } }';
    const wanted = template(queues).replace('Value: "one"', 'Value: "two"');
    const plan = await planned('plan_stack_update', { stack: 'shop-dev', template: wanted, tags: { team: 'b' } });
    expect(await world.carryOut(plan, 'clean_up')).toMatchObject({ state: 'succeeded', differs: [] });
    expect(await differs(plan)).toEqual([]);
    const { resources } = stackOf();
    change((stack) => {
      stack.outputs.Where!.value = 'three';
      stack.tags.team = 'c';
      stack.resources = {
        Kept: resources.Kept!,
        Old: { ...resources.Kept!, logicalId: 'Old', status: 'DELETE_FAILED' },
        Changed: { ...resources.Changed!, physicalId: 'another' },
      };
    });
    expect((await differs(plan)).sort()).toEqual([
      expect.stringMatching(/^Changed was replaced \(.+ is now another\); update in place was signed$/),
      'New is not in the stack; create was signed',
      'Old is DELETE_FAILED; its removal from the stack was signed',
      'The output Where is three; two was signed',
      'The tag team of the stack is c; b was signed',
    ]);
  });

  it('that is deleted is compared by what went and what stayed', async () => {
    const kept = '  Log: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }';
    world.store.transact((inside) =>
      seedWorld(inside, {
        stacks: [{ name: 'old-dev', template: `Resources:\n${kept}\n  Q: { Type: AWS::SQS::Queue }\n` }],
      }),
    );
    const plan = await planned('plan_stack_delete', { stack: 'old-dev' });
    expect(await world.carryOut(plan)).toMatchObject({ state: 'succeeded', differs: [] });
    const { target } = (await world.app.changes.plan(String(plan))).plan;
    world.store.transact((inside) => {
      const stack = inside.get<Stack>('stack', target.ids[0]!)!;
      stack.resources.Log!.status = 'DELETE_COMPLETE';
      stack.resources.Q!.status = 'DELETE_SKIPPED';
      inside.put('stack', stack.id, stack);
    });
    expect((await differs(plan)).sort()).toEqual([
      'Log is DELETE_COMPLETE; it was signed that it is kept',
      'Q was kept; its deletion was signed',
    ]);
  });
});
