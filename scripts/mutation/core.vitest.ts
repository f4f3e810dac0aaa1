import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    // These open a sandbox: road.vitest.ts.
    exclude: ['test/core/{change-reader,changes,pipeline,planning,races}.test.ts'],
    setupFiles: ['scripts/mutation/matrix.setup.ts'],
    sequence: { sequencer: OwnTestsFirst },
    // One process for a mutant's tests; every mutant has a new one.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
