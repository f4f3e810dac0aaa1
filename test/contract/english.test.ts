/** Words and shapes that may not come back; CONTRIBUTING's "English" says what stands in their place. */
import { describe, expect, it } from 'vitest';
import { type Sentence, sentencesOfCode, sentencesOfDocuments } from './sentences.ts';

/** The shape, and what is written instead. */
const NEVER: [RegExp, string][] = [
  [/^(?:What|Who|Whose|Whoever|Of)\b(?![^.]*\?$)/, 'a concrete noun as the subject'],
  [/\b(?:nobody|somebody|everybody)\b/i, 'the person or thing itself'],
  [/\(s\)/, 'a number that inflects'],
  [/\bno way around\b/, 'Do not try other …'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\b(?:vanish(?:es|ed)?|made anew|made again|planned anew)\b/i, 'is deleted, recreate, plan again'],
  [/\bonly observed\b|\bshadow mode\b/i, 'observe mode'],
  [/\bif it stays\b/i, 'if it keeps failing'],
  [/\bis to be (?:executed|signed)\b/i, 'There is nothing to …'],
  [/\bforetell\b/i, 'predict'],
  [/\bholds (?:data|identity|nothing)\b/i, 'stores data, others use its identifier'],
];

const told = (sentences: Sentence[], shape: RegExp) =>
  sentences.filter(({ text }) => shape.test(text)).map(({ at, text }) => `${at} ${text}`);

describe.each([
  ['messages', sentencesOfCode()],
  ['documents', sentencesOfDocuments()],
])('%s', (_where, sentences) => {
  it('are found at all', () => expect(sentences.length).toBeGreaterThan(200));
  it.each(NEVER)('never say %s: %s', (shape) => expect(told(sentences, shape)).toEqual([]));
});
