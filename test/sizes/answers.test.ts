/**
 * Large worlds: every answer as a client gets it (text and structure together), complete by paging, in few AWS calls.
 * About four characters are a token.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../src/mcp/answer-text.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

const SMALL_PLAN = 3_000;
const LARGE_PLAN = 6_000;
/** A page of a list, by default: what a model reads of it, since its text is its structure. */
const PAGE = 8_000;

const queues = (count: number, properties = '{ VisibilityTimeout: !Ref T, QueueName: !Ref AWS::NoValue }') =>
  `Parameters:\n  T: { Type: Number, Default: 30 }\nResources:\n${Array.from({ length: count }, (_, n) => `  Queue${n}: { Type: AWS::SQS::Queue, Properties: ${properties} }\n`).join('')}`;
const worst = (count: number) =>
  `Parameters:\n  T: { Type: Number, Default: 30 }\nResources:\n${Array.from({ length: count }, (_, n) => `  TheTableOfCustomerOrders${n}:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]\n      KeySchema: [{ AttributeName: id, KeyType: HASH }]\n`).join('')}`;

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld();
  world.store.transact((inside) =>
    seedWorld(inside, {
      vpcs: [{ id: 'vpc-0123456789abcdef0' }],
      security_groups: Array.from({ length: 120 }, (_, n) => ({
        name: `service-${n}`,
        vpc_id: 'vpc-0123456789abcdef0',
        ingress: Array.from({ length: 12 }, (_, port) => ({ peer: `10.${n}.0.0/16`, ports: String(8000 + port) })),
      })),
      stacks: [
        ...Array.from({ length: 300 }, (_, n) => ({
          name: `service-with-a-long-name-${n}-prod`,
          template: 'Resources:\n  Bell: { Type: AWS::SNS::Topic }\n',
        })),
        { name: 'ten-prod', template: queues(10) },
        { name: 'hundreds-prod', template: queues(500, '{ VisibilityTimeout: !Ref T }') },
        { name: 'two-hundred-prod', template: queues(200) },
        { name: 'tables-prod', template: worst(10) },
        { name: 'many-tables-prod', template: worst(200) },
      ],
      instances: Array.from({ length: 500 }, (_, n) => ({
        name: `worker-${n}`,
        tags: { fleet: 'workers' },
        security_groups: [`service-${n % 100}`],
      })),
    }),
  );
}, 120_000);
afterAll(() => world.close());

/** The answer as the server sends it, its size, and the AWS calls that it took, by operation. */
async function ask(tool: string, input: object) {
  const before = world.store.calls().length;
  const answer = await world.app.pipeline(tool, input);
  const calls: Record<string, number> = {};
  for (const { operation } of world.store.calls().slice(before)) calls[operation] = (calls[operation] ?? 0) + 1;
  const content = answer.ok ? answer.content : { ...answer.error };
  const length = JSON.stringify(content).length;
  return { content, size: length + textOf(answer).length, length, calls };
}

const PLACE = ['GetCallerIdentity'];
const total = (calls: Record<string, number>) =>
  Object.entries(calls).reduce((sum, [name, count]) => sum + (PLACE.includes(name) ? 0 : count), 0);

/** All pages of a list, each of which is small enough. */
async function pages(tool: string, list: string, id: string, input: object = {}) {
  const ids: unknown[] = [];
  const sizes: number[] = [];
  const calls: number[] = [];
  let cursor: unknown;
  do {
    const page = await ask(tool, { ...input, ...(cursor === undefined ? {} : { cursor }) });
    const items = page.content[list] as Record<string, unknown>[];
    expect(Array.isArray(items), JSON.stringify(page.content).slice(0, 200)).toBe(true);
    ids.push(...items.map((item) => item[id]));
    sizes.push(page.length);
    calls.push(total(page.calls));
    cursor = page.content.cursor;
  } while (cursor !== undefined);
  return { ids, largest: Math.max(...sizes), mostCalls: Math.max(...calls), pages: sizes.length };
}

describe('lists', () => {
  it.each([
    ['describe_stacks', 'stacks', 'stack', {}, 305 + 3, 3],
    ['describe_instances', 'instances', 'instance_id', { tag: 'fleet=workers' }, 500, 1],
    ['describe_volumes', 'volumes', 'volume_id', {}, undefined, 4],
    ['describe_security_groups', 'security_groups', 'group_id', { vpc_id: 'vpc-0123456789abcdef0' }, 120, 3],
  ] as const)(
    '%s tells everything exactly once, in small pages',
    async (tool, list, id, input, count, calls) => {
      const all = await pages(tool, list, id, input);
      expect(new Set(all.ids).size).toBe(all.ids.length);
      if (count !== undefined) expect(all.ids).toHaveLength(count);
      else expect(all.ids.length).toBeGreaterThanOrEqual(500);
      expect(all.largest).toBeLessThanOrEqual(PAGE);
      expect(all.mostCalls).toBeLessThanOrEqual(calls);
    },
    120_000,
  );
});

