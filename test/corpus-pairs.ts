/** The template pairs that lie beside the project, not in it: where they are, and whether they must be there. */
import { existsSync } from 'node:fs';
import { isRequired } from './needs.ts';

export const CORPUS_PAIRS =
  process.env.COUNTERSIGN_CORPUS ?? new URL('../../shared/corpus/pairs/', import.meta.url).pathname;

/** @throws where COUNTERSIGN_TEST_REQUIRE lists `corpus` and it is not here. */
export const hasCorpus: boolean = (() => {
  const isHere = existsSync(CORPUS_PAIRS);
  if (!isHere && isRequired('corpus'))
    throw new Error(`COUNTERSIGN_TEST_REQUIRE lists corpus, and there is none at ${CORPUS_PAIRS}.`);
  return isHere;
})();
