import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two workers: the suite starts real child processes (server, ssh-keygen) and must pass on two cores.
    maxWorkers: 2,
  },
});
