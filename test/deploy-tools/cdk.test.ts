/** `examples/cdk` as its README says, with the real CDK: bootstrap, deploy, and three changes on the whole road. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { areInstalled, DEPLOY_TOOLS } from './folder.ts';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/cdk');
const dependenciesOf = (path: string): Record<string, string> => JSON.parse(readFileSync(path, 'utf8')).dependencies;

it('has the versions that are tested', () => {
  expect(dependenciesOf(DEPLOY_TOOLS.packages)).toMatchObject(dependenciesOf(join(example, 'package.json')));
});

it('the demo of the CDK app ends as it says', { timeout: 600_000 }, async (context) => {
  needs(context, 'deploy-tools', areInstalled());
  const folder = mkdtempSync(join(tmpdir(), 'countersign-example-'));
  try {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
    symlinkSync(join(DEPLOY_TOOLS.folder, 'node_modules'), join(folder, 'node_modules'));
    const { stdout } = await promisify(execFile)(process.execPath, ['demo.mjs'], {
      cwd: folder,
      env: { ...process.env, COUNTERSIGN_PROGRAM: join(root, 'bin/countersign.js') },
      maxBuffer: 64_000_000,
    });
    const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(outcome).toEqual({ changes: ['succeeded', 'succeeded', 'succeeded'], replacement: 'denied' });
    expect(stdout).toContain('✅  shop-worker');
    expect(stdout).toContain('GUARD_RECREATE');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
