/** A text in pieces is what JSON.parse makes of the whole, wherever it is cut. */
import { describe, expect, it } from 'vitest';
import { JsonPieces } from '../../../src/providers/terraform/plan-json/pieces.ts';

const LISTS = ['list', 'a\0b', 'deep\0[]\0list'];
function read(text: string, size: number): { rest: unknown; items: Record<string, unknown[]> } {
  const items: Record<string, unknown[]> = {};
  const pieces = new JsonPieces(
    (at) => LISTS.includes(at),
    (at, item) => {
      items[at] ??= [];
      items[at].push(item);
    },
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return { rest: pieces.end(), items };
}
const everySize = (text: string) => Array.from({ length: Buffer.byteLength(text) + 1 }, (_, index) => index + 1);

const WHOLE = {
  x: [1, { list: [{ not: 'this' }] }, 'a "list": [{', '\\', 'ö\u{1f600}'],
  list: [{ a: '}]"\\', b: [[{ c: {} }]] }, {}, { 'ö"': null }],
  a: { b: [{ one: 1 }], 'b\\': [{ two: 2 }], c: { list: [{ three: 3 }] } },
  deep: [{ list: [] }, { list: [{ n: -1.5e3 }] }],
  'li\\st': [{ four: 4 }],
  z: true,
};
const LEFT = {
  ...WHOLE,
  list: [],
  a: { ...WHOLE.a, b: [] },
  deep: [{ list: [] }, { list: [] }],
};
const ITEMS = { list: WHOLE.list, 'a\0b': WHOLE.a.b, 'deep\0[]\0list': [{ n: -1.5e3 }] };

it.each([
  ['without spaces', JSON.stringify(WHOLE)],
  ['with spaces', JSON.stringify(WHOLE, null, '\t ')],
  ['with escapes in its names', JSON.stringify(WHOLE).replace('"list":[{"a"', '"li\\u0073t":[{"a"')],
])('%s, cut anywhere', (_name, text) => {
  for (const size of everySize(text)) {
    const { rest, items } = read(text, size);
    expect(rest).toEqual(LEFT);
    expect(items).toEqual(ITEMS);
  }
});

describe('refuses', () => {
  it.each([
    '',
    '{',
    '{"list":[{"a":1}',
    '{"list":[{"a":1}]',
    '{"list":[{"a":1},]}',
    '{"list":[,{"a":1}]}',
    '{"list":[{"a":1}{"a":2}]}',
    '{"list":[{"a":1},,{"a":2}]}',
    '{"list":[1]}',
    '{"list":["a"]}',
    '{"list":[[{"a":1}]]}',
    '{"list":[null]}',
    '{"list":[{"a":1}}]}',
    '{"list":[{"a":]}]}',
    '{"list":[{"a":1]}]}',
    '{"list":[{"a":1}]]}',
    '{"list":[{"a":1}],"b"}',
    '{"list":[{"a":1}]} x',
    '{"x":"\\',
    '{"x":}',
    '[}',
    ']',
    '{"x":1}}',
  ])('%s', (text) => {
    for (const size of everySize(text)) expect(() => read(text, size), String(size)).toThrow(SyntaxError);
  });
});

it('a name that stands twice is the last one, and its items are handed out twice', () => {
  expect(read('{"list":[{"a":1}],"list":[{"a":2}]}', 3)).toEqual({
    rest: { list: [] },
    items: { list: [{ a: 1 }, { a: 2 }] },
  });
});