describe('one stack of 200 resources', () => {
  it('is told in one page, with a way to the rest', async () => {
    const { content, length, calls } = await ask('describe_stack', { stack: 'two-hundred-prod' });
    expect(content).toMatchObject({ resource_count: 200, cursor: expect.any(String) });
    expect(length).toBeLessThanOrEqual(PAGE);
    expect(total(calls)).toBeLessThanOrEqual(4);
  });

  it('tells every resource exactly once by its cursor', async () => {
    const all = await pages('describe_stack', 'resources', 'logical_id', { stack: 'two-hundred-prod' });
    expect(all.ids).toHaveLength(200);
    expect(new Set(all.ids).size).toBe(200);
    expect(all.largest).toBeLessThanOrEqual(PAGE);
  });

  it('all parts at once stay readable', async () => {
    const include = ['resources', 'outputs', 'parameters', 'events', 'drift', 'dependents'];
    const { length, calls } = await ask('describe_stack', { stack: 'two-hundred-prod', include });
    expect(length).toBeLessThanOrEqual(2 * PAGE);
    expect(total(calls)).toBeLessThanOrEqual(6);
  });
});

describe('plans and changes', () => {
  const plans: [string, string, object, number][] = [
    ['ten updates', 'plan_stack_update', { stack: 'ten-prod', parameters: { T: '45' } }, SMALL_PLAN],
    ['five hundred updates', 'plan_stack_update', { stack: 'hundreds-prod', parameters: { T: '45' } }, LARGE_PLAN],
    ['five hundred tags', 'plan_stack_update', { stack: 'hundreds-prod', tags: { team: 'web' } }, LARGE_PLAN],
    [
      'ten losses, denied for many reasons',
      'plan_stack_update',
      { stack: 'tables-prod', template: queues(1) },
      LARGE_PLAN,
    ],
    [
      'two hundred losses, denied for many reasons',
      'plan_stack_update',
      { stack: 'many-tables-prod', template: queues(1) },
      LARGE_PLAN,
    ],
    ['ten deletions', 'plan_stack_delete', { stack: 'tables-prod' }, SMALL_PLAN],
    ['five hundred deletions', 'plan_stack_delete', { stack: 'hundreds-prod' }, LARGE_PLAN],
  ];
  it.each(plans)(
    '%s',
    async (_what, tool, input, limit) => {
      const { content, size, calls } = await ask(tool, input);
      expect(content.plan_id, JSON.stringify(content)).toBeDefined();
      expect(size, JSON.stringify(content)).toBeLessThanOrEqual(limit);
      // At most twenty of them compare resources with the template.
      expect(total(calls)).toBeLessThanOrEqual(24 + 20);
    },
    60_000,
  );

  it('a hundred instances are planned in calls that do not grow with them, protections apart', async () => {
    const { content: listed } = await ask('describe_instances', { tag: 'fleet=workers', limit: 100 });
    const instance_ids = (listed.instances as { instance_id: string }[])
      .map(({ instance_id }) => instance_id)
      .slice(0, 50);
    const { size, calls } = await ask('plan_instance_action', { instance_ids, action: 'stop' });
    expect(size).toBeLessThanOrEqual(LARGE_PLAN);
    const { DescribeInstanceAttribute = 0, ...others } = calls;
    expect(DescribeInstanceAttribute).toBeLessThanOrEqual(instance_ids.length);
    expect(total(others)).toBeLessThanOrEqual(4);
  });

  it('every effect of a long plan is told exactly once by describe_plan', async () => {
    const { content } = await ask('plan_stack_update', { stack: 'hundreds-prod', parameters: { T: '60' } });
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await ask('describe_plan', {
        plan_id: content.plan_id,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.size).toBeLessThanOrEqual(PAGE);
      expect(total(page.calls)).toBe(0);
      seen.push(...(JSON.stringify(page.content).match(/update Queue\d+ /g) ?? []));
      cursor = page.content.cursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(500);
  });

  it('a proposed change, one and the list of them', async () => {
    const { content: plan } = await ask('plan_stack_update', { stack: 'ten-prod', parameters: { T: '46' } });
    const proposed = await ask('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'x'.repeat(500) });
    expect(proposed.size).toBeLessThanOrEqual(SMALL_PLAN);
    const described = await ask('describe_change', { change_id: proposed.content.change_id });
    expect(described.size).toBeLessThanOrEqual(SMALL_PLAN);
    expect(total(described.calls)).toBe(0);
    expect((await ask('describe_changes', {})).length).toBeLessThanOrEqual(PAGE);
    expect((await ask('describe_policy', {})).length).toBeLessThanOrEqual(PAGE);
  });
});
