/** Programs of others that tests run: installed outside of the project, one folder for each list of versions. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Installation {
  /** A package.json with exact versions. */
  packages: string;
  folder: string;
  /** Written last: a broken installation is none. */
  marker: string;
  /** Packages that put their program into place with a script; nobody else's scripts run. */
  scripts: readonly string[];
}

export function installationOf(packages: URL, name: string, scripts: readonly string[] = []): Installation {
  const digest = createHash('sha256').update(readFileSync(packages)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, `countersign-test-${name}-${digest}`);
  return { packages: packages.pathname, folder, marker: join(folder, 'installed'), scripts };
}
export const isInstalled = ({ marker }: Installation): boolean => existsSync(marker);
