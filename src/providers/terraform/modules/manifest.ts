/**
 * What Terraform would write of the modules that it installed: we write it, so that it installs none itself.
 *
 * INVARIANT: `init -get=false` and `plan` take each module from the folder that was read here; a source or version that
 * Terraform understands otherwise is an error of its own, never a fetch.
 */
import { posix } from 'node:path';

export interface Installed {
  /** Names of calls; the root's is empty. */
  key: string;
  /** As Terraform writes it. */
  source: string;
  version?: string | undefined;
  /** Below the copy. */
  folder: string;
}

const FOLDER = '.terraform/modules';
const FILE = `${FOLDER}/modules.json`;

/** @param root folder of the root module, below the copy. */
export const fileOfManifest = (root: string): string => posix.join(root, FILE);

/** Of the package that this call brings. */
export const folderOfPackage = (root: string, key: string): string => posix.join(root, FOLDER, key);

export const isInstalled = (path: string): boolean => /(?:^|\/)\.terraform(?:\/|$)/.test(path);

export function manifestText(installed: readonly Installed[], root: string): string {
  const modules = installed.map(({ key, source, version, folder }) => ({
    Key: key,
    Source: source,
    ...(version === undefined ? {} : { Version: version }),
    Dir: posix.relative(root, folder) || '.',
  }));
  return JSON.stringify({ Modules: modules });
}

/** Folder of each module, below the copy, by its key. Of a file that we wrote. */
export function foldersIn(text: string, root: string): Map<string, string> {
  const { Modules: all } = JSON.parse(text) as { Modules: { Key: string; Dir: string }[] };
  return new Map(all.map(({ Key, Dir }) => [Key, posix.join(root, Dir)]));
}

/** `./modules/m/` is `./modules/m`, as Terraform 1.11 writes it. */
export function localText(path: string): string {
  const clean = posix.normalize(path).replace(/\/$/, '');
  if (clean === '.' || clean === '..') return `${clean}/`;
  return clean.startsWith('../') ? clean : `./${clean}`;
}
