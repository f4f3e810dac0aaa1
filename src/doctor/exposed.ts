/** Which of the server's own files others may touch, by owner and mode, along the whole path. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Owned {
  what: string;
  path: string;
  /** Others may read it. */
  isPublic?: boolean;
}

const [READ_BY_OTHERS, WRITTEN_BY_OTHERS, STICKY] = [0o044, 0o022, 0o1000];
const ROOT = 0;

/** One sentence for each path that is not this user's alone. What is not there exposes nothing. */
export function exposures(owned: readonly Owned[]): string[] {
  const ours = process.geteuid?.();
  if (ours === undefined) return [];
  return owned.flatMap(({ what, path, isPublic = false }) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return [];
    const real = realpathSync(path);
    const said = (text: string) => [`${what}: ${text}`];
    if (stat.uid !== ours && stat.uid !== ROOT) return said(`${real} belongs to uid ${stat.uid}`);
    if ((stat.mode & WRITTEN_BY_OTHERS) !== 0) return said(`others can write ${real}`);
    if (!isPublic && (stat.mode & READ_BY_OTHERS) !== 0 && !isHidden(real)) return said(`others can read ${real}`);
    const open = foldersOf(real).find((folder) => isReplaceable(folder, ours));
    return open === undefined ? [] : said(`others can replace what is in ${open}`);
  });
}

const foldersOf = (path: string): string[] =>
  path === dirname(path) ? [] : [dirname(path), ...foldersOf(dirname(path))];

/** In a folder that others cannot enter, a file's own mode does not matter. */
const isHidden = (path: string): boolean => foldersOf(path).some((folder) => (statSync(folder).mode & 0o011) === 0);

/** In a sticky folder only an owner replaces what is there. */
function isReplaceable(folder: string, ours: number): boolean {
  const { uid, mode } = lstatSync(folder);
  if (uid !== ours && uid !== ROOT) return true;
  return (mode & WRITTEN_BY_OTHERS) !== 0 && (mode & STICKY) === 0;
}
