/** The server as this very program would run it. */
import { realpathSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { ServerEntry } from './init-answers.ts';

export function ownEntry({ home, policyPath }: Config, sandboxed: boolean): ServerEntry {
  const policy = policyPath === undefined ? [] : ['--policy', policyPath];
  const program = realpathSync(process.argv[1]!);
  const args = [program, '--home', home, ...policy, ...(sandboxed ? ['--sandbox'] : []), 'serve'];
  return { command: process.execPath, args, env: {} };
}
