/** What this process takes from where it was started. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { projectIn, readConfig } from '../src/config.ts';

afterEach(() => vi.unstubAllEnvs());

it('templates are read below the folder of a project, and never below a whole home folder', () => {
  expect(readConfig().templateRoots).toEqual([process.cwd()]);
  expect(projectIn(join(homedir(), 'project'))).toEqual([join(homedir(), 'project')]);
  expect(projectIn(homedir())).toEqual([]);
  expect(projectIn('/')).toEqual([]);
});

it('a server that sshd starts in the home folder reads no template there', () => {
  vi.stubEnv('HOME', process.cwd());
  expect(readConfig().templateRoots).toEqual([]);
});
