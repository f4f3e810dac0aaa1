/** A tag that CloudFormation does not have is refused, with its line: read as text it would be a value. */
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../src/providers/aws/template/parse.ts';

const template = (value: string) =>
  `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: ${value}\n`;

describe('a tag', () => {
  it.each(['!Reff Name', '!ref Name', '!Concat [a, b]', '!Env { a: b }', '!Fn::Sub x'])('%s is refused', (value) => {
    expect(() => parseTemplate(template(value))).toThrow(
      expect.objectContaining({ code: 'INPUT_TEMPLATE_INVALID', message: expect.stringMatching(/tag.*line 5/i) }),
    );
  });
  it.each([
    '!Ref Name',
    '!Sub Name',
    '!Rain::Embed file',
    '!GetAtt A.B',
    '!Join ["", [a]]',
    "'!Reff Name'",
    '!!str 12',
  ])('%s is read', (value) => {
    expect(() => parseTemplate(template(value))).not.toThrow();
  });
});
