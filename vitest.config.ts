import { defineConfig } from 'vitest/config';
import { closingReporter } from './test/closing-reporter.ts';

const named = (...rooms: string[]) => rooms.map((room) => `test/${room}`);
/** They change what the process has for all, such as its environment, or look at the tests themselves. */
const ALONE = named(
  'cli/current-app.test.ts',
  'config.test.ts',
  'attacks/inputs.test.ts',
  'contract/**/*.test.ts',
  'core/planning.test.ts',
  'package/**/*.test.ts',
  'providers/aws/endpoint.test.ts',
);
/**
 * To load the program takes longer than most files: those of a worker share one process and its modules, and none changes
 * what another sees (`test/contract/shared-process.test.ts`).
 */
const SHARED = named('**/*.test.ts');
/** `npm run test:long`, and CI: other programs on the other side, or one fault after the other at every place. */
const LONG = named(
  '{ci,clients,concurrency,deploy-tools,dispatch,http,kill,model,review,terraform,watch}/**/*.test.ts',
  'attacks/{confined,executor-table,ledger-held,ledger-trouble,outcomes,processes,reconcile,secrets-random}.test.ts',
  'attacks/{settling,signature-bytes,signatures-survive,team-ssh}.test.ts',
  'agents/denials.test.ts',
  'cli/{init,run,runners}.test.ts',
  'contract/{clouds,road}.test.ts',
  'corpus/{*doors,corpus}.test.ts',
  'ledger/{database,database-backup,database-faults,database-selecting,independent,postgres}.test.ts',
  'mcp/{card,inspector}.test.ts',
  'packages/packages.test.ts',
  'policy/rehearse.test.ts',
  'providers/aws/{faults,steps}.test.ts',
  'sandbox/aws-cli.test.ts',
);
// Packs, installs and starts the tarball, and needs the registry: `npm run test:package`.
const PACKAGE = process.env.COUNTERSIGN_TEST_PACKAGE ? [] : ['test/package/**'];
const project = (name: string, include: string[], exclude: string[], isolate: boolean) => ({
  extends: true as const,
  test: { name, include, exclude, isolate },
});

export default defineConfig({
  test: {
    projects: [
      project('shared', SHARED, [...PACKAGE, ...LONG, ...ALONE], false),
      project('apart', ALONE, [...PACKAGE, ...LONG], true),
      project('long', LONG, PACKAGE, true),
    ],
    reporters: ['default', closingReporter],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two workers: the suite starts real child processes (server, ssh-keygen) and must pass on two cores.
    maxWorkers: 2,
  },
});
