/** Installs what the tests run of others from the npm registry, once for each list of versions. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS } from '../test/clients/folder.ts';
import { DEPLOY_TOOLS } from '../test/deploy-tools/folder.ts';
import { HTTP_CLIENTS } from '../test/http/outside/folder.ts';
import { type Installation, isInstalled } from '../test/installation.ts';
import { TELEMETRY } from '../test/watch/folder.ts';

function install({ packages, folder, marker, scripts }: Installation): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(packages, join(folder, 'package.json'));
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  const npm = (...args: string[]) => execFileSync('npm', [...args, ...quietly], { cwd: folder, stdio: 'inherit' });
  npm('install', '--ignore-scripts');
  if (scripts.length > 0) npm('rebuild', ...scripts);
  writeFileSync(marker, '');
}

for (const installation of [CLIENTS, DEPLOY_TOOLS, TELEMETRY, HTTP_CLIENTS]) {
  if (!isInstalled(installation)) install(installation);
  console.log(`Installed: ${installation.folder}.`);
}
