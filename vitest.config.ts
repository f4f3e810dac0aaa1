import { defineConfig } from 'vitest/config';
import { closingReporter } from './test/closing-reporter.ts';

/**
 * To load the program takes longer than most files of these rooms: here the files of a worker share one process and its
 * modules, and none changes what another sees (`test/contract/shared-process.test.ts`). All others have their own.
 */
const SHARED = ['guards', 'people', 'sandbox', 'tools', 'providers/aws/knowledge', 'providers/aws/template'].map(
  (room) => `test/${room}/**/*.test.ts`,
);
// Packs, installs and starts the tarball, and needs the registry: `npm run test:package`.
const exclude = process.env.COUNTERSIGN_TEST_PACKAGE ? [] : ['test/package/**'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, exclude, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...exclude, ...SHARED] } },
    ],
    reporters: ['default', closingReporter],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two workers: the suite starts real child processes (server, ssh-keygen) and must pass on two cores.
    maxWorkers: 2,
  },
});
