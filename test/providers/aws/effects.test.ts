import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { effectsOfChanges } from '../../../src/providers/aws/effects/change-set.ts';
import { factsFor } from '../../../src/providers/aws/effects/live-facts.ts';
import { interruptsOf, loadKnowledge } from '../../../src/providers/aws/knowledge/index.ts';
import type { ResourceView } from '../../../src/providers/aws/knowledge/marks/finder.ts';
import type { PlannerContext } from '../../../src/providers/aws/planners/context.ts';
import { isUnresolved, UNRESOLVED } from '../../../src/providers/aws/template/resolve.ts';

const knowledge = await loadKnowledge();
const views = { before: {}, after: {}, physicalIds: {}, isSecret: () => false, isUnknown: () => false };
const effectsOf = (changes: ResourceChange[]) =>
  effectsOfChanges(
    {
      context: { knowledge } as PlannerContext,
      stackName: 's',
      prefix: '',
      facts: new Map(),
      views,
      leaves: new Map(),
    },
    changes,
  );
const effectOf = (change: ResourceChange) => effectsOf([change])[0];
const change = (ResourceType: string, Name: string, over = {}) => ({
  Action: 'Modify' as const,
  LogicalResourceId: 'R',
  ResourceType,
  Replacement: 'False' as const,
  Details: [{ Target: { Attribute: 'Properties' as const, Name, RequiresRecreation: 'Never' as const } }],
  ...over,
});

describe('effects of a change set', () => {
  it('takes the stricter of CloudFormation and the tables', () => {
    expect(effectOf(change('AWS::DynamoDB::Table', 'TableName'))).toMatchObject({
      kind: 'replace',
      reversibility: 'irreversible',
    });
    expect(effectOf(change('AWS::Lambda::Function', 'MemorySize'))).toMatchObject({
      kind: 'update',
      reversibility: 'reversible',
    });
  });
  it('takes CloudFormation at its word on a property that the tables do not know, and nobody’s silence', () => {
    expect(effectOf(change('AWS::Lambda::Function', 'NewProperty'))).toMatchObject({ kind: 'update' });
    const silent = (type: string) => change(type, 'NewProperty', { Replacement: undefined, Details: undefined });
    expect(effectOf(silent('AWS::Lambda::Function'))).toMatchObject({ kind: 'unknown', reversibility: 'unknown' });
    expect(effectOf(silent('AWS::DynamoDB::Table'))).toMatchObject({ kind: 'replace', reversibility: 'irreversible' });
  });
  it('tells what a name is unique in, of what is made, deleted and replaced', () => {
    const view = (parent: string): ResourceView => ({
      logicalId: 'R',
      type: 'AWS::Lambda::Alias',
      properties: { FunctionName: parent, Name: 'live' },
      deletionPolicy: 'Delete',
      updateReplacePolicy: 'Delete',
    });
    const within = (one: ResourceChange) =>
      effectsOfChanges(
        {
          context: { knowledge } as PlannerContext,
          stackName: 's',
          prefix: '',
          facts: new Map(),
          views: { ...views, before: { R: view('old') }, after: { R: view('new') } },
          leaves: new Map(),
        },
        [one],
      )[0]?.within;
    const of = (Action: 'Add' | 'Remove'): ResourceChange => ({
      Action,
      LogicalResourceId: 'R',
      ResourceType: 'AWS::Lambda::Alias',
    });
    expect(within(of('Add'))).toBe('FunctionName new');
    expect(within(of('Remove'))).toBe('FunctionName old');
    expect(within(change('AWS::Lambda::Alias', 'Name'))).toBe('FunctionName old');
    expect(within(change('AWS::Lambda::Alias', 'Description'))).toBeUndefined();
  });
  it('judges an action that it does not know as unknown', () => {
    expect(effectOf(change('AWS::SQS::Queue', 'x', { Action: 'Dynamic' }))).toMatchObject({
      kind: 'unknown',
    });
  });
  it('treats Snapshot on a type without snapshots as Delete', () => {
    const removed = {
      Action: 'Remove' as const,
      LogicalResourceId: 'R',
      ResourceType: 'AWS::DynamoDB::Table',
      PolicyAction: 'Snapshot' as const,
    };
    expect(effectOf(removed)).toMatchObject({
      kind: 'delete',
      reversibility: 'irreversible',
      retention: { effective: 'Delete' },
    });
  });
});

const detail = (Name: string, ChangeSource: 'ResourceAttribute' | 'ResourceReference', CausingEntity: string) => ({
  Target: { Attribute: 'Properties' as const, Name, RequiresRecreation: 'Always' as const },
  Evaluation: 'Dynamic' as const,
  ChangeSource,
  CausingEntity,
});
const dependent = (type: string, ...details: ReturnType<typeof detail>[]) =>
  change(type, '', { LogicalResourceId: 'Dependent', Replacement: 'Conditional', Details: details });
const cause = (type: string, property: string) => change(type, property, { LogicalResourceId: 'Cause' });

