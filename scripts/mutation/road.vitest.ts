import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

export default defineConfig({
  test: {
    include: ['test/core/{change-reader,changes,pipeline,planning,races}.test.ts'],
    setupFiles: ['scripts/mutation/matrix.setup.ts'],
    sequence: { sequencer: OwnTestsFirst },
    // One process for a mutant's tests; every mutant has a new one.
    isolate: false,
    // A mutant that waits for ever is found so.
    testTimeout: 5_000,
    hookTimeout: 30_000,
  },
});
