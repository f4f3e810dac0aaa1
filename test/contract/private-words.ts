/** Words and shapes that may not come back, for the English test and `npm run lint:docs`. */
import { sentencesOfCode, sentencesOfDocuments } from './sentences.ts';

/** AWS's own words, and a file in the format of the policy, whose key is `seats`. */
const NOT_OURS = /^src\/sandbox\/|^src\/cli\/init-tests\.ts/;
export const messages = sentencesOfCode(['guards', 'tools', 'src']).filter(({ at }) => !NOT_OURS.test(at));
/** The glossary names the words that are not used; records are of their day. */
export const prose = sentencesOfDocuments().filter(({ at }) => !/^docs\/(?:glossary\.md|results\/)/.test(at));

/** The shape, and what is written instead. */
export const NEVER: [RegExp, string][] = [
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
  [/\bby itself\b/i, 'automatically, as a change of its own'],
  [/\bwithout (?:a|one) word\b|\bthe road itself\b/i, 'is structural, silently'],
  [/ against (?:…|\d)/, 'the limit is …'],
  [/\bsuspected loop\b/i, 'this looks like a loop'],
  [/\b(?:caps?|capped)\b/i, 'limit'],
  [/\bdid not leave\b|\bbefore .* left\b/i, 'was not sent'],
  [/\bso many\b|\bsaid of\b/i, 'this many, the note on'],
  [/\bheld against\b|\bgoes the whole road\b|\bno longer asked for\b|\bmeanwhile\b/i, 'compared with, in the meantime'],
  [/\bit is no\b|\blook(?:s|ed)? into\b|\btakes back\b/i, 'is not a, look for, withdraw'],
];
/** Documents name the policy's key `seats`, and describe judging. */
export const NEVER_IN_MESSAGES: [RegExp, string][] = [
  [/\bseats?\b(?!\.[a-z]| is 0)/i, 'approval, approver'],
  [/\bnot (?:yet )?judged\b|\bjudged yet\b|\bcannot be judged\b/i, 'is not in the tables, so the plan is refused'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d/, 'absoluteTime'],
];

/** Those of the documents. */
export const wordsThatCameBack = (): { at: string; text: string; instead: string }[] =>
  NEVER.flatMap(([shape, instead]) =>
    prose.filter(({ text }) => shape.test(text)).map(({ at, text }) => ({ at, text, instead })),
  );
