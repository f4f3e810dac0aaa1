/** Ends a run by saying what was skipped, and why. */
import type { Reporter, TestModule } from 'vitest/node';

export const skippedReporter: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const reasons = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const why = (result.state === 'skipped' && result.note) || `${module.relativeModuleId}: ${test.name}`;
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    }
    const total = [...reasons.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${total} tests were skipped${total > 0 ? ':' : '.'}`);
    for (const [why, count] of reasons) console.log(`  ${count} × ${why}`);
  },
};
