import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCfnLint } from '../../../../scripts/tables/cfn-lint.ts';
import { type IndexFile, indexFile, indexText, merge } from '../../../../scripts/tables/index-file.ts';
import { resourceTypesPage } from '../../../../scripts/tables/resource-types-page.ts';
import { rulesFile, rulesText } from '../../../../scripts/tables/rules-file.ts';
import { readServiceSpec } from '../../../../scripts/tables/service-spec.ts';
import { DOCUMENTED, documentedReplacement } from '../../../../src/providers/aws/knowledge/documented.ts';
import { judgements } from '../../../../src/providers/aws/knowledge/holds.ts';
import {
  conditionalRule,
  holdsOf,
  interruptsOf,
  isRevisionType,
  loadKnowledge,
  recoveryOf,
  sizeProperty,
  snapshotSupported,
} from '../../../../src/providers/aws/knowledge/index.ts';
import { INTERRUPTS } from '../../../../src/providers/aws/knowledge/interruptions.ts';
import { conditionalRules } from '../../../../src/providers/aws/knowledge/live-facts.ts';
import { parentProperties } from '../../../../src/providers/aws/knowledge/parents.ts';
import { REVISIONS, revisionTypes } from '../../../../src/providers/aws/knowledge/revisions.ts';
import { sizeProperties } from '../../../../src/providers/aws/knowledge/sizes.ts';
import { typesOf } from '../../../../src/providers/aws/knowledge/tables/judgement.ts';
import { CORPUS_PAIRS, hasCorpus } from '../../../corpus-pairs.ts';

const knowledge = await loadKnowledge();
const root = new URL('../../../..', import.meta.url).pathname;
const read = (name: string) => readFileSync(`${root}${name}`, 'utf8');
const committed = JSON.parse(read('src/providers/aws/knowledge/data/resource-types.json')) as {
  sources: string[];
  types: Record<string, string>;
};
const listed = judgements.flatMap(typesOf);

describe('what types hold', () => {
  it.each([
    ['AWS::RDS::DBInstance', 'data', 'snapshot'],
    ['AWS::EC2::Volume', 'data', 'snapshot'],
    ['AWS::DynamoDB::Table', 'data', 'backup'],
    ['AWS::S3::Bucket', 'data', 'backup'],
    ['AWS::SQS::Queue', 'data', 'retain_only'],
    ['AWS::Cognito::UserPool', 'data', 'retain_only'],
    ['AWS::KMS::Key', 'data', 'retain_only'],
    ['AWS::CloudFormation::StackSet', 'data', 'retain_only'],
    ['AWS::EC2::EIP', 'identity', 'retain_only'],
    ['AWS::Transfer::Connector', 'identity', 'retain_only'],
    ['AWS::IAM::Role', 'nothing', 'none_needed'],
    ['AWS::CloudFormation::CustomResource', 'unknown', 'unknown'],
    ['AWS::No::Such', 'unknown', 'unknown'],
    ['constructor', 'unknown', 'unknown'],
  ])('%s holds %s, kept by %s', (type, holds, recovery) => {
    expect(holdsOf(type)).toBe(holds);
    expect(recoveryOf(type)).toBe(recovery);
  });

  it('has every judged type in the index, once, with a source', () => {
    expect(listed.filter((type) => !knowledge.isKnownType(type))).toEqual([]);
    expect(listed.filter((type, index) => listed.indexOf(type) !== index)).toEqual([]);
    for (const { source } of judgements) expect(source).not.toBe('');
  });

  it('needs no recovery exactly where nothing is held', () => {
    for (const { holds, recovery } of judgements) expect(recovery === 'none_needed').toBe(holds === 'nothing');
  });

  it('calls nothing harmless that the specification calls stateful', () => {
    const stateful =
      'Backup::BackupVault Cognito::UserPool EFS::FileSystem EMR::Cluster Kinesis::Stream Logs::LogGroup';
    for (const type of [...stateful.split(' '), 'OpenSearchService::Domain', 'QLDB::Ledger', 'SDB::Domain'])
      expect(holdsOf(`AWS::${type}`), type).toBe('data');
  });

  it('makes snapshots for eight types, and a table is none of them', () => {
    expect(listed.filter((type) => snapshotSupported(type))).toHaveLength(8);
    expect(snapshotSupported('AWS::DynamoDB::Table')).toBe(false);
  });

  it.skipIf(!hasCorpus)('has judged every AWS type of the 120 template pairs (skipped without them)', () => {
    const types = readdirSync(CORPUS_PAIRS).flatMap((name) =>
      [...readFileSync(`${CORPUS_PAIRS}${name}`, 'utf8').matchAll(/Type["']?: *["']?(AWS::\w+::\w+)["']?\s*$/gm)].map(
        ([, type]) => type!,
      ),
    );
    const judgeable = [...new Set(types)].filter((type) => knowledge.isKnownType(type));
    expect(judgeable.length).toBeGreaterThan(90);
    expect(judgeable.filter((type) => holdsOf(type) === 'unknown')).toEqual([]);
  });
});

