/** Where the matrix's clients are installed. */
import { installationOf, isInstalled } from '../installation.ts';

export const CLIENTS = installationOf(new URL('./packages.json', import.meta.url), 'clients', [
  'opencode-ai',
  '@anthropic-ai/claude-code',
]);
export const CLIENTS_FOLDER = CLIENTS.folder;
export const areInstalled = (): boolean => isInstalled(CLIENTS);
