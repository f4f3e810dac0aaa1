/**
 * The whole road by AWS_ENDPOINT_URL: the same tool calls against the sandbox and against moto give the same answers
 * for what both support, and what moto cannot say (replacement, properties) is decided by the tables, never milder.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { type App, createApp } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { adoptFirst } from '../../src/policy/pin.ts';
import { isRequired } from '../needs.ts';
import { type Backend, hasMoto, openMotoBackend, openSandboxBackend } from './cloud-backends.ts';

const TEMPLATE = `Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: costs
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: day, AttributeType: S }]
      KeySchema: [{ AttributeName: day, KeyType: HASH }]
  Inbox:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 60 }
`;
const QUEUE = 'Resources:\n  Hook:\n    Type: AWS::EC2::SecurityGroup\n    Properties: { GroupDescription: idle }\n';
const set = (path: string, value: unknown) => ({ stack: 'shop-prod', set: [{ path: `Resources.${path}`, value }] });

interface Road {
  backend: Backend;
  app: App;
  home: string;
  instance: string;
  volume: string;
  group: string;
}

async function openRoad(open: () => Promise<Backend>): Promise<Road> {
  const backend = await open();
  const home = mkdtempSync(join(tmpdir(), 'countersign-road-'));
  const keyOf = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, name)]);
    return readFileSync(join(home, `${name}.pub`), 'utf8').trim();
  };
  const policy = join(home, 'policy.yaml');
  writeFileSync(
    policy,
    `version: 1
accounts:
  main: { id: "123456789012", regions: [eu-west-1] }
scopes:
  - { account: main, stacks: ["*-prod"], environment: production, create: true, execute: by_command }
  - { account: main, ids: ["*"], environment: production, execute: by_command }
people:
  alice: { roles: [dev] }
  bob: { roles: [sre], keys: ["${keyOf('bob')}"] }
  carol: { roles: [data], keys: ["${keyOf('carol')}"] }
guards:
  rate: { production: 50/h }
`,
  );
  // The SDK's default chain reads these; both clouds take any key.
  process.env.AWS_ACCESS_KEY_ID = 'a';
  process.env.AWS_SECRET_ACCESS_KEY = 'b';
  const config = { ...readConfig({ home, policy }), region: 'eu-west-1', endpointUrl: backend.url, sponsor: 'alice' };
  const app = createApp({ ...config, actsAs: [] });
  await adoptFirst(app.ledger, app.policyFile!, ['test']);
  await backend.cloudFormation.send(new CreateStackCommand({ StackName: 'shop-prod', TemplateBody: TEMPLATE }));
  await backend.settle();
  const [instance, volume, group] = [await backend.instance(), await backend.volume(), await backend.group('web')];
  return { backend, app, home, instance, volume, group };
}

async function call({ app }: Road, tool: string, input: object): Promise<Record<string, unknown>> {
  const answer = await app.pipeline(tool, input);
  return answer.ok ? answer.content : { ...answer.error };
}

/** What must be the same everywhere: ids and times are not. */
function told(answer: Record<string, unknown>) {
  const {
    decision,
    code,
    effects,
    verdicts = [],
    goals_allowed,
  } = answer as {
    decision?: string;
    code?: string;
    effects?: { counts: object; worst: string };
    verdicts?: { code: string; outcome: string }[];
    goals_allowed?: string[];
  };
  const codes = verdicts.map((verdict) => `${verdict.outcome} ${verdict.code}`).sort();
  return { decision, code, counts: effects?.counts, worst: effects?.worst, codes, goals_allowed };
}

async function walk(road: Road, tool: string, input: object, goal: string, signers: string[]) {
  const plan = await call(road, tool, input);
  const change = await call(road, 'propose_change', { plan_id: plan.plan_id, goal, reason: 'because' });
  for (const name of signers)
    await approve(road.app, String(change.change_id), {
      decision: 'approve',
      key: join(road.home, name),
      confirm: (await road.app.changes.find(String(change.change_id))).target.name,
    });
  return road.app.executor.run(String(change.change_id));
}

const isHere = hasMoto || isRequired('moto');
if (!isHere) console.warn('Skipped: moto is not installed.');