describe('revision types', () => {
  it('are in the index, once, and hold no data', () => {
    const all = REVISIONS.flatMap(typesOf);
    expect(all).toHaveLength(revisionTypes.size);
    expect(all.filter((type) => !knowledge.isKnownType(type) || holdsOf(type) !== 'nothing')).toEqual([]);
  });
  it.each(['Lambda::Version', 'Lambda::LayerVersion', 'ApiGateway::Deployment', 'ECS::TaskDefinition'])(
    'has %s',
    (type) => expect(isRevisionType(`AWS::${type}`)).toBe(true),
  );
  it('has no table, role or function', () => {
    for (const type of ['DynamoDB::Table', 'IAM::Role', 'Lambda::Function'])
      expect(isRevisionType(`AWS::${type}`)).toBe(false);
  });
});

describe('interruptions', () => {
  it.each([
    ['AWS::EC2::Instance', 'InstanceType', 'yes'],
    ['AWS::RDS::DBInstance', 'DBInstanceClass', 'yes'],
    ['AWS::RDS::DBInstance', 'AllocatedStorage', 'no'],
    ['AWS::RDS::DBInstance', 'BackupRetentionPeriod', 'unknown'],
    ['AWS::EMR::Cluster', 'Instances.CoreInstanceGroup.InstanceCount', 'yes'],
    ['AWS::MWAA::Environment', 'Tags', 'yes'],
    ['AWS::MemoryDB::Cluster', 'NodeType', 'unknown'],
    ['AWS::Transfer::Connector', 'EgressType', 'yes'],
    ['AWS::Transfer::Connector', 'Url', 'no'],
    ['AWS::SQS::Queue', 'VisibilityTimeout', 'no'],
    ['AWS::No::Such', 'Anything', 'unknown'],
  ])('%s.%s: %s', (type, path, answer) => {
    expect(interruptsOf(type, path)).toBe(answer);
  });
  it('speak of properties that exist, each with a source', () => {
    for (const { source, properties } of INTERRUPTS) {
      expect(source).not.toBe('');
      for (const [type, names] of Object.entries(properties))
        for (const name of names) expect(knowledge.hasProperty(type, name), `${type}.${name}`).toBe(true);
    }
  });
});

