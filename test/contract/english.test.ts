/** Words and shapes that may not come back; CONTRIBUTING's "English" says what stands in their place. */
import { describe, expect, it } from 'vitest';
import { type Sentence, sentencesOfCode, sentencesOfSource } from './sentences.ts';

/** Every folder whose literals a reader can meet. */
const FOLDERS = [
  'guards',
  'src/approvals',
  'src/core',
  'src/execute',
  'src/ledger',
  'src/people',
  'src/policy',
  'src/policy-lab',
];

/** The shape, and what is written instead. */
const NEVER: [RegExp, string][] = [
  [/(?:^|[.:;] )(?:What|Who|Whose|Whoever|Of)\b(?![^.]*\?)/, 'a concrete noun as the subject'],
  [/\b(?:nobody|somebody|everybody|nothing of)\b/i, 'the person or thing itself'],
  [/\(s\)/, 'a number that inflects'],
  [/\bno way around\b/, 'Do not try other …'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\b(?:vanish(?:es|ed)?|made anew|made again|planned anew|make (?:it )?anew)\b/i, 'is deleted, recreate, plan again'],
  [/\bonly observed\b|\bobserved only\b|\bshadow mode\b/i, 'observe mode'],
  [/\bif it stays\b/i, 'if it keeps failing'],
  [/\bis to be (?:executed|signed)\b/i, 'There is nothing to …'],
  [/\bforetells?\b/i, 'predict'],
  [/\bholds? (?:data|identity|nothing)\b/i, 'stores data, others use its identifier'],
  [/\blet people decide\b|\bpeople decide\b/i, 'propose it for approval'],
  [/\bseats?\b(?!\.[a-z]| is 0)/i, 'approval, approver'],
  [/\bby itself\b/i, 'automatically, as a change of its own'],
  [/\bwithout (?:a|one) word\b|\bthe road itself\b/i, 'is structural, silently'],
  [/ against (?:…|\d)/, 'the limit is …'],
  [/\bsuspected loop\b/i, 'this looks like a loop'],
  [/\b(?:caps?|capped)\b/i, 'limit'],
  [/\bdid not leave\b|\bbefore .* left\b/i, 'was not sent'],
  [/\bso many\b|\bsaid of\b/i, 'this many, the note on'],
  [/\bnot (?:yet )?judged\b|\bjudged yet\b|\bcannot be judged\b/i, 'is not in the tables, so the plan is refused'],
];

const told = (sentences: Sentence[], shape: RegExp) =>
  sentences.filter(({ text }) => shape.test(text)).map(({ at, text }) => `${at} ${text}`);

describe.each([['messages', sentencesOfCode(FOLDERS)]])('%s', (_where, sentences) => {
  it('are found at all', () => expect(sentences.length).toBeGreaterThan(200));
  it.each(NEVER)('never say %s: %s', (shape) => expect(told(sentences, shape)).toEqual([]));
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
