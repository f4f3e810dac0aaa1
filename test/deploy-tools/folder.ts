/** Where the deployment tools are installed. */
import { installationOf, isInstalled } from '../installation.ts';

export const DEPLOY_TOOLS = installationOf(new URL('./packages.json', import.meta.url), 'deploy-tools');
export const areInstalled = (): boolean => isInstalled(DEPLOY_TOOLS);
