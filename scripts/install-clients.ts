/** Installs the real clients of `test/clients` from the npm registry, once for each list of versions. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { areInstalled, CLIENTS_FOLDER, INSTALLED, PACKAGES } from '../test/clients/folder.ts';

/** They put their program for this machine into place with a script; nobody else's scripts run. */
const NEED_SCRIPTS = ['opencode-ai', '@anthropic-ai/claude-code'];

if (areInstalled()) console.log(`The clients are in ${CLIENTS_FOLDER}.`);
else {
  mkdirSync(CLIENTS_FOLDER, { recursive: true });
  copyFileSync(PACKAGES, join(CLIENTS_FOLDER, 'package.json'));
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  const npm = (...args: string[]) =>
    execFileSync('npm', [...args, ...quietly], { cwd: CLIENTS_FOLDER, stdio: 'inherit' });
  npm('install', '--ignore-scripts');
  npm('rebuild', ...NEED_SCRIPTS);
  writeFileSync(INSTALLED, '');
  console.log(`The clients were installed in ${CLIENTS_FOLDER}.`);
}
