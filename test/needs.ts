/** What a test needs of the machine: skipped with the reason where it is missing, failed where it is required. */
import type { TestContext } from 'vitest';

const required = (process.env.COUNTERSIGN_TEST_REQUIRE ?? '').split(/[\s,]+/);

/** For whole suites: run them, and let them fail, where the machine must have it. */
export const isRequired = (what: string): boolean => required.includes(what);

/**
 * @param what a name that COUNTERSIGN_TEST_REQUIRE can list (`aws,inspector,…`): CI lists what its machine has, so
 *   that a test which quietly stopped running turns it red.
 */
export function needs(context: TestContext, what: string, isHere: boolean): void {
  if (isHere) return;
  if (isRequired(what)) throw new Error(`COUNTERSIGN_TEST_REQUIRE lists ${what}, and it is not here.`);
  context.skip(`${what} is not here`);
}
