/** What an update in place does that none takes back: upgrades, values generated anew, indexes, capacity, final snapshots. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/core/digest.ts';
import { loss } from '../../../../src/providers/aws/effects/loss.ts';
import { protectedBy } from '../../../../src/providers/aws/knowledge/deletion-protection.ts';
import {
  holdsOf,
  loadKnowledge,
  oneWayUpgrade,
  snapshotSupported,
} from '../../../../src/providers/aws/knowledge/index.ts';
import type { ResourceView } from '../../../../src/providers/aws/knowledge/marks/finder.ts';
import { findSlowLoss } from '../../../../src/providers/aws/knowledge/marks/slow-loss.ts';
import { UPGRADES } from '../../../../src/providers/aws/knowledge/upgrades.ts';

const knowledge = await loadKnowledge();

describe('an upgrade that cannot be lowered again', () => {
  it.each<[string, object, object]>([
    ['RDS::DBInstance', { Engine: 'mysql', EngineVersion: '5.7.44' }, { Engine: 'mysql', EngineVersion: '8.0.35' }],
    ['RDS::DBInstance', { Engine: 'postgres', EngineVersion: '15.4' }, { Engine: 'postgres', EngineVersion: '16.1' }],
    ['RDS::DBCluster', { Engine: 'aurora-mysql', EngineVersion: '5.7.x' }, { EngineVersion: '8.0.y' }],
    ['EKS::Cluster', { Version: '1.29' }, { Version: '1.30' }],
    ['EKS::Nodegroup', { Version: '1.29' }, { Version: '1.30' }],
    ['ElastiCache::ReplicationGroup', { EngineVersion: '6.2' }, { EngineVersion: '7.1' }],
    ['ElastiCache::ReplicationGroup', { Engine: 'redis' }, { Engine: 'valkey' }],
    ['ElastiCache::CacheCluster', { EngineVersion: '6.2' }, { EngineVersion: '7.0' }],
    ['ElastiCache::ServerlessCache', { MajorEngineVersion: '7' }, { MajorEngineVersion: '8' }],
    ['OpenSearchService::Domain', { EngineVersion: 'OpenSearch_1.3' }, { EngineVersion: 'OpenSearch_2.11' }],
    ['MSK::Cluster', { KafkaVersion: '2.8.1' }, { KafkaVersion: '3.5.1' }],
    ['AmazonMQ::Broker', { EngineVersion: '5.17.6' }, { EngineVersion: '5.18' }],
    ['DocDB::DBCluster', { EngineVersion: '4.0.0' }, { EngineVersion: '5.0.0' }],
    ['Neptune::DBCluster', { EngineVersion: '1.2.1.0' }, { EngineVersion: '1.3.0.0' }],
    ['DMS::ReplicationInstance', { EngineVersion: '3.4.7' }, { EngineVersion: '3.5.1' }],
    ['MWAA::Environment', { AirflowVersion: '2.7.2' }, { AirflowVersion: '2.8.1' }],
    ['FSx::FileSystem', { FileSystemTypeVersion: '2.12' }, { FileSystemTypeVersion: '2.15' }],
  ])('of %s', (type, before, after) => {
    expect(oneWayUpgrade(`AWS::${type}`, before as Record<string, unknown>, after as Record<string, unknown>)).toMatch(
      /cannot be lowered again/,
    );
  });
  it.each<[string, object, object]>([
    ['RDS::DBInstance', { Engine: 'mysql', EngineVersion: '8.0.35' }, { Engine: 'mysql', EngineVersion: '8.0.36' }],
    ['RDS::DBInstance', { Engine: 'mysql', EngineVersion: '8' }, { Engine: 'mysql', EngineVersion: '8.0.36' }],
    ['RDS::DBInstance', { Engine: 'postgres', EngineVersion: '16.1' }, { Engine: 'postgres', EngineVersion: '16.2' }],
    ['ElastiCache::ReplicationGroup', { EngineVersion: '6.x' }, { EngineVersion: '6.2' }],
    ['ElastiCache::ReplicationGroup', { Engine: 'redis' }, { Engine: 'Redis' }],
    ['Lambda::Function', { Runtime: 'python3.12' }, { Runtime: 'python3.13' }],
    ['constructor', {}, {}],
  ])('is not: %s', (type, before, after) => {
    expect(
      oneWayUpgrade(`AWS::${type}`, before as Record<string, unknown>, after as Record<string, unknown>),
    ).toBeUndefined();
  });
  it('is of properties that exist', () => {
    for (const [type, upgrades] of Object.entries(UPGRADES))
      for (const { property } of upgrades)
        expect(knowledge.hasProperty(type, property), `${type}.${property}`).toBe(true);
  });
});

const view = (type: string, properties: Record<string, Json>): ResourceView => ({
  logicalId: 'R',
  type: `AWS::${type}`,
  properties,
  deletionPolicy: 'Delete',
  updateReplacePolicy: 'Delete',
});
const marks = (type: string, before: Record<string, Json>, after: Record<string, Json>) =>
  findSlowLoss(view(type, before), view(type, after), {
    before: {},
    after: {},
    physicalIds: {},
    isSecret: () => false,
    isUnknown: () => false,
  });

describe('capacity that is cut by a large share', () => {
  it.each<[string, Record<string, Json>, Record<string, Json>]>([
    ['AutoScaling::AutoScalingGroup', { MaxSize: 20 }, { MaxSize: 2 }],
    ['ECS::Service', { DesiredCount: 12 }, { DesiredCount: 3 }],
    [
      'DynamoDB::Table',
      { ProvisionedThroughput: { ReadCapacityUnits: 1000 } },
      { ProvisionedThroughput: { ReadCapacityUnits: 10 } },
    ],
    [
      'DynamoDB::Table',
      { GlobalSecondaryIndexes: [{ IndexName: 'i', ProvisionedThroughput: { WriteCapacityUnits: 400 } }] },
      { GlobalSecondaryIndexes: [{ IndexName: 'i', ProvisionedThroughput: { WriteCapacityUnits: 5 } }] },
    ],
    ['Kinesis::Stream', { ShardCount: 16 }, { ShardCount: 4 }],
    [
      'Elasticsearch::Domain',
      { ElasticsearchClusterConfig: { InstanceCount: 9 } },
      { ElasticsearchClusterConfig: { InstanceCount: 3 } },
    ],
    ['DocDBElastic::Cluster', { ShardInstanceCount: 8 }, { ShardInstanceCount: 1 }],
    ['RedshiftServerless::Workgroup', { BaseCapacity: 128 }, { BaseCapacity: 8 }],
    ['MWAA::Environment', { MaxWorkers: 20 }, { MaxWorkers: 2 }],
    ['Lightsail::Container', { Scale: 10 }, { Scale: 1 }],
  ])('of %s is told as that, and not as an end', (type, before, after) => {
    const [mark, ...others] = marks(type, before, after);
    expect(others).toEqual([]);
    expect(mark).toMatchObject({ kind: 'disable', text: expect.stringMatching(/^Cuts capacity: /) });
  });
  it.each<[string, Record<string, Json>, Record<string, Json>]>([
    ['AutoScaling::AutoScalingGroup', { MaxSize: 20 }, { MaxSize: 15 }],
    ['ECS::Service', { DesiredCount: 3 }, { DesiredCount: 1 }],
    ['Kinesis::Stream', { ShardCount: 4 }, { ShardCount: 8 }],
  ])('of %s is none', (type, before, after) => {
    expect(marks(type, before, after)).toEqual([]);
  });
  it('to zero stops', () => {
    expect(marks('ECS::Service', { DesiredCount: 3 }, { DesiredCount: 0 })[0]?.text).toMatch(/^Stops: /);
  });
});

describe('a value that is generated anew', () => {
  it.each<[string, Record<string, Json>, Record<string, Json>]>([
    [
      'SecretsManager::Secret',
      { GenerateSecretString: { PasswordLength: 20 } },
      { GenerateSecretString: { PasswordLength: 30 } },
    ],
    ['RDS::DBInstance', {}, { ManageMasterUserPassword: true }],
    ['DocDB::DBCluster', {}, { RotateMasterUserPassword: true }],
    ['RedshiftServerless::Namespace', {}, { ManageAdminPassword: true }],
    ['Lightsail::Database', {}, { RotateMasterUserPassword: true }],
  ])('of %s', (type, before, after) => {
    expect(marks(type, before, after)).toHaveLength(1);
  });
  it.each([
    ['AWS::IAM::AccessKey', 'Serial'],
    ['AWS::ApiGateway::ApiKey', 'Value'],
    ['AWS::Cognito::UserPoolClient', 'GenerateSecret'],
  ])('%s.%s replaces, and is no resource that holds nothing', (type, property) => {
    expect(knowledge.replacementOf(type, property)).toBe('always');
    expect(holdsOf(type)).not.toBe('nothing');
  });
});

const deleted = (type: string, properties: Record<string, Json>, policy: 'Delete' | 'Retain' | 'Snapshot') =>
  loss(
    {
      type,
      logicalId: 'R',
      holds: 'data',
      revision: false,
      properties: [],
      marks: [],
      owner: { kind: 'stack', name: 's' },
      kind: 'delete',
    },
    policy,
    'DeletionPolicy',
    properties,
  );

describe('a final snapshot', () => {
  const lost = (type: string, properties: Record<string, Json>) => deleted(`AWS::${type}`, properties, 'Snapshot');
  it.each<[string, Record<string, Json>]>([
    ['ElastiCache::CacheCluster', { Engine: 'memcached' }],
    ['RDS::DBInstance', { Engine: 'aurora-mysql', DBClusterIdentifier: 'c' }],
    ['RDS::DBInstance', { SourceDBInstanceIdentifier: 'primary' }],
  ])('cannot be made of %s', (type, properties) => {
    expect(snapshotSupported(`AWS::${type}`, properties)).toBe(false);
    expect(lost(type, properties)).toMatchObject({ retention: { effective: 'Delete' }, reversibility: 'irreversible' });
  });
  it('is made of a primary', () => {
    expect(lost('RDS::DBInstance', { Engine: 'mysql' })).toMatchObject({ retention: { effective: 'Snapshot' } });
  });
});

describe('what is removed under deletion protection', () => {
  const removed = (type: string, properties: Record<string, Json>, policy: 'Delete' | 'Retain' = 'Delete') =>
    deleted(type, properties, policy);
  it.each<[string, Record<string, Json>]>([
    ['AWS::RDS::DBInstance', { DeletionProtection: true }],
    ['AWS::DynamoDB::Table', { DeletionProtectionEnabled: 'true' }],
    ['AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' }],
    ['AWS::EC2::Instance', { DisableApiTermination: true }],
  ])('%s is told to be refused, and judged as lost all the same', (type, properties) => {
    expect(removed(type, properties)).toMatchObject({
      reversibility: 'irreversible',
      why: expect.stringContaining('AWS is expected to refuse the deletion'),
    });
  });
  it.each<[string, Record<string, Json>, 'Delete' | 'Retain']>([
    ['AWS::RDS::DBInstance', { DeletionProtection: false }, 'Delete'],
    ['AWS::RDS::DBInstance', {}, 'Delete'],
    ['AWS::RDS::DBInstance', { DeletionProtection: true }, 'Retain'],
    ['AWS::Cognito::UserPool', { DeletionProtection: 'INACTIVE' }, 'Delete'],
    ['AWS::SQS::Queue', { DeletionProtection: true }, 'Delete'],
  ])('%s with %j under %s is not', (type, properties, policy) => {
    expect(removed(type, properties, policy).why).not.toContain('refuse');
  });
  it('is by properties that exist', () => {
    for (const [type, property] of protectedBy) expect(knowledge.hasProperty(type, property), type).toBe(true);
  });
});
