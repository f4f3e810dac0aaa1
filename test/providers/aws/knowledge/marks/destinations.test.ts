/** Where data is sent: to a bucket of an unknown owner, a foreign account or a foreign host. */
import { describe, expect, it } from 'vitest';
import { openServiceSpec } from '../../../../../scripts/tables/service-spec.ts';
import { DESTINATIONS } from '../../../../../src/providers/aws/knowledge/marks/destinations-table.ts';
import { marksOfOne, type Resources } from './stack.ts';

type Properties = Record<string, unknown>;
const rows = DESTINATIONS.trim()
  .split('\n')
  .map(
    (line) => line.split(' | ').map((cell) => cell.trim()) as [string, string, string, string, string, string, string],
  );

/** The documentation of a property; undefined: there is none of that name. */
function documentationOf(type: string, path: string): string | undefined {
  const db = openServiceSpec();
  const [resource] = db.lookup('resource', 'cloudFormationType', 'equals', type);
  type Part = { documentation?: string; type: { type: string } };
  const shapesIn = (given: unknown): ('any' | Record<string, Part>)[] => {
    const one = given as { type: string; element?: unknown; types?: unknown[]; reference?: { $ref: string } };
    if (one.type === 'json') return ['any'];
    if (one.type === 'map') return ['any', ...shapesIn(one.element)];
    if (one.type === 'array') return shapesIn(one.element);
    if (one.type === 'union') return (one.types ?? []).flatMap(shapesIn);
    if (one.type === 'ref') return [db.get('typeDefinition', one.reference!.$ref).properties as Record<string, Part>];
    return [];
  };
  let shapes: ('any' | Record<string, Part>)[] = [resource?.properties as Record<string, Part>];
  let words: string | undefined = '';
  for (const part of path.split('.').filter((name) => name !== '*' && !name.startsWith('#'))) {
    const found: Part | undefined = shapes.flatMap((shape) => (shape === 'any' ? [] : (shape[part] ?? [])))[0];
    if (!found && !shapes.includes('any')) return undefined;
    words = found ? (found.documentation ?? '') : words;
    shapes = found ? shapesIn(found.type) : [];
  }
  return words;
}

const ARN = 'arn:aws:sqs:eu-west-1:999900001111:taken';
const around: Resources = { Own: { Type: 'AWS::S3::Bucket', Properties: {} } };
const told = (type: string, before: Properties | null, after: Properties, more: Resources = around) =>
  marksOfOne('expose', type, before, after, more).map(({ text }) => text);

/** A value at a path, as a template has it. */
function at(path: string, value: unknown): Properties {
  const build = (parts: string[]): unknown => {
    const [part, ...rest] = parts;
    if (part === undefined) return value;
    if (part === '*') return [build(rest)];
    if (part.startsWith('#')) return [{ Key: part.slice(1).replaceAll('~', '.'), [rest[0]!]: value }];
    return { [part]: build(rest) };
  };
  return build(path.split('.')) as Properties;
}
const GIVEN: Record<string, string[]> = {
  bucket: ['taken-bucket', 'arn:aws:s3:::taken-bucket/data/', 's3://taken-bucket/data'],
  foreign: [ARN],
  host: ['https://taken.example/x'],
  site: ['taken.example'],
  origin: ['taken.example', 'taken.s3.eu-west-1.amazonaws.com'],
  mail: ['someone@taken.example'],
};

describe('the table of destinations', () => {
  it.each(rows)('%s %s is documented so', (type, path, _mark, _rule, _sentence, _flag, words) => {
    expect(documentationOf(type, path)?.replaceAll(/\s+/g, ' ').toLowerCase()).toContain(words.toLowerCase());
  });
  const judged = rows.filter(([, , , rule, , flag]) => rule.split(' ')[0]! in GIVEN && flag !== '-');
  it.each(judged)('%s %s: what is created there is told', (type, path, _mark, rule, sentence) => {
    for (const value of GIVEN[rule.split(' ')[0]!]!) {
      const given = value === ARN && path.endsWith('ccount') ? '999900001111' : value;
      const found = told(type, null, at(path, given));
      expect(found.some((text) => text.includes(sentence.split(' ')[0]!) && /taken|999900001111/.test(text))).toBe(
        true,
      );
    }
  });
  it.each(judged.filter(([, , , rule]) => rule.startsWith('bucket')))(
    '%s %s: a bucket of the stack is not',
    (type, path) => {
      for (const value of [{ Ref: 'Own' }, { 'Fn::GetAtt': ['Own', 'Arn'] }, { 'Fn::Sub': 's3://${Own}/data/' }])
        expect(told(type, null, at(path, value)).filter((text) => text.startsWith('Bucket '))).toEqual([]);
      expect(told(type, at(path, 'kept'), at(path, 'kept'))).toEqual([]);
    },
  );
});

