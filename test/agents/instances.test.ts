/** Instances and their disks, as an agent is asked for them: all disks at once, what stays is named, each denial leads on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textOf } from '../../src/mcp/answer-text.ts';
import type { Instance } from '../../src/sandbox/ec2/model.ts';
import { makeInstance } from '../../src/sandbox/ec2/model.ts';
import { type Ec2World, openEc2World } from '../providers/aws/ec2-world.ts';
import { STACK } from '../world.ts';

let world: Ec2World;
let disks: string[];
beforeEach(async () => {
  world = await openEc2World();
  disks = world.store
    .transact((inside) =>
      makeInstance(inside, {
        region: 'eu-west-1',
        type: 't3.large',
        tags: [
          { Key: 'Name', Value: 'ledger' },
          { Key: 'team', Value: 'costs' },
        ],
        extraVolumeGib: 100,
      }),
    )
    .volumes.map(({ id }) => id);
});
afterEach(() => world.close());

const machine = () => world.instance('ledger').id;
const text = async (tool: string, input: object) => textOf(await world.app.pipeline(tool, input));
const nextIn = (said: string) => JSON.parse(/^next: (.*)$/m.exec(said)?.[1] ?? 'null');
const owned = () =>
  world.store.transact((inside) =>
    inside.list<Instance>('instance').find(({ tags }) => tags.some(({ Value }) => Value === STACK)),
  )!;

describe('all disks of an instance', () => {
  it('are snapshotted by one plan, and each of them is', async () => {
    expect(disks.length).toBeGreaterThan(1);
    const { answer, plan } = await world.plan('plan_snapshot', { instance_id: machine() });
    expect(plan.calls.map(({ operation, input }) => [operation, input.VolumeId])).toEqual(
      [...disks].sort().map((id) => ['CreateSnapshot', id]),
    );
    expect(new Set(plan.calls.map(({ step }) => step)).size).toBe(disks.length);
    expect(await world.carryOut(answer.plan_id, 'configure')).toMatchObject({ state: 'succeeded' });
    const { volumes } = await world.call('describe_volumes', { instance_id: machine() });
    expect((volumes as { newest_snapshot: unknown }[]).every(({ newest_snapshot: one }) => one !== null)).toBe(true);
  });

  it('or one volume, and not both, nor neither', async () => {
    for (const input of [{}, { volume_id: disks[0], instance_id: machine() }])
      expect(await world.call('plan_snapshot', input)).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('then the instance: its plan stands on these snapshots and needs no other', async () => {
    const { answer } = await world.plan('plan_snapshot', { instance_id: machine() });
    await world.carryOut(answer.plan_id, 'configure');
    const { plan } = await world.plan('plan_instance_action', { instance_ids: [machine()], action: 'terminate' });
    expect(plan.calls.map(({ operation }) => operation)).toEqual(['TerminateInstances']);
    expect(plan.effects).toMatchObject([{ reversibility: 'recoverable', recoveryPoint: { id: expect.any(String) } }]);
  });
});

describe('a termination', () => {
  it('names the disk that it deletes and the one that survives it', async () => {
    const { volumes } = world.instance('ledger');
    const survivor = volumes.find(({ deleteOnTermination }) => !deleteOnTermination)!.id;
    const said = await text('plan_instance_action', { instance_ids: [machine()], action: 'terminate' });
    expect(said).toContain(`${survivor} is kept`);
  });

  it('that makes its own snapshots asks for none', async () => {
    const said = await text('plan_instance_action', { instance_ids: [machine()], action: 'terminate' });
    expect(said).toMatch(/^hold GUARD_STATEFUL_LOSS/m);
    expect(said).not.toMatch(/First make a recovery point/);
  });
});

describe('what an agent is told of instances', () => {
  it('has the name in plans, and the tags of those that were named', async () => {
    expect(await text('plan_instance_action', { instance_ids: [machine()], action: 'reboot' })).toContain(
      `${machine()} is “ledger”`,
    );
    expect(await text('plan_snapshot', { instance_id: machine() })).toContain('“ledger”');
    expect(await world.call('describe_instances', { instance_ids: [machine()] })).toMatchObject({
      instances: [{ tags: { Name: 'ledger', team: 'costs' } }],
    });
    expect(await world.call('plan_tags', { resource_ids: [machine()], set: { team: 'web' } })).toMatchObject({
      effects: { items: [expect.stringContaining('Tags.team: costs → web')] },
    });
    await world.carryOut(
      (await world.call('plan_tags', { resource_ids: disks, set: { team: 'web' } })).plan_id,
      'configure',
    );
    expect(await world.call('describe_volumes', { volume_ids: [disks[0]] })).toMatchObject({
      volumes: [{ tags: { team: 'web' } }],
    });
  });
});

describe('what a stack owns', () => {
  it('has disks that no template names: their tags are planned on them', async () => {
    const { id } = owned().volumes[0]!;
    const said = await text('plan_tags', { resource_ids: [id], set: { costs: 'web' } });
    expect(said).toMatch(/^needs_approval: /);
    expect(nextIn(said)).toMatchObject({ tool: 'propose_change' });
    expect(await text('plan_tags', { resource_ids: [id], set: { environment: 'development' } })).toMatch(
      /^denied: [\s\S]*^deny GUARD_LABELS/m,
    );
  });

  it('is resized and tagged through its resource in the template', async () => {
    const { id } = owned();
    const resized = nextIn(await text('plan_instance_type', { instance_id: id, instance_type: 't3.large' }));
    expect(resized).toMatchObject({
      tool: 'plan_stack_update',
      input: { stack: STACK, set: [{ path: 'Resources.Worker.Properties.InstanceType', value: 't3.large' }] },
    });
    expect(await text(resized.tool, resized.input)).toMatch(/^needs_approval: /);
    const tagged = nextIn(await text('plan_tags', { resource_ids: [id], set: { costs: 'web' } }));
    expect(tagged).toMatchObject({
      tool: 'plan_stack_update',
      input: { set: [{ path: 'Resources.Worker.Properties.Tags', value: expect.stringContaining('costs') }] },
    });
  });

  it.each(['stop', 'reboot', 'terminate'])('is asked about where no template can say it: %s', async (action) => {
    const said = await text('plan_instance_action', { instance_ids: [owned().id], action });
    expect(nextIn(said).ask).toMatch(/^Do not pursue .* Tell the user|Ask the user/);
    expect(said).not.toContain('<logical id>');
  });
});

it('a plan and a stack tell the scope that matched, and so why they are production', async () => {
  const said = await text('plan_instance_action', { instance_ids: [machine()], action: 'reboot' });
  expect(said).toMatch(/^scope: production \(main: id \*\)$/m);
  const { plan_id } = await world.call('plan_stack_update', { stack: STACK, tags: { team: 'costs' } });
  expect(await text('describe_plan', { plan_id: String(plan_id) })).toMatch(
    /^scope: production \(main: stack \*-prod\)$/m,
  );
  expect(await world.call('describe_stack', { stack: STACK })).toMatchObject({
    environment: 'production',
    scope: 'main: stack *-prod',
  });
});
