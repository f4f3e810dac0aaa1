/**
 * The files of a fetched module, whatever it was packed in: bounded, each within the module, no links.
 *
 * SECURITY: a path that leads out, that could be read as another, or that stands twice refuses the whole module. A link
 * to a file of the module is that file; every other link refuses it.
 */
import { posix } from 'node:path';
import { isCopied, isOwnFile, nameOnDisk } from '../source.ts';
import { moduleRefused } from './refused.ts';

export interface Entry {
  path: string;
  kind: 'file' | 'folder' | 'link';
  content: Buffer;
  /** Of a link: below the folder of the link, or of the module (`isFromTop`). */
  target: string;
  isFromTop?: boolean;
}

export const MAX_FILES = 10_000;
export const MAX_BYTES = 64 * 1024 * 1024;
const MOST_HOPS = 20;
const REMEDY = 'Use a version of the module without it, or copy the module into the folder of the workspace.';

/** @param what the module, for what is said of it. @throws INPUT_CONFIGURATION_REFUSED. */
export function filesOf(entries: Iterable<Entry>, what: string): Map<string, Buffer> {
  const refuse = (path: string, why: string) => moduleRefused(`${what}: ${path}: ${why}`, REMEDY);
  const files = new Map<string, Buffer>();
  const links = new Map<string, string>();
  const seen = new Set<string>();
  let [bytes, count] = [0, 0];
  for (const { path: written, kind, content, target, isFromTop } of entries) {
    count += 1;
    if (count > MAX_FILES) throw moduleRefused(`${what}: more than ${MAX_FILES} files`, 'Use a smaller module.');
    const path = pathOf(written);
    if (path === undefined) throw refuse(written, 'a path that leads out of the module');
    if (kind === 'folder' || path === '' || !isCopied(path)) continue;
    if (isOwnFile(path)) throw refuse(path, 'a file of this name is made by Countersign');
    if (seen.has(nameOnDisk(path))) throw refuse(path, 'two files of the same name');
    seen.add(nameOnDisk(path));
    bytes += content.length;
    if (bytes > MAX_BYTES) throw moduleRefused(`${what}: more than 64 MB`, 'Use a smaller module.');
    if (kind === 'file') files.set(path, content);
    else
      links.set(
        path,
        isFromTop ? target : posix.join(posix.dirname(path), target.startsWith('/') ? '../'.repeat(99) : target),
      );
  }
  for (const path of links.keys()) {
    const content = linkedFrom(path, links, files);
    if (content === undefined) throw refuse(path, 'a link that does not lead to a file of the module');
    bytes += content.length;
    if (bytes > MAX_BYTES) throw moduleRefused(`${what}: more than 64 MB`, 'Use a smaller module.');
    files.set(path, content);
  }
  return files;
}

/** Without `./` and the slash at the end; undefined: it leads out, or is not the same path to every reader. */
function pathOf(written: string): string | undefined {
  if (/[\\\u0000-\u001f\u007f]|^\/|^[A-Za-z]:/.test(written)) return undefined;
  const parts = written.split('/').filter((part) => part !== '.' && part !== '');
  return parts.includes('..') ? undefined : parts.join('/');
}

function linkedFrom(
  path: string,
  links: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Buffer>,
): Buffer | undefined {
  let at = path;
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    const to = links.get(at);
    if (to === undefined) return undefined;
    const whole = pathOf(posix.normalize(to));
    if (whole === undefined) return undefined;
    if (!links.has(whole)) return files.get(whole);
    at = whole;
  }
  return undefined;
}
