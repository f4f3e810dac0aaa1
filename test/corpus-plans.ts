/** The Terraform plans that lie beside the project, not in it: where they are, and whether they must be there. */
import { existsSync } from 'node:fs';
import { isRequired } from './needs.ts';

export const PLANS =
  process.env.COUNTERSIGN_CORPUS_PLANS ?? new URL('../../shared/corpus/tfplans', import.meta.url).pathname;

/** @throws where COUNTERSIGN_TEST_REQUIRE lists `corpus` and it is not here. */
export const hasPlans: boolean = (() => {
  const isHere = existsSync(PLANS);
  if (!isHere && isRequired('corpus'))
    throw new Error(`COUNTERSIGN_TEST_REQUIRE lists corpus, and there is none at ${PLANS}.`);
  return isHere;
})();