describe.skipIf(!isHere)('the road on the sandbox and on moto', { timeout: 60_000 }, () => {
  let roads: Road[];
  beforeAll(async () => {
    roads = await Promise.all([openRoad(openSandboxBackend), openRoad(openMotoBackend)]);
  });
  afterAll(async () => {
    for (const { app, backend, home } of roads ?? []) {
      app.close();
      await backend.close();
      rmSync(home, { recursive: true, force: true });
    }
  });

  it.each<[string, string, (road: Road) => object]>([
    ['an update in place', 'plan_stack_update', () => set('Inbox.Properties.VisibilityTimeout', 120)],
    ['the replacement of a table', 'plan_stack_update', () => set('Table.Properties.TableName', 'costs2')],
    ['nothing', 'plan_stack_update', () => ({ stack: 'shop-prod' })],
    ['a new stack', 'plan_stack_create', () => ({ stack: 'new-prod', template: TEMPLATE.replace('costs', 'other') })],
    ['a deletion', 'plan_stack_delete', () => ({ stack: 'shop-prod' })],
    ['stopping', 'plan_instance_action', ({ instance }) => ({ instance_ids: [instance], action: 'stop' })],
    ['terminating', 'plan_instance_action', ({ instance }) => ({ instance_ids: [instance], action: 'terminate' })],
    ['another size', 'plan_instance_type', ({ instance }) => ({ instance_id: instance, instance_type: 't3.small' })],
    ['a snapshot', 'plan_snapshot', ({ volume }) => ({ volume_id: volume })],
    ['tags', 'plan_tags', ({ volume }) => ({ resource_ids: [volume], set: { team: 'costs' } })],
    [
      'a private rule',
      'plan_security_group_rules',
      ({ group }) => ({ group_id: group, authorize: ['ingress tcp 443 10.0.0.0/8'] }),
    ],
    [
      'the world',
      'plan_security_group_rules',
      ({ group }) => ({ group_id: group, authorize: ['ingress tcp 22 0.0.0.0/0'] }),
    ],
    ['a stack that is not there', 'plan_stack_delete', () => ({ stack: 'gone-prod' })],
  ])('plans the same: %s', async (_what, tool, input) => {
    const [sandbox, moto] = await Promise.all(roads.map(async (road) => told(await call(road, tool, input(road)))));
    // Moto compares no live resource with its template: what is overwritten there is not known, and waits for a person.
    const { counts = {} } = sandbox!;
    const isCompared = tool === 'plan_stack_update' && ('update' in counts || 'replace' in counts);
    expect(moto).toEqual(
      isCompared ? { ...sandbox, codes: [...sandbox!.codes, 'hold GUARD_LOST_UPDATE'].sort() } : sandbox,
    );
  });

  it.each<[string, (road: Road) => object, string[]]>([
    [
      'describe_instances',
      ({ instance }) => ({ instance_ids: [instance] }),
      ['state', 'instance_type', 'owner', 'protections'],
    ],
    ['describe_volumes', ({ volume }) => ({ volume_ids: [volume] }), ['state', 'size_gib', 'owner', 'newest_snapshot']],
    ['describe_security_groups', ({ group }) => ({ group_ids: [group] }), ['name', 'owner', 'rules', 'open_to_world']],
  ])('%s tells the same', async (tool, input, parts) => {
    const [sandbox, moto] = await Promise.all(
      roads.map(async (road) => {
        const [list] = Object.values(await call(road, tool, input(road))) as Record<string, unknown>[][];
        return Object.fromEntries(parts.map((part) => [part, list![0]![part]]));
      }),
    );
    expect(moto).toEqual(sandbox);
  });

  it.each<[string, string, (road: Road) => object, string, string[]]>([
    ['a snapshot', 'plan_snapshot', ({ volume }) => ({ volume_id: volume }), 'recover', ['bob']],
    ['tags', 'plan_tags', ({ volume }) => ({ resource_ids: [volume], set: { team: 'costs' } }), 'configure', ['bob']],
    [
      'a rule',
      'plan_security_group_rules',
      ({ group }) => ({ group_id: group, authorize: ['ingress tcp 443 10.0.0.0/8'] }),
      'configure',
      ['bob'],
    ],
    ['a new stack', 'plan_stack_create', () => ({ stack: 'idle-prod', template: QUEUE }), 'deploy', ['bob']],
    ['its deletion', 'plan_stack_delete', () => ({ stack: 'idle-prod' }), 'clean_up', ['bob', 'carol']],
  ])('executes the same: %s', async (_what, tool, input, goal, signers) => {
    for (const road of roads)
      expect(await walk(road, tool, input(road), goal, signers), road.backend.url).toMatchObject({
        state: 'succeeded',
      });
  });

  it('executes an update that was signed, and stops an instance', async () => {
    for (const road of roads) {
      const updated = await walk(road, 'plan_stack_update', set('Inbox.Properties.VisibilityTimeout', 90), 'fix', [
        'bob',
      ]);
      expect(updated).toMatchObject({ state: 'succeeded' });
      const stopped = await walk(
        road,
        'plan_instance_action',
        { instance_ids: [road.instance], action: 'stop' },
        'scale',
        ['bob'],
      );
      expect(stopped).toMatchObject({ state: 'succeeded' });
      const { Stacks = [] } = await road.backend.cloudFormation.send(
        new DescribeStacksCommand({ StackName: 'shop-prod' }),
      );
      expect(Stacks[0]?.StackStatus).toBe('UPDATE_COMPLETE');
    }
  });
});
