/** Where the matrix's clients are installed: outside of the project, one folder for each list of versions. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const PACKAGES = new URL('./packages.json', import.meta.url).pathname;
const digest = createHash('sha256').update(readFileSync(PACKAGES)).digest('hex').slice(0, 12);
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

export const CLIENTS_FOLDER = join(cache, `countersign-test-clients-${digest}`);
/** Written last: a broken installation is none. */
export const INSTALLED = join(CLIENTS_FOLDER, 'installed');
export const areInstalled = (): boolean => existsSync(INSTALLED);