describe('a bucket stays foreign', () => {
  const results = (OutputLocation: unknown, ExpectedBucketOwner?: string) => ({
    WorkGroupConfiguration: {
      ResultConfiguration: { OutputLocation, ...(ExpectedBucketOwner && { ExpectedBucketOwner }) },
    },
  });
  it('where an own name is only a part of its name', () => {
    for (const location of ['s3://${Own}-copy/', 's3://my-${Own}/'])
      expect(
        told('AWS::Athena::WorkGroup', results({ 'Fn::Sub': 's3://${Own}/' }), results({ 'Fn::Sub': location })),
      ).toHaveLength(1);
  });
  it('where an own name is only its prefix', () => {
    expect(told('AWS::Athena::WorkGroup', null, results({ 'Fn::Sub': 's3://taken/${Own}/' }))).toHaveLength(1);
  });
  it('where its name is unknown until execution', () => {
    expect(told('AWS::Athena::WorkGroup', null, results({ Ref: 'Unknown' }))).toHaveLength(1);
  });
  it('unless the cloud refuses every owner but this account', () => {
    expect(told('AWS::Athena::WorkGroup', null, results('s3://taken/', '111122223333'))).toEqual([]);
    expect(told('AWS::Athena::WorkGroup', null, results('s3://taken/', '999900001111')).length).toBeGreaterThan(0);
  });
  it('unless it is the same bucket under another key', () => {
    expect(told('AWS::Athena::WorkGroup', results('s3://kept/a'), results('s3://kept/b'))).toEqual([]);
  });
});

describe('an address', () => {
  const subscription = (Endpoint: unknown, Protocol = 'email') => ({
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t',
    Protocol,
    Endpoint,
  });
  const beside = (Endpoint: unknown): Resources => ({
    ...around,
    Known: { Type: 'AWS::SNS::Subscription', Properties: subscription(Endpoint) },
  });
  const toldOf = (endpoint: unknown, more: Resources = around, before: unknown = undefined) =>
    told('AWS::SNS::Subscription', before === undefined ? null : subscription(before), subscription(endpoint), more);
  it('of another domain is told with the address, on creation and when it changes', () => {
    for (const before of [undefined, 'ops@acme.example'])
      expect(toldOf('x@taken.example', beside('ops@acme.example'), before)).toEqual([
        expect.stringMatching(/^Address x@taken\.example can newly receive messages of /),
      ]);
    expect(toldOf('+447700900123')).toEqual([expect.stringContaining('Address +447700900123')]);
  });
  it('of a domain that the stack named before is not, and a name that ends like it is', () => {
    expect(toldOf('y@ACME.example', beside('ops@acme.example'))).toEqual([]);
    expect(toldOf('y@evil-acme.example', beside('ops@acme.example'))).toHaveLength(1);
    expect(toldOf('y@acme.example.evil.example', beside('ops@acme.example'))).toHaveLength(1);
  });
  it('names what gains', () => {
    const [mark] = marksOfOne('expose', 'AWS::SNS::Subscription', null, subscription('x@taken.example'), around);
    expect(mark?.receives).toEqual({ names: ['x@taken.example'], logs: false });
  });
});

describe('an origin', () => {
  const type = 'AWS::CloudFront::Distribution';
  const behind = (...names: unknown[]) => ({
    DistributionConfig: { Origins: names.map((DomainName, i) => ({ Id: `o${i}`, DomainName })) },
  });
  it('of another host is told, and one of the stack, or that it named, is not', () => {
    expect(told(type, behind('api.acme.example'), behind('api.taken.example'))).toEqual([
      expect.stringMatching(/^Host api\.taken\.example can newly receive requests to It and answer them/),
    ]);
    expect(told(type, behind('a.acme.example', 'b.acme.example'), behind('b.acme.example', 'a.acme.example'))).toEqual(
      [],
    );
    for (const own of [
      { 'Fn::GetAtt': ['Own', 'RegionalDomainName'] },
      { 'Fn::Sub': '${Own}.s3.eu-west-1.amazonaws.com' },
    ])
      expect(told(type, null, behind(own)).filter((text) => text.startsWith('Host '))).toEqual([]);
  });
});

describe('another account that is newly named', () => {
  it('is told in any property of any type, once', () => {
    for (const properties of [
      { DeadLetterConfig: { Other: ARN } },
      { Deep: [{ List: [ARN, ARN] }] },
      { BucketOwner: '999900001111' },
    ])
      expect(told('AWS::Made::Up', null, properties)).toEqual([
        expect.stringMatching(
          /^Account 999900001111, newly named by It, can newly receive, send or decide what Properties\./,
        ),
      ]);
  });
  it('and not where it stood before, in a policy that is judged as one, or as a number that is none', () => {
    expect(told('AWS::Made::Up', { A: ARN }, { B: ARN })).toEqual([]);
    expect(told('AWS::Made::Up', null, { Size: '999900001111' })).toEqual([]);
    const Statement = [
      { Effect: 'Deny', Principal: { AWS: 'arn:aws:iam::999900001111:root' }, Action: 's3:*', Resource: '*' },
    ];
    expect(told('AWS::Made::Up', null, { Policy: { Statement }, Text: JSON.stringify({ Statement }) })).toEqual([]);
  });
});
