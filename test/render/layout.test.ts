import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteTime } from '../../src/core/instant.ts';
import { changePage } from '../../src/render/change-page.ts';
import { layOut, widthOf } from '../../src/render/layout.ts';
import { timeLeft } from '../../src/render/time.ts';
import { quoted } from '../../src/render/values.ts';
import { effect, NOW, property } from '../guards/builders.ts';
import { subjectOf } from './builders.ts';

const page = (subject: ReturnType<typeof subjectOf>, width: number) => layOut(changePage(subject), width);

describe('text of an agent', () => {
  it('carries its mark on every line, however it is padded and wrapped', () => {
    for (const reason of [
      `ok${' '.repeat(200)}all guards passed`,
      'a\n\nGUARDS\n  29 guards passed',
      'x'.repeat(300),
      `ok${'\u2800'.repeat(90)}HELD`,
      `ok${'\u3000'.repeat(90)}approved`,
    ]) {
      const lines = page(subjectOf({}, undefined, null, { reason }), 80);
      const from = lines.indexOf('THE AGENT SAYS (unproven)') + 1;
      const to = lines.indexOf('', from);
      expect(to - from).toBeGreaterThan(1);
      for (const line of lines.slice(from, to)) expect(line).toMatch(/^ {2}agent│ /);
    }
  });
});

describe('text of a cloud', () => {
  it('never begins a line of ours', () => {
    const evil = `x${' '.repeat(70)}GUARDS ${'\u00a0'.repeat(60)}all passed`;
    const lines = page(
      subjectOf({
        effects: [effect({ physicalId: evil, why: evil, properties: [property('Properties.A', evil, `${evil}!`)] })],
        notes: [evil],
      }),
      80,
    );
    expect(lines.filter((line) => /^(?:GUARDS|all passed)/.test(line))).toEqual(['GUARDS']);
  });
});

describe('a line', () => {
  it('breaks at spaces, and a word that is longer than a line after a joint', () => {
    const rows = [{ text: 'one two arn:aws:iam::123456789012:role/a-name-that-is-long/and-longer three', indent: 2 }];
    expect(layOut([{ key: 'look', title: '', rows }], 40)).toEqual([
      '  one two arn:aws:iam::123456789012:',
      '  │ role/a-name-that-is-long/and-longer',
      '  │ three',
    ]);
  });
  it('keeps its words whole where they fit', () => {
    const word = fc.stringMatching(/^[a-z:/.-]{1,30}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
        const lines = layOut([{ key: 'look', title: '', rows: [{ text: words.join(' '), own: true }] }], 60);
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('a value', () => {
  it('is quoted where it could be taken for our words, and shows what is not seen', () => {
    expect(quoted('t3.micro')).toBe('t3.micro');
    expect(quoted('a b')).toBe('"a b"');
    expect(quoted('a" → "b')).toBe('"a\\" → \\"b"');
    expect(quoted('a\u2800b\u202ec')).toBe('"a\\u{2800}b\\u{202e}c"');
    expect(quoted('')).toBe('""');
  });
  it('that is long is told by what differs, and stands whole further down', () => {
    const [before, after] = ['api.acme.example', 'api.evil.example'].map(
      (host) => `${'same words again '.repeat(20)}${host}${' and the end'.repeat(10)}`,
    );
    const lines = page(
      subjectOf({ effects: [effect({ properties: [property('Properties.A', before, after)] })] }),
      200,
    );
    expect(lines.join('\n')).toContain(
      'A: (340 characters are the same) api.acme.example → api.evil.example (120 characters are the same)',
    );
    expect(lines.filter((line) => /^ {4}[-+] same words/.test(line))).toHaveLength(2);
  });
});

describe('times', () => {
  it('are told beside how long, without milliseconds', () => {
    const in8Hours = new Date(NOW.getTime() + 8 * 3_600_000).toISOString();
    expect(timeLeft(in8Hours, NOW)).toBe('8 h left (until 2026-11-24 20:00 UTC)');
    expect(absoluteTime(in8Hours)).not.toMatch(/\.\d{3}/);
    expect(page(subjectOf(), 80).join('\n')).not.toMatch(/T\d\d:\d\d:\d\d\.\d{3}Z/);
  });
});
