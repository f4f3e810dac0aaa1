/** Where the conformance suite, Inspector and mcp-remote are installed. */
import { installationOf, isInstalled } from '../../installation.ts';

export const HTTP_CLIENTS = installationOf(new URL('./packages.json', import.meta.url), 'http', []);
export const areInstalled = (): boolean => isInstalled(HTTP_CLIENTS);
