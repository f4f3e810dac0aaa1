import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { editTemplate } from '../../../../src/providers/aws/template/edit.ts';
import { parseTemplate, readTemplate } from '../../../../src/providers/aws/template/parse.ts';

const body = `# why
Resources:
  A:
    # the topic
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "\${AWS::StackName}-x" # shown to people
  # a queue
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds:   010
      Tags:
      - Key: a
        Value: 987654321987654321
      - {Key: b,   Value: 1.10}

Outputs:
  Url: { Value: !Ref Q }   # end
`;
const set = (path: string, value: unknown) => ({ path, value: value as never });
const remove = (path: string) => ({ path, remove: true });
const edit = (text: string, ...edits: Parameters<typeof editTemplate>[1]) => editTemplate(text, edits);

describe('what set does not name stays byte for byte', () => {
  it.each([
    ['a value', [set('Resources.Q.Properties.DelaySeconds', 5)], ':   010', ': 5'],
    [
      'a value behind a tag, before a comment',
      [set('Resources.A.Properties.DisplayName', 'no')],
      '!Sub "${AWS::StackName}-x"',
      '"no"',
    ],
    ['an item in braces', [set('Resources.Q.Properties.Tags[1].Value', 'y')], '1.10', '"y"'],
    ['a value of a list’s first key', [set('Resources.Q.Properties.Tags.0.Key', 'z')], 'Key: a\n', 'Key: z\n'],
    [
      'a property more',
      [set('Resources.A.Properties.TopicName', 'yes')],
      '# shown to people\n',
      '# shown to people\n      TopicName: "yes"\n',
    ],
    [
      'an item more',
      [set('Resources.Q.Properties.Tags[2]', { Key: 'c', Value: '1' })],
      '1.10}\n',
      '1.10}\n      - Key: c\n        Value: "1"\n',
    ],
    [
      'a whole resource',
      [set('Resources.T', { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'a\nb\n' } })],
      '1.10}\n',
      '1.10}\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: |\n        a\n        b\n',
    ],
    [
      'an output more',
      [set('Outputs.Arn', { Value: { 'Fn::GetAtt': ['Q', 'Arn'] } })],
      '# end\n',
      '# end\n  Arn:\n    Value:\n      Fn::GetAtt:\n        - Q\n        - Arn\n',
    ],
    [
      'a first parameter',
      [set('Parameters.P', { Type: 'String' })],
      '# end\n',
      '# end\nParameters:\n  P:\n    Type: String\n',
    ],
    ['a removed resource', [remove('Resources.A')], body.slice(body.indexOf('  A:'), body.indexOf('  # a queue')), ''],
    ['a removed property', [remove('Resources.Q.Properties.DelaySeconds')], '      DelaySeconds:   010\n', ''],
    ['a removed key behind a dash', [remove('Resources.Q.Properties.Tags[0].Key')], 'Key: a\n        ', ''],
    ['a removed item', [remove('Resources.Q.Properties.Tags[1]')], '      - {Key: b,   Value: 1.10}\n', ''],
    ['the last key in braces', [remove('Resources.Q.Properties.Tags[1].Value')], ',   Value: 1.10', ''],
    [
      'the last output, and its section with it',
      [remove('Outputs.Url')],
      'Outputs:\n  Url: { Value: !Ref Q }   # end\n',
      '',
    ],
    [
      'the last property',
      [remove('Resources.A.Properties.DisplayName')],
      '\n      DisplayName: !Sub "${AWS::StackName}-x" # shown to people\n',
      ' {}\n',
    ],
  ])('%s', (_what, edits, before, after) => {
    expect(body).toContain(before);
    expect(editTemplate(body, edits)).toBe(body.replace(before, () => after));
    const crlf = body.replaceAll('\n', '\r\n');
    expect(editTemplate(crlf, edits)).toBe(
      crlf.replace(before.replaceAll('\n', '\r\n'), () => after.replaceAll('\n', '\r\n')),
    );
  });

  it.each(['\t', 4, 0])('JSON stays JSON, as it was indented (%j)', (indent) => {
    const json = JSON.stringify(
      { Resources: { A: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: '0644', N: 12345 } } }, Outputs: {} },
      null,
      indent,
    ).replace('12345', '987654321987654321');
    const edited = edit(
      json,
      set('Resources.A.Properties.TopicName', '02:00'),
      set('Resources.B', { Type: 'AWS::SNS::Topic' }),
      remove('Resources.A.Properties.DisplayName'),
      set('Outputs.O', { Value: 'x' }),
    );
    expect(edited).toContain('987654321987654321');
    expect(JSON.parse(edited)).toMatchObject({
      Resources: { A: { Properties: { TopicName: '02:00' } }, B: { Type: 'AWS::SNS::Topic' } },
      Outputs: { O: { Value: 'x' } },
    });
    expect(JSON.parse(edited).Resources.A.Properties).not.toHaveProperty('DisplayName');
    if (indent === '\t') expect(edited).toContain('\t\t"B": {\n\t\t\t"Type": "AWS::SNS::Topic"\n\t\t}');
  });

  it('a path may go through a short form, written short or long', () => {
    const text = 'Resources:\n  A:\n    Type: T\n    Properties:\n      N: !If [Big, 2, 1]\n';
    for (const path of ['Resources.A.Properties.N.1', 'Resources.A.Properties.N.Fn::If[1]'])
      expect(edit(text, set(path, 4))).toBe(text.replace('2', '4'));
  });

  it('a property of a resource without properties, with its parents made', () => {
    const text = 'Resources:\n  A:\n    Type: T\n    Properties:\n  B:\n    Type: T\n';
    expect(edit(text, set('Resources.A.Properties.X', 1))).toBe(
      text.replace('Properties:\n', 'Properties:\n      X: 1\n'),
    );
    expect(edit(text, set('Resources.B.Properties.X.Z', 1))).toBe(`${text}    Properties:\n      X:\n        Z: 1\n`);
  });

  it('keys with dots are quoted in brackets', () => {
    const text = 'Resources:\n  A: { Type: T, Properties: { "a.b": 1 } }\n';
    expect(edit(text, set('Resources.A.Properties["a.b"]', 2))).toBe(text.replace('1', '2'));
  });
});

