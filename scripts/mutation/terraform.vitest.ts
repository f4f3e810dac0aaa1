import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

export default defineConfig({
  test: {
    // Without the program; those that judge each type of the tables are slow under one mutant after the other.
    include: [
      'test/providers/terraform/{effects,incidents,needles,openers,outcome}.test.ts',
      'test/terraform/refusals.test.ts',
    ],
    setupFiles: ['scripts/mutation/matrix.setup.ts'],
    sequence: { sequencer: OwnTestsFirst },
    // One process for a mutant's tests; every mutant has a new one.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
