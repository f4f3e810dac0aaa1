/**
 * The everyday corpus, as the guards see it: the decision and the seats of each row, in production and development.
 * What the planners make of the same changes is replayed against the sandbox elsewhere.
 */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/effect.ts';
import { type Facts, goalsAllowed } from '../../src/core/guard.ts';
import type { Plan } from '../../src/core/plan.ts';
import {
  allGuards,
  call,
  createdFunction,
  creating,
  deletedTable,
  deleting,
  effect,
  facts,
  factsWithHistory,
  hoursAgo,
  inDevelopment,
  inDisposable,
  judged,
  many,
  marked,
  observedStack,
  onInstance,
  plan,
  planWithEffects,
  property,
  spending,
  terminating,
} from './builders.ts';

const policy = { exposure: { public_ports: [443] } };
const told = (thePlan: Plan, theFacts: Facts) => {
  const { decision, seats, verdicts } = judged(thePlan, theFacts, allGuards({ options: policy }));
  const why = verdicts.filter(({ outcome }) => outcome === 'deny').map(({ guard, message }) => `${guard}: ${message}`);
  return [decision === 'needs_approval' ? `${seats} seat(s)` : decision, ...why].join(' ');
};

const set = (type: string, path: string, before: string, after: string, over: Partial<Effect> = {}) =>
  planWithEffects(effect({ type, properties: [property(path, before, after)], ...over }));
const revision = (type: string, logicalId: string): Effect =>
  effect({ kind: 'replace', type, logicalId, revision: true, why: 'A revision type, replaced by design.' });
const opened = (range: string, port: number) =>
  planWithEffects(
    marked(
      'expose',
      { network: { range, protocol: 'tcp', fromPort: port, toPort: port } },
      { type: 'AWS::EC2::SecurityGroup', kind: 'expose' },
    ),
  );
const failed = { status: 'ROLLBACK_COMPLETE', neverCompleted: true, resourceCount: 12 };
const ofFailed = [
  deletedTable({ physicalId: 'half-made' }),
  deletedTable({ type: 'AWS::Some::Type', logicalId: 'Odd', holds: 'unknown', reversibility: 'unknown' }),
  ...many(10, { kind: 'delete', reversibility: 'recoverable' }),
];
const justDeleted = { recentlyDeleted: [{ stackId: 'x', deletedAt: hoursAgo(1), neverCompleted: true }] };
const stopped = onInstance(['StopInstances']);
const started = onInstance(['StartInstances'], { state: 'stopped' }, [{ ...stopped.effects[0]!, kind: 'start' }]);