describe('an edit that cannot be made names the way', () => {
  it.each([
    [
      'a value in a resource that is not there',
      set('Resources.B.Properties.X', 1),
      'Resources has no B (it has A, Q)',
      'path: "Resources.B", value: {"Type"',
    ],
    ['a section', set('Outputs', {}), 'does not name an entry', 'Resources.<LogicalId>'],
    [
      'a resource without a type',
      set('Resources.B', { Properties: {} }),
      'resource B has no Type',
      'Resources section',
    ],
    [
      'a removal of what is not there',
      remove('Resources.A.Properties.Name'),
      'has no Name (it has DisplayName)',
      'describe_stack',
    ],
    ['a removal of the last resource', remove('Resources'), 'does not name an entry', 'Resources.<LogicalId>'],
    ['an item past the end', set('Resources.Q.Properties.Tags[4]', 1), 'has 2 items', '0 to 2'],
    ['a value below a value', set('Resources.A.Type.X', 1), 'Resources.A.Type is a single value', 'whole'],
    ['null', set('Resources.A.Properties.DisplayName', null), 'null', 'remove: true'],
    ['null inside', set('Resources.A.Properties', { DisplayName: null }), 'null', 'remove: true'],
    ['no value', { path: 'Resources.A.Properties.DisplayName' }, 'no value', 'null does not remove'],
    ['value and remove', { ...set('Resources.A', 1), remove: true }, 'both', 'remove: true'],
    ['a number that JSON rounds', set('Resources.A.Properties.X', Number('987654321987654321')), '15 digits', 'text'],
  ])('%s', (_what, one, message, remedy) => {
    expect(() => edit(body, one)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), remedy: expect.stringContaining(remedy) }),
    );
  });
  it('refuses a path of which a part is written twice: the edit would be lost', () => {
    const twice = 'Resources:\n  A:\n    Type: T\n    Type: U\n';
    expect(() => edit(twice, set('Resources.A.Type', 'x'))).toThrow(/written twice/);
  });
});

const text = fc.string({ maxLength: 12 });
const leaf = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    'yes',
    '02:00',
    '012',
    '2012-10-17',
    '~',
    'a: b',
    '- x',
    '#',
    ' x ',
    'a\nb\n',
    '*a',
    '!Ref B',
    'null',
    '1e3',
    '0x1f',
    "it's",
  ),
);
const key = fc.oneof(
  fc.constantFrom('Key', 'Value', 'a-b', '123', 'No'),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9:_-]{0,8}$/),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  ),
})).any as fc.Arbitrary<never>;
const styles = [
  (template: object) => stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
  (template: object) =>
    stringify(template, {
      version: '1.1',
      indentSeq: false,
      defaultStringType: 'QUOTE_SINGLE',
      aliasDuplicateObjects: false,
    }),
  (template: object) => JSON.stringify(template),
  (template: object) => JSON.stringify(template, null, 2),
  (template: object) => stringify(template, { version: '1.1', collectionStyle: 'flow', aliasDuplicateObjects: false }),
];

it('any value can be set, added and removed in any style, and nothing else changes its meaning', () => {
  fc.assert(
    fc.property(value, value, fc.constantFrom(...styles), (before, after, write) => {
      const template = {
        Resources: { A: { Type: 'T', Properties: { First: before, Last: before } }, B: { Type: 'T' } },
      };
      const written = write(template);
      const properties = (edited: string) => (readTemplate(edited) as typeof template).Resources.A.Properties;
      const whole = parseTemplate(written);
      const replaced = edit(written, set('Resources.A.Properties.First', after));
      expect(properties(replaced)).toEqual({ First: after, Last: before });
      const added = edit(
        written,
        set('Resources.A.Properties.New', after),
        set('Resources.C', { Type: 'T', Properties: { X: after } }),
      );
      expect(properties(added)).toEqual({ First: before, Last: before, New: after });
      expect(edit(added, remove('Resources.C'), remove('Resources.A.Properties.New'))).toBe(written);
      expect(properties(edit(written, remove('Resources.A.Properties.First')))).toEqual({ Last: before });
      expect(parseTemplate(edit(written, remove('Resources.A'))).Resources).toEqual({ B: whole.Resources.B });
    }),
    { numRuns: 300 },
  );
});