describe('what follows from another resource that changes in place', () => {
  it.each(['StreamArn', 'Arn', 'LatestVersionId', 'RoleName', 'Outputs.TopicRef', 'Id'])(
    'stays open where CloudFormation says that the attribute %s may change',
    (attribute) => {
      const [, effect] = effectsOf([
        cause('AWS::DynamoDB::Table', 'StreamSpecification'),
        dependent('AWS::RDS::DBInstance', detail('DBSnapshotIdentifier', 'ResourceAttribute', `Cause.${attribute}`)),
      ]);
      expect(effect).toMatchObject({ kind: 'replace', reversibility: 'irreversible' });
    },
  );
  it('does not replace by Ref: a physical id stays', () => {
    const [, effect] = effectsOf([
      cause('AWS::EC2::Subnet', 'MapPublicIpOnLaunch'),
      dependent('AWS::EC2::NatGateway', detail('SubnetId', 'ResourceReference', 'Cause')),
    ]);
    expect(effect?.kind).toBe('update');
  });
  it.each(['Custom::Lookup', 'AWS::CloudFormation::CustomResource'])(
    'may replace by Ref of a %s, whose function may answer another id',
    (type) => {
      const [custom, effect] = effectsOf([
        cause(type, 'Release'),
        dependent('AWS::EC2::Instance', detail('ImageId', 'ResourceReference', 'Cause')),
      ]);
      expect(custom?.kind).toBe('update');
      expect(effect?.kind).not.toBe('update');
    },
  );
});

describe('tags that replace', () => {
  const retagged = (type: string) =>
    effectOf(
      change(type, '', {
        Scope: ['Tags'],
        Details: [{ Target: { Attribute: 'Tags' as const, RequiresRecreation: 'Never' as const } }],
      }),
    );
  it('asks the tables for the tags that come from the stack', () => {
    expect(retagged('AWS::OpenSearchServerless::Collection')).toMatchObject({ kind: 'replace' });
    expect(retagged('AWS::EC2::TransitGatewayRouteTable')?.why).toMatch(/^Replaced because of Tags\. /);
    expect(retagged('AWS::Lambda::Function')).toMatchObject({ kind: 'tag' });
    expect(retagged('Custom::Thing')).toMatchObject({ kind: 'tag' });
  });
});

/** The effect of one property's change on a resource, both sides as templates say them. */
async function between(type: string, name: string, was: object, is: object, updatePolicy: Json = null) {
  const view = (properties: object): ResourceView => ({
    logicalId: 'R',
    type,
    properties: properties as Record<string, Json>,
    deletionPolicy: 'Delete',
    updateReplacePolicy: 'Delete',
    updatePolicy,
  });
  const sides = { ...views, before: { R: view(was) }, after: { R: view(is) }, isUnknown };
  const changes = [change(type, name)];
  const context = { knowledge } as PlannerContext;
  const facts = await factsFor(context, changes, sides);
  return effectsOfChanges({ context, stackName: 's', prefix: '', facts, views: sides, leaves: new Map() }, changes)[0];
}
const isUnknown = (value: Json | undefined) => isUnresolved(value as never);

describe('an update policy', () => {
  const group = (policy: Json) =>
    between(
      'AWS::AutoScaling::AutoScalingGroup',
      'LaunchTemplate',
      { LaunchTemplate: 1 },
      { LaunchTemplate: 2 },
      policy,
    );
  it.each<[Json, string]>([
    [{ AutoScalingReplacingUpdate: { WillReplace: true } }, 'replace'],
    [{ AutoScalingReplacingUpdate: { WillReplace: 'True' } }, 'replace'],
    [{ AutoScalingReplacingUpdate: { WillReplace: UNRESOLVED } }, 'replace'],
    [{ AutoScalingReplacingUpdate: UNRESOLVED }, 'replace'],
    [UNRESOLVED, 'replace'],
    [{ AutoScalingReplacingUpdate: { WillReplace: 'false' } }, 'update'],
    [null, 'update'],
  ])('%j: %s', async (policy, kind) => {
    expect((await group(policy))?.kind).toBe(kind);
  });
  it.each<[Json, string]>([
    [{ AutoScalingRollingUpdate: { MinInstancesInService: 0 } }, 'yes'],
    [{ AutoScalingRollingUpdate: {} }, 'yes'],
    [{ AutoScalingRollingUpdate: { MinInstancesInService: UNRESOLVED } }, 'yes'],
    [{ AutoScalingRollingUpdate: { MinInstancesInService: '2' } }, 'no'],
    [null, 'no'],
  ])('%j interrupts: %s', async (policy, interrupts) => {
    expect((await group(policy))?.interrupts).toBe(interrupts);
  });
});

