import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearest, orMeant } from '../../src/core/nearest.ts';

describe('what was meant', () => {
  it.each([
    ['recraete', ['recreate', 'reach', 'rate'], ['recreate']],
    ['Scope', ['scopes', 'seats'], ['scopes']],
    ['sceats', ['seats', 'scopes'], ['seats']],
    ['aab', ['aac', 'aad', 'zzz'], ['aac', 'aad']],
    ['xyz', ['scopes', 'seats'], []],
    ['a', ['b', 'c'], []],
    ['', ['a'], []],
  ])('by %s', (typed, known, expected) => expect(nearest(typed, known)).toEqual(expected));

  it('stands after a sentence, or a clause; nothing where nothing is near', () => {
    expect(didYouMean('chek', ['check', 'explain'])).toBe(' Did you mean check?');
    expect(orMeant('chek', ['check', 'chef'])).toBe('; did you mean check or chef?');
    expect(didYouMean('zzzzz', ['check'])).toBe('');
  });

  it('is any name with one slip in it, and never takes long over a long one', () => {
    const name = fc.stringMatching(/^[a-z]{5,12}$/);
    fc.assert(
      fc.property(name, fc.nat(11), (word, at) => {
        const slip = word.slice(0, at % word.length) + word.slice((at % word.length) + 1);
        expect(nearest(slip, [word])).toEqual([word]);
      }),
    );
    expect(nearest('a'.repeat(100_000), ['a'.repeat(99_999)])).toEqual([]);
  });
});
