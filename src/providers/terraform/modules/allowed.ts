/**
 * Which modules the policy lets a workspace call. Pure.
 *
 * INVARIANT: a source is held against the policy as its whole address, without folder and query, so that neither can
 * stand in for a host or an owner.
 */
import { matchesGlob } from '../../../core/glob.ts';
import { isRemotePattern } from '../../../core/remote-pattern.ts';
import type { Remote } from './address.ts';
import { isAllowed, parseConstraints } from './versions.ts';

/** A pattern; or one with what a module must be besides: its version (of a registry) and the SHA-256 of its files. */
export type ModuleEntry = string | { source: string; version?: string | undefined; sha256?: string | undefined };
type Whole = Exclude<ModuleEntry, string>;

const wholeOf = (entry: ModuleEntry): Whole => (typeof entry === 'string' ? { source: entry } : entry);

/** @param path below the folder of the workspace. */
export const allowsPath = (entries: readonly ModuleEntry[], path: string): boolean =>
  entries.some((entry) => typeof entry === 'string' && matchesGlob(entry.replace(/^\.\//, ''), path));

function matching(entries: readonly ModuleEntry[], pattern: string): Whole[] {
  return entries.map(wholeOf).filter(({ source }) => isRemotePattern(source) && matchesGlob(source, pattern));
}

export const allows = (entries: readonly ModuleEntry[], { pattern }: Pick<Remote, 'pattern'>): boolean =>
  matching(entries, pattern).length > 0;

/** Of a redirect, or of an address that a registry gives. */
export const allowsUrl = (entries: readonly ModuleEntry[], { origin, pathname }: URL): boolean =>
  !/%(?:2e|2f|5c|00)/i.test(pathname) && matching(entries, `${origin}${pathname}`).length > 0;

/**
 * Entries that ask for more than the address: one of them must hold.
 *
 * @returns what does not hold, or undefined.
 */
export function unlikePolicy(
  entries: readonly ModuleEntry[],
  { pattern }: Pick<Remote, 'pattern'>,
  is: { version: string | undefined; sha256: string },
): string | undefined {
  const asking = askingOf(entries, pattern);
  if (asking.length === 0 || asking.some((one) => isVersion(one, is.version) && isTree(one, is.sha256)))
    return undefined;
  const [first] = asking.filter((one) => isVersion(one, is.version));
  return first === undefined
    ? `version ${is.version ?? 'none'}, and the policy lists ${asking.map(({ version }) => version).join(' or ')}`
    : `sha256 ${is.sha256}, and the policy lists ${first.sha256}`;
}

const isTree = ({ sha256 }: Whole, is: string) => sha256 === undefined || sha256 === is;

function isVersion({ version }: Pick<Whole, 'version'>, is: string | undefined): boolean {
  if (version === undefined) return true;
  const constraints = parseConstraints(version);
  return is !== undefined && constraints !== undefined && isAllowed(is, constraints);
}

const askingOf = (entries: readonly ModuleEntry[], pattern: string): Whole[] =>
  matching(entries, pattern).filter(({ version, sha256 }) => version !== undefined || sha256 !== undefined);

/** Before it is fetched. */
export function allowsVersion(
  entries: readonly ModuleEntry[],
  { pattern }: Pick<Remote, 'pattern'>,
  version: string,
): boolean {
  const asking = askingOf(entries, pattern);
  return asking.length === 0 || asking.some((one) => isVersion(one, version));
}
