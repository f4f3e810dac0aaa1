/** What network rules of either cloud newly let in, once each cloud's own words are read into sides. */
import type { Json } from '../../../core/digest.ts';
import type { Mark } from '../../../core/mark.ts';
import type { MarkContext } from '../../aws/knowledge/marks/finder.ts';
import { type NetworkRule, networkGain } from '../../aws/knowledge/marks/network.ts';
import { exposeMark } from '../../aws/knowledge/marks/network-marks.ts';

export const WORLD = '0.0.0.0/0';

/** A denial that goes, or is narrowed, lets in what it kept out. */
export interface Sides {
  allowed: NetworkRule[];
  denied: NetworkRule[];
}

/** `443`, `8000-8100`. None at all, and what is no number, is every port. */
export function portRanges(said: readonly Json[]): [from: number, to: number][] {
  if (said.length === 0) return [[-1, -1]];
  return said.map((one) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(String(one)) ?? [];
    return from === undefined ? [-1, -1] : [Number(from), Number(to ?? from)];
  });
}

/** @param paths of the attributes that allow and deny. */
export function marksBetween(
  was: Sides,
  is: Sides,
  paths: { allows: string; denies: string },
  context: MarkContext,
): Mark[] {
  const cut = networkGain(is.allowed, was.allowed)[0];
  return [
    ...networkGain(was.allowed, is.allowed).map((gain) =>
      exposeMark(paths.allows, gain, 'Allows traffic from', context),
    ),
    ...networkGain(is.denied, was.denied).map((gain) =>
      exposeMark(paths.denies, gain, 'No longer denies traffic from', context),
    ),
    ...(cut
      ? [{ kind: 'disconnect' as const, path: paths.allows, text: `No longer allows traffic from ${cut.range}.` }]
      : []),
  ];
}
