/** Ends a run by saying what was skipped, and why, and with one plain line that any reader of a log understands. */
import type { Reporter, TestModule } from 'vitest/node';

export const closingReporter: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const result = test.result();
      if (result.state !== 'skipped') continue;
      const why = result.note || `${test.module.relativeModuleId}: ${test.name}`;
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    for (const [why, times] of reasons) console.log(`skipped ${times} ×: ${why}`);
    // A file that fails while it is loaded has no tests that could fail.
    const unloaded = modules.filter((module) => module.errors().length > 0);
    for (const { relativeModuleId } of unloaded)
      console.log(`not loaded, or failed beside its tests: ${relativeModuleId}`);
    console.log(`${count('passed')} passed, ${count('failed') + unloaded.length} failed, ${count('skipped')} skipped`);
  },
};