describe('conditional replacement', () => {
  it('of an instance type is decided by its root device, and by whether the type fits', () => {
    expect(conditionalRule('AWS::EC2::Instance', 'InstanceType')).toEqual({
      fact: 'ebs_backed',
      // biome-ignore lint/suspicious/noThenProperty: the rule's word.
      then: 'never',
      otherwise: 'always',
      also: 'compatible_type',
    });
    expect(conditionalRule('AWS::EC2::Instance', 'UserData')).not.toHaveProperty('also');
  });
  it('has no rule for what no fact decides', () => {
    expect(conditionalRule('AWS::EC2::Instance', 'BlockDeviceMappings')).toBeUndefined();
    expect(conditionalRule('AWS::DynamoDB::Table', 'KeySchema')).toBeUndefined();
  });
  it('is ruled only where the index or the documentation says conditional: a rule never softens always', () => {
    for (const path of conditionalRules.flatMap(({ properties }) => properties)) {
      const [, type = '', property = ''] = /^([^.]+)\.(.*)$/.exec(path) ?? [];
      const verdicts = [knowledge.replacementOf(type, property), documentedReplacement(type, property)];
      expect(verdicts, path).toContain('conditional');
      expect(verdicts, path).not.toContain('always');
    }
  });
  it('is documented of properties that exist, and that no schema marks', () => {
    for (const path of DOCUMENTED.flatMap(({ properties }) => properties)) {
      const [, type = '', property = ''] = /^([^.]+)\.(.*)$/.exec(path) ?? [];
      expect(knowledge.replacementOf(type, property), path).toBe('never');
    }
  });
});

describe('parents', () => {
  it('are properties that exist, of types with a name of their own', () => {
    for (const [type, names] of parentProperties)
      for (const name of names) expect(knowledge.hasProperty(type, name), `${type}.${name}`).toBe(true);
  });
});

describe('sizes', () => {
  it('are properties that exist', () => {
    for (const [type, path] of sizeProperties)
      expect(['never', 'always', 'conditional'], `${type}.${path}`).toContain(knowledge.replacementOf(type, path));
  });
  it.each([
    ['AWS::EC2::Instance', 'InstanceType'],
    ['AWS::RDS::DBInstance', 'DBInstanceClass'],
    ['AWS::ElastiCache::ReplicationGroup', 'CacheNodeType'],
    ['AWS::Redshift::Cluster', 'NodeType'],
    ['AWS::IAM::Role', undefined],
  ])('of %s: %s', (type, property) => {
    expect(sizeProperty(type)).toBe(property);
  });
});

describe('generated files', () => {
  const specified = new Set(readServiceSpec().keys());
  const { types: checked } = JSON.parse(read('src/providers/aws/knowledge/data/template-rules.json')) as IndexFile;
  const linted = new Set(Object.keys(checked));
  it('docs/resource-types.md is what the tables say: `npm run tables` would change nothing', () => {
    expect(read('docs/resource-types.md'), 'Run `npm run tables`.').toBe(
      resourceTypesPage(Object.keys(committed.types), committed.sources, { specified, linted }),
    );
  });

  const cfnLint = readCfnLint();
  const same = cfnLint !== undefined && committed.sources.join().includes(`cfn-lint ${cfnLint.version},`);
  it.skipIf(!same)('the index is what both sources say (skipped without that version of cfn-lint)', () => {
    const types = readServiceSpec();
    merge(types, cfnLint!);
    expect(indexText(indexFile(types, cfnLint, committed.sources))).toBe(
      read('src/providers/aws/knowledge/data/resource-types.json'),
    );
  });
  it.skipIf(!same)('the rules of values are what the schemas say (skipped likewise)', () => {
    expect(rulesText(rulesFile(cfnLint!))).toBe(read('src/providers/aws/knowledge/data/template-rules.json'));
  });
  it.skipIf(!same)('nothing that cfn-lint calls create-only is called less (skipped likewise)', () => {
    const milder = [...cfnLint!.marks].flatMap(([type, marks]) =>
      marks
        .map(({ path, mark }) => ({ path: path.filter((name) => name !== '*').join('.'), mark }))
        .filter(({ path, mark }) => {
          const ours = knowledge.replacementOf(type, path);
          return ours !== 'always' && ours !== mark;
        })
        .map(({ path }) => `${type}.${path}`),
    );
    expect(milder).toEqual([]);
  });
});
