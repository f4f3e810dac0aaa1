/** Words and shapes that may not come back; CONTRIBUTING's "English" says what stands in their place. */
import { describe, expect, it } from 'vitest';
import { messages, NEVER, NEVER_IN_MESSAGES, prose } from './private-words.ts';
import { type Sentence, sentencesOfSource } from './sentences.ts';

const told = (sentences: Sentence[], shape: RegExp) =>
  sentences.filter(({ text }) => shape.test(text)).map(({ at, text }) => `${at} ${text}`);

describe.each([
  ['messages', messages, [...NEVER, ...NEVER_IN_MESSAGES]],
  ['documents', prose, NEVER],
] as const)('%s', (_where, sentences, never) => {
  it('are found at all', () => expect(sentences.length).toBeGreaterThan(900));
  it.each(never)('never say %s: %s', (shape) => expect(told(sentences, shape)).toEqual([]));
});

const hole = (code: string) => `\${${code}}`;

describe('the reader of literals', () => {
  it.each([
    ['plain', "throw refuse('the first of them');", ['the first of them']],
    ['double quotes', 'const a = "it is the user\'s own";', ["it is the user's own"]],
    ['holes', `x(\`${hole('count')} of these are here\`)`, ['… of these are here']],
    [
      'literals in holes',
      `x(\`the end of it ${hole('a ? `of one two three` : "or of four five"')} is near\`)`,
      ['of one two three', 'or of four five', 'the end of it … is near'],
    ],
    ['braces in holes', `x(\`the ${hole('f({ a: 1 })')} of it all\`)`, ['the … of it all']],
    ['comments', "// it's a word of mine\nconst a = 'one or two three';", ['one or two three']],
    ['patterns', "const a = /['\"`]/g.test('the three words here');", ['the three words here']],
    ['escaped quotes', "const a = 'it isn\\'t one of those';", ["it isn't one of those"]],
    ['code', "db.prepare('SELECT one from a table'); import('./a.ts');", []],
  ])('reads %s', (_name, source, texts) =>
    expect(sentencesOfSource(source, 'a.ts').map(({ text }) => text)).toEqual(texts),
  );
});
