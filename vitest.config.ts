import { defineConfig } from 'vitest/config';
import { closingReporter } from './test/closing-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Packs, installs and starts the tarball, and needs the registry: `npm run test:package`.
    exclude: process.env.COUNTERSIGN_TEST_PACKAGE ? [] : ['test/package/**'],
    reporters: ['default', closingReporter],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two workers: the suite starts real child processes (server, ssh-keygen) and must pass on two cores.
    maxWorkers: 2,
  },
});
