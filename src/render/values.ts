/** Values from outside as they stand in our lines: quoted where they could be taken for our words, never cut. */
import { withDoublesVisible } from '../core/deceptive-text.ts';
import { makeVisible } from '../core/render-safe.ts';

/** One word that cannot be a sentence of ours. */
const BARE = /^[\w.:/@*+=%$#~^()[\]{}-]+$/;

export function quoted(text: string): string {
  const visible = withDoublesVisible(makeVisible(text, Number.POSITIVE_INFINITY));
  if (BARE.test(visible)) return visible;
  const escaped = visible
    .replaceAll(/\\(?=[nt"\\])/g, '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** Two values that are longer together are told by what differs; each stands whole further down. */
export const FOLDED_FROM = 160;
const JOINT = /[\s"',;(){}[\]]/;

export interface Difference {
  text: string;
  /** The values stand whole elsewhere. */
  isFolded: boolean;
}

/** Characters that two texts have in common at their beginnings and ends, up to a joint. */
export function sameEnds(before: string, after: string): { start: number; end: number } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  while (start > 0 && !JOINT.test(before[start - 1]!)) start -= 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  while (end > 0 && !JOINT.test(before.at(-end)!)) end -= 1;
  return { start, end };
}

/** `old → new`; of long ones the beginning and the end that are the same are counted, not told. */
export function differenceOf(before: string | undefined, after: string | undefined): Difference {
  if (before === undefined && after === undefined) return { text: 'changes; the value is not shown', isFolded: false };
  const told = (text: string | undefined) => (text === undefined ? '\u2013' : quoted(text));
  if (before === undefined || after === undefined || before.length + after.length <= FOLDED_FROM)
    return { text: `${told(before)} → ${told(after)}`, isFolded: false };
  const { start, end } = sameEnds(before, after);
  if (start + end < 40) return { text: `${told(before)} → ${told(after)}`, isFolded: false };
  const middle = (text: string) => quoted(text.slice(start, text.length - end));
  const same = (count: number) => (count === 0 ? '' : ` (${count} characters are the same)`);
  return {
    text: `${start > 0 ? `(${start} characters are the same) ` : ''}${middle(before)} → ${middle(after)}${same(end)}`,
    isFolded: true,
  };
}
