/** A sensitive value is found in whatever it was written into, by whichever program. */
import { describe, expect, it } from 'vitest';
import { needlesOf } from '../../../src/providers/terraform/effects/needles.ts';

const SECRET = `p&ss<wörd> "x" it's (1)!*~`;
const found = (text: string, secret = SECRET) => needlesOf([secret]).replaced(text, () => '…');
/** As Go's encoding/json writes it. */
const byGo = (text: string) =>
  JSON.stringify(text).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');

describe('is found', () => {
  it.each([0, 1, 2, 3, 4, 5])('in base64, behind %s other bytes and before some', (length) => {
    for (const after of ['', '@', '@h', '@host'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${'user:'.slice(0, length)}${SECRET}${after}`).toString(encoding);
        const left = Buffer.from(found(text).replaceAll('…', ''), encoding).toString('latin1');
        expect(left.length, text).toBeLessThan(length + after.length + 6);
      }
  });
  it('in JSON of Go, also within JSON', () => {
    expect(found(`{"a":${byGo(SECRET)}}`)).toBe('{"a":"…"}');
    expect(found(byGo(`{"a":${byGo(SECRET)}}`))).not.toMatch(/rd/);
    expect(found(JSON.stringify(JSON.stringify(SECRET)))).not.toMatch(/rd/);
  });
  it('in the query of a URL, as Go, curl and browsers write it', () => {
    const query = new URLSearchParams({ a: SECRET }).toString();
    expect(found(query)).toBe('a=…');
    expect(found(encodeURIComponent(SECRET))).toBe('…');
    const strict = encodeURIComponent(SECRET).replaceAll(
      /[!'()*]/g,
      (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    expect(found(strict)).toBe('…');
    expect(found(strict.replaceAll(/%../g, (one) => one.toLowerCase()))).toBe('…');
  });
  it('in hexadecimal', () => {
    expect(found(Buffer.from(SECRET).toString('hex'))).toBe('…');
  });
});

it('what is not of it stays', () => {
  const text = 'a text about the password, in base64: cGFzc3dvcmQ=';
  expect(found(text)).toBe(text);
  expect(found('abcd', 'abc')).toBe('abcd');
});
