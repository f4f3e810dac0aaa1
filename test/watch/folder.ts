/** Where OpenTelemetry's SDK is installed for tests, and a copy of ours beside it, as a user's would be. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationOf, isInstalled } from '../installation.ts';

export const TELEMETRY = installationOf(new URL('./packages.json', import.meta.url), 'watch');
export const areInstalled = (): boolean => isInstalled(TELEMETRY);

const root = new URL('../..', import.meta.url).pathname;

/** @returns the program, and removes it all. */
export function installedBeside({ sdk, boss = false }: { sdk: boolean; boss?: boolean }): {
  program: string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-watch-'));
  for (const name of ['bin', 'dist', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  const link = (from: string, name: string) => symlinkSync(join(from, name), join(folder, 'node_modules', name));
  link(join(root, 'node_modules'), 'better-sqlite3');
  if (boss) link(join(root, 'node_modules'), 'pg-boss');
  if (sdk) link(join(TELEMETRY.folder, 'node_modules'), '@opentelemetry');
  return {
    program: join(folder, 'bin/countersign.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
