import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/digest.ts';
import { changedLeaves, leavesOf, opened, textInBase64 } from '../../src/core/leaves.ts';

const changes = (before: Json, after: Json) => changedLeaves(opened(before), opened(after), 'P');

describe('what differs between two values', () => {
  it.each<[string, Json, Json, object[]]>([
    ['one value among others', { a: 'x', b: 1 }, { a: 'y', b: 1 }, [{ path: 'P.a', before: 'x', after: 'y' }]],
    ['a value that comes', {}, { a: { b: 'x' } }, [{ path: 'P.a.b', after: 'x' }]],
    ['a value that goes', { a: [1] }, {}, [{ path: 'P.a.0', before: '1' }]],
    [
      'an item of a list by its name',
      [
        { Name: 'A', Value: '1' },
        { Name: 'B', Value: '2' },
      ],
      [
        { Name: 'B', Value: '3' },
        { Name: 'A', Value: '1' },
      ],
      [
        { path: 'P.B.Value', before: '2', after: '3' },
        { path: 'P (order)', before: 'A, B', after: 'B, A' },
      ],
    ],
    ['an item in the middle of a list', ['a', 'b', 'c'], ['a', 'x', 'b', 'c'], [{ path: 'P.1', after: 'x' }]],
    ['an item that is another', ['a', 'b', 'c'], ['a', 'x', 'c'], [{ path: 'P.1', before: 'b', after: 'x' }]],
    [
      'JSON in text',
      '{"States":{"Z":{"Resource":"a"}}}',
      '{ "States": { "Z": { "Resource": "b" } } }',
      [{ path: 'P.States.Z.Resource', before: 'a', after: 'b' }],
    ],
    [
      'a text and JSON',
      'x',
      '{"a":1}',
      [
        { path: 'P', before: 'x' },
        { path: 'P.a', after: '1' },
      ],
    ],
    ['a line of many', 'a\nb\nc', 'a\nx\nc', [{ path: 'P:2', before: 'b', after: 'x' }]],
    [
      'a line in base64',
      Buffer.from('#!/bin/sh\necho one\n').toString('base64'),
      Buffer.from('#!/bin/sh\necho two\n').toString('base64'),
      [{ path: 'P:2', before: 'echo one', after: 'echo two' }],
    ],
    ['a key with a dot', { 'a.b': 1 }, { 'a.b': 2 }, [{ path: 'P."a.b"', before: '1', after: '2' }]],
    ['a list that becomes empty', { a: ['x'] }, { a: [] }, [{ path: 'P.a.0', before: 'x' }]],
  ])('%s', (_what, before, after, expected) => expect(changes(before, after)).toEqual(expected));

  it('is nothing where a number is written as text, or JSON with other blanks', () => {
    expect(changes({ a: 1 }, { a: '1' })).toEqual([]);
    expect(changes('{"a":1}', '{ "a": 1 }')).toEqual([]);
  });

  it('tells a key that stands twice in JSON, of which a parser keeps one', () => {
    expect(JSON.stringify(changes('{"a":"good"}', '{"a":"evil","a":"good"}'))).toContain('evil');
  });

  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ maxLength: 6 }),
      fc.constantFrom('{"a":1}', '[1,2]', 'a\nb', 'a\nc', Buffer.from('some text of a script').toString('base64')),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('Name', 'Value', 'Sid', 'a', 'b.c'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const leaves = (one: Json) => JSON.stringify([...leavesOf(opened(one), 'P')].sort());
  it('is told wherever the leaves are not the same', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        if (leaves(before) !== leaves(after)) expect(changes(before, after)).not.toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
  it('is nothing between a value and itself', () => {
    fc.assert(fc.property(value, (one) => void expect(changes(one, structuredClone(one))).toEqual([])));
  });
});

describe('base64', () => {
  it('is opened where it is text, and nothing else is', () => {
    expect(textInBase64(Buffer.from('echo hello world\n').toString('base64'))).toBe('echo hello world\n');
    for (const text of [
      'arn:aws:iam::1:role/x',
      'AnIdentifierOfLetters123456789012',
      'short',
      Buffer.from([1, 2, 3, 255, 254, 200, 7, 9, 11, 12, 1, 1]).toString('base64'),
    ])
      expect(textInBase64(text), text).toBeUndefined();
  });
});
