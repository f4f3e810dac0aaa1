/**
 * Patterns of IAM (`*`, `?`, `${variable}`) against each other, and lists of them that name what they do not mean.
 *
 * Guarantees: `covers` never says yes for a text that the pattern may leave out, and `overlaps` never says no for two
 * patterns that share a text; both in at most pattern × text steps, and no regular expression is made of a pattern. An
 * ARN is compared by its segments (a `*` within one does not reach into the next; IAM User Guide, "Resource").
 */
import { MAX_PATTERN_CHARACTERS, matchesGlob } from '../../../../core/glob.ts';

/** Steps taken: what is compared beyond the bound counts as gained, never as known. */
export interface Work {
  count: number;
}
export const MAX_STEPS = 5_000_000;

/** The named ones, or all but the named ones (NotAction, NotResource, NotPrincipal). */
export interface Names {
  except: boolean;
  names: string[];
}
/** One of the named, or the list that is left out. */
export type Part = string | readonly string[];

const isNoStar = (character: string) => character !== '*';
const VARIABLE = /\$\{[^}]{0,200}\}/g;
const withoutVariables = (text: string) => (text.includes('${') ? text.replaceAll(VARIABLE, '*') : text);
/** References that have no value yet may have any. */
const TOKEN = /\u{27e6}[^\u{27e7}]{0,300}\u{27e7}/gu;
const SEGMENTS = 6;

/** The segments of an ARN, its last one with all colons that follow; undefined: it is none. */
function segmentsOf(arn: string): string[] | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  const parts = arn.split(':');
  return parts.length < SEGMENTS ? undefined : [...parts.slice(0, SEGMENTS - 1), parts.slice(SEGMENTS - 1).join(':')];
}

/** Does the pattern cover a text that may itself hold wildcards? One that is too long covers itself only. */
export function covers(pattern: string, text: string, steps?: Work): boolean {
  if (pattern === '*' || pattern === text) return true;
  if (text.length > MAX_PATTERN_CHARACTERS || pattern.includes('${')) return false;
  const glob = (one: string, other: string) => matchesGlob(one, other, { isOne: isNoStar, ...(steps && { steps }) });
  const plain = withoutVariables(text);
  if (!pattern.startsWith('arn:')) return glob(pattern, plain);
  const [wide, narrow] = [segmentsOf(pattern), segmentsOf(plain)];
  return wide !== undefined && narrow !== undefined && wide.every((segment, index) => glob(segment, narrow[index]!));
}

/** May some text match both? Two that are too long may. */
export function overlaps(one: string, other: string, steps: Work): boolean {
  const [a, b] = [one, other].map((text) => withoutVariables(text).replaceAll(TOKEN, '*')) as [string, string];
  if (a === b || a === '*' || b === '*') return true;
  if (a.length > MAX_PATTERN_CHARACTERS || b.length > MAX_PATTERN_CHARACTERS) return true;
  // reach[j]: a text may match what was read of `a` and the first j characters of `b`.
  const stars = /^\**/.exec(b)![0].length;
  let reach = Array.from({ length: b.length + 1 }, (_, at) => at <= stars);
  for (const character of a) {
    const next: boolean[] = [character === '*' && reach[0]!];
    for (let at = 1; at <= b.length; at += 1) {
      steps.count += 1;
      const wanted = b[at - 1]!;
      next.push(
        character === '*' || wanted === '*'
          ? reach[at]! || next[at - 1]!
          : (character === wanted || character === '?' || wanted === '?') && reach[at - 1]!,
      );
    }
    reach = next;
  }
  return reach[b.length]!;
}

/** Do the named ones include the part, surely? */
export function includes({ except, names }: Names, part: Part, isCovered: Match, mayOverlap: Match): boolean {
  if (typeof part === 'string')
    return except ? !names.some((name) => mayOverlap(name, part)) : names.some((name) => isCovered(name, part));
  return except
    ? names.every((name) => part.some((left) => isCovered(left, name)))
    : names.some((name) => name === '*');
}
type Match = (pattern: string, text: string) => boolean;

export const partsOf = ({ except, names }: Names): readonly Part[] => (except ? [names] : names);
