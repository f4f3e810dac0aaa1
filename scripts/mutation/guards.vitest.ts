import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

export default defineConfig({
  test: {
    include: ['test/guards/**/*.test.ts'],
    // What judges by luck (random plans), or compares with a file that is made from the guards, must kill no mutant.
    exclude: ['test/guards/properties.test.ts', 'test/guards/sequences.test.ts', 'test/guards/documentation.test.ts'],
    setupFiles: ['scripts/mutation/matrix.setup.ts'],
    sequence: { sequencer: OwnTestsFirst },
    // One process for a mutant's tests; every mutant has a new one.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