/** change, plan, seats in production, seats in development. */
const rows: [string, Plan, string, string][] = [
  [
    'function memory 512 → 1024',
    set('AWS::Lambda::Function', 'Properties.MemorySize', '512', '1024'),
    '1 seat(s)',
    'pass',
  ],
  [
    'ECS image bump (task definition replaced: revision type)',
    planWithEffects(
      revision('AWS::ECS::TaskDefinition', 'Task'),
      effect({ type: 'AWS::ECS::Service', logicalId: 'Service' }),
    ),
    '1 seat(s)',
    'pass',
  ],
  [
    'SAM or CDK deploy with hashed version and deployment resources',
    planWithEffects(
      effect(),
      revision('AWS::ApiGateway::Deployment', 'Deployment1'),
      createdFunction({ type: 'AWS::ApiGateway::Deployment', logicalId: 'Deployment2' }),
      { ...revision('AWS::Lambda::Version', 'Version1'), kind: 'delete' },
      createdFunction({ type: 'AWS::Lambda::Version', logicalId: 'Version2' }),
      effect({ type: 'AWS::ApiGateway::Stage', logicalId: 'Stage' }),
      effect({ type: 'AWS::CDK::Metadata', logicalId: 'Metadata' }),
    ),
    '1 seat(s)',
    'pass',
  ],
  [
    'instance type of a stack’s EBS-backed instance',
    set('AWS::EC2::Instance', 'Properties.InstanceType', 't3.micro', 't3.small', {
      interrupts: 'yes',
      size: 't3.small',
    }),
    '1 seat(s)',
    'pass',
  ],
  [
    'database class',
    set('AWS::RDS::DBInstance', 'Properties.DBInstanceClass', 'db.t3.small', 'db.t3.large', {
      interrupts: 'yes',
      holds: 'data',
    }),
    '1 seat(s)',
    'pass',
  ],
  ['port opened to a private range', opened('10.0.0.0/8', 5432), '1 seat(s)', 'pass'],
  ['port 443 to the world where the policy lists 443', opened('0.0.0.0/0', 443), '1 seat(s)', 'pass'],
  ['alarm threshold', set('AWS::CloudWatch::Alarm', 'Properties.Threshold', '5', '10'), '1 seat(s)', 'pass'],
  [
    'log retention lengthened',
    set('AWS::Logs::LogGroup', 'Properties.RetentionInDays', '30', '90', { holds: 'data' }),
    '1 seat(s)',
    'pass',
  ],
  [
    'tag that decides nothing',
    set('AWS::S3::Bucket', 'Properties.Tags', '[{"Key":"team","Value":"a"}]', '[{"Key":"team","Value":"b"}]', {
      holds: 'data',
    }),
    '1 seat(s)',
    'pass',
  ],
  [
    'queue added with its policy inside the stack',
    planWithEffects(
      createdFunction({ type: 'AWS::SQS::Queue', logicalId: 'Queue', holds: 'data' }),
      createdFunction({ type: 'AWS::SQS::QueuePolicy', logicalId: 'Policy' }),
    ),
    '1 seat(s)',
    'pass',
  ],
  ['stack whose first create failed: deleted', deleting(ofFailed, failed), '1 seat(s)', 'pass'],
  [
    '… and created again',
    creating([createdFunction(), createdFunction({ logicalId: 'Other' })], justDeleted),
    '1 seat(s)',
    'pass',
  ],
  [
    'stack in UPDATE_ROLLBACK_FAILED continued',
    plan({
      tool: 'plan_stack_rollback',
      calls: [call('ContinueUpdateRollback')],
      ...observedStack({ status: 'UPDATE_ROLLBACK_FAILED' }),
    }),
    '1 seat(s)',
    'pass',
  ],
  ['instance stopped for the night (owned by nobody)', stopped, '1 seat(s)', 'pass'],
  ['… and started', started, '1 seat(s)', 'pass'],
  ['stand-alone instance terminated, snapshots made first', terminating(), '2 seat(s)', '1 seat(s)'],
];

describe('the everyday corpus', () => {
  it.each(rows)('%s', (_change, thePlan, production, development) => {
    expect([told(thePlan, facts()), told(thePlan, inDevelopment())]).toEqual([production, development]);
  });
  it('a development stack with a log group deleted waits for one seat', () => {
    const logs = deletedTable({ type: 'AWS::Logs::LogGroup', logicalId: 'Logs' });
    expect(told(deleting([logs, ...many(3, { kind: 'delete', reversibility: 'recoverable' })]), inDevelopment())).toBe(
      '1 seat(s)',
    );
  });
  it('a disposable stack is created and deleted ten times a day', () => {
    const lost = [
      deletedTable(),
      deletedTable({ type: 'AWS::Logs::LogGroup', logicalId: 'Logs' }),
      ...many(18, { kind: 'delete' }),
    ];
    const ninth = { changes: 19, updated: 0, created: 200, lost: 180 };
    const busy = spending({ changes: 3, created: 20, lost: 20 }, ninth, inDisposable());
    const today = factsWithHistory({ deletedAt: hoursAgo(1), lostHere: { names: ['Table'], sizeBefore: 20 } }, busy);
    expect(told(creating(many(20, { kind: 'create' })), today)).toBe('pass');
    expect(told(deleting(lost, { resourceCount: 20 }), today)).toBe('pass');
  });
  it('nothing to change is told as that, and nothing is held', () => {
    const nothing = plan({ effects: [], calls: [], dryRun: { kind: 'no_change', succeeded: true } });
    expect(told(nothing, facts({ phase: 'preview' }))).toBe('pass');
  });
  it('every goal is allowed for a plain update', () => {
    expect(goalsAllowed(allGuards(), plan(), facts())).toHaveLength(6);
  });
});
