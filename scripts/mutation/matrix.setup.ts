/**
 * Runs every test again with each mutant that it reaches, in one process, while Stryker makes its first run: a
 * hundred times faster than a process for each mutant. `matrix-runner.mjs` hands what was found to Stryker.
 *
 * Only for tests without hooks and without a world; those that open one run a process for each mutant.
 */
import { basename } from 'node:path';
import { afterAll, afterEach, inject, TestRunner } from 'vitest';
import { OPEN_A_WORLD } from './own-tests-first.ts';

/** Stryker's own, which the mutated code reads. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number;
  hitLimit?: number | undefined;
  mutantCoverage?: { perTest: Record<string, Record<string, number>> };
  found?: Record<string, { test: string; message: string; isEndless: boolean }>;
}
/** A mutated loop that comes by here so often has no end. */
const HIT_LIMIT = 100_000;

if (inject('mode' as never) === 'dry-run') {
  const switchboard = (globalThis as Record<string, unknown>)[inject('globalNamespace' as never)] as Switchboard;
  switchboard.found ??= {};
  const { found } = switchboard;

  afterEach(async ({ task }) => {
    const test = switchboard.currentTestId;
    const coverage = switchboard.mutantCoverage?.perTest;
    if (!test || !coverage || OPEN_A_WORLD.includes(basename(task.file.filepath, '.test.ts'))) return;
    const reached = Object.keys(coverage[test] ?? {});
    const again = TestRunner.getTestFn(task);
    // What mutated code reaches is not what this test reaches.
    switchboard.currentTestId = 'again';
    switchboard.hitLimit = HIT_LIMIT;
    for (const mutant of reached) {
      if (found[mutant]) continue;
      switchboard.activeMutant = mutant;
      switchboard.hitCount = 0;
      try {
        await again();
      } catch (error) {
        const isEndless = switchboard.hitCount > HIT_LIMIT;
        found[mutant] = { test, message: String((error as Error)?.message ?? error).slice(0, 500), isEndless };
      }
    }
    delete coverage.again;
    switchboard.activeMutant = undefined;
    switchboard.hitLimit = undefined;
    switchboard.currentTestId = test;
  });
  // biome-ignore lint/correctness/noEmptyPattern: Vitest wants its first argument destructured.
  afterAll(({}, suite) => {
    (suite.meta as Record<string, unknown>).found = found;
  });
}
