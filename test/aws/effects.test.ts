import { describe, expect, it } from 'vitest';
import { effectOfChange } from '../../src/aws/effects.ts';
import { interruptsOf, loadKnowledge } from '../../src/knowledge/index.ts';

const knowledge = await loadKnowledge();
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
    expect(effectOfChange(knowledge, change('AWS::DynamoDB::Table', 'TableName'), 's')).toMatchObject({
      kind: 'replace',
      reversibility: 'irreversible',
    });
    expect(effectOfChange(knowledge, change('AWS::Lambda::Function', 'MemorySize'), 's')).toMatchObject({
      kind: 'update',
      reversibility: 'reversible',
    });
  });
  it('judges a property that the tables do not know as unknown, whatever CloudFormation says', () => {
    expect(effectOfChange(knowledge, change('AWS::Lambda::Function', 'NewProperty'), 's')).toMatchObject({
      kind: 'unknown',
      reversibility: 'unknown',
    });
    expect(effectOfChange(knowledge, change('AWS::DynamoDB::Table', 'NewProperty'), 's')).toMatchObject({
      kind: 'replace',
      reversibility: 'irreversible',
    });
  });
  it('judges an action that it does not know as unknown', () => {
    expect(effectOfChange(knowledge, change('AWS::SQS::Queue', 'x', { Action: 'Dynamic' }), 's')).toMatchObject({
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
    expect(effectOfChange(knowledge, removed, 's')).toMatchObject({
      kind: 'delete',
      reversibility: 'irreversible',
      retention: { effective: 'Delete' },
    });
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
