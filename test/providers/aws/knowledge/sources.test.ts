/** The three sources of a verdict: marks of the specification, its words, and the schemas of every region. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { againstGuide, againstWords, unjudgedWords, verdictOn } from '../../../../scripts/documentation/compare.ts';
import type { CfnLint } from '../../../../scripts/tables/cfn-lint.ts';
import { lintShapes } from '../../../../scripts/tables/lint-shapes.ts';
import { openServiceSpec } from '../../../../scripts/tables/service-spec.ts';
import { mergeShape, type Shape } from '../../../../scripts/tables/shapes.ts';
import { readGuide } from '../../../../scripts/tables/user-guide.ts';
import { readWords } from '../../../../scripts/tables/words.ts';
import { SAY_OTHERWISE } from '../../../../scripts/tables/words-judged.ts';
import { DOCUMENTED_DEFAULTS, defaultsIn, isDefaultWritten } from '../../../../src/providers/aws/knowledge/defaults.ts';
import { documentedReplacement, loadKnowledge } from '../../../../src/providers/aws/knowledge/index.ts';
import { marksOfOne } from './marks/stack.ts';

const knowledge = await loadKnowledge();
const noLint: CfnLint = {
  version: '',
  regions: 0,
  marks: new Map(),
  readOnly: new Map(),
  properties: new Map(),
  shapes: new Map(),
  schemas: new Map(),
};

describe('schemas of every region', () => {
  it.each([
    ['AWS::EC2::VPNConnection', 'TunnelBandwidth', '2 regions'],
    ['AWS::IoT::Policy', 'PolicyDocument', '11 regions'],
  ])('%s.%s is create-only in %s, and so replaces', (type, property) => {
    expect(knowledge.replacementOf(type, property)).toBe('always');
  });
  it('tell properties that the specification does not have', () => {
    expect(knowledge.replacementOf('AWS::Route53::RecordSet', 'GeoProximityLocation')).toBe('never');
    expect(knowledge.replacementOf('AWS::Route53::RecordSet', 'GeoProximityLocation.Bias')).toBe('never');
  });
  it('tell no identifier that only AWS sets as a property', () => {
    expect(knowledge.hasProperty('AWS::ApiGatewayV2::Api', 'Id')).toBe(false);
    expect(knowledge.hasProperty('AWS::CloudFormation::WaitConditionHandle', '*')).toBe(false);
  });
  it('are one shape together, with what stands below, through references and shapes that contain themselves', () => {
    const tree = { properties: { Left: { $ref: '#/definitions/Tree' }, Name: { type: 'string' } } };
    const shape = lintShapes([
      { properties: { A: { type: 'array', items: { $ref: '#/definitions/Tree' } } }, definitions: { Tree: tree } },
      { properties: { B: { type: 'object' }, A: { properties: { More: {} } } } },
    ]);
    const below = shape.get('A')?.below as Shape;
    expect([...below.keys()].sort()).toEqual(['Left', 'More', 'Name']);
    expect((below.get('Left')!.below as Shape).get('Left')?.below).toBeInstanceOf(Map);
    expect(shape.get('B')?.below).toBe('anything');
  });
  it('add to what is known, and change no mark of it', () => {
    const known: Shape = new Map([['A', { mark: 'always', below: 'nothing' }]]);
    mergeShape(
      known,
      new Map([['A', { mark: 'never', below: new Map([['B', { mark: 'never', below: 'nothing' }]]) }]]),
    );
    expect(known.get('A')?.mark).toBe('always');
    expect([...(known.get('A')!.below as Shape).keys()]).toEqual(['B']);
  });
});

describe('what the documentation’s words alone tell', () => {
  it.each([
    ['AWS::Neptune::DBInstance', 'AllowMajorVersionUpgrade'],
    ['AWS::RDS::DBInstance', 'DBSecurityGroups'],
    ['AWS::AppSync::ApiCache', 'TransitEncryptionEnabled'],
    ['AWS::Cognito::UserPool', 'UsernameConfiguration'],
    ['AWS::Cognito::UserPool', 'UsernameConfiguration.CaseSensitive'],
    ['AWS::ServiceDiscovery::Service', 'DnsConfig'],
    ['AWS::ServiceDiscovery::Service', 'DnsConfig.DnsRecords.0.Type'],
    ['AWS::WAFv2::RuleGroup', 'Capacity'],
    ['AWS::MWAA::Environment', 'AirflowVersion'],
    ['AWS::Connect::TrafficDistributionGroup', 'InstanceArn'],
    ['AWS::EC2::Volume', 'AvailabilityZone'],
  ])('%s.%s may replace, or is asked to', (type, path) => {
    expect(verdictOn(type, path)).toBe('conditional');
  });
  it.each([
    ['AWS::ServiceDiscovery::Service', 'DnsConfig.DnsRecords.0.TTL'],
    ['AWS::RDS::DBInstance', 'VPCSecurityGroups'],
    ['AWS::WAFv2::RuleGroup', 'Rules'],
    ['AWS::EC2::Volume', 'Size'],
    ['constructor', 'toString'],
  ])('%s.%s is not documented as replacing', (type, path) => {
    expect(documentedReplacement(type, path)).toBe('never');
  });
  it('is read and judged of every property whose text speaks of it: about 215 of resources, and nested ones', () => {
    expect(readWords().length).toBeGreaterThan(270);
    expect(unjudgedWords()).toEqual([]);
  });
  it('is judged of words that are still there, and once', () => {
    const judged = SAY_OTHERWISE.flatMap(({ paths }) => paths);
    const spoken = new Set(readWords().map(({ path }) => path));
    expect(judged.filter((path) => !spoken.has(path))).toEqual([]);
    expect(judged).toHaveLength(new Set(judged).size);
    expect(
      judged.filter((path) => verdictOn(path.split('.')[0]!, path.split('.').slice(1).join('.')) !== 'never'),
    ).toEqual([]);
  });
  it('finds words that nobody has judged', () => {
    const milder = againstWords().find(({ mustBeEmpty }) => mustBeEmpty);
    expect(milder?.rows).toEqual([]);
  });
});

describe('the User Guide’s "Update requires"', () => {
  const page = (type: string, property: string, requires: string) => `# ${type}<a name="x"></a>

## Properties<a name="p"></a>

\`${property}\`  <a name="y"></a>
Some text\\.
*Required*: No
*Update requires*: ${requires}

## Return values<a name="r"></a>

\`Arn\`  <a name="z"></a>
*Update requires*: [Replacement](https://example.com)
`;
  const read = (...pages: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'guide-'));
    for (const [index, text] of pages.entries()) writeFileSync(join(folder, `${index}.md`), text);
    try {
      return readGuide(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('is read of properties of resources, without links and return values', () => {
    const lines = read(
      page('AWS::S3::Bucket', 'BucketName', '[Replacement](https://example.com)'),
      page('AWS::S3::Bucket CorsRule', 'Id', '[No interruption](https://example.com)'),
      page('AWS::EC2::Volume', 'Encrypted', 'Updates are not supported\\.'),
    );
    expect(lines).toEqual([
      { type: 'AWS::S3::Bucket', property: 'BucketName', requires: 'Replacement' },
      { type: 'AWS::EC2::Volume', property: 'Encrypted', requires: 'Updates are not supported' },
    ]);
  });

  it.each([
    ['AWS::S3::Bucket', 'BucketName', 'Replacement', /^the same$/],
    ['AWS::S3::Bucket', 'VersioningConfiguration', 'Replacement', /^milder/],
    ['AWS::AutoScaling::AutoScalingGroup', 'LaunchTemplate', 'Replacement', /^milder/],
    ['AWS::KMS::Key', 'KeySpec', 'Replacement', /judged as a replacement/],
    ['AWS::WAFv2::RuleGroup', 'Capacity', 'No interruption', /^stricter/],
    ['AWS::EC2::Volume', 'Encrypted', 'Updates are not supported', /not supported/],
    ['AWS::S3::Bucket', 'Tags', 'Nobody knows', /^unknown/],
  ])('%s.%s, where it says "%s"', (type, property, requires, title) => {
    const found = againstGuide([{ type, property, requires }], noLint).filter(({ rows }) => rows.length > 0);
    expect(found).toHaveLength(1);
    expect(found[0]?.title).toMatch(title);
  });
});

describe('a default that is written out', () => {
  const words = (property: string) => {
    const [, type = '', name = ''] = /^(.+)\.(\w+)$/.exec(property) ?? [];
    const [resource] = openServiceSpec().lookup('resource', 'cloudFormationType', 'equals', type);
    const known = resource?.properties[name] as { documentation?: string; defaultValue?: unknown } | undefined;
    return {
      text: (known?.documentation ?? '').replaceAll(/[`*]/g, '').replaceAll(/\s+/g, ' '),
      value: known?.defaultValue,
    };
  };
  it.each(defaultsIn(DOCUMENTED_DEFAULTS))('of %s is %s, as the specification says', (property, value) => {
    const { text, value: marked } = words(property);
    const called = new RegExp(`default[^.]{0,80}${RegExp.escape(value)}|${RegExp.escape(value)}[^.]{0,40}default`, 'i');
    expect(called.test(text) || String(marked).replaceAll('"', '') === value, text).toBe(true);
  });
  it('is none where the specification says otherwise', () => {
    expect(words('AWS::Redshift::Cluster.Encrypted').text).toMatch(/Default: true/i);
    expect(isDefaultWritten('AWS::Redshift::Cluster', 'Encrypted', undefined, 'false')).toBe(false);
    expect(isDefaultWritten('AWS::EC2::Volume', 'Encrypted', undefined, 'false')).toBe(false);
  });
  it('opens nothing, and another value does', () => {
    const of = (before: string | undefined, after: string) =>
      marksOfOne('unprotect', 'AWS::ECR::Repository', before === undefined ? {} : { ImageTagMutability: before }, {
        ImageTagMutability: after,
      });
    expect(of(undefined, 'MUTABLE')).toEqual([]);
    expect(of('IMMUTABLE', 'MUTABLE')).toHaveLength(1);
  });
});
