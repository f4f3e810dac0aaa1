/** Wildcards: what they match, and how many steps that takes at most. */
import { describe, expect, it } from 'vitest';
import { MAX_PATTERN_CHARACTERS, matchesGlob } from '../../src/core/glob.ts';

/** The definition, slow and obviously right, for short texts. */
function byDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return byDefinition(rest, text) || (text !== '' && byDefinition(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && byDefinition(rest, text.slice(1));
}
function* words(alphabet: string, longest: number): Generator<string> {
  yield '';
  if (longest > 0) for (const word of words(alphabet, longest - 1)) for (const letter of alphabet) yield word + letter;
}

describe('a wildcard pattern', () => {
  it('matches what its definition matches, for every short pattern and text', () => {
    const patterns = [...new Set(words('*?ab', 5))];
    const texts = [...new Set(words('ab', 5))];
    for (const pattern of patterns)
      for (const text of texts)
        expect(matchesGlob(pattern, text), `${pattern} ${text}`).toBe(byDefinition(pattern, text));
  });
  it('takes no character of a pattern for anything but itself', () => {
    for (const special of '.+^$(){}|[]\\/-') {
      expect(matchesGlob(`a${special}*`, `a${special}b`)).toBe(true);
      expect(matchesGlob(`a${special}`, 'ab')).toBe(false);
    }
    expect(matchesGlob('a*b', 'a\nb')).toBe(true);
  });
  it.each([
    ['*-*-*-prod', '-'.repeat(2_048)],
    [`${'*?'.repeat(1_000)}x`, 'a'.repeat(2_048)],
    [`${'*a'.repeat(1_000)}b`, 'a'.repeat(2_048)],
    [`${'a*'.repeat(1_000)}b`, 'a'.repeat(2_048)],
    ['*'.repeat(2_048), 'a'.repeat(2_048)],
  ])('takes at most pattern × text steps: %.20s', (pattern, text) => {
    const steps = { count: 0 };
    matchesGlob(pattern, text, { steps });
    expect(steps.count).toBeGreaterThan(0);
    expect(steps.count).toBeLessThanOrEqual((pattern.length + 1) * (text.length + 1));
  });
  it('that is longer than any name is only itself', () => {
    const long = '*'.repeat(MAX_PATTERN_CHARACTERS + 1);
    expect(matchesGlob(long, 'a')).toBe(false);
    expect(matchesGlob(long, long)).toBe(true);
  });
});
