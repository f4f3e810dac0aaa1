import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

export default defineConfig({
  test: {
    include: ['test/providers/terraform/**/*.test.ts', 'test/terraform/refusals.test.ts'],
    // These judge each type of the tables, and are slow under one mutant after the other.
    exclude: ['test/providers/terraform/{turned,corpus,archives,modules,plan-file}.test.ts'],
    setupFiles: ['scripts/mutation/matrix.setup.ts'],
    sequence: { sequencer: OwnTestsFirst },
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
