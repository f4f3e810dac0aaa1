/**
 * Runs every test again with each mutant that it reaches, in one process, while Stryker makes its first run: many
 * times faster than a process for each mutant. `matrix-runner.mjs` hands what was found to Stryker.
 */
import { afterAll, afterEach, inject, type TestContext, TestRunner } from 'vitest';

/** Stryker's own, which the mutated code reads. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number;
  hitLimit?: number | undefined;
  mutantCoverage?: { perTest: Record<string, Record<string, number>> };
  found?: Record<string, { test: string; message: string; isEndless: boolean }>;
}
type Hook = (context: TestContext, suite: unknown) => unknown;
/** Hooks of every file that are not its own: Stryker's and, of `afterEach`, the one below. */
const FOREIGN = { beforeEach: 1, afterEach: 2 };
/** A loop that comes by a mutant so many times as often as without it has no end. */
const ENDLESS_FACTOR = 100;

if (inject('mode' as never) === 'dry-run') {
  const switchboard = (globalThis as Record<string, unknown>)[inject('globalNamespace' as never)] as Switchboard;
  switchboard.found ??= {};
  const { found } = switchboard;

  afterEach(async (context) => {
    const { task } = context;
    const test = switchboard.currentTestId;
    const coverage = switchboard.mutantCoverage?.perTest;
    if (!test || !coverage) return;
    const hooks = TestRunner.getSuiteHooks(task.file);
    const before = hooks.beforeEach.slice(FOREIGN.beforeEach) as Hook[];
    const after = hooks.afterEach.slice(FOREIGN.afterEach) as Hook[];
    const body = TestRunner.getTestFn(task);
    let stray: unknown;
    const onStray = (error: unknown) => {
      stray ??= error;
    };
    async function again(): Promise<void> {
      stray = undefined;
      for (const hook of before) await hook(context, task.file);
      try {
        await body();
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        for (const hook of after) await hook(context, task.file);
      }
      if (stray !== undefined) throw stray;
    }
    const reached = Object.entries(coverage[test] ?? {}).filter(([mutant]) => !found[mutant]);
    // What mutated code reaches is not what this test reaches.
    switchboard.currentTestId = 'again';
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', onStray);
    // A test that cannot be run twice would kill every mutant: without one it must pass again.
    if (reached.length > 0) await again();
    for (const [mutant, hits] of reached) {
      switchboard.activeMutant = mutant;
      switchboard.hitCount = 0;
      switchboard.hitLimit = hits * ENDLESS_FACTOR;
      try {
        await again();
      } catch (error) {
        const isEndless = switchboard.hitCount > switchboard.hitLimit;
        found[mutant] = { test, message: String((error as Error)?.message ?? error).slice(0, 500), isEndless };
      }
      switchboard.activeMutant = undefined;
    }
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
    delete coverage.again;
    switchboard.hitLimit = undefined;
    switchboard.currentTestId = test;
  }, 3_600_000);
  // biome-ignore lint/correctness/noEmptyPattern: Vitest wants its first argument destructured.
  afterAll(({}, suite) => {
    (suite.meta as Record<string, unknown>).found = found;
  });
}
