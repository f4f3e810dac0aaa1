/** How everything here is measured: both sides in the same run, in turns, compared by their medians. */

export interface Row {
  name: string;
  /** What was measured and what it was measured against, with units. */
  ours: string;
  baseline: string;
  /** Ours by the baseline's; or the plain value where there is no baseline. */
  value: number;
  limit: number;
  /** Which side of the limit is good. */
  wanted: 'at most' | 'at least';
}

export const isWithin = ({ value, limit, wanted }: Row): boolean =>
  wanted === 'at most' ? value <= limit : value >= limit;

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

/**
 * Takes turns, and swaps who goes first, so that a busy minute of a shared machine meets both sides alike.
 *
 * @param rounds how often each side runs; one round before them warms up and is not counted.
 * @returns each side's own numbers (milliseconds when it returns none), in the order of the rounds.
 */
export async function inTurns(
  rounds: number,
  ours: () => unknown,
  baseline: () => unknown,
): Promise<{ ours: number[]; baseline: number[] }> {
  const numbers = { ours: [] as number[], baseline: [] as number[] };
  const sides = { ours, baseline };
  for (let round = -1; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? (['ours', 'baseline'] as const) : (['baseline', 'ours'] as const)) {
      const value = await timed(sides[side]);
      if (round >= 0) numbers[side].push(value);
    }
  }
  return numbers;
}

export async function timed(run: () => unknown): Promise<number> {
  const before = performance.now();
  const own = await run();
  return typeof own === 'number' ? own : performance.now() - before;
}

export function ratioRow(
  name: string,
  { ours, baseline }: { ours: readonly number[]; baseline: readonly number[] },
  unit: string,
  limit: number,
  wanted: Row['wanted'] = 'at most',
): Row {
  const [mine, theirs] = [median(ours), median(baseline)];
  const shown = (value: number) => `${value.toFixed(value < 10 && !Number.isInteger(value) ? 2 : 0)} ${unit}`;
  return { name, ours: shown(mine), baseline: shown(theirs), value: mine / theirs, limit, wanted };
}

/** Each sample is the fastest of three: guards are pure, and what only one of the three met was somebody else's work. */
export async function percentileOfJudging(run: () => void, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    times.push(Math.min(await timed(run), await timed(run), await timed(run)));
  return percentile(times, 0.99);
}