describe('what only the words of the documentation call a replacement', () => {
  const typed = (AttributeType: string, ...more: string[]) => ({
    AttributeDefinitions: ['d', ...more].map((AttributeName) => ({ AttributeName, AttributeType })),
  });
  const search = 'AWS::OpenSearchService::Domain';
  it.each<[string, string, object, object, string, Json?]>([
    [search, 'EngineVersion', { EngineVersion: 'OpenSearch_2.5' }, { EngineVersion: 'OpenSearch_2.9' }, 'replace'],
    [search, 'EngineVersion', {}, { EngineVersion: 'OpenSearch_2.9' }, 'update', { EnableVersionUpgrade: true }],
    [search, 'EngineVersion', {}, {}, 'replace', { EnableVersionUpgrade: UNRESOLVED }],
    [search, 'VPCOptions', { VPCOptions: { SubnetIds: ['a'] } }, {}, 'replace'],
    [search, 'VPCOptions', { VPCOptions: { SubnetIds: ['a'] } }, { VPCOptions: { SubnetIds: ['b'] } }, 'update'],
    ['AWS::DynamoDB::Table', 'AttributeDefinitions', typed('S'), typed('N'), 'replace'],
    ['AWS::DynamoDB::Table', 'AttributeDefinitions', typed('S'), typed('S', 'e'), 'update'],
    ['AWS::DynamoDB::Table', 'AttributeDefinitions', typed('S'), { AttributeDefinitions: UNRESOLVED }, 'replace'],
    ['AWS::RDS::DBInstance', 'LicenseModel', { DBSecurityGroups: ['a'] }, { DBSecurityGroups: ['a'] }, 'replace'],
    ['AWS::RDS::DBInstance', 'LicenseModel', {}, {}, 'update'],
    ['AWS::AppSync::GraphQLApi', 'Visibility', {}, { Visibility: 'GLOBAL' }, 'replace'],
    ['AWS::KMS::Key', 'KeySpec', {}, { KeySpec: 'RSA_2048' }, 'replace'],
  ])('%s.%s, %j → %j: %s', async (type, name, was, is, kind, policy = null) => {
    expect((await between(type, name, was, is, policy))?.kind).toBe(kind);
  });
});

describe('an upgrade to another release', () => {
  it.each<[string, string, string, string, string | undefined, string]>([
    ['AWS::RDS::DBInstance', 'EngineVersion', '15.4', '16.1', 'postgres', 'irreversible'],
    ['AWS::RDS::DBInstance', 'EngineVersion', '15.4', '15.7', 'postgres', 'reversible'],
    ['AWS::RDS::DBInstance', 'EngineVersion', '15.4', '15.7', undefined, 'irreversible'],
    ['AWS::RDS::DBCluster', 'EngineVersion', '5.7.12', '8.0.36', 'aurora-mysql', 'irreversible'],
    ['AWS::RDS::DBInstance', 'EngineVersion', '8.0.35', '8.0.36', 'mysql', 'reversible'],
    ['AWS::EKS::Cluster', 'Version', '1.30', '1.31', undefined, 'irreversible'],
    ['AWS::EKS::Cluster', 'Version', '1.30', '1.30', undefined, 'reversible'],
  ])('%s.%s %s → %s of %s is %s', async (type, name, was, is, engine, reversibility) => {
    const Engine = engine === undefined ? {} : { Engine: engine };
    const effect = await between(type, name, { [name]: was, ...Engine }, { [name]: is, ...Engine });
    expect(effect).toMatchObject({ kind: 'update', reversibility });
  });
});

describe('a final snapshot', () => {
  const CACHE = 'AWS::ElastiCache::CacheCluster';
  it.each<[string, Record<string, Json>, string]>([
    [CACHE, { Engine: 'memcached' }, 'Delete'],
    [CACHE, { Engine: UNRESOLVED }, 'Delete'],
    [CACHE, { Engine: 'valkey' }, 'Snapshot'],
    ['AWS::RDS::DBInstance', { DBClusterIdentifier: 'c' }, 'Delete'],
    ['AWS::RDS::DBInstance', { Engine: 'aurora-postgresql' }, 'Delete'],
    ['AWS::RDS::DBInstance', { Engine: 'postgres' }, 'Snapshot'],
  ])('of %s with %j: %s is in force', (type, properties, effective) => {
    const policies = { deletionPolicy: 'Snapshot', updateReplacePolicy: 'Snapshot' };
    const sides = { ...views, before: { R: { logicalId: 'R', type, properties, ...policies } } };
    const around = { stackName: 's', prefix: '', facts: new Map(), views: sides, leaves: new Map() };
    const removed = { Action: 'Remove', LogicalResourceId: 'R', ResourceType: type, PolicyAction: 'Snapshot' } as const;
    const replaced = { ...removed, Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndSnapshot' } as const;
    for (const one of [removed, replaced])
      expect(
        effectsOfChanges({ context: { knowledge } as PlannerContext, ...around }, [one])[0]?.retention?.effective,
      ).toBe(effective);
  });
});

it.each([
  ['AWS::RDS::DBInstance', 'DBInstanceClass', 'yes'],
  ['AWS::Neptune::DBCluster', 'EngineVersion', 'unknown'],
  ['AWS::MemoryDB::Cluster', 'NodeType', 'unknown'],
  ['AWS::EC2::Instance', 'Tags', 'no'],
  ['AWS::Lambda::Function', 'MemorySize', 'no'],
])('%s.%s interrupts: %s', (type, property, answer) => {
  expect(interruptsOf(type, property, 'data')).toBe(answer);
});
