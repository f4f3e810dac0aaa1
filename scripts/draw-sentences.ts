/**
 * `node scripts/draw-sentences.ts SEED N`: a seeded sample of the sentences that readers meet (messages, help texts,
 * documents), one a line, for a native reader to judge. The last counts are in docs/results/english.md.
 */
import { type Sentence, sentencesOfCode, sentencesOfDocuments } from '../test/contract/sentences.ts';

/** A generator of numbers in [0, 1) that depends on the seed only (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @returns `count` different sentences, in the order of the draw. */
function draw(sentences: readonly Sentence[], seed: number, count: number): Sentence[] {
  const next = numbersOf(seed);
  return sentences
    .map((sentence) => ({ sentence, rank: next() }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ sentence }) => sentence);
}

const [seed, count] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count)) {
  process.stderr.write('usage: node scripts/draw-sentences.ts SEED N\n');
  process.exit(1);
}
const all = [...sentencesOfCode(['guards', 'tools', 'src']), ...sentencesOfDocuments()];
const drawn = draw(all, seed as number, count as number);
process.stdout.write(`${drawn.length} of ${all.length} sentences, seed ${seed}\n`);
drawn.forEach(({ at, text }, index) => {
  process.stdout.write(`${String(index + 1).padStart(3)}  ${at}\n     ${text}\n`);
});
