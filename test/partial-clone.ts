/** A repository of git that lacks a blob, and names where and with which program it would be fetched. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Away {
  url: string;
  /** By which git would find the program, or be allowed the protocol. */
  setting: string;
}

/**
 * @param blob that is removed. @param folder for the program.
 * @returns a file that is there once anything of this was run.
 */
export function withoutBlob(
  root: string,
  blob: string,
  { url, setting }: Away,
  { git, folder }: { git: (...args: string[]) => unknown; folder: string },
): string {
  const ran = join(folder, 'ran');
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${ran}\nexit 1\n`);
  chmodSync(program, 0o755);
  rmSync(join(root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  for (const [name, value] of [
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', url],
    ['protocol.allow', 'always'],
    [setting, setting.startsWith('protocol') ? 'always' : program],
  ])
    git('config', name!, value!);
  return ran;
}
