/** Whether the policy's files are still those that were read: asked with every call, so it reads none of them. */
import { globSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Policy } from './model.ts';

/**
 * Of the policy file and every file that its `rules` match now. An edit that keeps a file's size, inode and both of its
 * times is not seen: whoever executes reads the file itself.
 */
export function policyStamp(path: string | undefined, policy: Policy | null | undefined): string {
  if (path === undefined) return 'no policy';
  const folder = dirname(path);
  const rules = (policy?.file.rules ?? []).flatMap((pattern) => globSync(pattern, { cwd: folder }).sort());
  return [path, ...rules.map((name) => resolve(folder, name))].map(stampOf).join('\n');
}

function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : `${path} is gone`;
}
